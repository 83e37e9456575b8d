"""`custom`: what no other type asks for: a code given back, data supplied, documents, checkpoints, an approval.

The code is a secret between whoever made the terms and whoever hands it out; a few attempts are all there are. Data are
what the recipient says, by name: that they are there is proven, not that they are true, which is what the approval is
for. The manager approves what was handed in by then, with a key of the own.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, FiniteFloat, field_validator, model_validator

from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.codes import given_code
from escrow_chain.terms.custom_checkpoints import Checkpoint, check_checkpoints, checkpoint_checks
from escrow_chain.terms.custom_documents import RequiredDocument, document_checks
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options, Part, broken_rule
from escrow_chain.terms.paper import Document
from escrow_chain.terms.people import MANAGER, RECIPIENT
from escrow_chain.terms.photo import Category, Photo
from escrow_chain.terms.photo_upload import MAX_PHOTO_BYTES
from escrow_chain.terms.pieces import Code, CodeText, Confirmation, Data, DataName
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.words import confirmation_rule, confirmed_check, last_word

MAX_HOURS: Final = 87_600
MAX_DOCUMENTS: Final = 20
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
APPROVAL: Final = "manager_approval"
"""Among the required data it is no text, but the manager's word."""

GIVEN: Final = Rule(
    "code.given",
    passed="The code was given.",
    failed="The code has not been given. Ask for it where you hand over.",
    unit="attempts",
    decisive=True,
)
SUPPLIED: Final = Rule(
    "data.supplied", passed="{name}: supplied.", failed="{name}: missing. Hand it in.", decisive=True
)
APPROVED: Final = confirmation_rule("approval.given", "the manager")
TIMEOUT: Final = Rule(
    "approval.timeout",
    passed="The approval came in time.",
    failed="The approval did not come within {limit} hours. Somebody has to look at it.",
    unit="h",
    decisive=True,
)


class ApprovalWorkflow(Part):
    """A manager of the merchant approves, within so many hours of what there is to approve."""

    requires_manager_approval: bool = False
    approval_timeout_hours: Annotated[FiniteFloat, Field(gt=0, le=MAX_HOURS)] | None = None


class CustomOptions(Options):
    """The options of the wire's section 9.5, and `checkpoint`: the one that this milestone rests on, if not on all."""

    BEST_GRADE: ClassVar[Grade] = Grade.ATTESTED

    verification_code: CodeText | None = Field(default=None, repr=False)
    required_data: Annotated[Mapping[DataName, bool], Field(max_length=100)] | None = None
    approval_workflow: ApprovalWorkflow | None = None
    verification_type: Literal["document_check"] | None = None
    required_documents: (
        Annotated[tuple[RequiredDocument, ...], Field(min_length=1, max_length=MAX_DOCUMENTS)] | None
    ) = None
    milestone_type: Literal["time_based"] | None = None
    checkpoints: tuple[Checkpoint, ...] | None = None
    partial_release_enabled: bool = False
    checkpoint: Category | None = None

    @field_validator("required_documents")
    @classmethod
    def _each_type_once(cls, asked: tuple[RequiredDocument, ...] | None) -> tuple[RequiredDocument, ...] | None:
        if asked and len({each.type for each in asked}) < len(asked):
            raise broken_rule("has the same type twice")
        return asked

    @model_validator(mode="after")
    def _checkpoints_are_sound(self) -> Self:
        if self.checkpoints is not None:
            check_checkpoints(self.checkpoints)
        return self

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.is_handed_in or self.needs_approval):
            raise broken_rule(
                "asks for nothing: give a verification_code, required_data, required_documents, checkpoints, or an "
                "approval_workflow"
            )
        if self.hours is not None and not (self.needs_approval and self.is_handed_in):
            raise broken_rule(
                "goes with requires_manager_approval, and with something that is handed in to be approved",
                at="approval_workflow.approval_timeout_hours",
            )
        if self.verification_type and not self.required_documents:
            raise broken_rule("goes with required_documents", at="verification_type")
        return self

    @model_validator(mode="after")
    def _checkpoints_fit(self) -> Self:
        for name in ("milestone_type", "partial_release_enabled", "checkpoint"):
            if getattr(self, name) and not self.checkpoints:
                raise broken_rule("goes with checkpoints", at=name)
        if self.checkpoint and self.checkpoint not in [each.name for each in self.checkpoints or ()]:
            raise broken_rule("none of the checkpoints", at="checkpoint")
        return self

    @property
    def is_handed_in(self) -> bool:
        """Whether it asks for something else than an approval."""
        return bool(self.verification_code or self.names or self.required_documents or self.checkpoints)

    @property
    def asks_for_more(self) -> bool:
        """Whether it asks for something else than checkpoints."""
        return bool(self.verification_code or self.names or self.required_documents or self.needs_approval)

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
    def due(self) -> tuple[Checkpoint, ...]:
        """The checkpoints that this milestone rests on."""
        return tuple(each for each in self.checkpoints or () if self.checkpoint in (None, each.name))

    @property
    def latest(self) -> datetime | None:
        """The deadline, or that of the last checkpoint with the time of its approval if that is earlier."""
        if not self.due:
            return self.deadline
        last = self.due[-1].deadline
        approved = last + min(timedelta(hours=self.hours or 0), _NEVER - last)
        return min(self.deadline, approved) if self.deadline else approved

    @property
    def max_bytes(self) -> int | None:
        """That of the largest document or of any photo, where one is wanted."""
        sizes = [each.max_bytes for each in self.required_documents or ()]
        sizes += [MAX_PHOTO_BYTES for each in self.due if each.role is None]
        return max(sizes, default=None)

    @property
    def signing_roles(self) -> frozenset[str]:
        """The authorities of the documents who are not asked for a word besides."""
        return self._authorities - self._speaking

    @property
    def roles(self) -> frozenset[str]:
        """The recipient's, the authorities', and of those who approve or confirm a checkpoint."""
        return self._speaking | self._authorities | {RECIPIENT}

    @property
    def _speaking(self) -> frozenset[str]:
        """The roles that can't do without a word."""
        confirming = frozenset(each.role for each in self.due if each.role)
        return confirming | {MANAGER} if self.needs_approval else confirming

    @property
    def _authorities(self) -> frozenset[str]:
        return frozenset(
            each.verification_authority for each in self.required_documents or () if each.verification_authority
        )


