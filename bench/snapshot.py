"""The gas of every operation as it was last accepted, in `gas.snapshot.json`.

`python -m bench.snapshot` measures anew and accepts what it finds.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.gas import measure

SNAPSHOT = Path(__file__).with_name("gas.snapshot.json")
UPDATE = "accept it with `.venv/bin/python -m bench.snapshot`"


def accepted() -> dict[str, int]:
    """Gas by operation, as it was last accepted."""
    figures: dict[str, int] = json.loads(SNAPSHOT.read_text())
    return figures


def measured() -> dict[str, int]:
    """Gas by operation, as it is now."""
    return {figure.name: figure.gas for figure in measure()}


def changes(before: Mapping[str, int | None], now: Mapping[str, int | None], *, rise: bool) -> Iterator[str]:
    """A line for each operation that takes more gas than before, or is new or gone; or, instead, for each with less."""
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old is None or new is None:
            if rise:
                yield f"{name}: {_shown(old)} -> {_shown(new)}"
        elif old != new and (new > old) == rise:
            yield f"{name}: {old:,} -> {new:,} ({new - old:+,})"


def _shown(gas: int | None) -> str:
    return "nothing" if gas is None else f"{gas:,}"


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(measured(), indent=2) + "\n")
