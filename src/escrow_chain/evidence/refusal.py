"""Why something handed in cannot be judged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed check, ready for the verdict (see `escrow_chain.terms.verdict.Check`)."""

    code: str
    sentence: str
    measured: str | int | float | None = None
    limit: str | int | float | None = None
    unit: str | None = None
