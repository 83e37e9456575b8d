"""One replacement in the text of a source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """From byte to byte, and by which operator."""

    operator: str
    start: int
    end: int
    replacement: str
