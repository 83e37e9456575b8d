"""Photos of real scenes, copies of them in disguise, pictures at the very limits, and files that are no photos."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from bench.camera import Shot, jpeg, picture
from escrow_chain.evidence.photo import parse_photo
from escrow_chain.evidence.refusal import Refusal

SIZE: Final = (640, 480)
LARGE: Final = (1000, 750)
BLACK, WHITE = 60, 200
"""What is darker, or brighter, is left alone where a picture is tuned."""
JUST_SHARP, JUST_BLURRED = 5.4, 4.6
COMMENT: Final = 57_000
"""Bytes of an archive's comment, which is longer than the photo before it."""
JUST_LIT, JUST_DARK, JUST_DIM, JUST_GLARING = 20.8, 19.2, 234.2, 235.8


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """An image as a file without metadata."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pictures() -> dict[str, bytes]:
    """What can be decoded."""
    coffee = picture("coffee", SIZE)
    large = picture("coffee", LARGE)
    original = jpeg(coffee, quality=85)
    return {
        "coffee.jpg": original,
        "chelsea.jpg": jpeg(picture("chelsea", SIZE), quality=80),
        "rocket.jpg": jpeg(picture("rocket", SIZE), quality=80),
        "astronaut.jpg": jpeg(picture("astronaut", SIZE), quality=80),
        "coffee-stripped.jpg": saved(coffee, quality=85),
        "coffee-timed.jpg": _timed(coffee),
        "coffee-longer.jpg": original + bytes(1000),
        "coffee-elsewhere.jpg": jpeg(coffee, quality=85, shot=Shot(latitude=-33.9, longitude=-18.4)),
        "coffee-recompressed.jpg": saved(coffee, quality=35),
        "coffee-resized.jpg": saved(large, quality=75),
        "coffee-mirrored.jpg": saved(ImageOps.mirror(coffee), quality=80),
        "coffee-turned.jpg": saved(coffee.transpose(Image.Transpose.ROTATE_90), quality=80),
        "coffee-cropped.jpg": saved(large.crop((150, 110, 850, 640)), quality=80),
        "coffee-tilted.jpg": saved(large.rotate(8, Image.Resampling.BICUBIC).crop((120, 120, 880, 630)), quality=80),
        "coffee.webp": saved(coffee, "WEBP", quality=75),
        "coffee.png": saved(ImageOps.posterize(coffee.convert("L"), 4), "PNG", optimize=True),
        "coffee-479.jpg": saved(coffee.resize((640, 479)), quality=80),
        "coffee-479-wide.jpg": saved(coffee.crop((0, 0, 479, 480)), quality=80),
        "wall.jpg": saved(Image.linear_gradient("L").resize(SIZE)),
        "soft.jpg": _blurred(JUST_SHARP),
        "blurred.jpg": _blurred(JUST_BLURRED),
        "lit.jpg": _lit(JUST_LIT),
        "dark.jpg": _lit(JUST_DARK),
        "dim.jpg": _lit(JUST_DIM),
        "glaring.jpg": _lit(JUST_GLARING),
        "sharp-5.png": _sharp(5),
        "bright-20.png": _bright(20),
        "bright-235.png": _bright(235),
        "detail-49.jpg": _detailed(49),
        "detail-50.jpg": _detailed(50),
        "coffee-30-bits.jpg": _apart(original, 30),
        "coffee-32-bits.jpg": _apart(original, 32),
        "far.jpg": saved(
            picture("rocket", (2000, 1500)).convert("L").filter(ImageFilter.GaussianBlur(2.5)), quality=60
        ),
        "tiny.jpg": saved(coffee.resize((8, 8)), quality=60),
        "opaque.png": _glass(ImageOps.posterize(coffee.convert("L"), 4), alpha=255),
        "papered-at-1020.jpg": _papered(original, 1020),
        "depth.jpg": saved(coffee, "MPO", save_all=True, append_images=[coffee.resize((64, 48))]),
    }


def broken() -> dict[str, bytes]:
    """What must be refused, and the honest twin of some of it."""
    coffee, rocket = picture("coffee", SIZE), picture("rocket", SIZE)
    grey = ImageOps.posterize(coffee.convert("L"), 4)
    original = jpeg(coffee, quality=80)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("hidden.txt", "no photo")
    commented = io.BytesIO(archive.getvalue())
    with zipfile.ZipFile(commented, "a") as opened:
        opened.comment = b"behind the end"
    return {
        "cut.jpg": original[: len(original) // 2],
        "damaged.png": _damaged(saved(grey, "PNG")),
        "animated.webp": saved(coffee, "WEBP", save_all=True, append_images=[rocket], duration=200, quality=60),
        "animated.png": saved(grey, "PNG", save_all=True, append_images=[grey.transpose(Image.Transpose.ROTATE_180)]),
        "deep.png": saved(Image.fromarray(np.asarray(grey, np.uint16) * 257), "PNG"),
        "glass.png": _glass(grey),
        "archive.jpg": original + archive.getvalue(),
        "archive-commented.jpg": original + commented.getvalue(),
        "papered.jpg": _papered(original, 6),
        "papered-at-1019.jpg": _papered(original, 1019),
        "wide.png": _png(65_536, 1),
        "wide-enough.png": _png(65_535, 1),
        "huge.png": _png(60_000, 60_000),
        "grey-64m.png": _png(8000, 8000),
        "grey-above-64m.png": _png(8000, 8001),
        "coloured-33m.png": _png(5744, 5744, colours=3),
        "coloured-above-33m.png": _png(5745, 5745, colours=3),
        "plain-36m.jpg": _promising(coffee, 6000, progressive=False),
        "progressive-23m.jpg": _promising(coffee, 4800, progressive=True),
        "progressive-24m.jpg": _promising(coffee, 4900, progressive=True),
        "inked-18m.jpg": _promising(coffee.convert("CMYK"), 4270, progressive=False),
        "inked-19m.jpg": _promising(coffee.convert("CMYK"), 4300, progressive=False),
        "inked-progressive-13m.jpg": _promising(coffee.convert("CMYK"), 3690, progressive=True),
        "inked-progressive-14m.jpg": _promising(coffee.convert("CMYK"), 3720, progressive=True),
        "webp-10m.webp": saved(Image.new("RGB", (3210, 3210), "grey"), "WEBP", quality=1),
        "webp-11m.webp": saved(Image.new("RGB", (3220, 3220), "grey"), "WEBP", quality=1),
        "loop.gif": saved(Image.new("RGB", (40, 30)), "GIF"),
        "empty.jpg": b"",
        "letter.txt": b"this is no photo\n",
        "apple.heic": b"\0\0\0\x18ftypheic" + bytes(100),
        "unknown.bin": bytes(range(256)),
    }


def small() -> dict[str, bytes]:
    """What is in so few bytes that a photo can have many more behind it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr(zipfile.ZipInfo("hidden.txt"), "no photo")
    archive, behind = file.getvalue(), bytes(16)
    directory = len(cloth()) + archive.index(b"PK\1\2")
    by_its_begin = cloth() + archive[:-10] + struct.pack("<LLH", 0, directory, 0)
    large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(archive) - 22, directory)
    large += struct.pack("<4sLQL", b"PK\6\7", 0, len(cloth() + archive) - 22, 1)
    return {
        "cloth-archived-by-its-begin.jpg": by_its_begin,
        "cloth-archived-large.jpg": cloth() + archive[:-22] + large + archive[-22:-10] + b"\xff" * 8 + bytes(2),
        "cloth-archived.jpg": cloth() + archive[:-2] + struct.pack("<H", COMMENT),
        "cloth-archived-within.jpg": cloth() + archive + behind,
        "cloth-ended.jpg": cloth() + b"PK\x05\x06" + behind,
        "cloth-painted.png": _painted(colours=16),
        "cloth-unpainted.png": _painted(colours=15),
        "cloth-without-palette.png": _without_palette(_painted(colours=16)),
    }


