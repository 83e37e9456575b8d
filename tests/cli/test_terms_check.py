"""`escrow terms check`: files in, a verdict out."""

import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.camera import photograph
from escrow_chain.cli import main
from escrow_chain.evidence.content import GivenCode, photo_content, position_content
from escrow_chain.evidence.signed_piece import Receipt, SignedPiece
from escrow_chain.evidence.submission import ConfirmationMessage, Submission, sign
from escrow_chain.terms import FORMAT, NonceStatus, Term, parse_document
from tests.evidence.scene import DOMAIN, KAMPALA, MORNING, account, counted

AT = "2025-06-30T09:00:00Z"
WALLET, CUSTOMER = account(1001), account(1002)
PLACE = {"term_type": "location_verification", "data": {"latitude": 0.347596, "longitude": 32.58252, "radius": 100}}
PHOTO = {"term_type": "photo_upload", "data": {"required_count": 1}}
SALT = "0x" + "5a" * 32
CODED = {"term_type": "custom", "data": {"verification_code": "QC-7"}}
CHECKLIST = {"term_type": "custom", "data": {"required_data": {"report": True}}}
RATED = {"term_type": "delivery_confirmation", "data": {"min_rating": 3}}
ERRORS = {"error", "what", "where", "remedy", "status"}


@dataclass
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output."""
        return json.loads(self.out)

    def failed(self) -> set[str]:
        """The codes of the failed checks of all verdicts."""
        return {c["code"] for verdict in self.json["verdicts"] for c in verdict["checks"] if not c["passed"]}

    def check(self, code: str) -> Any:
        """The first check with this code."""
        return next(c for verdict in self.json["verdicts"] for c in verdict["checks"] if c["code"] == code)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `escrow terms check` in an empty folder, judging at nine in the morning, with JSON."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, options: Sequence[str] = ("--at", AT, "--json")) -> Ran:
        status = main(["terms", "check", *map(str, arguments), *options])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="module")
def coffee() -> bytes:
    """A real photograph."""
    return photograph("coffee", (1600, 1200))


def write(name: str, value: Any) -> Path:
    """A JSON file."""
    path = Path(name)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def document(*terms: Any) -> dict[str, Any]:
    """A terms document."""
    return {"format": FORMAT, "timezone": "Africa/Kampala", "terms": list(terms)}


@cache
def deal() -> bytes:
    """The deal that all pieces are for."""
    return counted(32)


def signed_piece(term: Term, /, *, position: Any = None, photo: Path | None = None, **changes: Any) -> SignedPiece:
    """A signed piece as a service would write it."""
    if photo:
        kind, content = "photo", photo_content(hashlib.sha256(photo.read_bytes()).digest(), position)
    else:
        kind, content = "position", position_content(position)
    message = {
        "deal": deal(),
        "milestone": 0,
        "term": term.id,
        "nonce": counted(32),
        "kind": kind,
        "content": content,
        "captured_at": int(MORNING.timestamp()),
    }
    signed = sign(Submission.model_validate(message | changes), domain=DOMAIN, account=WALLET)
    return SignedPiece(
        **signed.model_dump(),
        domain=DOMAIN,
        position=position,
        photo=photo.name if photo else None,
        receipt=Receipt(
            nonce_status=NonceStatus.FRESH,
            issued_at=MORNING - timedelta(seconds=5),
            received_at=MORNING + timedelta(seconds=5),
            sightings=() if photo else None,
        ),
    )


def signed_word(term: Term, /, *, rating: int = 0, confirmed: bool = True) -> SignedPiece:
    """The customer's signed confirmation, as a service would write it."""
    message = ConfirmationMessage(
        deal=deal(),
        milestone=0,
        term=term.id,
        nonce=counted(32),
        kind="confirmation",
        confirmed=confirmed,
        rating=rating,
        captured_at=int(MORNING.timestamp()),
    )
    signed = sign(message, domain=DOMAIN, account=CUSTOMER)
    receipt = Receipt(
        nonce_status=NonceStatus.FRESH,
        issued_at=MORNING - timedelta(seconds=5),
        received_at=MORNING + timedelta(seconds=5),
    )
    return SignedPiece(**dict(signed), domain=DOMAIN, receipt=receipt)


