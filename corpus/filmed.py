"""Photos that cameras signed (C2PA), and photos of cameras that lie. Their certificates are good until 2090."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bench.camera import picture
from corpus.drawn import LARGE, SIZE, saved
from tests.evidence.capture import CREATED, Holder, segments, transplanted

BORN: Final = datetime(2020, 1, 1, tzinfo=UTC)
DEAD: Final = datetime(2090, 1, 1, tzinfo=UTC)
SOON: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""Before the photos of the corpus are received."""
LONG: Final[Mapping[str, Any]] = {"since": BORN, "until": DEAD}
ANCHORS: Final = "cameras.pem"
FILMED_NONCE: Final = bytes.fromhex("5f" * 32)
"""What is in all manifests that have one."""


def photos() -> dict[str, bytes]:
    """Signed photos, and the anchors."""
    root = Holder.authority("Cameras of the corpus", **LONG)
    maker = root.under("A maker", **LONG)
    camera = maker.camera(**LONG)
    stranger = Holder.authority("Somebody", **LONG).camera(**LONG)
    photo, other = saved(picture("coffee", SIZE), quality=80), saved(picture("chelsea", SIZE), quality=80)
    cropped = saved(picture("coffee", LARGE).crop((150, 110, 850, 640)), quality=80)
    signed = camera.sign(photo)
    edited = {"action": "c2pa.edited"}
    generated = CREATED | {
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    }
    return {
        ANCHORS: root.pem.encode(),
        "filmed.jpg": signed,
        "filmed-other.jpg": camera.sign(other),
        "filmed-cropped.jpg": camera.sign(cropped),
        "filmed-nonceless.jpg": camera.sign(photo, nonce=None),
        "filmed-misspelled.jpg": camera.sign(photo, nonce="5f" * 32),
        "filmed-by-stranger.jpg": stranger.sign(photo),
        "filmed-edited.jpg": camera.sign(photo, actions=[CREATED, edited]),
        "filmed-generated.jpg": camera.sign(photo, actions=[generated]),
        "filmed-gathered.jpg": camera.sign(photo, created=False),
        "filmed-opened.jpg": camera.edit(signed, actions=[{"action": "c2pa.opened"}]),
        "filmed-touched.jpg": _touched(signed),
        "filmed-transplanted.jpg": transplanted(signed, other),
        "filmed-remotely.jpg": camera.sign_elsewhere(photo, "https://manifests.example.com/1.c2pa"),
        "filmed-too-late.jpg": _expiring(root, photo),
    }


def _touched(signed: bytes) -> bytes:
    """One byte of the pixels is another one."""
    pixels = segments(signed)[1]
    place = len(signed) - len(pixels) // 2
    return signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]


def _expiring(root: Holder, photo: bytes) -> bytes:
    """By an issuer whose time was over before the photo was received."""
    issuer = root.under("A maker of the past", since=BORN, until=SOON)
    return issuer.camera(**LONG).sign(photo)
