"""The evidence store on a real file system: thieves, races, and processes that die at every step."""

import hashlib
import multiprocessing
import os
import random
import secrets
import signal
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrow_chain.evidence import store as inside
from escrow_chain.evidence.blobs import FileBlobs
from escrow_chain.evidence.keys import Absence, FileKeyRing, KeyDamaged, WrongMasterKey
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.store import (
    EvidenceStore,
    PieceDamaged,
    PieceErased,
    PieceError,
    PieceIncomplete,
    PieceNotStored,
    PieceTooLarge,
    padded_size,
)
from escrow_chain.evidence.write_once import read_beginning

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["hypothesis", "pytest", "escrow_chain.evidence.store"])
MASTER_KEY = b"m" * 32
SUBJECT = Subject(deal=b"\x01" * 32, milestone=2, term=b"\x02" * 32)
OTHERS = [
    replace(SUBJECT, deal=b"\x03" * 32),
    replace(SUBJECT, milestone=3),
    replace(SUBJECT, term=b"\x03" * 32),
    # The same bytes one after the other, divided elsewhere.
    replace(SUBJECT, deal=SUBJECT.deal + bytes(1), milestone=2 << 8 | SUBJECT.term[0], term=SUBJECT.term[1:]),
]
PIECE = b"a photo of a goat"
SHA256 = hashlib.sha256(PIECE).digest()
OUTSIDE = {"posix", "_io"}
"""The modules of all functions and files that the operating system serves."""


def key_ring(folder: Path, *, master_key: bytes = MASTER_KEY) -> FileKeyRing:
    """The key ring there."""
    return FileKeyRing(folder / "ring", master_key=master_key, randomness=secrets.token_bytes)


def opened(folder: Path, *, max_bytes: int = 1_000_000) -> EvidenceStore:
    """The store there."""
    return EvidenceStore(key_ring(folder), FileBlobs(folder / "blobs"), max_bytes=max_bytes)


def only(folder: Path) -> Path:
    """The only file there."""
    [file] = folder.iterdir()
    return file


def swap(one: Path, other: Path) -> None:
    """Each gets the content of the other."""
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def numbered(number: int) -> bytes:
    """A piece like no other."""
    return b"piece %d" % number


def sha256_of(number: int) -> bytes:
    """Its sha-256."""
    return hashlib.sha256(numbered(number)).digest()


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    """An empty store."""
    return opened(tmp_path)


def test_what_was_put_is_got_months_later(tmp_path: Path) -> None:
    """By another process, from the same folders."""
    assert opened(tmp_path).put(PIECE, subject=SUBJECT) == SHA256
    assert opened(tmp_path).get(SHA256, subject=SUBJECT) == PIECE


