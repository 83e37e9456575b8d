"""What happens in the demo, from the funding to the last coin."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from escrow_chain.bridge.attestor import sign
from escrow_chain.bridge.disbursement import Parties, Plan, plan
from escrow_chain.bridge.fulfilment import Claim, state
from escrow_chain.chain.node import Receipt
from escrow_chain.cli.demo.files import write
from escrow_chain.cli.demo.recipient import Desk, Recipient, places
from escrow_chain.cli.demo.stage import POCKET_MONEY, Stage
from escrow_chain.cli.failure import InputError
from escrow_chain.protocol.deal import select
from escrow_chain.terms import Term, Verdict
from escrow_chain.terms.photo_upload import PhotoOptions

WRONG_PLACE_M = 1_500.0

Say = Callable[[str], None]
"""Tells the user what just happened."""


class DemoError(Exception):
    """The demo did not go as it must: something in this project is broken."""


@dataclass(frozen=True)
class Try:
    """Evidence that was refused, and why."""

    reference: str
    attempt: str
    verdict: Verdict


@dataclass(frozen=True)
class Outcome:
    """What became of one recipient's money: who has it now, `amount` in minor units, and by which transaction."""

    reference: str
    to: str
    amount: int
    why: str
    receipt: Receipt
    evidence: bytes | None


@dataclass(frozen=True)
class Balance:
    """What somebody has at the end, and what they should have, in minor units."""

    owner: str
    address: str
    expected: int
    actual: int


