"""What a judge found in a case, and whether it is what must be found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from corpus.case import Case


@dataclass(frozen=True, slots=True)
class Found:
    """`expected` in the terms of a case; `passed` are the codes of the checks that passed, for the record."""

    outcome: Mapping[str, Any]
    passed: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of_checks(
        cls, verdicts: Iterable[tuple[bool, Iterable[tuple[str, bool, bool]]]], accepted: Iterable[int]
    ) -> "Found":
        """From verdicts: whether each is fulfilled, and (code, passed, decisive) of its checks."""
        verdicts = [(fulfilled, list(checks)) for fulfilled, checks in verdicts]
        checks = [check for _, some in verdicts for check in some]
        return cls(
            {
                "fulfilled": all(fulfilled for fulfilled, _ in verdicts),
                "failed": sorted({code for code, passed, _ in checks if not passed}),
                "decided": sorted({code for code, passed, decisive in checks if decisive and not passed}),
                "accepted": sorted(set(accepted)),
            },
            frozenset(code for code, passed, _ in checks if passed),
        )


OURS: Final = ("refused", "fulfilled", "failed", "decided", "accepted")


def differs(case: Case, found: Found, keys: Sequence[str] = OURS) -> bool:
    """Whether a judge found something else than must be found, in what it can say."""
    return any(case.expected.get(key) != found.outcome.get(key) for key in keys)
