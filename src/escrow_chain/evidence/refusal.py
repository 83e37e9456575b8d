"""Why something handed in cannot be judged."""

from dataclasses import dataclass

from escrow_chain.terms.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed check, ready for the verdict (see `escrow_chain.terms.check.Check`)."""

    code: str
    sentence: Sentence | str
    measured: str | int | float | None = None
    limit: str | int | float | None = None
    unit: str | None = None
