"""A disbursement request, in the published form, becomes one deal: a milestone for each recipient.

Of the request (`POST /api/escrow-disbursements`) this reads what decides about money: recipients with their amounts,
references and terms, and the time zone. The rest is part of the agreement that the deal names by its hash.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from escrow_chain.bridge.errors import InvalidRequest
from escrow_chain.protocol.canonical import InvalidJson, child_path, document_hash
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root
from escrow_chain.protocol.money import InvalidAmount, minor_units
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.terms.document import DEFAULT_TIMEZONE, FORMAT, TermsDocument, parse_document
from escrow_chain.terms.errors import InvalidTerms, NotSupportedYet

AGREEMENT_FORMAT = "escrow_chain/agreement/1"
WITHOUT_DEADLINE = timedelta(hours=72)
"""How long a recipient has whose terms name no deadline (rule D48)."""


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Recipient(_Request):
    """One entry of `recipients`: `amount` is decimal text."""

    reference: Annotated[str, Field(min_length=1, max_length=128)]
    amount: str
    terms: Annotated[list[dict[str, Any]], Field(min_length=1)]


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
    merchant's name for it.
    """

    deal: Deal
    milestones: tuple[Milestone, ...]
    documents: tuple[dict[str, Any], ...]
    terms: tuple[TermsDocument, ...]
    references: tuple[str, ...]
    agreement: dict[str, Any]


@dataclass(frozen=True)
class Funding:
    """Who funds a deal with what, and whose word releases it. `decimals` are those of the token."""

    payer: str
    token: str
    decimals: int
    attestor: str


@dataclass(frozen=True)
class Parties:
    """Who is meant by the references of a request: each recipient's wallet, and who else has a word there, by role."""

    wallets: Mapping[str, str]
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def plan(
    request: Mapping[str, Any],
    *,
    parties: Parties,
    funding: Funding,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> Plan:
    """The deal that a request asks for.

    The documents are salted from `random_bytes`, since their hashes are public and what they say is not. Raises
    `InvalidRequest` with the path of the field that is wrong.
    """
    disbursement = _read(request)
    references = tuple(recipient.reference for recipient in disbursement.recipients)
    documents = tuple(
        _terms_document(recipient, parties, disbursement.auto_release.timezone, random_bytes(32))
        for recipient in disbursement.recipients
    )
    parsed = tuple(_parse(document, child_path("recipients", index)) for index, document in enumerate(documents))
    milestones = tuple(
        Milestone(
            index=index,
            deadline=max(0, int((_deadline(terms) or now + WITHOUT_DEADLINE).timestamp())),
            terms=terms.hash,
            payouts=(_payout(recipient, parties.wallets, funding.decimals, child_path("recipients", index)),),
        )
        for index, (recipient, terms) in enumerate(zip(disbursement.recipients, parsed, strict=True))
    )
    for index, (terms, milestone) in enumerate(zip(parsed, milestones, strict=True)):
        _check_people(terms, milestone.payee, child_path("recipients", index))
    for index, reference in enumerate(references):
        if reference in references[:index]:
            raise InvalidRequest(f"recipients[{index}].reference", f"{reference!r} is given twice")
    agreement: dict[str, Any] = {
        "format": AGREEMENT_FORMAT,
        "salt": "0x" + random_bytes(32).hex(),
        "request": dict(request),
    }
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
    return Plan(deal, milestones, documents, parsed, references, agreement)


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


def _terms_document(recipient: Recipient, parties: Parties, timezone: str, salt: bytes) -> dict[str, Any]:
    document = {"format": FORMAT, "salt": "0x" + salt.hex(), "timezone": timezone, "terms": recipient.terms}
    named = parties.people.get(recipient.reference)
    return document | {"people": dict(named)} if named else document


def _parse(document: dict[str, Any], where: str) -> TermsDocument:
    try:
        return parse_document(document)
    except (InvalidTerms, NotSupportedYet) as error:
        path = "auto_release.timezone" if error.path == "timezone" else f"{where}.{error.path}"
        raise InvalidRequest(path, error.problems[0].reason) from None
    except InvalidJson as error:
        raise InvalidRequest(f"{where}.{error.where}", error.reason) from None


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
