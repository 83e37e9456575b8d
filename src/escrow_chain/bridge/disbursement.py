"""A disbursement request, in the published form, becomes one deal: a milestone for each recipient.

A recipient whose term has checkpoints with partial release gets a milestone for each checkpoint, since a milestone
settles once: its terms say which checkpoint it rests on, and its amount is that checkpoint's share.

Of the request (`POST /api/escrow-disbursements`) this reads what decides about money: recipients with their amounts,
references and terms, and the time zone. The rest is part of the agreement that the deal names by its hash.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from escrow_chain.bridge.errors import InvalidRequest
from escrow_chain.protocol.canonical import MAX_BYTES, InvalidJson, canonical, child_path, document_hash
from escrow_chain.protocol.checks import MAX_MILESTONES
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root
from escrow_chain.protocol.money import InvalidAmount, minor_units
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.terms.custom import CustomOptions
from escrow_chain.terms.custom_checkpoints import Checkpoint, shares
from escrow_chain.terms.document import DEFAULT_TIMEZONE, FORMAT, TermsDocument, parse_document
from escrow_chain.terms.errors import InvalidTerms, NotSupportedYet
from escrow_chain.terms.registry import PUBLISHED

AGREEMENT_FORMAT = "escrow_chain/agreement/1"
CENT_DECIMALS = 2
"""Shares of an amount are rounded down to the cent."""
WITHOUT_DEADLINE = timedelta(hours=72)
"""How long a recipient has whose terms name no deadline (rule D48)."""
TO_ATTEST_S = 3_600
"""How many seconds longer a milestone is open on chain than its terms: what came in their last second must still be
judged, and its attestation must get into a block before the milestone's deadline."""


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Recipient(_Request):
    """One entry of `recipients`: `amount` is decimal text."""

    reference: Annotated[str, Field(min_length=1, max_length=128)]
    amount: str
    terms: Annotated[list[dict[str, Any]], Field(min_length=1, repr=False)]


class AutoRelease(_Request):
    """Of `auto_release`, the zone of daily windows."""

    timezone: str = DEFAULT_TIMEZONE


class Disbursement(_Request):
    """A disbursement request: 1 to 50 recipients."""

    recipients: Annotated[list[Recipient], Field(min_length=1, max_length=50)]
    currency: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1, max_length=500)]
    auto_release: AutoRelease = AutoRelease()


@dataclass(frozen=True)
class Plan:
    """A deal ready to be opened, with the documents behind its hashes.

    Of milestone i, `documents[i]` is the terms document as hashed, `terms[i]` what it says, and `references[i]` the
    merchant's name for it. Documents have codes in plain text, so its `repr` leaves them out.
    """

    deal: Deal
    milestones: tuple[Milestone, ...]
    documents: tuple[dict[str, Any], ...] = field(repr=False)
    terms: tuple[TermsDocument, ...]
    references: tuple[str, ...]
    agreement: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Funding:
    """Who funds a deal with what, and whose word releases it. `decimals` are those of the token."""

    payer: str
    token: str
    decimals: int
    attestor: str


@dataclass(frozen=True)
class Parties:
    """Who is meant by the references of a request: each recipient's wallet, and who else has a word there, by role.

    `phones` and `authorities` as in `escrow_chain.terms.people`.
    """

    wallets: Mapping[str, str]
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    phones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    authorities: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


def plan(  # noqa: PLR0913  (each of them is another matter)
    request: Mapping[str, Any],
    *,
    parties: Parties,
    funding: Funding,
    now: datetime,
    random_bytes: Callable[[int], bytes],
    term_types: Collection[str] = PUBLISHED,
) -> Plan:
    """The deal that a request asks for, with terms of these types only.

    The documents are salted from `random_bytes`, since their hashes are public and what they say is not. Raises
    `InvalidRequest` with the path of the field that is wrong.
    """
    disbursement = _read(request)
    rules = _Rules(parties, funding.decimals, disbursement.auto_release.timezone, term_types)
    parts: list[_Part] = []
    for index, recipient in enumerate(disbursement.recipients):
        where = child_path("recipients", index)
        if recipient.reference in (part.reference for part in parts):
            raise InvalidRequest(f"{where}.reference", f"{recipient.reference!r} is given twice")
        for document, payout in _unsalted(recipient, rules, where):
            salted = document | {"salt": "0x" + random_bytes(32).hex()}
            if len(parts) == MAX_MILESTONES:
                raise InvalidRequest("recipients", f"more than the {MAX_MILESTONES} milestones that a deal may have")
            parts.append(_Part(recipient.reference, salted, rules.parse(salted, where), payout))
    milestones = tuple(_milestone(index, part, now) for index, part in enumerate(parts))
    agreement: dict[str, Any] = {
        "format": AGREEMENT_FORMAT,
        "salt": "0x" + random_bytes(32).hex(),
        "request": dict(request),
    }
    _refuse_unreadable(agreement, where="request")
    deal = Deal(
        payer=funding.payer,
        token=funding.token,
        attestor=funding.attestor,
        inspection_period=0,
        arbiter=ZERO_ADDRESS,
        arbitration_period=0,
        lapse_bps=0,
        revocable_until=0,
        agreement=document_hash(agreement),
        salt=int.from_bytes(random_bytes(32)),
        milestones=milestones_root(milestones),
    )
    return Plan(
        deal,
        milestones,
        documents=tuple(part.document for part in parts),
        terms=tuple(part.terms for part in parts),
        references=tuple(part.reference for part in parts),
        agreement=agreement,
    )


def _read(request: Mapping[str, Any]) -> Disbursement:
    try:
        return Disbursement.model_validate(dict(request))
    except ValidationError as error:
        raise _invalid(error, where="") from None


