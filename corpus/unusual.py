"""Photos of makes that are rare: several scans, bytes between segments, colours far from grey, chunks behind pixels."""

import struct
import zlib
from typing import Final

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from bench.camera import picture
from corpus.case import FILES
from corpus.drawn import LARGE, SIZE, saved
from escrow_chain.evidence.likeness import inliers
from escrow_chain.evidence.photo import PhotoFindings, parse_photo

_START_OF_SCAN: Final = b"\xff\xda"
_FRAME: Final = b"\xff\xc0"
_END_OF_PNG: Final = 12
"""Bytes of its last chunk."""
_BLUE: Final = 240
"""So blue that red and green are cut off: what is shown is brighter than the brightness that the file says."""
_FAINT: Final = 660
"""Thousandths of another picture, of which less leaves more details in common than anybody asks for."""


def unusual() -> dict[str, bytes]:
    """What a program seldom writes."""
    coffee = picture("coffee", SIZE)
    small = coffee.resize((64, 48))
    grey = small.convert("L")
    plain = saved(small, quality=50)
    film = b"\0\0\0\x14ftypisom" + _in_more_scans(_in_scans(small), 101)[2:]
    return {
        "scans.jpg": _in_scans(coffee),
        "scans-23m.jpg": _promising(_in_scans(small), 4800),
        "scans-24m.jpg": _promising(_in_scans(small), 4900),
        "junk.jpg": _with_junk(saved(coffee, quality=60)),
        "junk-36m.jpg": _promising(_with_junk(plain), 6000),
        "scans-100.jpg": _in_more_scans(_in_scans(coffee), 97),
        "scans-101.jpg": _in_more_scans(_in_scans(coffee), 98),
        "film.jpg": _with_comment(saved(coffee, quality=60), film) + film,
        "webp-9m.webp": saved(Image.new("RGB", (3000, 3000), "grey"), "WEBP", quality=1),
        "blue-19.jpg": _blue(19),
        "blue-21.jpg": _blue(21),
        "told-behind.png": _see_through_behind(saved(grey, "PNG", optimize=True), grey=int(grey.getpixel((3, 3)))),
        "glass-below.png": _glass_below((1100, 1000)),
        "endless.png": saved(ImageOps.posterize(coffee.convert("L"), 2), "PNG", optimize=True)[:-_END_OF_PNG],
        "two-rows.png": saved(Image.fromarray(np.tile(np.uint8([0] * 10 + [255] * 10), (2, 32))), "PNG"),
    }


def parts() -> dict[str, bytes]:
    """Parts of a picture that just can be told to be so, and just not."""
    return {f"coffee-{details}-details.jpg": _in_common(details) for details in (19, 20)}


def _in_scans(image: Image.Image) -> bytes:
    """A JPEG that is not progressive, and has a scan for each colour."""
    one, *others = (saved(band, quality=35) for band in image.convert("YCbCr").split())
    frame, scan = one.index(_FRAME), one.index(_START_OF_SCAN)
    height_and_width = one[frame + 5 : frame + 9]
    colours = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    header = _FRAME + struct.pack(">HB", 8 + len(colours), 8) + height_and_width + b"\x03" + colours
    behind_frame = one[frame + 2 + int.from_bytes(one[frame + 2 : frame + 4]) : scan]
    scans = (
        _START_OF_SCAN + struct.pack(">HBBB", 8, 1, number, 0) + b"\0\x3f\0" + _data(grey)
        for number, grey in enumerate((one, *others), start=1)
    )
    return one[:frame] + header + behind_frame + b"".join(scans) + b"\xff\xd9"


def _in_more_scans(photo: bytes, more: int) -> bytes:
    """A JPEG whose last scan comes again and again, with next to nothing in it."""
    scan = photo.rindex(_START_OF_SCAN)
    return photo[:-2] + photo[scan : scan + 12] * more + photo[-2:]


def _data(grey: bytes) -> bytes:
    """What a JPEG of one scan has between that scan's header and its end."""
    scan = grey.index(_START_OF_SCAN)
    return grey[scan + 2 + int.from_bytes(grey[scan + 2 : scan + 4]) : -2]


def _with_junk(photo: bytes) -> bytes:
    """A JPEG with a byte before its frame that belongs to nothing; decoders pass over it."""
    frame = photo.index(_FRAME)
    return photo[:frame] + b"\0" + photo[frame:]


def _with_comment(photo: bytes, comment: bytes) -> bytes:
    """A JPEG with a comment before its frame."""
    frame = photo.index(_FRAME)
    return photo[:frame] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + photo[frame:]


def _promising(photo: bytes, side: int) -> bytes:
    """A JPEG that promises a square of such a side, and has far less of it."""
    frame = photo.index(_FRAME)
    return photo[: frame + 5] + struct.pack(">HH", side, side) + photo[frame + 9 :]


def _blue(mean: int) -> bytes:
    """A deep blue picture whose mean brightness, as the file says it, is about this."""
    original = ImageEnhance.Contrast(picture("astronaut", SIZE).convert("L")).enhance(2.0)
    greys = np.asarray(original, float)
    darker = (np.clip(greys - by / 4, 0, 255) for by in range(1000))
    wanted = next(each for each in darker if each.mean() <= mean)
    colours = (Image.fromarray(wanted.astype(np.uint8)), Image.new("L", SIZE, _BLUE), Image.new("L", SIZE, 128))
    return saved(Image.merge("YCbCr", colours), quality=80)


def _see_through_behind(png: bytes, *, grey: int) -> bytes:
    """A PNG that says behind its pixels that one of its greys stands for nothing."""
    body = b"tRNS" + struct.pack(">H", grey)
    end = png.index(b"IEND") - 4
    return png[:end] + struct.pack(">I", 2) + body + struct.pack(">I", zlib.crc32(body)) + png[end:]


def _glass_below(size: tuple[int, int]) -> bytes:
    """A grey picture that can be seen through in the last row alone."""
    image = Image.new("LA", size, (128, 255))
    image.putpixel((3, size[1] - 1), (128, 0))
    return saved(image, "PNG", optimize=True)


def _in_common(details: int) -> bytes:
    """A part of `coffee.jpg` under so much of another picture that so many details are left in common."""
    original = _read((FILES / "coffee.jpg").read_bytes())
    part = picture("coffee", LARGE).crop((150, 110, 850, 640)).resize(SIZE)
    other = picture("rocket", SIZE)
    found = (saved(Image.blend(part, other, share / 1000).convert("L"), quality=70) for share in range(_FAINT, 1001))
    return next(each for each in found if inliers(_read(each).features, original.features) == details)


def _read(photo: bytes) -> PhotoFindings:
    found = parse_photo(photo)
    if not isinstance(found, PhotoFindings):
        raise TypeError(found.code)
    return found
