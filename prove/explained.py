"""What the steps may find, and why it is right: `explained.toml`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

EXPLAINED: Final = Path("prove/explained.toml")


def explained(step: str, part: str | None = None) -> Mapping[str, str]:
    """The reasons, by what they explain."""
    reasons: Mapping[str, Mapping[str, str]] = tomllib.loads(EXPLAINED.read_text())
    return reasons.get(f"{step} {part}" if part else step, {})
