"""Calls out of actions: for the contract as calldata, for the model as a function."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from eth_hash.auto import keccak
from eth_utils.abi import collapse_if_tuple

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol.deal import Selection
from escrow_chain.protocol.events import Event
from escrow_chain.protocol.model import Model
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.typed_data import Attestation, bitmap
from tests.differential.actions import Attest, Choice, Claim, Conclude, Odd, Open, Refund, Release
from tests.differential.drafts import Terms
from tests.differential.encoding import calldata
from tests.differential.selections import choose
from tests.differential.statements import attest
from tests.differential.world import CALLERS, Role, World

ANY = 7
"""The choice that is among all. Every other is among the deals that are open, if any, or the credits that there are."""


@dataclass(frozen=True)
class Call:
    """One call of the contract, and the same of the model. `terms` are those of the deal it is about, if any."""

    name: str
    sender: Role
    payload: bytes
    of_model: Callable[[], list[Event]]
    terms: Terms | None = None
    value: int = 0


@dataclass(frozen=True)
class Situation:
    """What the numbers in actions choose from."""

    world: World
    model: Model
    drafted: tuple[Terms, ...]
    payers: tuple[Role, ...]
    now: int

    def terms(self, deal: int) -> Terms:
        """The deal chosen."""
        opened = [terms for terms in self.drafted if terms.id in self.model.deals]
        choices = opened if opened and deal != ANY else self.drafted
        return choices[deal % len(choices)]

    def selection(self, terms: Terms, choice: Choice) -> Selection:
        """The selection of its milestones chosen; foreign ones are of the next deal."""
        other = self.drafted[(self.drafted.index(terms) + 1) % len(self.drafted)]
        return choose(choice, terms, other)


def resolve(action: Open | Attest | Release | Refund | Conclude | Claim, situation: Situation) -> Call | None:
    """The call that an action is. None for a claim of one of the credits if there are none."""
    match action:
        case Open():
            return _open(action, situation)
        case Attest():
            return _attest(action, situation)
        case Release():
            return _release(action, situation)
        case Refund():
            return _refund(action, situation)
        case Conclude():
            return _conclude(action, situation)
        case Claim():
            return _claim(action, situation)


def _open(action: Open, at: Situation) -> Call:
    place = action.deal % len(at.drafted)
    terms = at.drafted[place]
    sender = action.sender or at.payers[place]
    expected = terms.total if terms.deal.token == ZERO_ADDRESS else 0
    value = max(0, expected + action.surplus)
    payload = calldata(_signature("open"), terms.deal.values(), [milestone.values() for milestone in terms.milestones])
    of_model = partial(
        at.model.open, terms.deal, terms.milestones, sender=at.world.accounts[sender], now=at.now, value=value
    )
    return Call("open", sender, payload, of_model, terms, value)


def _attest(action: Attest, at: Situation) -> Call:
    terms = at.terms(action.deal)
    selection = at.selection(terms, action.choice)
    reach = bitmap([milestone.index for milestone in selection.milestones if milestone.index < 128])
    statement = Attestation(
        deal=terms.id,
        milestones=reach if action.bitmap is None else action.bitmap,
        evidence=keccak(b"evidence"),
        valid_until=at.now + action.lasts,
    )
    signed = attest(statement, terms.deal.attestor, action.forgery, at.world)
    arguments = (statement.milestones, statement.evidence, statement.valid_until, signed.signature)
    payload = calldata(_signature("attest"), terms.deal.values(), selection.values(), *arguments)
    of_model = partial(at.model.attest, terms.deal, selection, statement, signed.signature, now=at.now)
    return Call("attest", Role.STRANGER, payload, of_model, terms)


def _release(action: Release, at: Situation) -> Call:
    terms = at.terms(action.deal)
    selection = at.selection(terms, action.choice)
    sender = action.sender or _caller(terms.deal.payer, at.world)
    payload = calldata(_signature("release"), terms.deal.values(), selection.values())
    of_model = partial(at.model.release, terms.deal, selection, sender=at.world.accounts[sender], now=at.now)
    return Call("release", sender, payload, of_model, terms)


def _refund(action: Refund, at: Situation) -> Call:
    terms = at.terms(action.deal)
    selection = at.selection(terms, action.choice)
    payouts = selection.milestones[0].payouts if selection.milestones else ()
    sender = action.sender or _caller(payouts[0].to if payouts else ZERO_ADDRESS, at.world)
    payload = calldata(_signature("refund"), terms.deal.values(), selection.values())
    of_model = partial(at.model.refund, terms.deal, selection, sender=at.world.accounts[sender], now=at.now)
    return Call("refund", sender, payload, of_model, terms)


def _conclude(action: Conclude, at: Situation) -> Call:
    terms = at.terms(action.deal)
    selection = at.selection(terms, action.choice)
    payload = calldata(_signature("conclude"), terms.deal.values(), selection.values())
    of_model = partial(at.model.conclude, terms.deal, selection, now=at.now)
    return Call("conclude", action.sender, payload, of_model, terms)


def _claim(action: Claim, at: Situation) -> Call | None:
    token, owner = at.world.assets[action.asset], at.world.accounts[action.owner]
    if action.credit != ANY:
        there = sorted(at.model.credits)
        if not there:
            return None
        token, owner = there[action.credit % len(there)]
    sender = action.sender or _caller(owner, at.world)
    to = _recipient(action.to, at.world) or owner
    payload = calldata(_signature("claim"), token, owner, to)
    return Call("claim", sender, payload, partial(at.model.claim, token, owner, to, sender=at.world.accounts[sender]))


def _recipient(to: Role | Odd | None, world: World) -> str | None:
    match to:
        case Odd.ZERO:
            return ZERO_ADDRESS
        case Odd.ESCROW:
            return world.escrow
        case Role():
            return world.accounts[to]
        case None:
            return None


def _caller(account: str, world: World) -> Role:
    """Whose account it is; the stranger's if it never calls."""
    return next((role for role in CALLERS if world.accounts[role] == account), Role.STRANGER)


@cache
def _signature(name: str) -> str:
    """The signature of the contract's function."""
    entry = next(each for each in load("Escrow").abi if each["type"] == "function" and each["name"] == name)
    return f"{name}({','.join(collapse_if_tuple(field) for field in entry['inputs'])})"
