"""Places for ciphertext: files for real, and a bucket as moto plays it."""

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from mypy_boto3_s3 import S3Client

from escrow_chain.evidence.blobs import Blobs, FileBlobs
from escrow_chain.evidence.keys import FileKeyRing
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.s3_blobs import S3Blobs
from escrow_chain.evidence.store import EvidenceStore, PieceDamaged, PieceErased, PieceIncomplete
from escrow_chain.evidence.write_once import write_once

NAME = bytes(range(32))
OTHER = bytes(range(1, 33))
SUBJECT = Subject(deal=b"\x01" * 32, milestone=2, term=b"\x02" * 32)
BUCKET = "evidence-of-deals"
PIECE = b"a photo of a goat"


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """What clients are made of; the first one takes a second."""
    return boto3.Session("somebody", "nobody", region_name="us-east-1")


@pytest.fixture
def s3(session: boto3.Session) -> Iterator[S3Client]:
    """A client of an S3 that lives in this process, with one bucket."""
    with mock_aws():
        client = session.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def bucket(s3: S3Client) -> S3Blobs:
    """Blobs in that bucket."""
    return S3Blobs(s3, bucket=BUCKET)


@pytest.fixture
def store(tmp_path: Path, bucket: S3Blobs) -> EvidenceStore:
    """A store whose ciphertext lies in the bucket."""
    return EvidenceStore(FileKeyRing(tmp_path, master_key=b"m" * 32, randomness=secrets.token_bytes), bucket)


