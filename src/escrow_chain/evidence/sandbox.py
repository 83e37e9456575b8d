"""Worker processes that may be killed: the only place where untrusted bytes are parsed.

A worker is a fresh process: it shares no memory with its parent and inherits no open file. Before it
sees any evidence it gives up what it does not need: memory and files beyond a limit, writing to
files, core dumps. A task that takes too long, crashes or eats up its memory costs one worker, which
is replaced; the others go on.

A sandbox contains accidents and exhaustion. It is no wall against code that an attacker gets to run
in the worker: run the whole service without privileges.
"""

import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import TimeoutError as TaskTimeout
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from escrow_chain.evidence.errors import WorkerCrashed, WorkerOutOfMemory, WorkerTimedOut

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use: address space in bytes, wall time in seconds per task, open files.

    After `tasks` tasks a worker is replaced, so that no damage outlives many of them.
    """

    memory_bytes: int = 2 << 30
    seconds: float = 20.0
    open_files: int = 64
    tasks: int = 500


class Sandbox:
    """A pool of killable workers. Use it as a context manager; workers start at the first task."""

    def __init__(self, *, workers: int = 1, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._workers = workers
        self._pool = self._new_pool()
        self._lock = Lock()

    def submit(self, task: Callable[..., ResultT], *given: Any) -> "Answer[ResultT]":
        """Hands a task to a worker. `task` is a module's function; `given` and the result are pickled."""
        with self._lock:
            try:
                future = self._schedule(task, given)
            except RuntimeError:
                # A worker that dies between two tasks makes pebble give up its pool.
                self._close()
                self._pool = self._new_pool()
                future = self._schedule(task, given)
        return Answer(future, self.limits)

    def _schedule(self, task: Callable[..., ResultT], given: tuple[Any, ...]) -> ProcessFuture[ResultT]:
        return self._pool.schedule(task, args=given, timeout=self.limits.seconds)

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=self.limits.tasks,
            initializer=give_up_rights,
            initargs=(self.limits,),
            context=multiprocessing.get_context("spawn"),
        )

    def _close(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()


class Answer(Generic[ResultT]):
    """What a worker will answer."""

    def __init__(self, future: ProcessFuture[ResultT], limits: Limits) -> None:
        self._future = future
        self._limits = limits

    def result(self) -> ResultT:
        """Waits for the answer. Raises `WorkerTimedOut`, `WorkerCrashed` or `WorkerOutOfMemory`."""
        try:
            return self._future.result()
        except TaskTimeout:
            raise WorkerTimedOut(self._limits.seconds) from None
        except MemoryError:
            raise WorkerOutOfMemory(self._limits.memory_bytes) from None
        except ProcessExpired as error:
            raise WorkerCrashed(f"the worker died (exit code {error.exitcode})") from None
        except Exception as error:
            raise WorkerCrashed(f"{type(error).__name__}: {error}") from error


def give_up_rights(limits: Limits) -> None:
    """Called in a new worker, once, before its first task."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
