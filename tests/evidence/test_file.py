"""Reading files, and refusing them by their size before they are read."""

import os
import time
from pathlib import Path

import pytest

from escrow_chain.evidence.file import read_file
from escrow_chain.evidence.handed_in import read_evidence
from escrow_chain.evidence.refusal import Refusal

SENTENCE = "The file cannot be read. Look at its name and whether you may open it."


def refused(path: Path, *, max_bytes: int = 100) -> Refusal:
    """Why a file is not read."""
    refusal = read_file(path, max_bytes=max_bytes)
    assert isinstance(refusal, Refusal)
    return refusal


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    """The limit included."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    assert read_file(path, max_bytes=100) == b"x" * 100
    path.write_bytes(b"x" * 101)
    refusal = refused(path)
    assert (refusal.code, refusal.measured, refusal.limit, refusal.unit) == ("evidence.file_size", 101, 100, "bytes")


def test_a_huge_file_costs_nothing(tmp_path: Path) -> None:
    """Ten gigabytes of holes are refused by their size."""
    path = tmp_path / "huge.jpg"
    path.touch()
    os.truncate(path, 10 << 30)
    started = time.monotonic()
    assert refused(path).measured == 10 << 30
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """And nothing waits: opening a pipe would, until somebody writes."""
    path = tmp_path / "it"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    assert refused(path).code == "evidence.file"


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    """NUL ends a name for the system."""
    assert refused(tmp_path / "a\0b").code == "evidence.file"


def test_what_the_kernel_makes_up_is_not_read() -> None:
    """It has no size, calls itself a regular file, and may answer nothing, or for ever."""
    for path in (Path("/proc/kmsg"), Path("/proc/self/environ")):
        assert read_file(path, max_bytes=100) in (b"", Refusal("evidence.file", SENTENCE, "Operation not permitted"))
        (thing,) = read_evidence(path, max_bytes=100)
        assert isinstance(thing, Refusal)
        assert thing.code == "evidence.file"


def test_a_link_is_followed_unless_it_may_not_be(tmp_path: Path) -> None:
    """Who names a file may name a link; who signs a piece may not."""
    (tmp_path / "file").write_bytes(b"x")
    link = tmp_path / "link"
    link.symlink_to("file")
    assert read_file(link, max_bytes=100) == b"x"
    refusal = read_file(link, max_bytes=100, follow_links=False)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "evidence.file"
    assert read_file(tmp_path / "file", max_bytes=100, follow_links=False) == b"x"


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system says it (root may read everything, so the system is asked to refuse)."""
    path = tmp_path / "secret"
    path.write_bytes(b"x")

    def deny(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)
    assert refused(path).measured == "Permission denied"