@settings(max_examples=25)
@given(content=st.binary(max_size=300) | st.integers(0, 40_000).map(bytes))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Also none, and those that end like padding."""
    store = opened(tmp_path_factory.getbasetemp() / "any")
    assert store.get(store.put(content, subject=SUBJECT), subject=SUBJECT) == content


def test_the_same_piece_again_changes_nothing(tmp_path: Path, store: EvidenceStore) -> None:
    """No file of the store is touched."""
    store.put(PIECE, subject=SUBJECT)
    before = {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in tmp_path.rglob("*") if file.is_file()}
    assert store.put(PIECE, subject=SUBJECT) == SHA256
    after = {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in tmp_path.rglob("*") if file.is_file()}
    assert (after, len(after)) == (before, 3)


@pytest.mark.parametrize("other", OTHERS)
def test_a_piece_is_there_for_its_subject_only(store: EvidenceStore, other: Subject) -> None:
    """Nobody gets it, or erases it, through another deal, milestone or term."""
    store.put(PIECE, subject=SUBJECT)
    for ask in (store.get, store.erase):
        with pytest.raises(PieceNotStored):
            ask(SHA256, subject=other)
    store.put(PIECE, subject=other)
    store.erase(SHA256, subject=other)
    assert store.get(SHA256, subject=SUBJECT) == PIECE


def test_a_piece_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """One byte more than allowed, with both sizes in the error; the largest is kept."""
    store = opened(tmp_path, max_bytes=5000)
    store.get(store.put(b"x" * 5000, subject=SUBJECT), subject=SUBJECT)
    with pytest.raises(PieceTooLarge) as refused:
        store.put(b"x" * 5001, subject=SUBJECT)
    assert (refused.value.size, refused.value.limit) == (5001, 5000)


def test_an_erased_piece_says_so_for_good(tmp_path: Path, store: EvidenceStore) -> None:
    """Neither a replay nor a restart brings it back, and its error is not that of one that was never there."""
    store.put(PIECE, subject=SUBJECT)
    store.erase(SHA256, subject=SUBJECT)
    for again in (store, opened(tmp_path)):
        with pytest.raises(PieceErased, match="was erased"):
            again.get(SHA256, subject=SUBJECT)
        with pytest.raises(PieceErased):
            again.put(PIECE, subject=SUBJECT)
        again.erase(SHA256, subject=SUBJECT)
    assert list((tmp_path / "blobs").iterdir()) == []
    assert list((tmp_path / "ring" / "keys").iterdir()) == []


def test_what_was_never_there_cannot_be_erased(store: EvidenceStore) -> None:
    """A slip in a request to erase does not pass for an erasure, and bars nobody from putting the piece."""
    with pytest.raises(PieceNotStored, match="was never put"):
        store.erase(SHA256, subject=SUBJECT)
    store.put(PIECE, subject=SUBJECT)


def test_the_key_is_overwritten_where_it_lay(tmp_path: Path, store: EvidenceStore) -> None:
    """Another name of the same file, as a crash may leave one, holds zeros."""
    store.put(PIECE, subject=SUBJECT)
    kept = tmp_path / "kept"
    os.link(only(tmp_path / "ring" / "keys"), kept)
    assert kept.stat().st_size == 60
    store.erase(SHA256, subject=SUBJECT)
    assert kept.read_bytes() == bytes(60)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_key_destroyed_while_it_is_looked_for_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """By another process, just before its file is read or just after: it is neither given out nor never there."""
    ring, other = key_ring(tmp_path), key_ring(tmp_path)
    name = ring.name(PIECE)
    ring.claim(name)

    def read_meanwhile(path: Path, *, max_bytes: int) -> bytes | None:
        if when == "before":
            other.destroy(name)
        content = read_beginning(path, max_bytes=max_bytes)
        if when == "after":
            other.destroy(name)
        return content

    monkeypatch.setattr("escrow_chain.evidence.keys.read_beginning", read_meanwhile)
    assert ring.find(name) is Absence.ERASED


class SlowBlobs(FileBlobs):
    """Blobs with something that happens before each put and get."""

    def __init__(self, folder: Path, meanwhile: Callable[[], None]) -> None:
        super().__init__(folder)
        self.meanwhile = meanwhile

    def put(self, name: bytes, content: bytes) -> bool:
        """After what happens."""
        self.meanwhile()
        return super().put(name, content)

    def get(self, name: bytes, *, max_bytes: int) -> bytes | None:
        """After what happens."""
        self.meanwhile()
        return super().get(name, max_bytes=max_bytes)


def test_a_piece_erased_while_it_is_got_or_put_was_erased(tmp_path: Path, store: EvidenceStore) -> None:
    """It does not look as if its bytes were lost, and a put that comes too late leaves none."""
    store.put(PIECE, subject=SUBJECT)
    blobs = SlowBlobs(tmp_path / "blobs", lambda: store.erase(SHA256, subject=SUBJECT))
    slow = EvidenceStore(key_ring(tmp_path), blobs)
    with pytest.raises(PieceErased):
        slow.get(SHA256, subject=SUBJECT)
    store.put(b"another", subject=SUBJECT)
    blobs.meanwhile = lambda: store.erase(hashlib.sha256(b"another").digest(), subject=SUBJECT)
    with pytest.raises(PieceErased):
        slow.put(b"another", subject=SUBJECT)
    assert list((tmp_path / "blobs").iterdir()) == []


def test_ciphertext_that_comes_back_opens_to_nobody(tmp_path: Path, store: EvidenceStore) -> None:
    """As from the backup of a bucket."""
    store.put(PIECE, subject=SUBJECT)
    blob = only(tmp_path / "blobs")
    sealed = blob.read_bytes()
    store.erase(SHA256, subject=SUBJECT)
    blob.write_bytes(sealed)
    with pytest.raises(PieceErased):
        store.get(SHA256, subject=SUBJECT)
    store.erase(SHA256, subject=SUBJECT)
    assert not blob.exists()


def test_a_damaged_key_can_be_erased(tmp_path: Path, store: EvidenceStore) -> None:
    """Erasing needs not read what it destroys."""
    store.put(PIECE, subject=SUBJECT)
    only(tmp_path / "ring" / "keys").write_bytes(b"")
    store.erase(SHA256, subject=SUBJECT)
    with pytest.raises(PieceErased):
        store.get(SHA256, subject=SUBJECT)


def test_a_key_is_marked_as_destroyed_then_overwritten_then_removed(
    tmp_path: Path, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is on the disk before the next one begins."""
    store.put(PIECE, subject=SUBJECT)
    key = only(tmp_path / "ring" / "keys")
    done: list[str] = []
    fsync, unlink = os.fsync, os.unlink

    def noted_fsync(opened: int) -> None:
        done.append("sync " + Path(f"/proc/self/fd/{opened}").readlink().name)
        fsync(opened)

    def noted_unlink(path: str | Path, **where: int) -> None:
        done.append("remove " + Path(path).name)
        unlink(path, **where)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "unlink", noted_unlink)
    store.erase(SHA256, subject=SUBJECT)
    steps = [step for step in done if "unfinished" not in step]
    assert steps[:4] == ["sync destroyed", f"sync {key.name}", f"remove {key.name}", "sync keys"]


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: bytes([sealed[0] ^ 1]) + sealed[1:],
        lambda sealed: sealed[:4000] + bytes([sealed[4000] ^ 0x80]) + sealed[4001:],
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:15],
        lambda _: b"",
        lambda sealed: sealed + b"\0",
        lambda _: PIECE,
    ],
)
def test_a_changed_blob_is_damaged(tmp_path: Path, store: EvidenceStore, change: Callable[[bytes], bytes]) -> None:
    """One bit, a byte less, a byte more: none of it is given out, and putting the piece again says so too."""
    store.put(PIECE, subject=SUBJECT)
    blob = only(tmp_path / "blobs")
    blob.write_bytes(change(blob.read_bytes()))
    for ask in (lambda: store.get(SHA256, subject=SUBJECT), lambda: store.put(PIECE, subject=SUBJECT)):
        with pytest.raises(PieceDamaged):
            ask()
    blob.unlink()
    store.put(PIECE, subject=SUBJECT)
    assert store.get(SHA256, subject=SUBJECT) == PIECE


