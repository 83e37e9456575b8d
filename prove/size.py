"""The code that is shipped, and so deployed, fits into what every chain takes (EIP-170, EIP-3860)."""

from typing import Final, get_args

from escrow_chain.chain.artifacts import Name, load
from prove.step import Log, NotProvenError

_DEPLOYED: Final = 24_576
_INIT: Final = 49_152


def prove(_: Log) -> str:
    """Of every artifact but the token of the demo. `make test` holds them against what the sources compile to."""
    figures = []
    for artifact in map(load, get_args(Name)):
        size, init = len(artifact.runtime_code), len(artifact.init_code)
        if size >= _DEPLOYED or init >= _INIT:
            raise NotProvenError(f"{artifact.name} has {size:,} bytes, and {init:,} to deploy it")
        if artifact.name != "TestToken":
            figures.append(f"{artifact.name} {size:,}")
    return f"{', '.join(figures)} bytes (less than {_DEPLOYED:,})"
