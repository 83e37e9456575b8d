"""The checkpoints of a `custom` term in time: each with a deadline, a way to show it, and its weight in percent.

A photo of the checkpoint's name as its category, the manager's confirmation about it, or the customer's: received
before the checkpoint's deadline. With partial release every checkpoint is a milestone of the deal, with the same term
and the name of the one `checkpoint` that it rests on; its amount is the checkpoint's weight, rounded down to the
smallest unit of what people pay in, and the last one takes the remainder.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, FiniteFloat

from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.options import Part, broken_rule, parse_instant
from escrow_chain.terms.people import CUSTOMER, MANAGER
from escrow_chain.terms.photo import Category, Photo
from escrow_chain.terms.photo_upload import CATEGORY, PhotoOptions, photos_that_count
from escrow_chain.terms.pieces import Confirmation
from escrow_chain.terms.words import last_word

MAX_CHECKPOINTS: Final = 50
WHOLE: Final = 100
_PHOTOS: Final = PhotoOptions(accepted_formats=("jpeg", "png", "webp"))
_WORD_OF: Final = {"manager_approval": MANAGER, "customer_signature": CUSTOMER}
_LATE: Final = "late"

PICTURED: Final = Rule(
    "checkpoint.photo_upload",
    passed="{checkpoint}: there is a photo.",
    failed="{checkpoint}: a photo that counts is needed. Name the checkpoint as what the photo is for.",
    otherwise={_LATE: "{checkpoint}: the photo came after the checkpoint's deadline. Ask the payer."},
    decisive=True,
)
CONFIRMED: Final = {
    method: Rule(
        f"checkpoint.{method}",
        passed=f"{{checkpoint}}: confirmed by the {role}.",
        failed=f"{{checkpoint}}: not confirmed by the {role}. Ask the {role} for it.",
        otherwise={
            _LATE: f"{{checkpoint}}: the {role}'s word came after the checkpoint's deadline. Ask the payer.",
            "no": f"{{checkpoint}}: not as agreed, says the {role}. Put it right, and ask again.",
        },
        decisive=True,
    )
    for method, role in _WORD_OF.items()
}


class Checkpoint(Part):
    """One of them. `weight` in percent of the amount."""

    name: Category
    deadline: Annotated[datetime, BeforeValidator(parse_instant)]
    verification_method: Literal["photo_upload", "manager_approval", "customer_signature"]
    weight: Annotated[FiniteFloat, Field(gt=0, le=100)]

    @property
    def percent(self) -> Fraction:
        """The weight, exactly as its text in JSON says it."""
        return Fraction(repr(self.weight))

    @property
    def role(self) -> str | None:
        """Whose word shows it, None if a photo does."""
        return _WORD_OF.get(self.verification_method)


def check_checkpoints(asked: Sequence[Checkpoint]) -> None:
    """Raises a broken rule of the options if names, deadlines and weights of their checkpoints don't fit together."""
    if not 0 < len(asked) <= MAX_CHECKPOINTS:
        raise broken_rule(f"not a list of 1 to {MAX_CHECKPOINTS} checkpoints", at="checkpoints")
    for number, (earlier, later) in enumerate(pairwise(asked), start=1):
        if later.deadline <= earlier.deadline:
            at = f"checkpoints[{number}].deadline"
            raise broken_rule("not after the deadline of the checkpoint before it", at=at)
    if len({each.name for each in asked}) < len(asked):
        raise broken_rule("has the same name twice", at="checkpoints")
    together = sum(each.percent for each in asked)
    if together != WHOLE:
        raise broken_rule(f"the weights are {float(together):.12g} percent together, not {WHOLE}", at="checkpoints")


def shares(amount: int, checkpoints: Sequence[Checkpoint], *, unit: int = 1) -> tuple[int, ...]:
    """The part of an amount for each checkpoint: rounded down to whole `unit`s, and the last takes the rest.

    All in minor units.
    """
    rounded = [amount * each.percent // WHOLE // unit * unit for each in checkpoints[:-1]]
    return (*rounded, amount - sum(rounded))


def checkpoint_checks(
    checkpoints: Sequence[Checkpoint],
    photos: Sequence[Exhibit[Photo]],
    words: Sequence[Exhibit[Confirmation]],
    circumstances: Circumstances,
) -> tuple[list[Check], set[int]]:
    """The checks of these checkpoints, and what counts, by number. `words` are confirmations of whomever."""
    checks, named = _named(checkpoints, photos)
    found_in_photos, good = photos_that_count(_PHOTOS, named, circumstances)
    checks += found_in_photos
    counted: set[int] = set()
    for each in checkpoints:
        if each.role is None:
            shown: Sequence[Exhibit[Any]] = [photo for photo in good if photo.piece.category == each.name]
            found, kept = _pictured(each, shown)
        else:
            wallets = circumstances.addresses({each.role})
            found, kept = _confirmed(each, [word for word in words if word.is_by(wallets)])
        checks.append(found)
        counted |= kept
    return checks, counted


def _named(
    checkpoints: Sequence[Checkpoint], photos: Sequence[Exhibit[Photo]]
) -> tuple[list[Check], list[Exhibit[Photo]]]:
    """Whether each photo says of which checkpoint it is, and those that do: no other one may stand in their way."""
    names = tuple(each.name for each in checkpoints if each.role is None)
    if not names:
        return [], []
    said = [(each, each.piece.category in names) for each in photos]
    checks = [Check(CATEGORY, passed, each.piece.category, names, each.grade, each.number) for each, passed in said]
    return checks, [each for each, passed in said if passed]


def _pictured(checkpoint: Checkpoint, photos: Sequence[Exhibit[Photo]]) -> tuple[Check, set[int]]:
    in_time = [each for each in photos if each.happened < checkpoint.deadline]
    shown = (in_time or photos)[-1:]
    check = _found(PICTURED, checkpoint, shown, passed=bool(in_time))
    return check, {each.number for each in in_time[-1:]}


def _confirmed(checkpoint: Checkpoint, words: Sequence[Exhibit[Confirmation]]) -> tuple[Check, set[int]]:
    """By the last word about it before its deadline: a later one neither confirms nor takes back."""
    rule = CONFIRMED[checkpoint.verification_method]
    last = last_word([each for each in words if each.happened < checkpoint.deadline], checkpoint.name)
    if last is None:
        late = last_word(words, checkpoint.name)
        return _found(rule, checkpoint, [late] if late else [], passed=False), set()
    if last.piece.confirmed:
        return _found(rule, checkpoint, [last], passed=True), {last.number}
    return _found(rule, checkpoint, [last], passed=False)._replace(reason="no"), set()


def _found(rule: Rule, checkpoint: Checkpoint, shown: Sequence[Exhibit[Any]], *, passed: bool) -> Check:
    last = shown[-1] if shown else None
    return Check(
        rule,
        passed,
        last.happened if last else None,
        checkpoint.deadline,
        last.grade if last else None,
        last.number if last else None,
        values={"checkpoint": checkpoint.name},
        reason=_LATE if last else None,
    )
