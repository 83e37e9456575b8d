"""A model on which a deal was opened, to try calls on."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from escrow_chain.protocol import typed_data
from escrow_chain.protocol.bank import Bank
from escrow_chain.protocol.deal import Deal, Milestone, Selection, select
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.events import Event, State
from escrow_chain.protocol.model import Model
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Call
from escrow_chain.protocol.typed_data import (
    Attestation,
    Consent,
    Message,
    MilestonesMessage,
    Ruling,
    Settlement,
    bitmap,
)
from tests.protocol.examples import ARBITER, DOMAIN, KEYS, NOW, PAYEE, PAYER, STRANGER, TOKEN, deal, milestone, sign

INSPECTION = 60
ARBITRATION = 120
DELIVERED_AT = NOW + 10
INSPECTED_AT = DELIVERED_AT + INSPECTION
ARBITRATED_AT = DELIVERED_AT + ARBITRATION
EVIDENCE = b"\xee" * 32
WEALTH = 1_000_000
RULED = 50
"""What payees receive by the arbiter's word."""
AGREED = 30
"""What payees receive by what both sides say."""
CONSENTS: dict[Call, tuple[type[MilestonesMessage], str]] = {
    Call.RELEASE: (typed_data.Release, PAYER),
    Call.REFUND: (typed_data.Refund, PAYEE),
    Call.REVOKE: (typed_data.Revocation, PAYER),
    Call.PAYER_DISPUTE: (typed_data.PayerDispute, PAYER),
    Call.PAYEE_DISPUTE: (typed_data.PayeeDispute, PAYEE),
}
"""What is signed, and by whom, so that somebody else may bring it."""


def signed(message: Message, account: str) -> bytes:
    """The signature of an account over a message."""
    return sign(message.digest(DOMAIN), KEYS[account])


