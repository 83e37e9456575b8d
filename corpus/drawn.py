"""Photos of real scenes, copies of them in disguise, pictures at the very limits, and files that are no photos."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from bench.camera import Shot, jpeg, picture

SIZE: Final = (640, 480)
LARGE: Final = (1000, 750)
JUST_SHARP, JUST_BLURRED = 5.4, 4.6
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
    found = {
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
        "wall.jpg": saved(Image.linear_gradient("L").resize(SIZE)),
        "soft.jpg": _blurred(JUST_SHARP),
        "blurred.jpg": _blurred(JUST_BLURRED),
        "lit.jpg": _lit(JUST_LIT),
        "dark.jpg": _lit(JUST_DARK),
        "dim.jpg": _lit(JUST_DIM),
        "glaring.jpg": _lit(JUST_GLARING),
        "depth.jpg": saved(coffee, "MPO", save_all=True, append_images=[coffee.resize((64, 48))]),
    }
    return found


def broken() -> dict[str, bytes]:
    """What must be refused, and the honest twin of some of it."""
    coffee, rocket = picture("coffee", SIZE), picture("rocket", SIZE)
    grey = ImageOps.posterize(coffee.convert("L"), 4)
    original = jpeg(coffee, quality=80)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("hidden.txt", "no photo")
    comment = b"\xff\xfe\x00\x10%PDF-1.7 hidden"
    return {
        "cut.jpg": original[: len(original) // 2],
        "damaged.png": _damaged(saved(grey, "PNG")),
        "animated.webp": saved(coffee, "WEBP", save_all=True, append_images=[rocket], duration=200, quality=60),
        "animated.png": saved(grey, "PNG", save_all=True, append_images=[grey.transpose(Image.Transpose.ROTATE_180)]),
        "deep.png": saved(Image.fromarray(np.asarray(grey, np.uint16) * 257), "PNG"),
        "glass.png": _glass(grey),
        "archive.jpg": original + archive.getvalue(),
        "papered.jpg": original[:2] + comment + original[2:],
        "wide.png": _png(65_536, 1),
        "huge.png": _png(60_000, 60_000),
        "loop.gif": saved(Image.new("RGB", (40, 30)), "GIF"),
        "empty.jpg": b"",
        "letter.txt": b"this is no photo\n",
        "unknown.bin": bytes(range(256)),
    }


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


def _glass(grey: Image.Image) -> bytes:
    """One corner can be seen through."""
    alpha = Image.new("L", grey.size, 255)
    alpha.putpixel((3, 3), 254)
    return saved(Image.merge("LA", (grey, alpha)), "PNG")


def _png(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels, and has next to none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
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
    return _tuned(lambda radius: saved(original.filter(ImageFilter.GaussianBlur(radius)), quality=95), sharpness, sharp, 9.0, 0.2)


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