def test_the_customers_word_fulfils_a_document_that_names_the_customer(run: Run) -> None:
    """And nobody's does in one that names none."""
    terms = document(RATED) | {"people": {"customer": CUSTOMER.address}}
    write("word.json", signed_word(parse_document(terms).terms[0], rating=4).model_dump_json())
    ran = run(write("terms.json", terms), "word.json", "--submitter", WALLET.address)
    assert ran.status == 0
    assert ran.check("confirmation.rating")["measured"] == 4
    assert ran.check("confirmation.confirmed")["grade"] == "G3"

    nameless = document(RATED)
    write("other.json", signed_word(parse_document(nameless).terms[0], rating=4).model_dump_json())
    ran = run(write("nameless.json", nameless), "other.json", "--submitter", WALLET.address)
    assert ran.status == 1
    assert "bound.signature" in ran.failed()


def signed_code(term: Term, text: str, *, attempt: int | None) -> SignedPiece:
    """A code that the recipient gave back, as a service would write it."""
    message = Submission(
        deal=deal(),
        milestone=0,
        term=term.id,
        nonce=counted(32),
        kind="code",
        content=GivenCode(code=text, salt=SALT).content,
        captured_at=int(MORNING.timestamp()),
    )
    receipt = Receipt(
        nonce_status=NonceStatus.FRESH,
        issued_at=MORNING - timedelta(seconds=5),
        received_at=MORNING + timedelta(seconds=5),
        attempt=attempt,
    )
    return SignedPiece(
        **dict(sign(message, domain=DOMAIN, account=WALLET)), domain=DOMAIN, code=text, salt=SALT, receipt=receipt
    )


@pytest.mark.parametrize(("attempt", "status"), [(1, 0), (5, 0), (6, 1), (None, 1)])
def test_a_code_counts_as_the_attempt_that_its_receipt_says(run: Run, attempt: int | None, status: int) -> None:
    """Not as what this run counts; and nothing printed says what the code is."""
    terms = document(CODED)
    piece = signed_code(parse_document(terms).terms[0], "QC-7", attempt=attempt)
    ran = run(write("t.json", terms), write("code.json", piece.model_dump_json()), "--submitter", WALLET.address)
    assert ran.status == status
    assert "QC-7" not in ran.out


def test_data_that_nobody_signed_are_measured(run: Run) -> None:
    """As every claim."""
    ran = run(write("t.json", CHECKLIST), write("data.json", {"data": {"report": "passed"}}))
    assert ran.failed() == {"evidence.grade"}
    ran = run(write("t.json", CHECKLIST), write("data.json", {"data": {"report": 7}}))
    assert {"data.malformed", "data.supplied"} <= ran.failed()


def test_a_confirmation_that_nobody_signed_is_measured(run: Run) -> None:
    """So that terms can be tried out."""
    ran = run(write("t.json", RATED), write("word.json", {"confirmed": True, "rating": 2}))
    assert ran.failed() == {"confirmation.rating", "evidence.grade"}
    ran = run(write("t.json", RATED), write("word.json", {"confirmed": "perhaps"}))
    assert "confirmation.malformed" in ran.failed()
    assert "confirmed" in ran.check("confirmation.malformed")["measured"]


