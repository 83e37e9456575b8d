"""The contract, executable: the twin that `Escrow.sol` is tested against.

    Model      whoever is entitled to say so: attest, release, refund, revoke, settle, dispute, rule, conclude
    └── Funding    open
        └── Ledger     claim, status, holding, credit

Calls have the names of the contract's functions. They raise the `Refusal` that the contract reverts with, and then
nothing has changed; they return the events that the contract emits, in its order. Time comes in as unix seconds. What
is possible when is in `rules`, who receives what in `splits`, which deals may be opened in `checks`.
"""

from functools import partial

from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal, Selection
from escrow_chain.protocol.events import (
    Accepted,
    Agreed,
    Delivered,
    Disputed,
    Event,
    Expired,
    Lapsed,
    Refunded,
    Released,
    Revoked,
    Ruled,
    State,
)
from escrow_chain.protocol.funding import Funding
from escrow_chain.protocol.ledger import ALL, ContractSigner, Found, OpenedDeal, bits
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import RULES, Call, Progress
from escrow_chain.protocol.signatures import recover
from escrow_chain.protocol.splits import share
from escrow_chain.protocol.typed_data import (
    Attestation,
    Consent,
    Message,
    MilestonesMessage,
    PayeeDispute,
    PayeeSettlement,
    PayerDispute,
    PayerSettlement,
    Refund,
    Release,
    Revocation,
    Ruling,
    Settlement,
)

__all__ = ("RULES", "ContractSigner", "Model", "OpenedDeal", "Progress")


