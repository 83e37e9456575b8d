"""`custom`: what no other type asks for: a code given back, data supplied, a manager's approval.

The code is a secret between whoever made the terms and whoever hands it out; a few attempts are all there are. Data are
what the recipient says, by name: that they are there is proven, not that they are true, which is what the approval is
for. The manager approves what was handed in by then, with a key of the own.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, FiniteFloat, field_validator, model_validator

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options, Part, broken_rule, not_supported
from escrow_chain.terms.people import MANAGER, RECIPIENT
from escrow_chain.terms.pieces import Code, CodeText, Confirmation, Data, DataName
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.verdict import Check
from escrow_chain.terms.words import confirmed_check, last_word

MAX_HOURS: Final = 87_600
APPROVAL: Final = "manager_approval"
"""Among the required data it is no text, but the manager's word."""
MAX_ATTEMPTS: Final = 5
"""Codes that may be tried for a term."""


class ApprovalWorkflow(Part):
    """A manager of the merchant approves, within so many hours of what there is to approve."""

    requires_manager_approval: bool = False
    approval_timeout_hours: Annotated[FiniteFloat, Field(gt=0, le=MAX_HOURS)] | None = None


class CustomOptions(Options):
    """The options of the wire's section 9.5."""

    verification_code: CodeText | None = Field(default=None, repr=False)
    required_data: Annotated[Mapping[DataName, bool], Field(max_length=100)] | None = None
    approval_workflow: ApprovalWorkflow | None = None
    verification_type: Literal["document_check"] | None = None
    required_documents: Any = None
    milestone_type: Literal["time_based"] | None = None
    checkpoints: Any = None
    partial_release_enabled: bool = False

    @field_validator("required_documents", "checkpoints")
    @classmethod
    def _not_yet(cls, asked: Any) -> Any:
        if asked is not None:
            raise not_supported("asking for documents or checkpoints")
        return asked

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.verification_code or self.names or self.needs_approval):
            raise broken_rule("asks for nothing: give a verification_code, required_data, or an approval_workflow")
        if self.hours is not None and not (self.needs_approval and (self.verification_code or self.names)):
            raise broken_rule(
                "goes with requires_manager_approval, and with something that is handed in to be approved",
                at="approval_workflow.approval_timeout_hours",
            )
        if self.verification_type:
            raise broken_rule("goes with required_documents", at="verification_type")
        for name in ("milestone_type", "partial_release_enabled"):
            if getattr(self, name):
                raise broken_rule("goes with checkpoints", at=name)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The data that must be supplied."""
        return tuple(name for name, wanted in (self.required_data or {}).items() if wanted and name != APPROVAL)

    @property
    def hours(self) -> float | None:
        """The time that an approval has."""
        return self.approval_workflow.approval_timeout_hours if self.approval_workflow else None

    @property
    def needs_approval(self) -> bool:
        """Whether a manager must approve."""
        asked = self.approval_workflow is not None and self.approval_workflow.requires_manager_approval
        return asked or bool((self.required_data or {}).get(APPROVAL))

    @property
    def roles(self) -> frozenset[str]:
        """The recipient's, and the manager's who approves."""
        return frozenset({RECIPIENT, MANAGER} if self.needs_approval else {RECIPIENT})


def examine(options: CustomOptions, exhibits: Sequence[Exhibit[Any]], circumstances: Circumstances) -> Findings:
    """What code, data and approval prove. `exhibits` are in the order of their receipt."""
    managers = circumstances.addresses({MANAGER})
    own = [each for each in exhibits if not each.is_by(managers)]
    checks: list[Check] = []
    counted: set[int] = set()
    if options.verification_code:
        codes: list[Exhibit[Code]] = [each for each in own if isinstance(each.piece, Code)]
        found, right = _codes(options.verification_code, codes)
        checks += found
        counted |= {right.number} if right else set()
    data: list[Exhibit[Data]] = [each for each in own if isinstance(each.piece, Data) and each.timely]
    for name in options.names:
        supplied = [each for each in data if name in each.piece.data]
        checks.append(_supplied(name, supplied))
        counted |= {each.number for each in supplied[-1:]}
    if options.needs_approval:
        handed_in = max((each.happened for each in exhibits if each.number in counted), default=None)
        words = [each for each in exhibits if isinstance(each.piece, Confirmation) and each.is_by(managers)]
        words = [each for each in words if handed_in is None or each.begun >= handed_in]
        last = last_word([each for each in words if _in_time(each, handed_in, options.hours)]) or last_word(words)
        checks += _approval(options.hours, last, handed_in)
        counted |= {last.number} if last and last.piece.confirmed else set()
    return Findings(checks=tuple(checks), counted=tuple(each.number for each in exhibits if each.number in counted))


def _codes(code: str, exhibits: Sequence[Exhibit[Code]]) -> tuple[list[Check], Exhibit[Code] | None]:
    """The checks of the codes given, and the first right one. A check never says what the code is."""
    attempts = [_attempt(each) for each in exhibits]
    right = next(
        (
            each
            for each, check in zip(exhibits, attempts, strict=True)
            if check.passed and each.timely and hmac.compare_digest(each.piece.code.encode(), code.encode())
        ),
        None,
    )
    given = Check(
        code="code.given",
        passed=right is not None,
        sentence="The code was given." if right else "The code has not been given. Ask for it where you hand over.",
        measured=max((each.piece.attempt or 0 for each in exhibits), default=0),
        limit=MAX_ATTEMPTS,
        unit="attempts",
        grade=right.grade if right else None,
        decisive=True,
    )
    return [*attempts, given], right


def _attempt(exhibit: Exhibit[Code]) -> Check:
    attempt = exhibit.piece.attempt
    passed = attempt is not None and attempt <= MAX_ATTEMPTS
    if passed:
        sentence = "It is among the first attempts."
    elif attempt is None:
        sentence = "Nobody counted how often codes were tried. Hand it in to the service."
    else:
        sentence = "Codes were tried too often: no further one counts. Ask the payer."
    return Check(
        code="code.attempts",
        passed=passed,
        sentence=sentence,
        measured=attempt,
        limit=MAX_ATTEMPTS,
        unit="attempts",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _supplied(name: str, supplied: Sequence[Exhibit[Data]]) -> Check:
    return Check(
        code="data.supplied",
        passed=bool(supplied),
        sentence=f"{name}: supplied." if supplied else f"{name}: missing. Hand it in.",
        measured=bool(supplied),
        limit=True,
        grade=supplied[-1].grade if supplied else None,
        decisive=True,
    )


def _in_time(word: Exhibit[Confirmation], handed_in: datetime | None, hours: float | None) -> bool:
    return hours is None or handed_in is None or word.happened - handed_in <= timedelta(hours=hours)


def _approval(hours: float | None, last: Exhibit[Confirmation] | None, handed_in: datetime | None) -> Iterator[Check]:
    """The last word in time decides; one that came later neither approves nor takes back."""
    yield confirmed_check("approval.given", "the manager", last)
    if hours is not None and last and handed_in:
        took, in_time = last.happened - handed_in, _in_time(last, handed_in, hours)
        yield Check(
            code="approval.timeout",
            passed=in_time,
            sentence="The approval came in time."
            if in_time
            else f"The approval did not come within {hours:g} hours. Somebody has to look at it.",
            measured=round(took.total_seconds() / 3600, 3),
            limit=hours,
            unit="h",
            grade=last.grade,
            piece=last.number,
            decisive=True,
        )


TERM_TYPE: Final = TermType(
    name="custom",
    kinds=frozenset({"code", "data", "confirmation"}),
    options=CustomOptions,
    examine=examine,
)