@dataclass
class Told:
    """All that happened."""

    deal: bytes
    opened: Receipt
    refused: list[Try] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether every balance is what it should be."""
        return all(balance.actual == balance.expected for balance in self.balances)


def tell(
    request: Mapping[str, Any],
    stage: Stage,
    desk: Desk,
    photos: Sequence[bytes],
    say: Say,
) -> Told:
    """Plays the deal of a request: all recipients but the last deliver, and the money goes where it belongs.

    Raises `InputError` if the demo can't play these terms, and `NotFulfilled` if what it hands in does not prove them.
    """
    made = plan(
        request,
        parties=Parties({reference: owner.address for reference, owner in stage.recipients.items()}),
        funding=stage.funding,
        now=stage.clock.now(),
        random_bytes=stage.randomness,
    )
    opened = stage.client.open(made.deal, made.milestones, stage.merchant)
    told = Told(deal=made.deal.id(stage.client.deal_domain), opened=opened)
    say(f"funded {len(made.milestones)} milestones in one deal: {opened.gas_used:,} gas")

    recipients = _recipients(made, told.deal, stage, desk)
    album = iter(photos)
    last_seen: list[bytes] = []
    for recipient in recipients[:-1]:
        _deliver(recipient, album, last_seen, told, say)
    _pay(made, recipients[:-1], stage, told, say)
    _give_back(made, recipients[-1], stage, told, say)
    told.balances = _balances(made, stage)
    write(made, recipients, stage.output)
    return told


def _recipients(made: Plan, deal: bytes, stage: Stage, desk: Desk) -> list[Recipient]:
    return [
        Recipient(
            reference=reference,
            account=stage.recipients[reference],
            deal=deal,
            milestone=made.milestones[index],
            terms=made.terms[index],
            desk=desk,
        )
        for index, reference in enumerate(made.references)
    ]


def _deliver(recipient: Recipient, album: Iterator[bytes], last_seen: list[bytes], told: Told, say: Say) -> None:
    """The honest way through all terms, and before it what somebody might try."""
    stops = places(recipient.terms.terms)
    if stops and recipient.milestone.index == 0:
        term, place = stops[0]
        recipient.report_from(term, place, metres=WRONG_PLACE_M)
        _refuse(recipient, term, "a position from somewhere else", told, say)
    for term, place in stops:
        recipient.go_to(term, place)
    last_stop = stops[-1][1] if stops else None
    for term in recipient.terms.terms:
        if isinstance(term.options, PhotoOptions):
            if last_seen:
                recipient.upload(term, _saved_again(last_seen[-1]), last_stop)
                _refuse(recipient, term, "somebody else's photo, saved again", told, say)
            for _ in range(term.options.photos_needed):
                photo = _next(album)
                recipient.upload(term, photo, last_stop)
                last_seen.append(photo)
    say(f"{recipient.reference}: evidence for {len(recipient.terms.terms)} terms handed in")


def _refuse(recipient: Recipient, term: Term, attempt: str, told: Told, say: Say) -> None:
    verdict = recipient.judged(term)
    if verdict.fulfilled:
        raise DemoError(f"{recipient.reference}: {attempt} was accepted for {term.type.name}")
    told.refused.append(Try(recipient.reference, attempt, verdict))
    failed = ", ".join(check.code for check in verdict.failures)
    say(f"{recipient.reference}: {attempt} is refused ({failed})")


def _saved_again(photo: bytes) -> bytes:
    """The same picture as another file: smaller, compressed anew, without its metadata."""
    with Image.open(BytesIO(photo)) as picture:
        smaller = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))
    saved = BytesIO()
    smaller.save(saved, "JPEG", quality=70)
    return saved.getvalue()


def _next(album: Iterator[bytes]) -> bytes:
    photo = next(album, None)
    if photo is None:
        raise InputError("these terms ask for more photos than the demo carries", where="recipients")
    return photo


def _pay(
    made: Plan,
    recipients: Sequence[Recipient],
    stage: Stage,
    told: Told,
    say: Say,
) -> None:
    """One attestation over all that is proven, carried by somebody who has no part in the deal."""
    claims = [Claim(recipient.milestone, recipient.terms, tuple(recipient.evidence)) for recipient in recipients]
    statement = state(told.deal, claims, at=stage.clock.now(), randomness=stage.randomness).attestation
    signature = sign(statement, stage.client.domain, stage.attestor)
    selection = select(made.milestones, [recipient.milestone.index for recipient in recipients])
    receipt = stage.client.attest(made.deal, selection, statement, signature, stage.relayer)
    say(f"one signature paid {len(recipients)} recipients in one chain transaction: {receipt.gas_used:,} gas")
    for recipient in recipients:
        amount = recipient.milestone.amount
        why = f"proven: {', '.join(term.type.name.replace('_', ' ') for term in recipient.terms.terms)}"
        told.outcomes.append(
            Outcome(recipient.reference, recipient.account.address, amount, why, receipt, statement.evidence)
        )


def _give_back(made: Plan, recipient: Recipient, stage: Stage, told: Told, say: Say) -> None:
    """Nothing was delivered: once the deadline has passed, anybody may return the money."""
    milestone = recipient.milestone
    stage.clock.advance(max(0, milestone.deadline - stage.client.node.timestamp()))
    receipt = stage.client.conclude(made.deal, select(made.milestones, [milestone.index]), stage.relayer)
    say(f"{recipient.reference}: the deadline has passed, the money is back: {receipt.gas_used:,} gas")
    why = "nothing delivered by the deadline"
    told.outcomes.append(Outcome(recipient.reference, stage.merchant.address, milestone.amount, why, receipt, None))


def _balances(made: Plan, stage: Stage) -> list[Balance]:
    """What everybody has, held against what the amounts of the request add up to."""
    *delivered, last = zip(made.references, made.milestones, strict=True)
    owners: dict[str, str] = {stage.merchant.address: "merchant", stage.client.address: "escrow"}
    expected: dict[str, int] = {stage.merchant.address: POCKET_MONEY, stage.client.address: 0}
    for reference, milestone in (*delivered, last):
        owners[milestone.payee] = reference
        expected.setdefault(milestone.payee, 0)
    for _, milestone in delivered:
        expected[stage.merchant.address] -= milestone.amount
        expected[milestone.payee] += milestone.amount
    return [
        Balance(owner=owners[address], address=address, expected=amount, actual=stage.token.balance(address))
        for address, amount in expected.items()
    ]