class Model(Funding):
    """The contract: its EIP-712 domain, everybody's balances, and the ERC-1271 contracts that are there to be asked."""

    def attest(
        self, deal: Deal, selection: Selection, statement: Attestation, signature: bytes, *, now: int
    ) -> list[Event]:
        """Brings an attestation. Of its `deal` nothing is believed: the contract puts in the id that it finds."""
        found = self._find(deal, selection)
        signed = statement.model_copy(update={"deal": found.id})
        self._require_signed(deal.attestor, signed, statement.valid_until, signature, now)
        call = Call.DELIVER if deal.inspection_period else Call.ATTEST
        chosen = found.choose(call, now, named=statement.milestones)
        if call is Call.DELIVER:
            self._wind(found, chosen, Progress(State.DELIVERED, now + deal.inspection_period))
            return [Delivered(found.id, bits(chosen), statement.evidence, 0)]
        return self._pay(found, chosen, partial(_delivered, statement.evidence))

    def release(self, deal: Deal, selection: Selection, *, sender: str, now: int) -> list[Event]:
        """The payer pays."""
        found = self._find(deal, selection)
        _require_payer(sender, deal)
        return self._pay(found, found.choose(Call.RELEASE, now), Released)

    def release_with_signature(self, deal: Deal, selection: Selection, consent: Consent, *, now: int) -> list[Event]:
        """The same on the payer's signature."""
        found = self._find(deal, selection)
        self._require_consent(deal.payer, Release, found, consent, now)
        return self._pay(found, found.choose(Call.RELEASE, now, named=consent.milestones), Released)

    def refund(self, deal: Deal, selection: Selection, *, sender: str, now: int) -> list[Event]:
        """The payee returns."""
        found = self._find(deal, selection)
        return self._return(found, found.choose(Call.REFUND, now, payee=sender), Refunded)

    def refund_with_signature(self, deal: Deal, selection: Selection, consent: Consent, *, now: int) -> list[Event]:
        """The same on the signature of the first milestone's payee."""
        found = self._find(deal, selection)
        payee = found.milestones[0].payee
        self._require_consent(payee, Refund, found, consent, now)
        return self._return(found, found.choose(Call.REFUND, now, named=consent.milestones, payee=payee), Refunded)

    def revoke(self, deal: Deal, selection: Selection, *, sender: str, now: int) -> list[Event]:
        """The payer takes back."""
        found = self._find(deal, selection)
        _require_payer(sender, deal)
        return self._return(found, found.choose(Call.REVOKE, now), Revoked)

    def revoke_with_signature(self, deal: Deal, selection: Selection, consent: Consent, *, now: int) -> list[Event]:
        """The same on the payer's signature."""
        found = self._find(deal, selection)
        self._require_consent(deal.payer, Revocation, found, consent, now)
        return self._return(found, found.choose(Call.REVOKE, now, named=consent.milestones), Revoked)

    def settle(self, deal: Deal, selection: Selection, split: Settlement, *, sender: str, now: int) -> list[Event]:
        """Payer and payee split. The sender, if one of them, needs no signature."""
        found = self._find(deal, selection)
        milestone = found.one()
        agreed = {
            "deal": found.id,
            "milestone": milestone.index,
            "to_payees": split.to_payees,
            "valid_until": split.valid_until,
        }
        if sender != deal.payer:
            by_payer = PayerSettlement.model_validate(agreed)
            self._require_signed(deal.payer, by_payer, split.valid_until, split.payer_signature, now)
        if sender != milestone.payee:
            by_payee = PayeeSettlement.model_validate(agreed)
            self._require_signed(milestone.payee, by_payee, split.valid_until, split.payee_signature, now)
        found.choose(Call.SETTLE, now)
        return self._split(found, milestone, split.to_payees, Agreed)

    def dispute(self, deal: Deal, selection: Selection, *, sender: str, now: int) -> list[Event]:
        """The payer disputes what is delivered, the payee what is open."""
        return self._dispute(self._find(deal, selection), sender, ALL, now)

    def dispute_with_signature(
        self, deal: Deal, selection: Selection, by: str, consent: Consent, *, now: int
    ) -> list[Event]:
        """The same on the signature of the one or the other."""
        found = self._find(deal, selection)
        self._require_consent(by, PayerDispute if by == deal.payer else PayeeDispute, found, consent, now)
        return self._dispute(found, by, consent.milestones, now)

    def rule(self, deal: Deal, selection: Selection, to_payees: int, *, sender: str, now: int) -> list[Event]:
        """The arbiter splits."""
        found = self._find(deal, selection)
        if sender != deal.arbiter:
            raise errors.NotArbiter(sender, deal.arbiter)
        return self._rule(found, to_payees, now)

    def rule_with_signature(
        self, deal: Deal, selection: Selection, ruling: Ruling, signature: bytes, *, now: int
    ) -> list[Event]:
        """The same on the arbiter's signature. The contract puts in the deal and the milestone that it finds."""
        found = self._find(deal, selection)
        signed = ruling.model_copy(update={"deal": found.id, "milestone": found.one().index})
        self._require_signed(deal.arbiter, signed, ruling.valid_until, signature, now)
        return self._rule(found, ruling.to_payees, now)

    def conclude(self, deal: Deal, selection: Selection, *, now: int) -> list[Event]:
        """Settles what a clock has decided."""
        found = self._find(deal, selection)
        chosen = found.choose(Call.CONCLUDE, now)
        progress = {each.index: found.opened.progress[each.index] for each in chosen}
        accepted, expired, lapsed = (
            [each for each in chosen if progress[each.index].state is state]
            for state in (State.DELIVERED, State.OPEN, State.DISPUTED)
        )
        events = self._pay(found, accepted, Accepted) if accepted else []
        events += self._return(found, expired, Expired) if expired else []
        for milestone in lapsed:
            to_payees = share(milestone.amount, progress[milestone.index].lapse_bps)
            events += self._split(found, milestone, to_payees, Lapsed)
        return events

    def _require_consent(
        self, signer: str, kind: type[MilestonesMessage], found: Found, consent: Consent, now: int
    ) -> None:
        message = kind(deal=found.id, milestones=consent.milestones, valid_until=consent.valid_until)
        self._require_signed(signer, message, consent.valid_until, consent.signature, now)

    def _require_signed(self, signer: str, message: Message, valid_until: int, signature: bytes, now: int) -> None:
        if now >= valid_until:
            raise errors.SignatureExpired(valid_until, now)
        if not self._is_signed(signer, message.digest(self.domain), signature):
            raise errors.InvalidSignature(signer)

    def _is_signed(self, signer: str, digest: bytes, signature: bytes) -> bool:
        """The key first, then the contract."""
        if recover(digest, signature) == signer:
            return True
        contract = self.signers.get(signer)
        return contract is not None and contract(digest, signature)

    def _dispute(self, found: Found, by: str, named: int, now: int) -> list[Event]:
        deal = found.deal
        if deal.arbiter == ZERO_ADDRESS:
            raise errors.NoArbiter(found.id)
        if by == deal.payer:
            chosen, lapse_bps = found.choose(Call.PAYER_DISPUTE, now, named=named), deal.lapse_bps
        else:
            chosen, lapse_bps = found.choose(Call.PAYEE_DISPUTE, now, named=named, payee=by), 0
        self._wind(found, chosen, Progress(State.DISPUTED, now + deal.arbitration_period, lapse_bps))
        return [Disputed(found.id, bits(chosen), by)]

    def _rule(self, found: Found, to_payees: int, now: int) -> list[Event]:
        milestone = found.one()
        found.choose(Call.RULE, now)
        return self._split(found, milestone, to_payees, Ruled)


def _require_payer(sender: str, deal: Deal) -> None:
    if sender != deal.payer:
        raise errors.NotPayer(sender, deal.payer)


def _delivered(evidence: bytes, deal_id: bytes, milestones: int, to_payees: int) -> Event:
    return Delivered(deal_id, milestones, evidence, to_payees)
