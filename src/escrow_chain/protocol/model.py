"""The contract's rules, executable: the twin that `Escrow.sol` is tested against.

    state      call       when                         becomes              reason
    ---------  ---------  ---------------------------  -------------------  ---------------
    OPEN       attest     before the deadline          SETTLED (payees)     ATTESTED           inspection period 0
    OPEN       attest     before the deadline          DELIVERED                               otherwise
    OPEN       release    any time                     SETTLED (payees)     RELEASED
    DELIVERED  release    any time                     SETTLED (payees)     RELEASED
    OPEN       refund     any time                     SETTLED (payer)      REFUNDED
    DELIVERED  refund     any time                     SETTLED (payer)      REFUNDED
    DELIVERED  conclude   from the inspection's end    SETTLED (payees)     INSPECTION_OVER
    OPEN       conclude   from the deadline on         SETTLED (payer)      DEADLINE_PASSED

`RULES` is this table. Calls raise the `Refusal` that the contract reverts with, and then nothing has changed; they
return the events that the contract emits. Time comes in as unix seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from escrow_chain.protocol import errors, merkle
from escrow_chain.protocol.bank import Bank
from escrow_chain.protocol.checks import check_deal, check_milestones
from escrow_chain.protocol.deal import Deal, Milestone, Selection, milestones_root
from escrow_chain.protocol.events import Claimed, Credited, Delivered, Event, Opened, Reason, Settled, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.signatures import recover
from escrow_chain.protocol.typed_data import Attestation, Domain, bitmap

ContractSigner = Callable[[bytes, bytes], bool]
"""An ERC-1271 contract: whether it accepts a signature (second) over a digest (first)."""


@dataclass(frozen=True)
class Progress:
    """Where one milestone stands; `ends` is the unix time at which its inspection is over."""

    state: State = State.OPEN
    ends: int = 0


@dataclass(frozen=True)
class Rule:
    """One line of the table: what a call makes of a milestone in a state, at a time, and on whose word."""

    call: str
    state: State
    when: Callable[[Milestone, Progress, int], bool]
    reason: Reason


def _always(_milestone: Milestone, _progress: Progress, _now: int) -> bool:
    return True


def _before_deadline(milestone: Milestone, _progress: Progress, now: int) -> bool:
    return now < milestone.deadline


def _deadline_passed(milestone: Milestone, _progress: Progress, now: int) -> bool:
    return now >= milestone.deadline


def _inspection_over(_milestone: Milestone, progress: Progress, now: int) -> bool:
    return now >= progress.ends


RULES = (
    Rule("attest", State.OPEN, _before_deadline, Reason.ATTESTED),
    Rule("deliver", State.OPEN, _before_deadline, Reason.ATTESTED),
    Rule("release", State.OPEN, _always, Reason.RELEASED),
    Rule("release", State.DELIVERED, _always, Reason.RELEASED),
    Rule("refund", State.OPEN, _always, Reason.REFUNDED),
    Rule("refund", State.DELIVERED, _always, Reason.REFUNDED),
    Rule("conclude", State.DELIVERED, _inspection_over, Reason.INSPECTION_OVER),
    Rule("conclude", State.OPEN, _deadline_passed, Reason.DEADLINE_PASSED),
)
PAYS_PAYEES = frozenset({Reason.ATTESTED, Reason.RELEASED, Reason.INSPECTION_OVER})


@dataclass
class OpenedDeal:
    """A deal that was opened: what it holds, in minor units, and where its milestones stand."""

    held: int
    progress: dict[int, Progress]


@dataclass
class Model:
    """The contract: its EIP-712 domain, everybody's balances, and the ERC-1271 contracts that are there to be asked."""

    domain: Domain
    bank: Bank
    signers: Mapping[str, ContractSigner] = field(default_factory=dict)
    deals: dict[bytes, OpenedDeal] = field(default_factory=dict)
    credits: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The contract's own address."""
        return self.domain.contract

    def open(
        self, deal: Deal, milestones: Sequence[Milestone], *, sender: str, now: int, value: int = 0
    ) -> list[Event]:
        """Funds a deal. `value` is the coin sent along, in wei."""
        check_deal(deal, escrow=self.address)
        total = check_milestones(milestones, escrow=self.address, now=now)
        root = milestones_root(milestones)
        if root != deal.milestones:
            raise errors.RootMismatch(root, deal.milestones)
        deal_id = deal.id(self.domain)
        if deal_id in self.deals:
            raise errors.DealExists(deal_id)
        self._pull(deal.token, sender, total, value)
        self.deals[deal_id] = OpenedDeal(total, {milestone.index: Progress() for milestone in milestones})
        return [Opened(deal_id, deal.payer, deal, tuple(milestones))]

    def attest(
        self, deal: Deal, selection: Selection, statement: Attestation, signature: bytes, *, now: int
    ) -> list[Event]:
        """Brings an attestation; its `deal` must be this deal's id, as the contract puts it there itself."""
        deal_id = self._find(deal, selection)
        if now >= statement.valid_until:
            raise errors.AttestationExpired(statement.valid_until, now)
        if not self._is_signed(deal.attestor, statement.digest(self.domain), signature):
            raise errors.InvalidAttestation(deal.attestor)

        def authorise(milestone: Milestone) -> None:
            if not statement.milestones >> milestone.index & 1:
                raise errors.NotAttested(milestone.index, statement.milestones)

        call = "deliver" if deal.inspection_period else "attest"
        chosen = self._choose(call, deal_id, selection, now, authorise)
        fulfilled = [milestone for milestones in chosen.values() for milestone in milestones]
        delivered = Delivered(deal_id, bitmap([milestone.index for milestone in fulfilled]), statement.evidence)
        if call == "deliver":
            for milestone in fulfilled:
                self.deals[deal_id].progress[milestone.index] = Progress(State.DELIVERED, now + deal.inspection_period)
            return [delivered]
        return [delivered, *self._settle(deal, deal_id, chosen)]

    def release(self, deal: Deal, selection: Selection, *, sender: str, now: int) -> list[Event]:
        """The payer pays."""
        deal_id = self._find(deal, selection)
        if sender != deal.payer:
            raise errors.NotPayer(sender, deal.payer)
        return self._settle(deal, deal_id, self._choose("release", deal_id, selection, now, _anybody))

    def refund(self, deal: Deal, selection: Selection, *, sender: str, now: int) -> list[Event]:
        """The payee returns."""

        def authorise(milestone: Milestone) -> None:
            if sender != milestone.payee:
                raise errors.NotPayee(sender, milestone.payee, milestone.index)

        deal_id = self._find(deal, selection)
        return self._settle(deal, deal_id, self._choose("refund", deal_id, selection, now, authorise))

    def conclude(self, deal: Deal, selection: Selection, *, now: int) -> list[Event]:
        """Settles what a clock has decided."""
        deal_id = self._find(deal, selection)
        return self._settle(deal, deal_id, self._choose("conclude", deal_id, selection, now, _anybody))

    def claim(self, token: str, owner: str, to: str, *, sender: str) -> list[Event]:
        """Pays out a credit."""
        if owner not in (to, sender):
            raise errors.NotOwner(sender, owner)
        if to in (ZERO_ADDRESS, self.address):
            raise errors.InvalidRecipient(to)
        amount = self.credits.get((token, owner), 0)
        if not amount:
            raise errors.NothingToClaim(token, owner)
        if not self.bank.push(token, self.address, to, amount):
            raise errors.FailedCall() if token == ZERO_ADDRESS else errors.SafeERC20FailedOperation(token)
        del self.credits[token, owner]
        return [Claimed(token, owner, to, amount)]

    def status(self, deal_id: bytes, index: int) -> Progress:
        """Where a milestone stands; `State.NONE` if the deal was never opened."""
        if deal_id not in self.deals:
            return Progress(State.NONE)
        return self.deals[deal_id].progress[index]

    def _find(self, deal: Deal, selection: Selection) -> bytes:
        deal_id = deal.id(self.domain)
        if deal_id not in self.deals:
            raise errors.DealNotFound(deal_id)
        try:
            root = selection.root()
        except merkle.InvalidMultiproof:
            raise errors.MerkleProofInvalidMultiproof from None
        except IndexError:
            raise errors.Panic(0x32) from None
        if root != deal.milestones:
            raise errors.RootMismatch(root, deal.milestones)
        return deal_id

    def _is_signed(self, signer: str, digest: bytes, signature: bytes) -> bool:
        if recover(digest, signature) == signer:
            return True
        contract = self.signers.get(signer)
        return contract is not None and contract(digest, signature)

    def _choose(
        self, call: str, deal_id: bytes, selection: Selection, now: int, authorise: Callable[[Milestone], None]
    ) -> dict[Reason, list[Milestone]]:
        """The milestones that the call changes now, each once, by reason in the order of `RULES`."""
        chosen: dict[int, tuple[Reason, Milestone]] = {}
        for milestone in selection.milestones:
            progress = self.deals[deal_id].progress[milestone.index]
            rule = next((rule for rule in RULES if (rule.call, rule.state) == (call, progress.state)), None)
            if milestone.index in chosen or rule is None or not rule.when(milestone, progress, now):
                continue
            authorise(milestone)
            chosen[milestone.index] = rule.reason, milestone
        if not chosen:
            raise errors.NothingToDo(deal_id)
        by_reason: dict[Reason, list[Milestone]] = {rule.reason: [] for rule in RULES}
        for reason, milestone in chosen.values():
            by_reason[reason].append(milestone)
        return {reason: milestones for reason, milestones in by_reason.items() if milestones}

    def _settle(self, deal: Deal, deal_id: bytes, chosen: Mapping[Reason, Sequence[Milestone]]) -> list[Event]:
        events: list[Event] = []
        for reason, milestones in chosen.items():
            amount = sum(milestone.amount for milestone in milestones)
            pays = reason in PAYS_PAYEES
            settled = bitmap([milestone.index for milestone in milestones])
            events.append(Settled(deal_id, settled, amount if pays else 0, 0 if pays else amount, reason))
            self.deals[deal_id].held -= amount
            for milestone in milestones:
                self.deals[deal_id].progress[milestone.index] = Progress(State.SETTLED)
            payouts = [(payout.to, payout.amount) for milestone in milestones for payout in milestone.payouts]
            for to, owed in payouts if pays else [(deal.payer, amount)]:
                events += self._push(deal.token, to, owed)
        return events

    def _pull(self, token: str, sender: str, total: int, value: int) -> None:
        expected = total if token == ZERO_ADDRESS else 0
        if value != expected:
            raise errors.InvalidValue(value, expected)
        if token != ZERO_ADDRESS and token not in self.bank.tokens:
            raise errors.InvalidToken(token)
        self.bank.pull(token, sender, self.address, total)

    def _push(self, token: str, to: str, amount: int) -> list[Event]:
        if self.bank.push(token, self.address, to, amount):
            return []
        self.credits[token, to] = self.credits.get((token, to), 0) + amount
        return [Credited(token, to, amount)]


def _anybody(_milestone: Milestone) -> None:
    return None