def test_a_blob_without_end_is_not_read_to_its_end(tmp_path: Path, store: EvidenceStore) -> None:
    """A file of a terabyte with nothing in it is damaged, and fills no memory."""
    store.put(PIECE, subject=SUBJECT)
    os.truncate(only(tmp_path / "blobs"), 1 << 40)
    with pytest.raises(PieceDamaged):
        store.get(SHA256, subject=SUBJECT)


def test_swapped_blobs_are_damaged(tmp_path: Path, store: EvidenceStore) -> None:
    """Neither stands in for the other."""
    shas = [store.put(piece, subject=SUBJECT) for piece in (b"one", b"two")]
    swap(*(tmp_path / "blobs").iterdir())
    for sha256 in shas:
        with pytest.raises(PieceDamaged):
            store.get(sha256, subject=SUBJECT)


def test_swapped_keys_are_damaged(tmp_path: Path, store: EvidenceStore) -> None:
    """Also if the blobs are swapped with them."""
    shas = [store.put(piece, subject=SUBJECT) for piece in (b"one", b"two")]
    for folder in ("ring/keys", "blobs"):
        swap(*(tmp_path / folder).iterdir())
        for sha256 in shas:
            with pytest.raises(KeyDamaged):
                store.get(sha256, subject=SUBJECT)