@dataclass
class Stage:
    """A model with one deal that was opened, and who has how much."""

    model: Model
    deal: Deal
    milestones: tuple[Milestone, ...]

    @property
    def id(self) -> bytes:
        return self.deal.id(DOMAIN)

    def select(self, *indices: int) -> Selection:
        return select(self.milestones, indices or range(len(self.milestones)))

    def attest(self, selection: Selection, *, now: int = DELIVERED_AT, **changes: Any) -> list[Event]:
        """Brings a valid attestation of what is selected, with other fields or another signature where given."""
        signature = changes.pop("signature", None)
        usual = {"deal": self.id, "milestones": _reach(selection), "evidence": EVIDENCE, "valid_until": now + 1}
        statement = Attestation.model_validate(usual | changes)
        given = sign(statement.digest(DOMAIN)) if signature is None else signature
        return self.model.attest(self.deal, selection, statement, given, now=now)

    def call(self, call: Call, selection: Selection, now: int, *, sender: str | None = None) -> list[Event]:
        """A call by whoever may make it, or by somebody else."""
        of_deal, model = (self.deal, selection), self.model
        match call:
            case Call.ATTEST | Call.DELIVER:
                return self.attest(selection, now=now)
            case Call.RELEASE:
                return model.release(*of_deal, sender=sender or PAYER, now=now)
            case Call.REFUND:
                return model.refund(*of_deal, sender=sender or PAYEE, now=now)
            case Call.REVOKE:
                return model.revoke(*of_deal, sender=sender or PAYER, now=now)
            case Call.PAYER_DISPUTE:
                return model.dispute(*of_deal, sender=sender or PAYER, now=now)
            case Call.PAYEE_DISPUTE:
                return model.dispute(*of_deal, sender=sender or PAYEE, now=now)
            case Call.RULE:
                return model.rule(*of_deal, RULED, sender=sender or ARBITER, now=now)
            case Call.SETTLE:
                return self.settle(selection, now=now, sender=sender or PAYER)
            case Call.CONCLUDE:
                return model.conclude(*of_deal, now=now)

    def settle(self, selection: Selection, *, now: int, sender: str = STRANGER, to_payees: int = AGREED) -> list[Event]:
        """The split that payer and payee have signed."""
        index = selection.milestones[0].index if selection.milestones else 0
        fields = {"deal": self.id, "milestone": index, "to_payees": to_payees, "valid_until": now + 1}
        split = Settlement(
            to_payees=to_payees,
            valid_until=now + 1,
            payer_signature=signed(typed_data.PayerSettlement.model_validate(fields), PAYER),
            payee_signature=signed(typed_data.PayeeSettlement.model_validate(fields), PAYEE),
        )
        return self.model.settle(self.deal, selection, split, sender=sender, now=now)

    def consent(self, call: Call, selection: Selection, *, valid_until: int, **changes: Any) -> Consent:
        """What whoever may make this call signs, with other fields where given."""
        kind, signer = CONSENTS[call]
        usual = {"deal": self.id, "milestones": _reach(selection), "valid_until": valid_until}
        message = kind.model_validate(usual | changes)
        return message.consent(signed(message, signer))

    def bring(self, call: Call, selection: Selection, consent: Consent, now: int) -> list[Event]:
        """A call by a stranger who carries a consent."""
        of_deal, model = (self.deal, selection), self.model
        match call:
            case Call.RELEASE:
                return model.release_with_signature(*of_deal, consent, now=now)
            case Call.REFUND:
                return model.refund_with_signature(*of_deal, consent, now=now)
            case Call.REVOKE:
                return model.revoke_with_signature(*of_deal, consent, now=now)
            case _:
                return model.dispute_with_signature(*of_deal, CONSENTS[call][1], consent, now=now)

    def ruling(self, *, valid_until: int, **changes: Any) -> Ruling:
        """The arbiter's word about the first milestone, with other fields where given."""
        usual = {"deal": self.id, "milestone": 0, "to_payees": RULED, "valid_until": valid_until}
        return Ruling.model_validate(usual | changes)

    def state(self, index: int = 0) -> State:
        return self.model.status(self.id, index).state

    def has(self, account: str) -> int:
        return self.model.bank.balances[self.deal.token, account]

    def refuses(self, call: Callable[[], object]) -> Refusal:
        """The refusal of a call, after which the model is as before."""
        before = deepcopy(self.model)
        with pytest.raises(Refusal) as refused:
            call()
        assert self.model == before
        return refused.value


def stage(*milestones: Milestone, opened: bool = True, **fields: Any) -> Stage:
    """A deal of these milestones, or of one, funded by the payer unless said."""
    milestones = milestones or (milestone(),)
    bank = Bank(tokens={TOKEN})
    for asset in (TOKEN, ZERO_ADDRESS):
        bank.balances[asset, PAYER] = WEALTH
    bank.allowances[TOKEN, PAYER] = WEALTH
    terms = deal(*milestones, **({"arbitration_period": ARBITRATION} | fields))
    there = Stage(Model(domain=DOMAIN, bank=bank), terms, milestones)
    if opened:
        value = sum(each.amount for each in milestones) if there.deal.token == ZERO_ADDRESS else 0
        there.model.open(there.deal, milestones, sender=PAYER, now=NOW, value=value)
    return there


def in_state(state: State, *milestones: Milestone, **fields: Any) -> Stage:
    """A deal whose milestones, or the one, are in this state; those in arbitration had been delivered."""
    there = stage(*milestones, **({"inspection_period": INSPECTION} | fields))
    if state in (State.DELIVERED, State.DISPUTED):
        there.attest(there.select())
    if state is State.DISPUTED:
        there.call(Call.PAYER_DISPUTE, there.select(), DELIVERED_AT)
    if state is State.SETTLED:
        there.call(Call.RELEASE, there.select(), NOW)
    return there


def _reach(selection: Selection) -> int:
    return bitmap([each.index for each in selection.milestones])
