"""Codes that somebody gives back: a few attempts are all there are, and no check says what a code is."""

from collections.abc import Callable, Sequence
from typing import Final

from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.pieces import Code

MAX_ATTEMPTS: Final = 5
"""Codes that one may try for a term."""
ATTEMPTS: Final = Rule(
    "code.attempts",
    passed="It is among the first attempts.",
    failed="Codes were tried too often: no further one counts. Ask the payer.",
    otherwise={"uncounted": "Nobody counted how often codes were tried. Hand it in to the service."},
    unit="attempts",
)


def given_code(
    rule: Rule, exhibits: Sequence[Exhibit[Code]], is_right: Callable[[Code], bool]
) -> tuple[list[Check], Exhibit[Code] | None]:
    """The checks of the codes given, the last of them by `rule`, and the first right one that came in time."""
    attempts = [_attempt(each) for each in exhibits]
    counted = [each for each, check in zip(exhibits, attempts, strict=True) if check.passed and each.timely]
    right = next((each for each in counted if is_right(each.piece)), None)
    most = max((each.piece.attempt or 0 for each in exhibits), default=0)
    return [*attempts, Check(rule, right is not None, most, MAX_ATTEMPTS, right.grade if right else None)], right


def _attempt(exhibit: Exhibit[Code]) -> Check:
    attempt = exhibit.piece.attempt
    passed = attempt is not None and attempt <= MAX_ATTEMPTS
    reason = "uncounted" if attempt is None else None
    return Check(ATTEMPTS, passed, attempt, MAX_ATTEMPTS, exhibit.grade, exhibit.number, reason=reason)