def test_a_known_key_cannot_be_laid_under_a_name_that_is_still_free(tmp_path: Path) -> None:
    """It would seal two pieces with one nonce, and show the difference of both."""
    ring = key_ring(tmp_path)
    ring.claim(ring.name(b"one"))
    file = only(tmp_path / "ring" / "keys")
    two = ring.name(b"two")
    file.with_name(two.hex()).write_bytes(file.read_bytes())
    with pytest.raises(KeyDamaged):
        ring.claim(two)


@pytest.mark.parametrize("length", [0, 7, 12, 59])
def test_a_key_cut_short_is_damaged(tmp_path: Path, store: EvidenceStore, length: int) -> None:
    """Of whatever length, with the name in the error."""
    store.put(PIECE, subject=SUBJECT)
    file = only(tmp_path / "ring" / "keys")
    os.truncate(file, length)
    with pytest.raises(KeyDamaged, match=file.name):
        store.get(SHA256, subject=SUBJECT)


def test_what_the_key_opens_must_be_what_was_asked_for(tmp_path: Path, store: EvidenceStore) -> None:
    """Whoever holds the master key can seal what he likes, and is caught by the sha-256."""
    store.put(PIECE, subject=SUBJECT)
    blob = only(tmp_path / "blobs")
    key = key_ring(tmp_path).find(bytes.fromhex(blob.name))
    assert isinstance(key, bytes)
    blob.write_bytes(inside._seal(b"a photo of a cow", key=key, identity=inside._identity(SHA256, SUBJECT)))
    with pytest.raises(PieceDamaged):
        store.get(SHA256, subject=SUBJECT)


def test_another_master_key_opens_nothing(tmp_path: Path, store: EvidenceStore) -> None:
    """Not even the key ring: pieces that cannot be found must not look as if they were never there."""
    store.put(PIECE, subject=SUBJECT)
    with pytest.raises(WrongMasterKey, match="ring"):
        key_ring(tmp_path, master_key=b"n" * 32)


def test_a_master_key_has_32_bytes(tmp_path: Path) -> None:
    """A shorter one would be a weaker cipher, without a word."""
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        key_ring(tmp_path, master_key=b"m" * 16)


@pytest.mark.parametrize("is_erased", [False, True])
def test_a_key_ring_that_lost_its_name_key_does_not_make_another(
    tmp_path: Path, store: EvidenceStore, is_erased: bool
) -> None:
    """All its pieces would seem never put, and all erasures would be forgotten."""
    store.put(PIECE, subject=SUBJECT)
    if is_erased:
        store.erase(SHA256, subject=SUBJECT)
    (tmp_path / "ring" / "name-key").unlink()
    with pytest.raises(WrongMasterKey):
        key_ring(tmp_path)


def test_names_tell_nothing_without_the_key_ring(tmp_path: Path, store: EvidenceStore) -> None:
    """Two deals with the same file have different names, and so has the same piece in another store."""
    others = [opened(tmp_path / "another"), store]
    store.put(PIECE, subject=SUBJECT)
    for other, subject in zip(others, (SUBJECT, OTHERS[0]), strict=True):
        other.put(PIECE, subject=subject)
    names = [file.name for file in tmp_path.rglob("blobs/*")]
    assert len(names) == len(set(names)) == 3
    assert all(len(bytes.fromhex(name)) == 32 and bytes.fromhex(name) != SHA256 for name in names)


def test_the_same_file_in_two_deals_has_no_byte_sequence_in_common(tmp_path: Path, store: EvidenceStore) -> None:
    """Each piece has a key of its own."""
    for subject in (SUBJECT, OTHERS[0]):
        store.put(bytes(100_000), subject=subject)
    one, other = (file.read_bytes() for file in (tmp_path / "blobs").iterdir())
    blocks = [{sealed[at : at + 16] for at in range(0, len(sealed), 16)} for sealed in (one, other)]
    assert blocks[0].isdisjoint(blocks[1])
    assert len(one) == len(other)


