"""What people say: the last word that each one gave in time."""

from collections.abc import Sequence
from typing import Final

from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.pieces import Confirmation

_NO: Final = "no"


def last_word(exhibits: Sequence[Exhibit[Confirmation]], about: str = "") -> Exhibit[Confirmation] | None:
    """The last that came in time about this, if any. Of two that came at once, the one that says no."""
    timely = (exhibit for exhibit in exhibits if exhibit.timely and exhibit.piece.about == about)
    return max(timely, key=lambda each: (each.happened, not each.piece.confirmed), default=None)


def confirmation_rule(code: str, who: str) -> Rule:
    """The rule that somebody's last word is yes. `who` as in "the customer"."""
    return Rule(
        code,
        passed=f"It is confirmed by {who}.",
        failed=f"There is no confirmation by {who} that counts. Ask {who} for one.",
        otherwise={_NO: f"It was not as agreed, says {who}. Put it right, and ask again."},
        decisive=True,
    )


def confirmed_check(rule: Rule, last: Exhibit[Confirmation] | None) -> Check:
    """Whether somebody's last word is yes."""
    if last is None:
        return Check(rule, passed=False, limit=True)
    word = last.piece.confirmed
    return Check(rule, word, word, limit=True, grade=last.grade, piece=last.number, reason=None if word else _NO)