def cloth() -> bytes:
    """Squares of many greys: there is much to tell it from others by, in few bytes."""
    return saved(Image.fromarray(_squared(30, 226)), quality=50, optimize=True)


def _painted(*, colours: int) -> bytes:
    """Squares of 16 greys, which are in its palette up to so many."""
    image = Image.fromarray(_squared(0, 16))
    image.putpalette([16 * number for number in range(colours) for _ in "RGB"])
    return saved(image, "PNG")


def _without_palette(png: bytes) -> bytes:
    begin = png.index(b"PLTE") - 4
    return png[:begin] + png[begin + 12 + int.from_bytes(png[begin : begin + 4]) :]


def _squared(darkest: int, above: int) -> NDArray[np.uint8]:
    greys = np.random.default_rng(5).integers(darkest, above, (12, 16), dtype=np.uint8)
    return np.kron(greys, np.ones((40, 40), np.uint8))


def tracks() -> dict[str, bytes]:
    """Positions that nobody signed."""
    one = {"latitude": 0.347596, "longitude": 32.58252}
    return {
        f"track-{count}.json": json.dumps([one] * count, separators=(",", ":")).encode() for count in (1, 2000, 2001)
    }


def _timed(image: Image.Image) -> bytes:
    """With its time, and no position."""
    header = Image.Exif()
    header.get_ifd(0x8769)[0x9003] = "2025:06:30 09:00:00"
    return saved(image, quality=85, exif=header)


