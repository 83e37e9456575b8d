"""Workers that loop, crash or eat memory are killed and replaced, and the sandbox goes on."""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from escrow_chain.evidence.errors import WorkerCrashed, WorkerFailed, WorkerOutOfMemory, WorkerTimedOut
from escrow_chain.evidence.sandbox import Limits, Sandbox

LIMITS = Limits(memory_bytes=640 << 20, seconds=8.0, open_files=32)


def double(number: int) -> int:
    """A task that is fine."""
    return 2 * number


def loop_for_ever() -> None:
    """Burns time."""
    while True:
        pass


def sleep_for_ever() -> None:
    """Wastes time."""
    time.sleep(3600)


def crash() -> None:
    """Reads address zero."""
    ctypes.string_at(0)


def die() -> None:
    """Leaves without a word."""
    os._exit(3)


def eat_memory() -> int:
    """Asks for 8 GiB at once."""
    return len(bytearray(8 << 30))


def eat_memory_slowly() -> None:
    """Asks for more and more."""
    eaten = []
    while True:
        eaten.append(bytearray(64 << 20))


def misbehave() -> None:
    """Raises something."""
    raise LookupError("nobody expected this")


def open_many(path: str) -> None:
    """Opens a file over and over."""
    opened = [Path(path).open() for _ in range(100)]  # noqa: SIM115
    raise AssertionError(f"{len(opened)} files are open")


def write_file(path: str) -> None:
    """Writes a file."""
    Path(path).write_bytes(b"x")


def core_limit() -> tuple[int, int]:
    """How large a core dump may be."""
    return resource.getrlimit(resource.RLIMIT_CORE)


def secret_of_the_parent() -> bool:
    """Whether what the parent keeps in memory is here."""
    return bool(KEPT)


KEPT: list[str] = []


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One worker with tight limits."""
    with Sandbox(limits=LIMITS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("task", "failure"),
    [
        (loop_for_ever, WorkerTimedOut),
        (sleep_for_ever, WorkerTimedOut),
        (crash, WorkerCrashed),
        (die, WorkerCrashed),
        (eat_memory, WorkerOutOfMemory),
        (eat_memory_slowly, WorkerOutOfMemory),
        (misbehave, WorkerCrashed),
    ],
)
def test_a_bad_task_is_contained_and_the_next_one_runs(
    sandbox: Sandbox, task: Callable[[], None], failure: type[WorkerFailed]
) -> None:
    """The failure has a type, and costs at most its time."""
    started = time.monotonic()
    with pytest.raises(failure):
        sandbox.submit(task).result()
    assert time.monotonic() - started < 10
    assert sandbox.submit(double, 21).result() == 42


def test_a_worker_that_dies_between_two_tasks_is_replaced() -> None:
    """Nobody is working, and still somebody will."""
    with Sandbox(limits=LIMITS) as sandbox:
        os.kill(sandbox.submit(os.getpid).result(), signal.SIGKILL)
        time.sleep(0.5)
        assert sandbox.submit(double, 21).result() == 42


def test_others_go_on_while_one_is_stuck() -> None:
    """Two workers: one loops, the other works."""
    with Sandbox(workers=2, limits=LIMITS) as sandbox:
        stuck = sandbox.submit(loop_for_ever)
        assert [sandbox.submit(double, number).result() for number in range(20)] == [2 * number for number in range(20)]
        with pytest.raises(WorkerTimedOut):
            stuck.result()


def test_a_worker_opens_few_files_and_writes_none(sandbox: Sandbox, tmp_path: Path) -> None:
    """And dumps no core."""
    with pytest.raises(WorkerCrashed, match="Too many open files"):
        sandbox.submit(open_many, __file__).result()
    written = tmp_path / "written"
    with pytest.raises(WorkerCrashed, match="File too large"):
        sandbox.submit(write_file, str(written)).result()
    assert sandbox.submit(core_limit).result() == (0, 0)


def test_a_worker_does_not_share_its_parents_memory() -> None:
    """Keys in the parent are out of a parser's reach."""
    KEPT.append("a key")
    with Sandbox(limits=LIMITS) as sandbox:
        assert sandbox.submit(secret_of_the_parent).result() is False


def test_a_worker_is_replaced_now_and_then() -> None:
    """No damage outlives many tasks."""
    with Sandbox(limits=Limits(tasks=2)) as sandbox:
        assert len({sandbox.submit(os.getpid).result() for _ in range(6)}) == 3
