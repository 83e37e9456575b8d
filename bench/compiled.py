"""Contracts that are no part of the package, or are changed, compiled with the project's compiler and settings.

What was compiled once is kept.
"""

import fcntl
import json
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_KEPT = ROOT / ".cache" / "compiled"


def source(path: str) -> str:
    """The text of a source file, by its path in the project."""
    return (ROOT / path).read_text()


def init_code(name: str) -> bytes:
    """The creation code of a mock, by its name."""
    return init_codes([f"contracts/mocks/{name}.sol"])[name]


def init_codes(paths: Sequence[str], changed: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The creation code of each contract in these files, by its name. `changed` are texts instead of those of files."""
    request = json.dumps(_request(paths, changed or {}), sort_keys=True)
    _KEPT.mkdir(parents=True, exist_ok=True)
    kept = _KEPT / f"{_fingerprint(request)}.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(_compile(request, paths)))
    return {name: bytes.fromhex(code) for name, code in json.loads(kept.read_text()).items()}


def _request(paths: Sequence[str], changed: Mapping[str, str]) -> dict[str, Any]:
    profile = _profile()
    texts = {path: source(path) for path in paths} | dict(changed)
    return {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in texts.items()},
        "settings": {
            "evmVersion": profile["evm_version"],
            "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
            "outputSelection": {path: {"*": ["evm.bytecode.object"]} for path in paths},
            "remappings": profile["remappings"],
            "viaIR": profile["via_ir"],
        },
    }


def _profile() -> dict[str, Any]:
    """The project's settings of the compiler, and where it is."""
    profile: dict[str, Any] = tomllib.loads(source("foundry.toml"))["profile"]["default"]
    return profile


def _fingerprint(request: str) -> str:
    """Of all that the result depends on: the request, what its sources may import, and the compiler."""
    folder = ROOT / "contracts"
    imported = sorted(path for path in folder.rglob("*.sol") if "test" not in path.relative_to(folder).parts)
    texts = [request, source("package-lock.json"), *(path.read_text() for path in imported)]
    return sha256("\0".join(texts).encode()).hexdigest()


def _compile(request: str, paths: Sequence[str]) -> dict[str, str]:
    command = [str(ROOT / _profile()["solc"]), "--standard-json", "--base-path", str(ROOT)]
    ended = subprocess.run(command, input=request, capture_output=True, text=True, check=True)  # noqa: S603
    answer = json.loads(ended.stdout)
    faults = [each["formattedMessage"] for each in answer.get("errors", ()) if each["severity"] == "error"]
    if faults:
        raise ValueError("\n".join(faults))
    return {
        name: contract["evm"]["bytecode"]["object"]
        for path in paths
        for name, contract in answer["contracts"][path].items()
    }
