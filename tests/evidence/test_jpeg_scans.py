"""The scans of a JPEG, told from what only looks like one."""

import io

import pytest
from PIL import Image

from escrow_chain.evidence.jpeg_scans import scans

SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
COMMENT = b"\xff\xfe\x00\x0c" + SCAN


@pytest.mark.parametrize(
    ("content", "colours"),
    [
        (b"", []),
        (b"\xff\xd8", []),
        (SCAN, [1]),
        (SCAN + b"\xff\xd9" + SCAN, [1]),
        (COMMENT + SCAN, [1]),
        (b"junk" + SCAN, [1]),
        (b"\xff" + SCAN, [1]),
        (SCAN + b"\xff\x00\xda" + b"\xff\xd0" + b"data" + SCAN, [1, 1]),
        (b"\xff\x01" + SCAN, [1]),
        (b"\xff\xfe\x00\x00" + SCAN, [1]),
        (SCAN[:2], [0]),
        (b"\xff\xfe\xff\xff" + SCAN, []),
    ],
)
def test_scans_are_found(content: bytes, colours: list[int]) -> None:
    """Up to the end of the picture, behind whatever libjpeg passes over, and not within a segment."""
    assert list(scans(b"\xff\xd8" + content)) == colours


@pytest.mark.parametrize(("progressive", "colours"), [(False, [3]), (True, [3, 1, 1, 1, 1, 1, 3, 1, 1, 1])])
def test_scans_of_a_photo(progressive: bool, colours: list[int]) -> None:
    """As Pillow saves it."""
    file = io.BytesIO()
    Image.effect_noise((64, 48), 50).convert("RGB").save(file, "JPEG", progressive=progressive)
    assert list(scans(file.getvalue() + SCAN)) == colours