def _damaged(png: bytes) -> bytes:
    place = png.index(b"IDAT") + 2000
    return png[:place] + bytes([png[place] ^ 255]) + png[place + 1 :]


def _glass(grey: Image.Image, *, alpha: int = 254) -> bytes:
    """One corner is so opaque, of 255; all else wholly."""
    opacity = Image.new("L", grey.size, 255)
    opacity.putpixel((3, 3), alpha)
    return saved(Image.merge("LA", (grey, opacity)), "PNG")


def _papered(photo: bytes, place: int) -> bytes:
    """A JPEG that begins as a PDF does, so many bytes behind its own beginning."""
    comment = bytes(place - 6) + b"%PDF-1.7 hidden"
    return photo[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + photo[2:]


def _promising(image: Image.Image, side: int, *, progressive: bool) -> bytes:
    """A JPEG that promises a square of such a side, and has far less of it."""
    photo = bytearray(saved(image.resize((64, 48)), quality=50, progressive=progressive))
    frame = photo.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    struct.pack_into(">HH", photo, frame + 5, side, side)
    return bytes(photo)


def _png(width: int, height: int, *, colours: int = 1) -> bytes:
    """A PNG that promises so many pixels, and has next to none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2}[colours], 0, 0, 0)
    pixels = zlib.compress(bytes(100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def sharpness(image: Image.Image) -> float:
    """The variance of the Laplacian, as its paper has it."""
    greys = np.asarray(image.convert("L"), float)
    edges = greys[:-2, 1:-1] + greys[2:, 1:-1] + greys[1:-1, :-2] + greys[1:-1, 2:] - 4 * greys[1:-1, 1:-1]
    return float(edges.var())


def brightness(image: Image.Image) -> float:
    """The mean grey."""
    return float(np.asarray(image.convert("L"), float).mean())


def _blurred(sharp: float) -> bytes:
    """A picture so sharp, out of focus."""
    original = picture("coffee", LARGE).convert("L").resize(SIZE, Image.Resampling.LANCZOS)
    return _tuned(
        lambda radius: saved(original.filter(ImageFilter.GaussianBlur(radius)), quality=95), sharpness, sharp, 9.0, 0.2
    )


def _lit(mean: float) -> bytes:
    """A picture so bright: much of it black, or white."""
    original = ImageEnhance.Contrast(picture("astronaut", SIZE).convert("L")).enhance(2.0)
    greys = np.asarray(original, float)
    return _tuned(
        lambda shift: saved(Image.fromarray(np.clip(greys + shift, 0, 255).astype(np.uint8)), quality=90),
        brightness,
        mean,
        -400.0,
        400.0,
    )


def _sharp(variance: int) -> bytes:
    """A picture that is exactly so sharp: out of focus, and some of its pixels a bit brighter."""
    framed = ImageOps.expand(ImageOps.fit(picture("coffee", SIZE).convert("L"), (560, 400)), 40, 100)
    wanted = variance * (SIZE[0] - 2) * (SIZE[1] - 2)  # its rim is even, so the mean of the Laplacian is nothing
    softer = (framed.filter(ImageFilter.GaussianBlur(8 - step / 20)) for step in range(140))
    greys = np.array(list(takewhile(lambda image: _squares(np.array(image, int)) <= wanted, softer))[-1], int)
    while missing := wanted - _squares(greys):
        gains = (20 + 2 * _laplacian(np.pad(_laplacian(greys), 1)))[8:-8, 8:-8]  # if a pixel gets brighter by one
        row, column = np.argwhere(gains == gains[gains <= min(missing, 30)].max())[0]
        greys[row + 9, column + 9] += 1
    return saved(Image.fromarray(greys.astype(np.uint8)), "PNG", optimize=True)


def _squares(greys: NDArray[np.int64]) -> int:
    return int(np.square(_laplacian(greys)).sum())


def _bright(mean: int) -> bytes:
    """A picture that is exactly so bright."""
    with Image.open(io.BytesIO(_lit(mean))) as nearly:
        greys = np.asarray(nearly.convert("L").quantize(16).convert("L"), int)
    missing = mean * greys.size - int(greys.sum())
    step = 1 if missing > 0 else -1
    rows, columns = np.nonzero((greys > BLACK) & (greys < WHITE))
    each, rest = divmod(abs(missing), len(rows))
    greys[rows, columns] += step * each
    greys[rows[:rest], columns[:rest]] += step
    return saved(Image.fromarray(greys.astype(np.uint8)), "PNG", optimize=True)


def _detailed(quality: int) -> bytes:
    """A plain wall with so faint a picture on it that its PDQ quality is this."""
    wall, coffee = Image.linear_gradient("L").resize(SIZE), picture("coffee", SIZE).convert("L")
    found = (saved(Image.blend(wall, coffee, share / 1000), quality=95) for share in range(300))
    return next(photo for photo in found if _pdq(photo)[1] == quality)


def _apart(photo: bytes, bits: int) -> bytes:
    """A picture that shines through this one, until so many bits of the PDQ hash are others."""
    upright = _pdq(photo)[0]
    coffee, chelsea = picture("coffee", SIZE), picture("chelsea", SIZE)
    found = (saved(Image.blend(coffee, chelsea, share / 1000), quality=80) for share in range(1000))
    return next(each for each in found if (upright ^ _pdq(each)[0]).bit_count() == bits)


def _pdq(photo: bytes) -> tuple[int, int]:
    """The hash of the upright picture, and its quality."""
    found = parse_photo(photo)
    if isinstance(found, Refusal):
        raise TypeError(found.code)
    return int(found.pdq[0], 16), found.pdq_quality


def _laplacian(greys: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(greys[:-2, 1:-1] + greys[2:, 1:-1] + greys[1:-1, :-2] + greys[1:-1, 2:] - 4 * greys[1:-1, 1:-1])


def _tuned(
    make: Callable[[float], bytes], measure: Callable[[Image.Image], float], wanted: float, low: float, high: float
) -> bytes:
    """What comes nearest to the measure that is wanted; `low` gives too little of it, `high` too much."""
    for _ in range(40):
        middle = (low + high) / 2
        if measure(Image.open(io.BytesIO(make(middle)))) < wanted:
            low = middle
        else:
            high = middle
    return make(high)
