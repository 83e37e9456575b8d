"""Deals out of drafts: valid ones, and ones with one flaw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from escrow_chain.protocol.checks import MAX_BPS, MAX_DEADLINE, MAX_MILESTONES, MAX_PAYOUTS, MAX_PERIOD, MAX_TOTAL
from escrow_chain.protocol.deal import Deal, Milestone, Payout, Selection, milestones_root
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.differential.actions import Draft, Flaw, Pattern
from tests.differential.chain import START
from tests.differential.world import Asset, Role, World


@dataclass(frozen=True)
class Terms:
    """A deal with all its milestones. `id` is the deal's."""

    deal: Deal
    milestones: tuple[Milestone, ...]
    id: bytes
    payer: Role

    @property
    def total(self) -> int:
        """What opening it takes, in minor units."""
        return sum(milestone.amount for milestone in self.milestones)


def write(draft: Draft, world: World) -> Terms:
    """The terms that the draft describes, flaw included."""
    milestones = [_milestone(draft.patterns[i % len(draft.patterns)], i, world) for i in range(draft.count)]
    if draft.whole:
        milestones[-1] = _filled(milestones)
    if draft.flaw in _OF_MILESTONES:
        milestones = _OF_MILESTONES[draft.flaw](milestones, draft.flaw_at % draft.count, world)
    seen = Selection(milestones=tuple(milestones)).parts
    deal = Deal(
        payer=world.accounts[draft.payer],
        token=world.assets[draft.asset],
        attestor=_address(draft.attestor, world),
        inspection_period=draft.inspection_period,
        arbiter=_address(draft.arbiter, world),
        arbitration_period=draft.arbitration_period,
        lapse_bps=draft.lapse_bps,
        revocable_until=draft.revocable_until,
        agreement=keccak(b"agreement"),
        salt=draft.salt,
        milestones=milestones_root(seen) if seen else bytes(32),
    )
    if draft.flaw in _OF_DEAL:
        deal = deal.model_copy(update=_OF_DEAL[draft.flaw](world))
    return Terms(deal, tuple(milestones), deal.id(world.domain), draft.payer)


def _address(role: Role | None, world: World) -> str:
    return ZERO_ADDRESS if role is None else world.accounts[role]


def _milestone(pattern: Pattern, index: int, world: World) -> Milestone:
    return Milestone(
        index=index,
        deadline=START + pattern.after,
        terms=keccak(bytes([pattern.terms])),
        payouts=tuple(Payout(to=world.accounts[role], amount=amount) for role, amount in pattern.payouts),
    )


def _filled(milestones: list[Milestone]) -> Milestone:
    """The last milestone with what is missing to the largest total added to its last payout."""
    rest = MAX_TOTAL - sum(milestone.amount for milestone in milestones)
    *others, last = milestones[-1].payouts
    return milestones[-1].model_copy(update={"payouts": (*others, Payout(to=last.to, amount=last.amount + rest))})


Fields = Mapping[str, object]
_OF_DEAL: Mapping[Flaw | None, Callable[[World], Fields]] = {
    Flaw.ZERO_PAYER: lambda _: {"payer": ZERO_ADDRESS},
    Flaw.ESCROW_PAYER: lambda world: {"payer": world.escrow},
    Flaw.LONG_INSPECTION: lambda _: {"inspection_period": MAX_PERIOD + 1},
    Flaw.LONG_ARBITRATION: lambda _: {"arbitration_period": MAX_PERIOD + 1},
    Flaw.LARGE_SHARE: lambda _: {"lapse_bps": MAX_BPS + 1},
    Flaw.ARBITER_WITHOUT_PERIOD: lambda world: {"arbiter": world.accounts[Role.ARBITER], "arbitration_period": 0},
    Flaw.INSPECTION_WITHOUT_ARBITER: lambda _: {"arbiter": ZERO_ADDRESS, "inspection_period": 1},
    Flaw.TOKEN_WITHOUT_CODE: lambda world: {"token": world.assets[Asset.NOWHERE]},
}


Milestones = list[Milestone]


def _changed(**fields: Callable[[Milestone, World], object]) -> Callable[[Milestones, int, World], Milestones]:
    """A flaw in fields of the one milestone that has it."""

    def change(milestones: Milestones, at: int, world: World) -> Milestones:
        update = {name: value(milestones[at], world) for name, value in fields.items()}
        return [*milestones[:at], milestones[at].model_copy(update=update), *milestones[at + 1 :]]

    return change


def _last_payout(**fields: Callable[[World], object]) -> Callable[[Milestone, World], tuple[Payout, ...]]:
    """The payouts with other fields in the last of them."""

    def change(milestone: Milestone, world: World) -> tuple[Payout, ...]:
        *others, last = milestone.payouts
        return (*others, last.model_copy(update={name: value(world) for name, value in fields.items()}))

    return change


_OF_MILESTONES: Mapping[Flaw | None, Callable[[Milestones, int, World], Milestones]] = {
    Flaw.NO_MILESTONES: lambda _milestones, _at, _world: [],
    Flaw.MANY_MILESTONES: lambda milestones, at, _: [
        milestones[at].model_copy(update={"index": index}) for index in range(MAX_MILESTONES + 1)
    ],
    Flaw.REPEATED_TERMS: lambda milestones, at, _: [*milestones[: at + 1], *milestones[at:]],
    Flaw.SWAPPED_MILESTONES: lambda milestones, at, _: [*milestones[at:], *milestones[:at]],
    Flaw.WRONG_INDEX: _changed(index=lambda milestone, _: milestone.index + 1),
    Flaw.DEADLINE_NOW: _changed(deadline=lambda _milestone, _world: START),
    Flaw.DEADLINE_FAR: _changed(deadline=lambda _milestone, _world: START + MAX_DEADLINE + 1),
    Flaw.GAP: lambda milestones, at, _: [*milestones[:at], *milestones[at + 1 :]],
    Flaw.MANY_PAYOUTS: _changed(payouts=lambda milestone, _: (MAX_PAYOUTS + 1) * milestone.payouts[:1]),
    Flaw.ZERO_RECIPIENT: _changed(payouts=_last_payout(to=lambda _: ZERO_ADDRESS)),
    Flaw.ESCROW_RECIPIENT: _changed(payouts=_last_payout(to=lambda world: world.escrow)),
    Flaw.TOKEN_RECIPIENT: _changed(payouts=_last_payout(to=lambda world: world.assets[Asset.PLAIN])),
    Flaw.ZERO_PAYOUT: _changed(payouts=_last_payout(amount=lambda _: 0)),
    Flaw.LARGE_PAYOUT: _changed(payouts=_last_payout(amount=lambda _: MAX_TOTAL + 1)),
}
