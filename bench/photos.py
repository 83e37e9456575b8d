"""What else is found out about a photo, and what it takes, beside the bare decoding of a photo in the same run.

A photo of 12 megapixels as a camera of a pinned authority signs it: its manifest verified, its details found, and
compared with another photo's. Medians, all taking turns, so that a busy machine slows all of them. And how much memory
a worker takes at most: one has read the signed photo before, so that it has loaded all that it ever loads; then it gets
the largest picture of a kind that is not refused.
"""

import io
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bench.camera import NAMES, photograph
from bench.turns import medians_ms
from escrow_chain.evidence.c2pa_manifest import manifest_of
from escrow_chain.evidence.likeness import features, inliers
from escrow_chain.evidence.photo import MAX_PIXELS, MOST_MEMORY, PhotoFindings, parse_photo, parse_photo_file
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.photo import ManifestState
from tests.evidence.capture import Holder

ROUNDS: Final = 5
FLOOR: Final = "bare_decode_signed"
_MEGABYTE: Final = 1e6
_HIGH_WATER: Final = re.compile(r"VmHWM:\s+(\d+) kB")
"""What a process had in memory at most; unlike what getrusage says, not what its parent had."""
_FILE_BYTES: Final = 1_000_000
"""A file of so many bytes is left room for."""


def extras() -> dict[str, float]:
    """Milliseconds for the bare decoding, the manifest, the details, a pair of photos, and all checks together.

    Each beside the bare decoding of the same photo: how many times that it takes.
    """
    authority = Holder.authority()
    camera = authority.under("Cameras").camera()
    files = [camera.sign(photograph(name)) for name in NAMES]
    greys = [_greys(file) for file in files]
    seen = [features(each) for each in greys]
    now = datetime.now(UTC)
    numbers = cycle(range(len(files)))
    which = next(numbers)

    def another() -> None:
        nonlocal which
        which = next(numbers)

    works: dict[str, Callable[[], object]] = {
        "another": another,
        FLOOR: lambda: _decoded(files[which]),
        "c2pa_verify": lambda: _trusted(files[which], authority.pem, now),
        "orb_features": lambda: features(greys[which]),
        "orb_pair": lambda: inliers(seen[which], seen[which - 1]),
        "photo_parse": lambda: _parsed(files[which], authority.pem, now),
    }
    taken = medians_ms(works, rounds=ROUNDS * len(files))
    del taken["another"]
    floor = taken[FLOOR]
    figures = {f"{name}_ms": round(each, 2) for name, each in taken.items()}
    return figures | {f"{name}_ratio": round(each / floor, 2) for name, each in taken.items() if name != FLOOR}


def memory() -> dict[str, float]:
    """Megabytes that a worker takes at most: for each kind of picture, `worker_peak_mb` for the worst of them, and
    `photo_peak_mb` for one of 12 megapixels as a phone saves it.
    """
    peaks = {f"{kind}_peak_mb": _peak_mb(file) for kind, file in _largest()}
    return peaks | {"worker_peak_mb": max(peaks.values()), "photo_peak_mb": _peak_mb(photograph(NAMES[0]))}


def _largest() -> Iterator[tuple[str, bytes]]:
    """The largest pictures that are read, by kind."""
    room = MOST_MEMORY - _FILE_BYTES
    yield "jpeg", _saved(_picture(MAX_PIXELS), "JPEG", quality=60)
    yield "jpeg_progressive", _saved(_picture(room // 7 - 1_500_000), "JPEG", progressive=True, subsampling="4:4:4")
    yield "jpeg_cmyk", _saved(_picture(room // 9 - 1_500_000).convert("CMYK"), "JPEG", quality=60)
    yield "png", _saved(_picture(room // 5 - 6_500_000), "PNG", compress_level=1)
    yield "png_opaque", _saved(_picture(room // 5 - 6_500_000).convert("RGBA"), "PNG", compress_level=1)
    yield "png_colour", _saved(Image.new("RGB", (6500, 4950), "teal"), "PNG", transparency=(1, 2, 3))
    yield "png_palette", _saved(_picture(MAX_PIXELS).quantize(16), "PNG", compress_level=1)
    yield "webp", _saved(_picture(room // 16 - 400_000), "WEBP", method=0)
    yield "webp_lossless", _saved(Image.new("RGBA", (3200, 3200), "teal"), "WEBP", lossless=True)


def _picture(pixels: int) -> Image.Image:
    """Colours that run into each other, about square."""
    side = int(pixels**0.5)
    chance = np.random.default_rng(0).integers(0, 255, (side // 64, side // 64, 3), dtype=np.uint8)
    return Image.fromarray(chance).resize((side, side), Image.Resampling.BILINEAR)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _peak_mb(file: bytes) -> float:
    """What a worker takes at most that has read everything else before."""
    authority = Holder.authority()
    signed = authority.camera().sign(photograph(NAMES[0], (1600, 1200)))
    with Sandbox() as sandbox:
        for content in (signed, file):
            with tempfile.NamedTemporaryFile(buffering=0) as spool:
                spool.write(content)
                found = sandbox.submit(parse_photo_file, spool.name, authority.pem, datetime.now(UTC)).result()
            if not isinstance(found, PhotoFindings):
                raise TypeError(found)
        status = sandbox.submit(Path.read_text, Path("/proc/self/status")).result()
    return round(int(_HIGH_WATER.findall(status)[0]) * 1024 / _MEGABYTE, 1)


def _trusted(file: bytes, anchors: str, at: datetime) -> None:
    manifest = manifest_of(file, mime="image/jpeg", anchors=anchors, at=at)
    if manifest is None or manifest.state != ManifestState.TRUSTED:
        raise TypeError(manifest)


def _parsed(file: bytes, anchors: str, at: datetime) -> None:
    found = parse_photo(file, anchors=anchors, at=at)
    if not isinstance(found, PhotoFindings):
        raise TypeError(found)


def _decoded(file: bytes) -> None:
    with Image.open(io.BytesIO(file), formats=["JPEG"]) as image:
        image.load()


def _greys(file: bytes) -> Image.Image:
    """As the parser reduces a photo before it looks for details."""
    with Image.open(io.BytesIO(file), formats=["JPEG"]) as image:
        greys = image.convert("L")
    return greys.reduce(max(greys.size) // 1000)