def examine(options: CustomOptions, exhibits: Sequence[Exhibit[Any]], circumstances: Circumstances) -> Findings:
    """What codes, data, documents, photos and words prove. `exhibits` are in the order of their receipt."""
    others = circumstances.addresses(options.roles - {RECIPIENT})
    own = [each for each in exhibits if not each.is_by(others)]
    words = [each for each in exhibits if isinstance(each.piece, Confirmation) and each.is_by(others)]
    checks: list[Check] = []
    counted: set[int] = set()
    for found, kept in _parts(options, own, words, circumstances):
        checks += found
        counted |= kept
    if options.needs_approval:
        handed_in = _last(own, counted) or _last(words, counted)
        managers = circumstances.addresses({MANAGER})
        last = _approval(options.hours, [each for each in words if each.is_by(managers)], handed_in)
        checks += _approval_checks(options.hours, last, handed_in)
        counted |= {last.number} if last and last.piece.confirmed else set()
    return Findings(checks=tuple(checks), counted=tuple(each.number for each in exhibits if each.number in counted))


def _last(exhibits: Sequence[Exhibit[Any]], counted: set[int]) -> datetime | None:
    """When the last of these that counts came in."""
    return max((each.happened for each in exhibits if each.number in counted), default=None)


def _parts(
    options: CustomOptions,
    own: Sequence[Exhibit[Any]],
    words: Sequence[Exhibit[Confirmation]],
    circumstances: Circumstances,
) -> Iterator[tuple[list[Check], set[int]]]:
    """The checks of each thing that is asked for, and what counts for it, by number."""
    if options.verification_code:
        yield _code(options.verification_code, [each for each in own if isinstance(each.piece, Code)])
    data = [each for each in own if isinstance(each.piece, Data) and each.timely]
    for name in options.names:
        yield _supplied(name, [each for each in data if name in each.piece.data])
    if options.required_documents:
        documents = [each for each in own if isinstance(each.piece, Document)]
        yield document_checks(options.required_documents, documents, words, circumstances)
    if options.due:
        photos = [each for each in own if isinstance(each.piece, Photo)]
        yield checkpoint_checks(options.due, photos, words, circumstances)


def _code(text: str, exhibits: Sequence[Exhibit[Code]]) -> tuple[list[Check], set[int]]:
    checks, right = given_code(GIVEN, exhibits, lambda code: hmac.compare_digest(code.code.encode(), text.encode()))
    return checks, {right.number} if right else set()


def _supplied(name: str, supplied: Sequence[Exhibit[Data]]) -> tuple[list[Check], set[int]]:
    there = bool(supplied)
    grade = supplied[-1].grade if supplied else None
    check = Check(SUPPLIED, there, there, limit=True, grade=grade, values={"name": name})
    return [check], {each.number for each in supplied[-1:]}


def _approval(
    hours: float | None, words: Sequence[Exhibit[Confirmation]], handed_in: datetime | None
) -> Exhibit[Confirmation] | None:
    """The last word on what was handed in by then: the last in time, or if none is the last."""
    on_it = [each for each in words if handed_in is None or each.begun >= handed_in]
    return last_word([each for each in on_it if _in_time(each, handed_in, hours)]) or last_word(on_it)


def _in_time(word: Exhibit[Confirmation], handed_in: datetime | None, hours: float | None) -> bool:
    return hours is None or handed_in is None or word.happened - handed_in <= timedelta(hours=hours)


def _approval_checks(
    hours: float | None, last: Exhibit[Confirmation] | None, handed_in: datetime | None
) -> Iterator[Check]:
    """The last word in time decides; one that came later neither approves nor takes back."""
    yield confirmed_check(APPROVED, last)
    if hours is not None and last and handed_in:
        took_hours = (last.happened - handed_in).total_seconds() / 3600
        yield Check(TIMEOUT, _in_time(last, handed_in, hours), took_hours, hours, last.grade, last.number)


TERM_TYPE: Final = TermType(
    name="custom",
    kinds=frozenset({"code", "data", "document", "photo", "confirmation"}),
    options=CustomOptions,
    examine=examine,
)