def _invalid(error: ValidationError, *, where: str) -> InvalidRequest:
    first = error.errors()[0]
    path = where
    for step in first["loc"]:
        path = child_path(path, step)
    return InvalidRequest(path, first["msg"])


@dataclass(frozen=True)
class _Part:
    """What becomes one milestone."""

    reference: str
    document: dict[str, Any]
    terms: TermsDocument
    payout: Payout


def _milestone(index: int, part: _Part, now: datetime) -> Milestone:
    latest = _deadline(part.terms) or now + WITHOUT_DEADLINE
    deadline = int(latest.timestamp()) + TO_ATTEST_S
    return Milestone(index=index, deadline=max(0, deadline), terms=part.terms.hash, payouts=(part.payout,))


@dataclass(frozen=True)
class _Rules:
    """What recipients are read by. `decimals` are those of the token, `timezone` is that of daily windows."""

    parties: Parties
    decimals: int
    timezone: str
    term_types: Collection[str]

    def document(self, recipient: Recipient) -> dict[str, Any]:
        """The terms document of a recipient, without its salt."""
        reference = recipient.reference
        named = {
            "people": self.parties.people.get(reference),
            "phones": self.parties.phones.get(reference),
            "authorities": self.parties.authorities.get(reference),
        }
        document = {"format": FORMAT, "timezone": self.timezone, "terms": recipient.terms}
        return document | {name: dict(given) for name, given in named.items() if given}

    def parse(self, document: dict[str, Any], where: str) -> TermsDocument:
        """The terms that a document says, all of a type that is allowed. Raises `InvalidRequest`.

        A type that is not allowed is not even loaded: it is another package's code.
        """
        for position, entry in enumerate(document["terms"]):
            name = entry.get("term_type")
            if not isinstance(name, str) or name not in self.term_types:
                path = f"{where}.terms[{position}].term_type"
                raise InvalidRequest(path, f"not a term type here; there are {', '.join(self.term_types)}")
        try:
            found = parse_document(document)
        except (InvalidTerms, NotSupportedYet) as error:
            path = "auto_release.timezone" if error.path == "timezone" else f"{where}.{error.path}"
            raise InvalidRequest(path, error.problems[0].reason) from None
        except InvalidJson as error:
            raise InvalidRequest(f"{where}.{error.where}", error.reason) from None
        _refuse_unreadable(document, where=f"{where}.terms")
        return found


def _refuse_unreadable(document: dict[str, Any], *, where: str) -> None:
    """Raises `InvalidRequest` for what could be hashed into a deal, and read by nobody who has to judge by it."""
    try:
        size = len(canonical(document))
    except InvalidJson as error:
        raise InvalidRequest(error.where, error.reason) from None
    if size > MAX_BYTES:
        raise InvalidRequest(where, f"{size} bytes as a document, and at most {MAX_BYTES} are read")


def _unsalted(recipient: Recipient, rules: _Rules, where: str) -> Iterator[tuple[dict[str, Any], Payout]]:
    """The document and the payout of each milestone of a recipient: one, or one for each checkpoint."""
    document = rules.document(recipient)
    terms = rules.parse(document, where)
    whole = _payout(recipient, rules.parties.wallets, rules.decimals, where)
    _check_people(terms, whole.to, where)
    partial = _released_in_parts(terms, where)
    if partial is None:
        yield document, whole
        return
    (entry,) = document["terms"]
    unit = 10 ** max(0, rules.decimals - CENT_DECIMALS)
    for checkpoint, amount in zip(partial, shares(whole.amount, partial, unit=unit), strict=True):
        if amount == 0:
            raise InvalidRequest(f"{where}.amount", f"too small for a share for the checkpoint {checkpoint.name!r}")
        data = entry["data"] | {"checkpoint": checkpoint.name}
        yield document | {"terms": [entry | {"data": data}]}, Payout(to=whole.to, amount=amount)


def _released_in_parts(terms: TermsDocument, where: str) -> Sequence[Checkpoint] | None:
    """The checkpoints of a term with partial release, None if there is no such term."""
    for term in terms.terms:
        if isinstance(term.options, CustomOptions) and term.options.partial_release_enabled:
            path = f"{where}.terms[{term.position}].data.partial_release_enabled"
            if len(terms.terms) > 1 or term.options.asks_for_more:
                raise InvalidRequest(path, "goes with checkpoints alone: each of them is paid for itself")
            return term.options.checkpoints
    return None


def _check_people(terms: TermsDocument, payee: str, where: str) -> None:
    """Whether everybody is named whose word the terms want, and is somebody else than the recipient."""
    for term, role in terms.unnamed():
        raise InvalidRequest(f"{where}.terms[{term.position}].term_type", f"nobody is named as the {role}")
    for role, address in terms.people.items():
        if address == payee:
            raise InvalidRequest(f"{where}.reference", f"its recipient is its {role} too: one wallet is one side")


def _deadline(document: TermsDocument) -> datetime | None:
    deadlines = [term.options.latest for term in document.terms if term.options.latest]
    return max(deadlines, default=None)


def _payout(recipient: Recipient, wallets: Mapping[str, str], decimals: int, where: str) -> Payout:
    if recipient.reference not in wallets:
        raise InvalidRequest(f"{where}.reference", f"there is no wallet for {recipient.reference!r}")
    try:
        amount = minor_units(recipient.amount, decimals=decimals)
    except InvalidAmount as error:
        raise InvalidRequest(f"{where}.amount", str(error)) from None
    if amount == 0:
        raise InvalidRequest(f"{where}.amount", "an amount is more than zero")
    try:
        return Payout(to=wallets[recipient.reference], amount=amount)
    except ValidationError as error:
        raise _invalid(error, where=where) from None
