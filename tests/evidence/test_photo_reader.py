"""Photos through a real worker."""

import hashlib
from collections.abc import Callable

import pytest

from escrow_chain.evidence import photo_reader
from escrow_chain.evidence.photo_reader import PhotoReader, ReadPhoto
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.sandbox import Limits, Sandbox
from tests.evidence.test_sandbox import crash, eat_memory, loop_for_ever

Shoot = Callable[[str], bytes]


def loop_on(*_: object) -> None:
    """A parser that never ends."""
    loop_for_ever()


def crash_on(*_: object) -> None:
    """A parser with a hole."""
    crash()


def eat_on(*_: object) -> None:
    """A parser that takes a bomb for a photo."""
    eat_memory()


def test_a_photo_is_read_and_named_by_its_bytes(reader: PhotoReader, shoot: Shoot) -> None:
    """Its sha-256 is that of the file."""
    read = reader.read(shoot("coffee"), max_bytes=10_000_000)
    assert isinstance(read, ReadPhoto)
    assert read.sha256 == hashlib.sha256(shoot("coffee")).digest()
    assert (read.size, read.findings.width) == (len(shoot("coffee")), 1600)


def test_a_photo_that_is_too_large_is_not_looked_at(reader: PhotoReader, shoot: Shoot) -> None:
    """The verdict will show size and limit."""
    refusal = reader.read(shoot("coffee"), max_bytes=1000)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.measured, refusal.limit) == ("evidence.file_size", len(shoot("coffee")), 1000)


def test_what_the_parser_refuses_comes_back(reader: PhotoReader) -> None:
    """A refusal is an answer, no failure."""
    refusal = reader.read(b"text", max_bytes=1000)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "photo.format"


@pytest.mark.parametrize(
    ("parser", "code"), [(loop_on, "photo.time"), (crash_on, "photo.crash"), (eat_on, "photo.memory")]
)
def test_a_photo_that_breaks_its_parser_is_refused_and_the_next_one_is_read(
    shoot: Shoot, monkeypatch: pytest.MonkeyPatch, parser: Callable[..., None], code: str
) -> None:
    """The parser is made to loop, crash and eat memory, in the worker it really has."""
    with Sandbox(limits=Limits(seconds=1.5)) as sandbox:
        tight = PhotoReader(sandbox)
        with monkeypatch.context() as patched:
            patched.setattr(photo_reader, "parse_photo_file", parser)
            refusal = tight.read(shoot("coffee"), max_bytes=10_000_000)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code
        assert str(refusal.measured).isalpha()
        assert isinstance(tight.read(shoot("coffee"), max_bytes=10_000_000), ReadPhoto)
