"""What people say: the last word that each one gave in time."""

from collections.abc import Sequence

from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.pieces import Confirmation
from escrow_chain.terms.verdict import Check


def last_word(exhibits: Sequence[Exhibit[Confirmation]]) -> Exhibit[Confirmation] | None:
    """The last that came in time, if any. Of two that came at once, the one that says no."""
    timely = (exhibit for exhibit in exhibits if exhibit.timely)
    return max(timely, key=lambda each: (each.happened, not each.piece.confirmed), default=None)


def confirmed_check(code: str, name: str, last: Exhibit[Confirmation] | None) -> Check:
    """Whether somebody's last word is yes. `name` as in "the customer"."""
    if last is None:
        sentence = f"There is no confirmation by {name} that counts. Ask {name} for one."
    elif last.piece.confirmed:
        sentence = f"It is confirmed by {name}."
    else:
        sentence = f"It was not as agreed, says {name}. Put it right, and ask again."
    return Check(
        code=code,
        passed=last is not None and last.piece.confirmed,
        sentence=sentence,
        measured=last.piece.confirmed if last else None,
        limit=True,
        grade=last.grade if last else None,
        piece=last.number if last else None,
        decisive=True,
    )