def test_signed_pieces_fulfil_a_document(run: Run, coffee: bytes) -> None:
    """A position and a photo, each for the term that it names; the same verdict every time."""
    terms = document(PLACE, PHOTO)
    place, pictures = parse_document(terms).terms
    Path("photo.jpg").write_bytes(coffee)
    write("position.json", signed_piece(place, position=KAMPALA).model_dump_json())
    write("photo.json", signed_piece(pictures, position=KAMPALA, photo=Path("photo.jpg")).model_dump_json())
    arguments = (write("terms.json", terms), "position.json", "photo.json", "--submitter", WALLET.address)
    ran = run(*arguments)
    assert ran.status == 0, ran.out
    assert ran.json["fulfilled"] is True
    assert [verdict["evidence"] for verdict in ran.json["verdicts"]] == [["position.json"], ["photo.json"]]
    assert run(*arguments) == ran
    text = run(*arguments, options=["--at", AT])
    assert text.status == 0
    assert text.out.count("  fulfilled") == 2
    assert "FAIL" not in text.out


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"deal": b"\x01" * 32}, "bound.subject"),
        ({"term": b"\x01" * 32}, "bound.subject"),
        ({"content": b"\x01" * 32}, "bound.content"),
        ({"captured_at": 0}, "bound.clock"),
    ],
)
def test_a_signed_piece_that_is_not_bound_fulfils_nothing(run: Run, change: dict[str, Any], code: str) -> None:
    """What the message names must be what is judged; the first piece names the deal."""
    term = parse_document(document(PLACE)).terms[0]
    write("first.json", signed_piece(term, position=KAMPALA, captured_at=0).model_dump_json())
    write("piece.json", signed_piece(term, position=KAMPALA, **change).model_dump_json())
    ran = run(write("t.json", document(PLACE)), "first.json", "piece.json", "--submitter", WALLET.address)
    assert ran.status == 1
    assert code in ran.failed()


def test_a_nonce_counts_once(run: Run) -> None:
    """The same piece in two files is used the second time."""
    piece = signed_piece(parse_document(document(PLACE)).terms[0], position=KAMPALA).model_dump_json()
    write("one.json", piece)
    write("two.json", piece)
    ran = run(write("t.json", document(PLACE)), "one.json", "two.json", "--submitter", WALLET.address)
    assert ran.status == 0
    assert ran.failed() == {"bound.nonce"}


def test_another_wallets_signature_counts_for_nothing(run: Run) -> None:
    """Nor does anybody's if no submitter is named."""
    write("piece.json", signed_piece(parse_document(document(PLACE)).terms[0], position=KAMPALA).model_dump_json())
    terms = write("t.json", document(PLACE))
    assert "bound.signature" in run(terms, "piece.json", "--submitter", account(5).address).failed()
    assert "bound.signature" in run(terms, "piece.json").failed()
    assert run(terms, "piece.json", "--submitter", WALLET.address.lower()).status == 0


def test_an_unsigned_position_shows_every_check_and_fails_its_grade(run: Run) -> None:
    """Only the grade is missing."""
    ran = run(write("t.json", PLACE), write("position.json", KAMPALA))
    assert ran.status == 1
    assert ran.failed() == {"evidence.grade"}
    assert (ran.check("evidence.grade")["measured"], ran.check("evidence.grade")["limit"]) == ("G0", "G1")


def test_an_unsigned_photo_shows_every_check_and_fails_its_grade(run: Run, coffee: bytes) -> None:
    """Whatever its name is."""
    Path("evidence.txt").write_bytes(coffee)
    term = PHOTO | {"data": {"metadata_required": ["timestamp", "location"]}}
    ran = run(write("t.json", term), "evidence.txt")
    assert ran.failed() == {"evidence.grade"}
    assert ran.check("photo.format")["measured"] == "jpeg"
    assert ran.check("photo.timestamp")["measured"] == "2025-06-30T16:12:40+03:00"


