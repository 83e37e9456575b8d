"""Files that are handed in, and what they are taken for: signed pieces with their photos, and how they may be named."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from escrow_chain.evidence.content import photo_content
from escrow_chain.evidence.handed_in import HandedIn, LoosePhoto, Signed, read_evidence
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.signed_piece import Receipt, SignedPiece
from escrow_chain.evidence.submission import Submission, sign
from escrow_chain.terms import NonceStatus
from tests.evidence.scene import DOMAIN, MORNING, account

PHOTO = b"\xff\xd8\xff and more"


def write_piece(folder: Path, photo: str) -> Path:
    """A signed photo whose file has this name."""
    submission = Submission(
        deal=b"\x01" * 32,
        milestone=0,
        term=b"\x02" * 32,
        nonce=b"\x03" * 32,
        kind="photo",
        content=photo_content(hashlib.sha256(PHOTO).digest()),
        captured_at=int(MORNING.timestamp()),
    )
    piece = SignedPiece(
        **sign(submission, domain=DOMAIN, account=account(1001)).model_dump(),
        domain=DOMAIN,
        photo="photo.jpg",
        receipt=Receipt(nonce_status=NonceStatus.FRESH, issued_at=MORNING, received_at=MORNING + timedelta(seconds=5)),
    )
    path = folder / "piece.json"
    path.write_text(json.dumps(json.loads(piece.model_dump_json()) | {"photo": photo}))
    return path


def read(path: Path, *, max_bytes: int = 1000) -> HandedIn:
    """The one thing in a file."""
    (thing,) = read_evidence(path, max_bytes=max_bytes)
    return thing


def test_a_signed_photo_comes_with_its_file(tmp_path: Path) -> None:
    """It lies beside the piece."""
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    thing = read(write_piece(tmp_path, "photo.jpg"))
    assert isinstance(thing, Signed)
    assert thing.file == PHOTO


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "{folder}/secret.jpg", "inner/photo.jpg", "a\\b.jpg", "a\0b", ".", "..", ""]
)
def test_a_signed_photo_is_named_without_its_folder(tmp_path: Path, name: str) -> None:
    """Else whoever signs a piece chooses which of the reader's files is opened."""
    folder = tmp_path / "piece"
    (folder / "inner").mkdir(parents=True)
    for path in (tmp_path / "secret.jpg", folder / "inner" / "photo.jpg", folder / "a\\b.jpg"):
        path.write_bytes(PHOTO)
    thing = read(write_piece(folder, name.format(folder=tmp_path)))
    assert isinstance(thing, Refusal)
    assert thing.code == "evidence.recognised"
    assert "photo: not the bare name of a file" in str(thing.measured)


def test_a_signed_photo_is_no_link(tmp_path: Path) -> None:
    """It would lead out of the folder as well."""
    (tmp_path / "secret.jpg").write_bytes(PHOTO)
    (tmp_path / "piece").mkdir()
    (tmp_path / "piece" / "photo.jpg").symlink_to(tmp_path / "secret.jpg")
    thing = read(write_piece(tmp_path / "piece", "photo.jpg"))
    assert isinstance(thing, Refusal)
    assert thing.code == "evidence.file"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_receipt_from_no_time_at_all_is_none(tmp_path: Path, at: str) -> None:
    """A moment that UTC does not have makes a piece unreadable, and does not stop the reader."""
    path = write_piece(tmp_path, "photo.jpg")
    piece = json.loads(path.read_text())
    piece["receipt"]["received_at"] = at
    path.write_text(json.dumps(piece))
    thing = read(path)
    assert isinstance(thing, Refusal)
    assert "receipt.received_at" in str(thing.measured)


@pytest.mark.parametrize(
    "text", ['{"\\ud800": 1, "\\ud800": 2}', '{"' + "k" * 100_000 + '": NaN}'], ids=["half a pair", "a long name"]
)
def test_what_is_wrong_with_a_file_can_be_shown(tmp_path: Path, text: str) -> None:
    """In a few words of Unicode, whatever the names in it are."""
    path = tmp_path / "some.json"
    path.write_text(text)
    thing = read(path)
    assert isinstance(thing, Refusal)
    assert len(str(thing.measured).encode()) < 1_000


def test_what_is_wrong_with_a_piece_is_told_in_a_few_words(tmp_path: Path) -> None:
    """However long the name of a field is that no piece has."""
    path = write_piece(tmp_path, "photo.jpg")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"k" * 100_000: 1}))
    thing = read(path)
    assert isinstance(thing, Refusal)
    assert len(str(thing.measured)) < 1_000


def test_the_limit_for_photos_is_not_one_for_json(tmp_path: Path) -> None:
    """A piece is larger than a photo may be here; the photo's own limit still holds for the photo."""
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    piece = write_piece(tmp_path, "photo.jpg")
    assert piece.stat().st_size > 100
    assert isinstance(read(piece, max_bytes=100), Signed)
    refusal = read(piece, max_bytes=len(PHOTO) - 1)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.measured, refusal.limit) == ("evidence.file_size", len(PHOTO), len(PHOTO) - 1)


def test_json_has_a_limit_of_its_own(tmp_path: Path) -> None:
    """A megabyte, however large photos may be."""
    path = tmp_path / "track.json"
    path.write_text("[" + " " * (1 << 20) + "]")
    refusal = read(path, max_bytes=10 << 20)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "evidence.recognised"
    path.write_bytes(PHOTO + bytes(1 << 20))
    assert isinstance(read(path, max_bytes=10 << 20), LoosePhoto)
