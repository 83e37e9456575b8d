"""What a sandbox's workers would answer, found in this process: it is one that may be killed itself."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from escrow_chain.evidence.errors import WorkerCrashed, WorkerOutOfMemory
from escrow_chain.evidence.sandbox import Limits

ResultT = TypeVar("ResultT")
Known = dict[bytes, Any]
"""Answers by the hash of what was asked."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[ResultT]):
    """What came of a task: a result, or what it raised."""

    value: ResultT | None
    error: Exception | None = None

    def result(self) -> ResultT:
        """As that of a sandbox."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


@dataclass(slots=True)
class Answers:
    """In the place of a `Sandbox`. What `known` has is not asked again, unless the task's module is among `fresh`."""

    known: Known
    fresh: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)

    def submit(self, task: Callable[..., ResultT], *given: Any) -> Answer[ResultT]:
        """As that of a sandbox. Files are known by what is in them."""
        if task.__module__ in self.fresh:
            return _asked(task, given)
        key = _asks(task, given)
        if key not in self.known:
            self.known[key] = _asked(task, given)
        found: Answer[ResultT] = self.known[key]
        return found


def _asked(task: Callable[..., ResultT], given: tuple[Any, ...]) -> Answer[ResultT]:
    try:
        return Answer(task(*given))
    except MemoryError:
        return Answer(None, WorkerOutOfMemory(0))
    except Exception as error:  # noqa: BLE001  (as the sandbox has it)
        return Answer(None, WorkerCrashed(f"{type(error).__name__}: {error}"))


def _asks(task: Callable[..., Any], given: tuple[Any, ...]) -> bytes:
    first, *others = given
    content = Path(first).read_bytes() if isinstance(first, str) else first
    return sha256(pickle.dumps((task.__qualname__, content, others))).digest()
