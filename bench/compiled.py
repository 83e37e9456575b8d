"""Contracts that are no part of the package, as `make` compiled them."""

import json
from pathlib import Path

_COMPILED = Path(__file__).parent.parent / ".build" / "__local__.json"
"""Where Ape keeps what it compiled."""


def init_code(name: str) -> bytes:
    """The creation code of a contract in this project, by its name."""
    kept = json.loads(_COMPILED.read_text())["contractTypes"]
    return bytes.fromhex(kept[name]["deploymentBytecode"]["bytecode"].removeprefix("0x"))
