"""How fast the judge is, each figure beside the bare work that it contains, measured in the same run.

A photo of 12 megapixels is checked as the service does it (written where its worker reads it, decoded
whole, metadata, eight PDQ hashes, sha-256), and decoded as Pillow does it with nothing around. Places
are judged from recorded pieces to verdicts, beside one geodesic each. Beside these stand manifests, details, memory
(`bench.photos`) and the search for pictures seen before (`bench.reuse`).
"""

import hashlib
import io
import json
import os
import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Final

from PIL import Image
from pyproj import Geod

from bench.camera import NAMES, photograph
from bench.decisions import decision
from bench.photos import extras, memory
from bench.reuse import reuse
from bench.turns import medians_ms
from escrow_chain.evidence.photo import PhotoFindings, parse_photo
from escrow_chain.evidence.photo_reader import PhotoReader, ReadPhoto
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms import Circumstances, Fix, NonceStatus, Position, Provenance, Term, judge, parse_term

PHOTO_ROUNDS: Final = 10
PLACE_ROUNDS: Final = 15
PLACES: Final = 200
MAX_BYTES: Final = 64_000_000
WALLET: Final = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
NOW: Final = datetime(2025, 6, 30, 6, 0, tzinfo=UTC)
TERM: Final = {
    "term_type": "location_verification",
    "data": {
        "latitude": 0.347596,
        "longitude": 32.58252,
        "radius": 100,
        "verification_window": {"start_time": "08:00", "end_time": "18:00"},
        "deadline": "2025-07-01T00:00:00Z",
    },
}


def main(directory: Path) -> None:
    """Measures, prints, and writes `terms.json`."""
    figures = photos() | extras() | memory() | places() | reuse()
    (directory / "terms.json").write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:28} {value}")


def photos() -> dict[str, float]:
    """Milliseconds for one photo: the whole check, the bare decoding, and how many times the one is the other."""
    files = [photograph(name) for name in NAMES]
    numbers = cycle(range(len(files)))
    which = next(numbers)

    def another() -> None:
        nonlocal which
        which = next(numbers)

    with Sandbox() as sandbox:
        reader = PhotoReader(sandbox)
        check(reader, files[0])
        works: dict[str, Callable[[], object]] = {
            "another": another,
            "decode": lambda: decode(files[which]),
            "check": lambda: check(reader, files[which]),
            "inline": lambda: inline(files[which]),
        }
        taken = medians_ms(works, rounds=PHOTO_ROUNDS * len(files))
    checked, decoded = taken["check"], taken["decode"]
    return {
        "photo_megabytes": round(statistics.mean(len(file) for file in files) / 1e6, 2),
        "photo_check_ms": round(checked, 1),
        "bare_decode_ms": round(decoded, 1),
        "ratio": round(checked / decoded, 2),
        "worker_ratio": round(checked / taken["inline"], 2),
    }


def check(reader: PhotoReader, file: bytes) -> None:
    """The whole check of a photo."""
    if not isinstance(reader.read(file, max_bytes=MAX_BYTES), ReadPhoto):
        raise TypeError("the photo was refused")


def inline(file: bytes) -> None:
    """The same in this process, without a worker: what must never be done with anybody's photo."""
    hashlib.sha256(file).digest()
    if not isinstance(parse_photo(file), PhotoFindings):
        raise TypeError("the photo was refused")


def decode(file: bytes) -> None:
    """What any decoder does: every pixel, in colour."""
    with Image.open(io.BytesIO(file), formats=["JPEG"]) as image:
        image.load()


def places() -> dict[str, float]:
    """In a second: verdicts on one place each, and geodesics by the same library with nothing around.

    Beside them stand the same decisions in one function, with nothing recorded (`bench.decisions`): what a verdict
    takes beyond that is its fourteen checks, each of which says what was found.
    """
    term = parse_term(TERM).terms[0]
    pieces = [_position(term, number) for number in range(PLACES)]
    circumstances = Circumstances(
        at=NOW + timedelta(hours=1), zone="Africa/Kampala", deal=bytes(32), milestone=0, submitter=WALLET
    )
    earth = Geod(ellps="WGS84")
    fulfils = decision(term, circumstances, earth)
    if not all(judge(term, [piece], circumstances).fulfilled and fulfils(piece) for piece in pieces):
        raise ValueError("a position does not fulfil its term")
    works: dict[str, Callable[[], object]] = {
        "judgements": lambda: [judge(term, [piece], circumstances) for piece in pieces],
        "decisions": lambda: [fulfils(piece) for piece in pieces],
        "geodesics": lambda: [_distance(earth, piece) for piece in pieces],
    }
    taken = medians_ms(works, rounds=PLACE_ROUNDS)
    return {
        "location_checks_per_s": round(PLACES / taken["judgements"] * 1000),
        "bare_geodesics_per_s": round(PLACES / taken["geodesics"] * 1000),
        "location_ratio": round(taken["geodesics"] / taken["judgements"], 3),
        "bare_decisions_per_s": round(PLACES / taken["decisions"] * 1000),
        "bare_decisions_ratio": round(taken["geodesics"] / taken["decisions"], 3),
    }


def _distance(earth: Geod, piece: Position) -> float:
    return float(earth.inv(piece.fix.longitude, piece.fix.latitude, 32.58252, 0.347596)[2])


def _position(term: Term, number: int) -> Position:
    content = os.urandom(32)
    return Position(
        content=content,
        fix=Fix(latitude=0.3476 + number * 1e-6, longitude=32.5825, accuracy=6.5),
        captured_at=NOW,
        provenance=Provenance(
            deal=bytes(32),
            milestone=0,
            term=term.id,
            nonce=os.urandom(32),
            kind="position",
            content=content,
            signer=WALLET,
            nonce_status=NonceStatus.FRESH,
            issued_at=NOW - timedelta(seconds=5),
            received_at=NOW + timedelta(seconds=5),
        ),
    )