@pytest.fixture(params=["files", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Each kind of blobs."""
    place: Blobs = FileBlobs(tmp_path / "blobs") if request.param == "files" else request.getfixturevalue("bucket")
    return place


def answers_once(s3: S3Client, status: int) -> list[AWSRequest]:
    """Lets the first put's answer be this status, whatever becomes of the put. All puts, as they come."""
    seen: list[AWSRequest] = []

    def answer(request: AWSRequest, **_: Any) -> AWSResponse | None:
        seen.append(request)
        return AWSResponse(request.url, status, {}, MockRawResponse(b"")) if len(seen) == 1 else None

    s3.meta.events.register_first("before-send.s3.PutObject", answer)
    return seen


def refuses(s3: S3Client, status: int, *, times: int) -> list[int]:
    """Lets so many puts end with this status, before they reach the bucket. A number for each put, as they come."""
    seen: list[int] = []

    def refuse(**_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        seen.append(len(seen))
        if len(seen) > times:
            return None
        said = {"Error": {"Code": "Refused"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return AWSResponse("", status, {}, MockRawResponse(b"")), said

    s3.meta.events.register("before-call.s3.PutObject", refuse)
    return seen


def test_what_is_put_is_there(blobs: Blobs) -> None:
    """Under its name and no other."""
    assert blobs.put(NAME, b"sealed")
    assert blobs.get(NAME, max_bytes=100) == b"sealed"
    assert blobs.get(OTHER, max_bytes=100) is None


def test_nothing_is_overwritten(blobs: Blobs) -> None:
    """The second put says so, and changes nothing."""
    assert blobs.put(NAME, b"first")
    assert not blobs.put(NAME, b"second")
    assert blobs.get(NAME, max_bytes=100) == b"first"


def test_what_is_deleted_is_gone(blobs: Blobs) -> None:
    """And deleting nothing is no error."""
    blobs.put(NAME, b"sealed")
    blobs.put(OTHER, b"other")
    blobs.delete(NAME)
    blobs.delete(NAME)
    assert blobs.get(NAME, max_bytes=100) is None
    assert blobs.get(OTHER, max_bytes=100) == b"other"


@pytest.mark.parametrize(("size", "read"), [(0, 0), (9, 9), (10, 10), (11, 10), (100_000, 10)])
def test_no_more_is_read_than_asked_for(blobs: Blobs, size: int, read: int) -> None:
    """Whoever can write there cannot fill our memory."""
    blobs.put(NAME, b"x" * size)
    assert blobs.get(NAME, max_bytes=10) == b"x" * read


def test_one_of_many_puts_at_once_is_written(tmp_path: Path) -> None:
    """Each thread has other bytes: those of the one that was told so are there, whole."""
    blobs = FileBlobs(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            name = number.to_bytes(32)
            contents = [bytes([thread]) * 50_000 for thread in range(8)]
            written = [pool.submit(blobs.put, name, content) for content in contents]
            [winner] = [content for content, put in zip(contents, written, strict=True) if put.result()]
            assert blobs.get(name, max_bytes=100_000) == winner


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """Also where the folder was open to all before."""
    folder = tmp_path / "blobs"
    folder.mkdir(mode=0o755)
    FileBlobs(folder).put(NAME, b"sealed")
    [file] = folder.iterdir()
    assert file.name == NAME.hex()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_name_is_given_to_bytes_on_the_disk_and_is_on_the_disk_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_taken: bool
) -> None:
    """No power cut leaves a name with half a file, or takes back what was said to be kept."""
    path = tmp_path / "file"
    if is_taken:
        path.write_bytes(b"by somebody whose own sync has not come yet")
    done: list[str] = []
    fsync, link = os.fsync, os.link

    def noted_fsync(opened: int) -> None:
        done.append("sync folder" if stat.S_ISDIR(os.fstat(opened).st_mode) else f"sync {os.fstat(opened).st_size}")
        fsync(opened)

    def noted_link(*paths: str) -> None:
        done.append("name")
        link(*paths)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "link", noted_link)
    assert write_once(path, b"x" * 12) is not is_taken
    assert done == ["sync 12", "name", "sync folder"]


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a name nor a half file."""

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write_once(tmp_path / "file", b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_is_listed_by_names_that_say_nothing(store: EvidenceStore, s3: S3Client) -> None:
    """No hash of the file, no deal, and not its size."""
    sha256 = store.put(PIECE, subject=SUBJECT)
    [found] = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    folder, _, name = found["Key"].rpartition("/")
    assert (folder, len(bytes.fromhex(name))) == ("evidence", 32)
    assert name not in (sha256.hex(), SUBJECT.deal.hex(), SUBJECT.term.hex())
    assert found["Size"] == 4096 + 16


def test_a_put_whose_answer_is_lost_ends_well(store: EvidenceStore, s3: S3Client) -> None:
    """It is stored, the client hears of an error, and its retry is told that the name is taken."""
    seen = answers_once(s3, 500)
    sha256 = store.put(PIECE, subject=SUBJECT)
    assert len(seen) == 2
    assert store.get(sha256, subject=SUBJECT) == PIECE


def test_something_else_under_the_name_is_not_taken_for_ours(store: EvidenceStore, s3: S3Client) -> None:
    """A put that finds its name taken reads back what is there."""
    store.put(PIECE, subject=SUBJECT)
    [found] = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    s3.put_object(Bucket=BUCKET, Key=found["Key"], Body=b"y" * found["Size"])
    with pytest.raises(PieceDamaged):
        store.put(PIECE, subject=SUBJECT)


def test_a_conflict_is_tried_again(bucket: S3Blobs, s3: S3Client) -> None:
    """S3 decides it at the next try."""
    refuses(s3, 409, times=2)
    assert bucket.put(NAME, b"sealed")
    assert bucket.get(NAME, max_bytes=100) == b"sealed"


def test_a_conflict_without_end_is_raised(bucket: S3Blobs, s3: S3Client) -> None:
    """Nobody says that anything was kept."""
    seen = refuses(s3, 409, times=100)
    with pytest.raises(ClientError):
        bucket.put(NAME, b"sealed")
    assert len(seen) == 5


def test_a_refused_put_is_raised_at_once(bucket: S3Blobs, s3: S3Client) -> None:
    """It is not taken for a name that is there already."""
    seen = refuses(s3, 403, times=100)
    with pytest.raises(ClientError):
        bucket.put(NAME, b"sealed")
    assert len(seen) == 1


@pytest.mark.parametrize(
    "ask", [lambda blobs: blobs.get(NAME, max_bytes=1), lambda blobs: blobs.put(NAME, b""), lambda b: b.delete(NAME)]
)
def test_a_bucket_that_is_not_there_is_an_error(s3: S3Client, ask: Callable[[Blobs], object]) -> None:
    """It does not look like a piece that was never put, or like one that is gone."""
    with pytest.raises(s3.exceptions.NoSuchBucket):
        ask(S3Blobs(s3, bucket="another"))


def test_many_puts_of_one_piece_to_a_bucket_leave_one(store: EvidenceStore, s3: S3Client) -> None:
    """All succeed, and it opens."""
    with ThreadPoolExecutor(4) as pool:
        [sha256] = set(pool.map(lambda _: store.put(PIECE, subject=SUBJECT), range(12)))
    assert store.get(sha256, subject=SUBJECT) == PIECE
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_erasing_empties_the_bucket(store: EvidenceStore, s3: S3Client) -> None:
    """And the piece is known to be erased, not lost."""
    sha256 = store.put(PIECE, subject=SUBJECT)
    store.erase(sha256, subject=SUBJECT)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    with pytest.raises(PieceErased):
        store.get(sha256, subject=SUBJECT)


def test_a_bucket_out_of_reach_does_not_stop_an_erasure(store: EvidenceStore, s3: S3Client) -> None:
    """The error is raised when the key is gone; erasing again removes the bytes."""
    sha256 = store.put(PIECE, subject=SUBJECT)

    def refuse(**_: Any) -> None:
        raise ConnectionError("out of reach")

    s3.meta.events.register("before-call.s3.DeleteObject", refuse)
    with pytest.raises(ConnectionError):
        store.erase(sha256, subject=SUBJECT)
    with pytest.raises(PieceErased):
        store.get(sha256, subject=SUBJECT)
    s3.meta.events.unregister("before-call.s3.DeleteObject", refuse)
    store.erase(sha256, subject=SUBJECT)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_piece_whose_bytes_the_bucket_lost_is_mended_by_putting_it_again(store: EvidenceStore, s3: S3Client) -> None:
    """Until then it is incomplete, which is neither never there nor erased."""
    sha256 = store.put(PIECE, subject=SUBJECT)
    [found] = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    s3.delete_object(Bucket=BUCKET, Key=found["Key"])
    with pytest.raises(PieceIncomplete):
        store.get(sha256, subject=SUBJECT)
    store.put(PIECE, subject=SUBJECT)
    assert store.get(sha256, subject=SUBJECT) == PIECE
