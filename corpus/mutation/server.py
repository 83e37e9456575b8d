"""The process that tries mutants: it has everything loaded, and makes a copy of itself (fork) for each of them.

It runs in the workshop's copy of the sources. Asked a line of JSON, it answers with one:

    {"case": "words-no"}                          -> {"agrees": true, "seconds": 0.01, "lines": {...}, "known": "..."}
    {"case": "words-no", "ran": (the answer to this, from an earlier process)}         -> the same
    {"mutant": {"path": "terms/words.py", "text": "…"}, "cases": ["words-no", …]}
                                                         -> {"outcome": "caught", "by": "words-no"}
"""

import gc
import json
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from corpus import ours
from corpus.case import CASES, Case
from corpus.found import differs
from corpus.mutation.answers import Answers, Known
from corpus.mutation.lines import traced
from corpus.mutation.mutants import FILES, SOURCES
from corpus.mutation.planting import importers, plant

_MEMORY: Final = 6 << 30
"""Bytes of address space."""
_PATIENCE_S: Final = 10
_SLACK: Final = 20
"""A case may take so many times its usual time, and so many seconds more."""
_IMPORTED_S: Final = 30
_ENDED: Final = "outcome"


class Server:
    """Answers questions."""

    def __init__(self) -> None:
        self._known: Known = {}
        for path in FILES:
            import_module(_module(path))
        mine = [module for name, module in sys.modules.items() if name.startswith(("escrow_chain.", "corpus.ours"))]
        self._importers = importers(module for module in mine if getattr(module, "__file__", None))
        self._traced = {str((SOURCES / path).absolute()): path for path in FILES}
        self._seconds: dict[str, float] = {}
        gc.freeze()

    def answer(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """To one question."""
        if "mutant" in asked:
            return _apart(lambda: self._attempt(asked["mutant"], asked["cases"]))
        found = asked.get("ran") or _apart(lambda: self._run(asked["case"]))
        if "known" in found:
            self._known |= pickle.loads(bytes.fromhex(found["known"]))  # noqa: S301  (our own)
        self._seconds[asked["case"]] = found.get("seconds", 0.0)
        return found

    def _run(self, name: str) -> Mapping[str, Any]:
        """A case, without any fault: how long it takes, and which lines it runs."""
        case = Case.read(CASES / f"{name}.json")
        known: Known = {}
        started = time.perf_counter()
        agrees = _agrees(case, Answers(known))
        seconds = time.perf_counter() - started
        with traced(self._traced) as lines:
            _agrees(case, Answers({}))
        return {
            "agrees": agrees,
            "seconds": seconds,
            "lines": {path: sorted(run) for path, run in lines.items()},
            "known": pickle.dumps(known).hex(),
        }

    def _attempt(self, mutant: Mapping[str, str], names: Sequence[str]) -> Mapping[str, Any]:
        signal.alarm(_IMPORTED_S)
        try:
            fresh = plant(_module(mutant["path"]), mutant["text"], self._importers)
        except Exception as error:  # noqa: BLE001  (whatever the fault does)
            return {_ENDED: "caught", "by": f"its import: {type(error).__name__}"}
        answers = Answers(self._known, fresh)
        for name in names:
            signal.alarm(_PATIENCE_S + int(_SLACK * self._seconds.get(name, 0)))
            case = Case.read(CASES / f"{name}.json")
            if not _agrees(case, answers):
                return {_ENDED: "caught", "by": name}
        return {_ENDED: "survived", "by": ""}


def _module(path: str) -> str:
    return "escrow_chain." + path.removesuffix(".py").replace("/", ".")


def _agrees(case: Case, answers: Answers) -> bool:
    """Whether the judge, as it is loaded now, finds what must be found. Not if it raises."""
    judge = sys.modules[ours.__name__]
    try:
        found = judge.find(case, answers)
    except Exception:  # noqa: BLE001  (whatever the fault does)
        return False
    return not differs(case, found)


def _apart(work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """What a copy of this process finds. One that is killed by its alarm ran into a timeout."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer_apart(work, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        caught = "timeout" if os.WTERMSIG(status) == signal.SIGALRM else "caught"
        return {_ENDED: caught, "by": signal.Signals(os.WTERMSIG(status)).name}
    if not said:
        return {_ENDED: "caught", "by": f"exit code {os.WEXITSTATUS(status)}"}
    answer: dict[str, Any] = json.loads(said)
    return answer


def _answer_apart(work: Callable[[], Mapping[str, Any]], writing: int) -> NoReturn:
    """Ends this process, in whatever way."""
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        said = json.dumps(work())
        with os.fdopen(writing, "w") as pipe:
            pipe.write(said)
    except BaseException:  # noqa: BLE001  (a copy must never go on as if it were the server)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Answers until nobody asks any more."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    server = Server()
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
