"""The deployed code fits into what every chain takes (EIP-170, EIP-3860)."""

import json
from pathlib import Path
from typing import Final

from prove.step import FORGE, Log, NotProvenError, deployed

_DEPLOYED: Final = 24_576
_INIT: Final = 49_152


def prove(log: Log) -> str:
    """Of every contract that is deployed."""
    log.must([FORGE, "build", "--silent"])
    figures = []
    for source in deployed():
        for artifact in sorted(Path("out", source.name).glob("*.json")):
            code = json.loads(artifact.read_text())
            size, init = (len(code[kind]["object"]) // 2 - 1 for kind in ("deployedBytecode", "bytecode"))
            if size >= _DEPLOYED or init >= _INIT:
                raise NotProvenError(f"{artifact.stem} has {size:,} bytes, and {init:,} to deploy it")
            if size > 0 and "libraries" not in source.parts:
                figures.append(f"{artifact.stem} {size:,}")
    return f"{', '.join(figures)} bytes (less than {_DEPLOYED:,})"
