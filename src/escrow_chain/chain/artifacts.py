"""The compiled contracts that the package ships, as `make build` exported them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal


@dataclass(frozen=True)
class Artifact:
    """A compiled contract.

    `runtime_code` is what the compiler foresees on chain, with zeros where the constructor puts
    immutable values; `immutables` are those places, as (offset, length) in bytes.
    """

    name: str
    abi: list[Any]
    init_code: bytes
    init_code_hash: bytes
    runtime_code: bytes
    immutables: tuple[tuple[int, int], ...]
    compiler_version: str
    compiler_settings: dict[str, Any]

    def matches(self, code: bytes) -> bool:
        """Whether code on chain is this contract's, whatever its immutable values are."""
        return self._masked(code) == self.runtime_code

    def immutable_values(self, code: bytes) -> frozenset[bytes]:
        """What the constructor put into this contract's code."""
        return frozenset(code[offset : offset + length] for offset, length in self.immutables)

    def _masked(self, code: bytes) -> bytes:
        masked = bytearray(code)
        for offset, length in self.immutables:
            masked[offset : offset + length] = bytes(length)
        return bytes(masked)


Name = Literal[
    "AttestorQuorum",
    "AttestorQuorumFactory",
    "CourtArbiter",
    "Escrow",
    "P256Verifier",
    "TestToken",
    "WalletCheck",
    "WebAuthnVerifier",
]


@cache
def load(name: Name) -> Artifact:
    """The shipped artifact of a contract."""
    text = resources.files("escrow_chain.chain").joinpath("artifacts", f"{name}.json").read_text()
    fields = json.loads(text)
    return Artifact(
        name=fields["name"],
        abi=fields["abi"],
        init_code=bytes.fromhex(fields["initCode"]),
        init_code_hash=bytes.fromhex(fields["initCodeHash"]),
        runtime_code=bytes.fromhex(fields["runtimeCode"]),
        immutables=tuple((offset, length) for offset, length in fields["immutables"]),
        compiler_version=fields["compiler"]["version"],
        compiler_settings=fields["compiler"]["settings"],
    )
