"""Selections out of choices: honest ones, and ones that prove nothing, too little or something else."""

from collections.abc import Callable, Mapping, Sequence

from eth_hash.auto import keccak

from escrow_chain.protocol import merkle
from escrow_chain.protocol.deal import Milestone, Payout, Selection, select
from tests.differential.actions import Choice, Twist
from tests.differential.drafts import Terms
from tests.differential.world import ELSEWHERE


def choose(choice: Choice, terms: Terms, other: Terms, preferred: Sequence[int]) -> Selection:
    """The selection of milestones of a deal that the choice describes. `other` is where foreign ones come from.

    Picked are those at the preferred places, if there are any.
    """
    if not terms.milestones:
        return Selection(milestones=other.milestones)
    indices = _indices(choice, preferred or range(len(terms.milestones)), len(terms.milestones))
    if choice.twist is Twist.FLAGGED:
        return _flagged(terms.milestones, indices)
    if choice.twist is Twist.ROOT_ONLY:
        return Selection(milestones=(), proof=(terms.deal.milestones,))
    if choice.twist is Twist.FOREIGN:
        return Selection(milestones=other.milestones)
    honest = select(terms.milestones, indices)
    twist = _TWISTS.get(choice.twist)
    return twist(honest, choice.noise) if twist else honest


def with_terms_in_fees(rows: Sequence[Sequence[object]], noise: int) -> list[tuple[object, ...]]:
    """Rows whose fees say a deadline and terms, which nobody reads: a milestone's are those of its first row."""
    changed: list[tuple[object, ...]] = []
    for row in rows:
        is_fee = changed and changed[-1][2] == row[2]
        changed.append((*row[:3], noise, keccak(bytes([noise]))) if is_fee else tuple(row))
    return changed


def _indices(choice: Choice, places: Sequence[int], count: int) -> list[int]:
    if choice.everything or not choice.picks:
        return list(range(count))
    return sorted({places[pick % len(places)] for pick in choice.picks})


def _flagged(milestones: Sequence[Milestone], indices: Sequence[int]) -> Selection:
    """A multiproof even where a shorter one does."""
    given = merkle.multiproof([milestone.leaf for milestone in milestones], indices)
    chosen = tuple(milestones[index] for index in indices)
    return Selection(milestones=chosen, proof=(*given.siblings, given.flags.to_bytes(32)))


def _replaced(milestone: Callable[[Milestone], Milestone]) -> Callable[[Selection, int], Selection]:
    """A twist of one of the selected milestones."""

    def twist(honest: Selection, noise: int) -> Selection:
        at = noise % len(honest.milestones)
        before, chosen, after = honest.milestones[:at], honest.milestones[at], honest.milestones[at + 1 :]
        return honest.model_copy(update={"milestones": (*before, milestone(chosen), *after)})

    return twist


def _doubled(honest: Selection, noise: int) -> Selection:
    again = honest.milestones[noise % len(honest.milestones)]
    return honest.model_copy(update={"milestones": (*honest.milestones, again)})


def _without_sibling(honest: Selection, noise: int) -> Selection:
    if not honest.proof:
        return honest.model_copy(update={"milestones": honest.milestones[:-1]})
    at = noise % len(honest.proof)
    return honest.model_copy(update={"proof": (*honest.proof[:at], *honest.proof[at + 1 :])})


def _with_sibling(honest: Selection, noise: int) -> Selection:
    at = noise % (len(honest.proof) + 1)
    return honest.model_copy(update={"proof": (*honest.proof[:at], keccak(bytes([noise])), *honest.proof[at:])})


def _with_wrong_sibling(honest: Selection, noise: int) -> Selection:
    at = noise % max(1, len(honest.proof))
    return honest.model_copy(update={"proof": (*honest.proof[:at], keccak(bytes([noise])), *honest.proof[at + 1 :])})


def _with_flags(change: Callable[[int, int], int]) -> Callable[[Selection, int], Selection]:
    """A twist of the last element of a proof: of a multiproof's flags. It is a function of them and the noise."""

    def twist(honest: Selection, noise: int) -> Selection:
        *siblings, flags = honest.proof or (bytes(32),)
        changed = change(int.from_bytes(flags), noise)
        return honest.model_copy(update={"proof": (*siblings, changed.to_bytes(32))})

    return twist


def _with_first_payout(**fields: Callable[[Payout], object]) -> Callable[[Selection, int], Selection]:
    def change(milestone: Milestone) -> Milestone:
        first = [
            payout.model_copy(update={name: value(payout) for name, value in fields.items()})
            for payout in milestone.payouts[:1]
        ]
        return milestone.model_copy(update={"payouts": (*first, *milestone.payouts[1:])})

    return _replaced(change)


def _with_fields(**fields: Callable[[Milestone], object]) -> Callable[[Selection, int], Selection]:
    return _replaced(
        lambda milestone: milestone.model_copy(update={name: value(milestone) for name, value in fields.items()})
    )


_TWISTS: Mapping[Twist, Callable[[Selection, int], Selection]] = {
    Twist.TURNED_ROUND: lambda honest, _: honest.model_copy(update={"milestones": honest.milestones[::-1]}),
    Twist.NOTHING: lambda _honest, _noise: Selection(milestones=()),
    Twist.PROOF_MISSING: lambda honest, _: honest.model_copy(update={"proof": ()}),
    Twist.FLAGS_TO_SPARE: _with_flags(lambda flags, noise: flags | 1 << (255 - noise % 64)),
    Twist.DOUBLED: _doubled,
    Twist.SIBLING_MISSING: _without_sibling,
    Twist.SIBLING_TOO_MANY: _with_sibling,
    Twist.SIBLING_WRONG: _with_wrong_sibling,
    Twist.FLAG_TURNED: _with_flags(lambda flags, noise: flags ^ 1 << noise % 8),
    Twist.OTHER_INDEX: _with_fields(index=lambda milestone: (milestone.index + 1 << 7) % (1 << 16)),
    Twist.OTHER_DEADLINE: _with_fields(deadline=lambda milestone: milestone.deadline - 1),
    Twist.OTHER_TERMS: _with_fields(terms=lambda milestone: keccak(milestone.terms)),
    Twist.OTHER_PAYEE: _with_first_payout(to=lambda _: ELSEWHERE),
    Twist.OTHER_AMOUNT: _with_first_payout(amount=lambda payout: payout.amount + 1),
    Twist.FEE_DROPPED: _with_fields(payouts=lambda milestone: milestone.payouts[:-1]),
}
