"""A small picture of a photo for people to look at: upright, a JPEG of our own making, without metadata.

It is made in a killable worker, from bytes that `escrow_chain.evidence.photo` accepted; what that refuses is not drawn
either. Colours are taken for sRGB, since a colour profile is one more thing to parse.
"""

import io
import struct
import tempfile
import warnings
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from escrow_chain.evidence.errors import WorkerFailed
from escrow_chain.evidence.photo import MAX_PIXELS
from escrow_chain.evidence.sandbox import Sandbox

LONGER_SIDE: Final = 480
"""Pixels."""
_QUALITY: Final = 80
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_DAMAGE: Final = (OSError, SyntaxError, TypeError, ValueError, ArithmeticError, LookupError, EOFError, struct.error)


def thumbnail(content: bytes, *, sandbox: Sandbox) -> bytes | None:
    """The picture as a JPEG file, None if it cannot be drawn."""
    with tempfile.NamedTemporaryFile(buffering=0) as spool:
        spool.write(content)
        try:
            return sandbox.submit(draw_file, spool.name).result()
        except WorkerFailed:
            return None


def draw_file(path: str) -> bytes | None:
    """`draw` of a file's bytes."""
    return draw(Path(path).read_bytes())


def draw(content: bytes) -> bytes | None:
    """The picture, in the worker. None if these bytes are no photo that can be drawn."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            image.thumbnail((LONGER_SIDE, LONGER_SIDE))
            return _saved(_upright(image))
    except _DAMAGE:
        return None


def _upright(image: Image.Image) -> Image.Image:
    """As its header says that it is to be held; as it is if the header cannot be read."""
    try:
        return ImageOps.exif_transpose(image)
    except _DAMAGE:
        return image


def _saved(image: Image.Image) -> bytes:
    """Pixels alone go into the new picture: nothing that came with the old one."""
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))
    saved = io.BytesIO()
    bare.save(saved, "JPEG", quality=_QUALITY, optimize=True)
    return saved.getvalue()