@given(st.integers(0, 70_000_000))
def test_sizes_are_few(size: int) -> None:
    """A padded size is at least 4,096, at most a sixteenth more, and stays if padded again."""
    padded = padded_size(size)
    assert max(size, 4096) <= padded <= max(size, 4096) * 17 / 16 + 1
    assert padded_size(padded) == padded
    assert len(f"{padded:b}".rstrip("0")) <= 6


def test_all_files_are_their_owners_alone(tmp_path: Path, store: EvidenceStore) -> None:
    """Keys, ciphertext, and what tells that something was erased."""
    store.put(PIECE, subject=SUBJECT)
    store.put(PIECE, subject=OTHERS[0])
    store.erase(SHA256, subject=SUBJECT)
    files = [file for folder in ("ring", "blobs") for file in (tmp_path / folder).rglob("*")]
    modes = [(file.is_dir(), stat.S_IMODE(file.stat().st_mode)) for file in files]
    assert sorted(modes) == [(False, 0o600)] * 4 + [(True, 0o700)] * 2
    assert {stat.S_IMODE((tmp_path / folder).stat().st_mode) for folder in ("ring", "blobs")} == {0o700}


def test_nothing_of_a_piece_or_its_key_is_in_the_clear(tmp_path: Path, store: EvidenceStore) -> None:
    """In no file of the store."""
    store.put(PIECE, subject=SUBJECT)
    ring = key_ring(tmp_path)
    key = ring.find(ring.name(inside._identity(SHA256, SUBJECT)))
    assert isinstance(key, bytes)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(secret in content for secret in (PIECE, key, SHA256, SUBJECT.deal, MASTER_KEY))


