"""The process in which atheris fuzzes one target: `python -m fuzz.instrumented TARGET FOLDER [options of libFuzzer]`.

Code is instrumented when it is imported, and libFuzzer never comes back: hence a process of its own, and imports inside
of a function. Most mutations are the target's own, which keep a format whole. On stdout it says about once a second how
far it is, as JSON, and at last what it found.
"""

import json
import os
import sys
import time
from pathlib import Path
from random import Random
from typing import Final

import atheris  # type: ignore[import-untyped]

_INSTRUMENTED: Final = (
    *("escrow_chain", "asn1crypto", "eth_abi", "pyhanko", "pyhanko_certvalidator"),
    *("pypdf", "rfc8785", "web3", "webauthn"),
)
_EVERY_S: Final = 1.0
_LIBFUZZERS: Final = 0.1
"""The share of mutations that are libFuzzer's."""
_AFRESH: Final = 0.3
"""The share of those that begin with a valid input, and not with one that reached new code."""


def main(name: str, folder: str, *options: str) -> None:
    """Fuzzes, and does not return. The folder has the target's material."""
    with atheris.instrument_imports(include=list(_INSTRUMENTED)):
        from fuzz.findings import read_material  # noqa: PLC0415
        from fuzz.target import Source  # noqa: PLC0415
        from fuzz.targets import target as target_of  # noqa: PLC0415
        from fuzz.trial import Trial, attempt  # noqa: PLC0415

        target, material = target_of(name), read_material(Path(folder))
    trial, said_at = Trial(), time.monotonic()

    def test_one_input(content: bytes) -> None:
        nonlocal said_at
        trial.count(attempt(target, content, material))
        if trial.finding or time.monotonic() > said_at + _EVERY_S:
            said_at = time.monotonic()
            sys.stdout.write(json.dumps(trial.as_json()) + "\n")
            sys.stdout.flush()
        if trial.finding:
            os._exit(0)

    def mutate(content: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)  # noqa: S311  (nothing to guess)
        if chance.random() < _LIBFUZZERS:
            return bytes(atheris.Mutate(content, most))
        content = chance.choice(material.seeds) if chance.random() < _AFRESH else content
        return target.mutate(content, Source(chance, material.seeds, target.words))[:most]

    atheris.Setup([sys.argv[0], *options], test_one_input, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