def test_a_wrong_place_is_shown_with_distance_and_limit(run: Run) -> None:
    """In JSON and on the screen."""
    term, far = write("t.json", PLACE), write("far.json", KAMPALA | {"latitude": 0.349})
    check = run(term, far).check("location.distance")
    assert check["measured"] == pytest.approx(155.25, abs=0.1)
    assert check["limit"] == 100
    text = run(term, far, options=["--at", AT])
    assert "FAIL  location.distance: 155.2" in text.out
    assert "limit 100.0 m" in text.out
    assert "Go nearer" in text.out
    assert "not fulfilled" in text.out


def test_a_track_is_many_positions(run: Run) -> None:
    """A list in one file; here the points in the wrong order."""
    points = [
        {"name": "A", "latitude": 0.347596, "longitude": 32.58252, "radius": 50},
        {"name": "B", "latitude": 0.315789, "longitude": 32.576543, "radius": 50},
    ]
    term = {"term_type": "location_verification", "data": {"verification_points": points, "sequence_required": True}}
    there = [
        points[1] | {"accuracy": 5, "captured_at": "2025-06-30T06:00:00Z"},
        points[0] | {"accuracy": 5, "captured_at": "2025-06-30T06:30:00+00:00"},
    ]
    ran = run(write("t.json", term), write("track.json", there))
    assert ran.failed() == {"location.sequence", "evidence.grade"}
    assert ran.check("location.sequence")["measured"] == "B, A"
    assert run(write("t.json", term), write("track.json", there[::-1])).failed() == {
        "location.sequence",
        "evidence.grade",
    }


@pytest.mark.parametrize(
    ("zone", "inside"), [(None, True), ("Africa/Kampala", True), ("America/New_York", False), ("Asia/Tokyo", False)]
)
def test_windows_are_read_in_the_zone(run: Run, zone: str | None, inside: bool) -> None:
    """09:00 in Kampala is two in the night in New York, and three in the afternoon in Tokyo."""
    window = {"verification_window": {"start_time": "08:00", "end_time": "12:00"}}
    term = write("t.json", PLACE | {"data": PLACE["data"] | window})  # type: ignore[operator]
    position = write("p.json", KAMPALA | {"captured_at": "2025-06-30T06:00:00Z"})
    ran = run(term, position, *(["--zone", zone] if zone else []))
    assert ("location.window" not in ran.failed()) is inside


