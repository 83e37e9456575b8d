"""The compiler, kept alive: what contracts become of sources with or without a fault."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, Timer
from typing import Any, Final

from mutate.syntax import REMAPPINGS, Project

Code = Mapping[str, str]
"""Creation code in hex, by the place of its artifact: `Escrow.sol/Escrow.json`."""

# Without source locations and hashes of sources, equal code means an equal contract.
_ALL: Final[dict[str, Any]] = {
    "remappings": REMAPPINGS,
    "evmVersion": "cancun",
    "viaIR": True,
    "debug": {"debugInfo": []},
    "metadata": {"bytecodeHash": "none"},
}
DEPLOYED: Final[dict[str, Any]] = _ALL | {"optimizer": {"enabled": True, "runs": 200}}
"""As foundry.toml and ape-config.yaml have it."""
_OFF: Final = ("inliner", "jumpdestRemover", "orderLiterals", "deduplicate", "cse", "constantOptimizer")
_STEPS: Final = {"stackAllocation": True, "optimizerSteps": "fDnTtnIfxarrLMcCTUvul:"}
QUICK: Final[dict[str, Any]] = _ALL | {
    "optimizer": {"enabled": True, "details": dict.fromkeys(_OFF, False) | {"yul": True, "yulDetails": _STEPS}}
}
"""In half the time: one round of cheap steps, and none of the rest."""

_NATIVE: Final = Path(".solcx/native/solc-v0.8.37")
_SERVER: Final = Path(__file__).with_name("compiler.js")
_DEADLINE_S: Final = 300
_RESTART: Final = 100
"""After so many requests the process is started anew: its memory only ever grows."""


class Compiler:
    """One compiler, one request at a time."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._server: subprocess.Popen[str] | None = None
        self._answered = 0

    def code(self, settings: dict[str, Any], changed: str, text: str) -> Code | None:
        """Of all contracts that are made of this file, with this text in its place. None if it doesn't compile."""
        entries = self._project.contracts_with(changed)
        sources = {path: self._project.texts[path] for entry in entries for path in self._project.closure(entry)}
        request = {
            "language": "Solidity",
            "sources": {path: {"content": content} for path, content in (sources | {changed: text}).items()},
            "settings": settings | {"outputSelection": {entry: {"*": ["evm.bytecode.object"]} for entry in entries}},
        }
        answer = self._answer(json.dumps(request))
        if answer is None or any(each["severity"] == "error" for each in answer.get("errors", ())):
            return None
        return {
            f"{Path(path).name}/{name}.json": contract["evm"]["bytecode"]["object"]
            for path in entries
            for name, contract in answer["contracts"][path].items()
            if contract["evm"]["bytecode"]["object"]
        }

    def stop(self) -> None:
        """Ends the process; the next request starts another."""
        if self._server:
            self._server.kill()
            self._server.communicate()
            self._server = None
        self._answered = 0

    def _answer(self, request: str) -> dict[str, Any] | None:
        """None if the compiler gave up, or took too long."""
        with self._lock:
            if _NATIVE.exists():
                command: Sequence[str] = [str(_NATIVE), "--standard-json"]
                ended = subprocess.run(command, input=request, capture_output=True, text=True, check=False)  # noqa: S603
                said = ended.stdout
            else:
                said = self._served(request)
            answer: dict[str, Any] | None = json.loads(said) if said else None
            return answer

    def _served(self, request: str) -> str:
        if self._answered == _RESTART:
            self.stop()
        server = self._server or self._started()
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the compiler has no pipes")
        timer = Timer(_DEADLINE_S, server.kill)
        timer.start()
        try:
            server.stdin.write(request + "\n")
            server.stdin.flush()
            said = server.stdout.readline()
        except BrokenPipeError:
            said = ""
        finally:
            timer.cancel()
        self._answered += 1
        if not said:
            self.stop()
        return said

    def _started(self) -> subprocess.Popen[str]:
        node = shutil.which("node")
        if node is None:
            raise RuntimeError("there is no node")
        self._server = subprocess.Popen(  # noqa: S603 - the project's own script
            [node, str(_SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self._server