def at_once(work: Callable[[Path, Barrier], None], folder: Path, *, processes: int) -> None:
    """Runs the work in so many processes, which start together; each must end well."""
    together = PROCESSES.Barrier(processes, timeout=30)
    started = [PROCESSES.Process(target=work, args=(folder, together)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * processes


def put_the_same(folder: Path, together: Barrier) -> None:
    """Puts pieces that everybody puts at the same time."""
    together.wait()
    store = opened(folder)
    for number in range(30):
        together.wait()
        store.put(numbered(number), subject=SUBJECT)


def put_erase_and_get(folder: Path, together: Barrier) -> None:
    """Puts, erases and gets pieces that everybody puts, erases and gets."""
    store = opened(folder)
    for number in range(30):
        together.wait()
        for _ in range(4):
            for work in random.sample([put_one, erase_one, get_one], 3):
                work(store, number)


def put_one(store: EvidenceStore, number: int) -> None:
    """Put, or erased."""
    with suppress(PieceErased):
        store.put(numbered(number), subject=SUBJECT)


def erase_one(store: EvidenceStore, number: int) -> None:
    """Erased, or not yet put."""
    with suppress(PieceNotStored):
        store.erase(sha256_of(number), subject=SUBJECT)


def get_one(store: EvidenceStore, number: int) -> None:
    """There, not yet put, just being put, or erased: but never anything else."""
    with suppress(PieceNotStored, PieceIncomplete, PieceErased):
        assert store.get(sha256_of(number), subject=SUBJECT) == numbered(number)


def test_processes_that_put_one_piece_at_once_leave_one(tmp_path: Path) -> None:
    """With the one key that opens it, from a store that does not exist at first."""
    at_once(put_the_same, tmp_path, processes=4)
    store = opened(tmp_path)
    assert [store.get(sha256_of(number), subject=SUBJECT) for number in range(30)] == [*map(numbered, range(30))]
    names = [sorted(file.name for file in (tmp_path / folder).iterdir()) for folder in ("ring/keys", "blobs")]
    assert names[0] == names[1]
    assert len(names[0]) == 30


def test_an_erasure_holds_against_everybody_who_puts(tmp_path: Path) -> None:
    """Of what was erased neither keys nor bytes are left, and meanwhile nobody saw anything damaged."""
    at_once(put_erase_and_get, tmp_path, processes=4)
    for number in range(30):
        with pytest.raises(PieceErased):
            opened(tmp_path).get(sha256_of(number), subject=SUBJECT)
    assert list((tmp_path / "ring" / "keys").iterdir()) == []
    assert list((tmp_path / "blobs").iterdir()) == []


def die_at(step: int) -> None:
    """Kills this process before it turns to the operating system for the so manieth time from now on.

    No step is left out: what happens in between leaves no trace.
    """
    calls = count()

    def watch(_frame: object, event: str, called: Any) -> None:
        serves = {called.__module__, type(called.__self__).__module__} if event == "c_call" else set()
        if OUTSIDE & serves and next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def put_and_die(folder: Path, step: int) -> None:
    """Dies on the way, or is through before."""
    store = opened(folder)
    die_at(step)
    store.put(numbered(step), subject=SUBJECT)
    sys.setprofile(None)


def erase_and_die(folder: Path, step: int) -> None:
    """Dies on the way, or is through before."""
    store = opened(folder)
    die_at(step)
    store.erase(sha256_of(step), subject=SUBJECT)
    sys.setprofile(None)


def survives(work: Callable[[Path, int], None], folder: Path, step: int) -> bool:
    """Whether a process that does the work is through before this step."""
    process = PROCESSES.Process(target=work, args=(folder, step))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == 0


def state(store: EvidenceStore, number: int) -> str:
    """What the store says of a piece."""
    try:
        assert store.get(sha256_of(number), subject=SUBJECT) == numbered(number)
    except PieceError as error:
        return type(error).__name__
    return "there"


def test_whoever_dies_while_putting_leaves_a_piece_whole_or_not_there(tmp_path: Path, store: EvidenceStore) -> None:
    """At each step: never damaged, its states follow each other, and putting it again always ends well."""
    seen = []
    for step in count():
        ended = survives(put_and_die, tmp_path, step)
        seen.append(state(store, step))
        store.put(numbered(step), subject=SUBJECT)
        assert state(store, step) == "there"
        if ended:
            break
    assert list(dict.fromkeys(seen)) == ["PieceNotStored", "PieceIncomplete", "there"]
    assert seen == sorted(seen, key=list(dict.fromkeys(seen)).index)


def test_whoever_dies_while_erasing_leaves_a_piece_there_or_erased(tmp_path: Path, store: EvidenceStore) -> None:
    """At each step: once erased it stays so, and erasing again removes all that is left."""
    seen = []
    for step in count():
        store.put(numbered(step), subject=SUBJECT)
        ended = survives(erase_and_die, tmp_path, step)
        seen.append(state(store, step))
        store.erase(sha256_of(step), subject=SUBJECT)
        assert state(store, step) == "PieceErased"
        assert list((tmp_path / "ring" / "keys").iterdir()) == list((tmp_path / "blobs").iterdir()) == []
        if ended:
            break
    assert list(dict.fromkeys(seen)) == ["there", "PieceErased"]
    assert seen == sorted(seen, key=["there", "PieceErased"].index)


def put_for_ever(folder: Path, said: Connection) -> None:
    """Puts piece after piece, and says which one is kept."""
    store = opened(folder)
    said.send(-1)
    for number in count():
        store.put(numbered(number) * 20_000, subject=SUBJECT)
        said.send(number)


def test_what_was_said_to_be_kept_is_kept(tmp_path: Path) -> None:
    """Killed at any moment, also within a system call: all that was acknowledged is there, and at most one is half."""
    for attempt in range(6):
        folder = tmp_path / str(attempt)
        hears, says = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=put_for_ever, args=(folder, says))
        process.start()
        says.close()
        assert hears.recv() == -1
        time.sleep(random.uniform(0.02, 0.2))
        process.kill()
        process.join()
        kept = []
        while hears.poll():
            try:
                kept.append(hears.recv())
            except EOFError:
                break
        store = opened(folder)
        pieces = [numbered(number) * 20_000 for number in range(len(kept) + 1)]
        for piece in pieces[:-1]:
            assert store.get(hashlib.sha256(piece).digest(), subject=SUBJECT) == piece
        assert kept == list(range(len(kept)))
        assert store.put(pieces[-1], subject=SUBJECT) == hashlib.sha256(pieces[-1]).digest()