def evidence_file(kind: str, coffee: bytes) -> Path:
    """A file that is no evidence, or hurts whoever reads it."""
    path = Path(kind)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "huge":
        path.write_bytes(coffee)
        os.truncate(path, 200_000_000)
    elif kind == "gif":
        Image.new("RGB", (40, 30)).save(path, "GIF")
    elif kind == "animation":
        frames = [Image.new("RGB", (40, 30), color) for color in ("red", "blue")]
        frames[0].save(path, "WEBP", save_all=True, append_images=frames[1:])
    elif kind == "pixels":
        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
        )
    elif kind != "missing":
        contents = {
            "empty": b"",
            "text.jpg": b"I am a photo, honestly.\n",
            "truncated": coffee[: len(coffee) // 2],
            "nan": b'{"latitude": NaN, "longitude": 32.5, "accuracy": 5}',
            "twice": b'{"latitude": 0.3, "latitude": 0.4, "longitude": 32.5}',
            "deep": b"[" * 100_000,
            "list": b"[]",
            "number": b"17",
            "no position": b'{"lat": 0.3}',
            "bytes": bytes(range(256)) * 10,
            "half signed": b'{"format": "escrow_chain/signed-piece/1", "submission": {}}',
        }
        path.write_bytes(contents[kind])
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing", "evidence.file"),
        ("folder", "evidence.file"),
        ("pipe", "evidence.file"),
        ("empty", "evidence.file"),
        ("huge", "evidence.file_size"),
        ("text.jpg", "evidence.recognised"),
        ("deep", "evidence.recognised"),
        ("nan", "evidence.recognised"),
        ("twice", "evidence.recognised"),
        ("list", "evidence.recognised"),
        ("number", "evidence.recognised"),
        ("half signed", "evidence.recognised"),
        ("bytes", "photo.format"),
        ("gif", "photo.format"),
        ("animation", "photo.frames"),
        ("pixels", "photo.pixels"),
        ("truncated", "photo.decode"),
        ("no position", "evidence.kind position.malformed"),
    ],
)
def test_bad_evidence_is_a_failed_check_and_no_traceback(run: Run, coffee: bytes, kind: str, code: str) -> None:
    """Whatever the file is, the verdict is there, and says what is wrong with it."""
    ran = run(write("t.json", PHOTO), evidence_file(kind, coffee))
    assert ran.status == 1
    assert ran.failed() & set(code.split())
    assert ran.err == ""
    assert all(check["sentence"] for verdict in ran.json["verdicts"] for check in verdict["checks"])


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("not json", "line 1, column 1"),
        ('{"term_type": "photo_upload", "term_type": "custom", "data": {}}', "term_type"),
        (json.dumps(PLACE).replace("100", "NaN"), "data.radius"),
        (json.dumps(PLACE).replace("100", "-1"), "data.radius"),
        (json.dumps(PLACE).replace("100", '"100"'), "data.radius"),
        (json.dumps(PLACE).replace("location_verification", "video"), "term_type"),
        (json.dumps(PLACE).replace("location_verification", "custom"), "data"),
        (json.dumps({"term_type": "photo_upload", "data": {"photo_requirements": []}}), "data.photo_requirements"),
        (json.dumps({"term_type": "photo_upload", "data": {"grade": "G0"}}), "data.grade"),
        (json.dumps(document(PLACE) | {"timezone": "Mars/Olympus"}), "timezone"),
        ("[]", "term"),
        ("[" * 100_000, "document"),
    ],
)
def test_bad_terms_are_an_input_error_with_the_place(run: Run, text: str, where: str) -> None:
    """Exit status 2, a JSON object on the error output, nothing on the other."""
    ran = run(write("t.json", text))
    assert (ran.status, ran.out) == (2, "")
    error = json.loads(ran.err)["error"]
    assert set(error) == ERRORS
    assert error["where"] == where
    assert error["what"]
    assert error["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.json"],
        ["."],
        ["t.json", "--at", "yesterday"],
        ["t.json", "--at", "2025-06-30"],
        ["t.json", "--submitter", "0x12"],
        ["t.json", "--zone", "Mars/Olympus"],
        ["document.json", "--zone", "Asia/Tokyo"],
        ["t.json", "--frobnicate"],
        [],
    ],
)
def test_bad_arguments_are_an_input_error(run: Run, arguments: list[str]) -> None:
    """In words for people, and as JSON for programs."""
    write("t.json", PLACE)
    write("document.json", document(PLACE))
    ran = run(*arguments, options=["--json"])
    assert (ran.status, ran.out) == (2, "")
    assert set(json.loads(ran.err)["error"]) == ERRORS
    text = run(*arguments, options=[])
    assert (text.status, text.out) == (2, "")
    assert text.err.startswith("escrow: ")
    assert "Traceback" not in text.err


def test_it_writes_nothing(run: Run, coffee: bytes) -> None:
    """The folder is as it was."""
    Path("photo.jpg").write_bytes(coffee)
    term = write("t.json", PHOTO)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in Path().iterdir())
    run(term, "photo.jpg")
    assert sorted((path.name, path.stat().st_mtime_ns) for path in Path().iterdir()) == before


def test_the_installed_command_judges_with_its_worker(tmp_path: Path, coffee: bytes) -> None:
    """As users call it, in a process of its own."""
    (tmp_path / "t.json").write_text(json.dumps(PHOTO))
    (tmp_path / "photo.jpg").write_bytes(coffee)
    command = [str(Path(sys.executable).parent / "escrow"), "terms", "check", "t.json", "photo.jpg", "--at", AT]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert "ok    photo.format: jpeg" in ran.stdout
    assert ran.stderr == ""
