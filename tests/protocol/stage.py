"""A model on which a deal was opened, to try calls on."""

from dataclasses import dataclass
from typing import Any

from escrow_chain.protocol.bank import Bank
from escrow_chain.protocol.deal import Deal, Milestone, Selection, select
from escrow_chain.protocol.events import Event, State
from escrow_chain.protocol.model import Model
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Attestation, bitmap
from tests.protocol.examples import DOMAIN, NOW, PAYEE, PAYER, TOKEN, deal, milestone, sign

INSPECTION = 60
DELIVERED_AT = NOW + 10
INSPECTED_AT = DELIVERED_AT + INSPECTION
EVIDENCE = b"\xee" * 32
WEALTH = 1_000_000


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
        usual = {
            "deal": self.id,
            "milestones": bitmap([each.index for each in selection.milestones]),
            "evidence": EVIDENCE,
            "valid_until": now + 1,
        }
        statement = Attestation.model_validate(usual | changes)
        signed = sign(statement.digest(DOMAIN)) if signature is None else signature
        return self.model.attest(self.deal, selection, statement, signed, now=now)

    def call(self, name: str, selection: Selection, now: int) -> list[Event]:
        """A call by whoever may make it."""
        match name:
            case "attest" | "deliver":
                return self.attest(selection, now=now)
            case "release":
                return self.model.release(self.deal, selection, sender=PAYER, now=now)
            case "refund":
                return self.model.refund(self.deal, selection, sender=PAYEE, now=now)
            case _:
                return self.model.conclude(self.deal, selection, now=now)

    def state(self, index: int = 0) -> State:
        return self.model.status(self.id, index).state

    def has(self, account: str) -> int:
        return self.model.bank.balances[self.deal.token, account]


def stage(*milestones: Milestone, opened: bool = True, **fields: Any) -> Stage:
    """A deal of these milestones, or of one, funded by the payer unless said."""
    milestones = milestones or (milestone(),)
    bank = Bank(tokens={TOKEN})
    for asset in (TOKEN, ZERO_ADDRESS):
        bank.balances[asset, PAYER] = WEALTH
    bank.allowances[TOKEN, PAYER] = WEALTH
    there = Stage(Model(domain=DOMAIN, bank=bank), deal(*milestones, **fields), milestones)
    if opened:
        value = sum(each.amount for each in milestones) if there.deal.token == ZERO_ADDRESS else 0
        there.model.open(there.deal, milestones, sender=PAYER, now=NOW, value=value)
    return there
