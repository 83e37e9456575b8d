"""Random deals to be, and groups of actions that belong together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from escrow_chain.protocol.checks import MAX_BPS, MAX_DEADLINE, MAX_MILESTONES, MAX_PAYOUTS, MAX_PERIOD
from escrow_chain.protocol.events import State
from tests.differential.actions import (
    Action,
    Answer,
    Attest,
    Block,
    Choice,
    Claim,
    Conclude,
    Donate,
    Draft,
    Flaw,
    Forgery,
    Moment,
    Odd,
    Open,
    Pattern,
    Refuse,
    Rule,
    Say,
    Settle,
    Share,
    Side,
    Signing,
    Twist,
    Verb,
    Wait,
    Way,
    Word,
)
from tests.differential.chain import START
from tests.differential.situation import ANY
from tests.differential.world import CALLERS, Asset, Role

T = TypeVar("T")
Changing = Attest | Say | Settle | Rule | Conclude
ChangingT = TypeVar("ChangingT", bound=Changing)
_TOKENS = (Asset.PLAIN, Asset.BLOCKABLE, Asset.PERMITTED, Asset.AUTHORIZED)
_ASSETS = (*_TOKENS, Asset.COIN)
_PAYEES = (Role.SELLER, Role.SELLER, Role.BUILDER, Role.BROKER, Role.WALLET, Role.PAYER)
_FEE_TAKERS = (*_PAYEES, Role.TOKEN)
_SOON = (1, 30, 3_600, 90_000)
"""Seconds after the start, or that something lasts: within reach of each other and of deadlines."""
_UNSETTLED = (State.OPEN, State.DELIVERED, State.DISPUTED)
_STATES: Mapping[Verb, Sequence[State]] = {
    Verb.RELEASE: _UNSETTLED,
    Verb.REFUND: _UNSETTLED,
    Verb.REVOKE: (State.OPEN,),
    Verb.PAYER_DISPUTE: (State.DELIVERED,),
    Verb.PAYEE_DISPUTE: (State.OPEN,),
}
"""What milestones are in that it makes sense to say something of."""
_OF_PAYEE = frozenset({Verb.REFUND, Verb.PAYEE_DISPUTE})
_WAYS: Mapping[Asset, Sequence[Way]] = {
    Asset.PERMITTED: (Way.ALLOWANCE, Way.PERMIT),
    Asset.AUTHORIZED: (Way.AUTHORIZATION, Way.AUTHORIZATION_IN_BYTES),
}
"""How deals in tokens that take signatures are funded."""
_AROUND = (0, 0, -1, 1)
"""Seconds after a moment at which something is tried."""


class Dice:
    """What is thrown with one seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def draft(self, limit: int | None) -> Draft:
        """A deal, often valid, with no more milestones than `limit`.

        The largest are rare: they take as long as fifty others.
        """
        few = self._one(1 + self._below(5), 1 + self._below(5), 1 + self._below(5), 7, 8, 9, 16, 17, 33)
        count = self._one(MAX_MILESTONES - 1, MAX_MILESTONES) if self._rarely(120) else few
        arbiter = self._one(None, *[Role.ARBITER] * 4, Role.WALLET, Role.BUILDER)
        largest = 2 if count > MAX_MILESTONES // 2 else MAX_PAYOUTS
        asset = self._one(*_ASSETS, *_ASSETS, *_ASSETS, *_ASSETS, Asset.SHORT)
        takers = _PAYEES if asset is Asset.PLAIN else _FEE_TAKERS
        return Draft(
            payer=self._one(*[Role.PAYER] * 9, *[Role.WALLET] * 3, Role.POOR),
            asset=asset,
            attestor=self._one(*[Role.ATTESTOR] * 9, *[Role.WALLET] * 4, Role.TOKEN, None),
            arbiter=arbiter,
            revocable_until=self._one(0, START + self._one(*_SOON), START + self._one(*_SOON), (1 << 40) - 1),
            inspection_period=self._one(0, *_SOON, MAX_PERIOD) if arbiter else 0,
            arbitration_period=self._one(*_SOON, MAX_PERIOD) if arbiter else self._one(0, 0, 1),
            lapse_bps=self._one(0, 1, 1 + self._below(MAX_BPS), 1 + self._below(MAX_BPS), MAX_BPS),
            salt=self._below(1 << 16),
            count=min(count, limit or count),
            patterns=tuple(self._pattern(largest, takers) for _ in range(1 + self._below(3))),
            flaw=self._one(*Flaw) if self._rarely(5) else None,
            flaw_at=self._below(8),
            whole=self._rarely(30),
        )

    def group(self) -> tuple[Action, ...]:
        """Some actions."""
        throwers = (self._single, self._around_moment, self._delivery, self._dispute, self._dispute, self._unpaid)
        return tuple(self._one(self._single, *throwers)())

    def opening(self, deal: int, asset: Asset) -> Open:
        """An attempt to open a deal in this, mostly by its payer with the right value."""
        sender = self._one(*CALLERS) if self._rarely(12) else None
        way = self._one(*(Way if self._rarely(12) else _WAYS.get(asset, (Way.ALLOWANCE,))))
        surplus = self._one(1, -1) if self._rarely(25) else 0
        return Open(deal, way, sender, surplus, self._lasts(), self._signing())

    def _pattern(self, largest: int, takers: Sequence[Role]) -> Pattern:
        size = 1 + self._below(self._one(1, 2, largest))
        after = self._one(1 + self._below(60), *_SOON[2:], 30 * 86_400, MAX_DEADLINE)
        payouts = tuple((self._one(*(takers if place else _PAYEES)), self._amount()) for place in range(size))
        return Pattern(after=after, terms=self._below(4), payouts=payouts)

    def _amount(self) -> int:
        return self._one(1, 1 + self._below(3_000), 1 + self._below(3_000), 10**18, (1 << 64) - 1, 1 << 100)

    def _single(self) -> Sequence[Action]:
        throwers: tuple[Callable[[], Action], ...] = (self._changing, self._attest, self._claim, self._arranging)
        return [self._one(*throwers)()]

    def _around_moment(self) -> Sequence[Action]:
        """Something just before, at, or just after a moment of milestones that it is about."""
        action: Changing = self._conclude() if self._rarely(2) else self._changing()
        action = _anywhere(action)
        moment = self._one(*Moment)
        return [Wait(action.deal, action.choice.picks[0], moment, self._one(*_AROUND)), action]

    def _delivery(self) -> Sequence[Action]:
        """An attestation, and something around the end of the inspection that it begins."""
        attest = _anywhere(self._attest())
        wait = Wait(attest.deal, attest.choice.picks[0], Moment.CLOCK_END, self._one(*_AROUND))
        throwers: tuple[Callable[[], Changing], ...] = (
            self._conclude,
            self._say_dispute,
            self._say_in_full,
            self._settlement,
        )
        later = self._one(*throwers)()
        return [attest, wait, replace(later, deal=attest.deal, choice=_of_same(later, attest.choice.picks))]

    def _dispute(self) -> Sequence[Action]:
        """A dispute of what was delivered, or of what is open, and what becomes of it around its end."""
        first = _anywhere(self._say_dispute())
        picks = first.choice.picks
        before: Action = Wait(first.deal, picks[0], Moment.REVOCABLE_UNTIL, self._one(*_AROUND))
        if first.verb is Verb.PAYER_DISPUTE:
            before = replace(self._attest(), deal=first.deal, choice=first.choice)
        wait = Wait(first.deal, picks[0], Moment.CLOCK_END, self._one(-5, *_AROUND))
        throwers: tuple[Callable[[], Changing], ...] = (
            self._ruling,
            self._ruling,
            self._conclude,
            self._settlement,
            self._say_in_full,
        )
        later = [self._one(*throwers)() for _ in range(1 + self._below(3))]
        kept = [replace(each, deal=first.deal, choice=_of_same(each, picks)) for each in later]
        waits: list[Action] = self._one([], [wait])
        return [before, first, *waits, *kept]

    def _unpaid(self) -> Sequence[Action]:
        """A payment that may fail, and claims of what it left."""
        refusals = [self._refusal() for _ in range(3)]
        again = self._one([], [self._refusal(answer=Answer.PAYS)])
        return [*refusals, self._changing(), self._claim(), *again, self._claim()]

    def _changing(self) -> Changing:
        throwers: tuple[Callable[[], Changing], ...] = (
            self._attest,
            self._say,
            self._say,
            self._say,
            self._settlement,
            self._ruling,
            self._conclude,
        )
        return self._one(*throwers)()

    def _attest(self) -> Attest:
        return Attest(self._deal(), self._choice(State.OPEN), self._word())

    def _say(self) -> Say:
        return self._saying(self._one(*Verb, Verb.REVOKE))

    def _say_dispute(self) -> Say:
        return self._saying(self._one(Verb.PAYER_DISPUTE, Verb.PAYEE_DISPUTE))

    def _say_in_full(self) -> Say:
        return self._saying(self._one(Verb.RELEASE, Verb.REFUND))

    def _saying(self, verb: Verb) -> Say:
        word = self._word() if self._rarely(2) else None
        chooser = self._choice_of_one if verb in _OF_PAYEE and self._rarely(2) else self._choice
        return Say(verb, self._deal(), chooser(*_STATES[verb]), self._somebody(), word)

    def _settlement(self) -> Settle:
        sender = self._one(*CALLERS) if self._rarely(3) else self._one(*Side)
        return Settle(
            self._deal(),
            self._choice_of_one(*_UNSETTLED),
            self._share(),
            sender,
            self._lasts(),
            self._signing(),
            self._signing(),
        )

    def _ruling(self) -> Rule:
        signing = self._signing() if self._rarely(2) else None
        return Rule(
            self._deal(), self._choice_of_one(State.DISPUTED), self._share(), self._somebody(), self._lasts(), signing
        )

    def _conclude(self) -> Conclude:
        return Conclude(self._deal(), self._choice(*_UNSETTLED), self._one(*CALLERS))

    def _claim(self) -> Claim:
        to = self._one(*CALLERS, *Odd) if self._rarely(3) else None
        return Claim(self._below(ANY + 1), self._one(*CALLERS), self._one(*_ASSETS), to, self._somebody())

    def _arranging(self) -> Action:
        return self._one(
            self.opening(self._deal(), self._one(*_ASSETS)),
            self._refusal(),
            Wait(0, 0, None, self._below(50)),
            Donate(self._one(*_TOKENS), self._below(100)),
        )

    def _refusal(self, answer: Answer | None = None) -> Action:
        answer = answer or self._one(Answer.RETURNS_FALSE, Answer.REVERTS)
        if self._rarely(3):
            return Refuse(refusing=answer is not Answer.PAYS)
        return Block(self._one(*_PAYEES), answer)

    def _choice(self, *states: State) -> Choice:
        """Often of milestones in one of these states."""
        everything = self._rarely(2)
        return Choice(
            everything=everything,
            picks=tuple(self._below(MAX_MILESTONES) for _ in range(1 + self._below(5))),
            twist=self._one(*Twist) if self._rarely(7) else Twist.NONE,
            noise=self._below(64),
            bare=self._rarely(2 if everything else 40),
            among=None if self._rarely(4) else self._one(*states),
        )

    def _choice_of_one(self, *states: State) -> Choice:
        choice = self._choice(*states)
        return choice if self._rarely(12) else replace(choice, everything=False, picks=choice.picks[:1], bare=False)

    def _word(self) -> Word:
        named = self._one(None, None, None, None, self._below(64), (1 << MAX_MILESTONES) - 1)
        return Word(named, self._lasts(), self._signing())

    def _signing(self) -> Signing:
        forgery = self._one(*Forgery) if self._rarely(8) else Forgery.NONE
        return Signing(forgery, compact=self._rarely(4))

    def _lasts(self) -> int:
        """Seconds from now for which a word is good."""
        return self._one(*_AROUND) if self._rarely(8) else 1_000

    def _share(self) -> Share:
        return Share(self._one(0, self._below(MAX_BPS), self._below(MAX_BPS), MAX_BPS), self._one(0, 0, 1, -1))

    def _deal(self) -> int:
        return self._below(ANY + 1)

    def _somebody(self) -> Role | None:
        return self._one(*CALLERS) if self._rarely(5) else None

    def _below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def _rarely(self, times: int) -> bool:
        """Once in so many times."""
        return self._below(times) == 0

    def _one(self, *choices: T) -> T:
        return choices[self._below(len(choices))]


def _of_same(action: Changing, picks: tuple[int, ...]) -> Choice:
    """The action's choice, but of these; of the first of them, if the action splits it."""
    one = isinstance(action, Settle | Rule) and not action.choice.everything
    return replace(action.choice, picks=picks[:1] if one else picks, among=None)


def _anywhere(action: ChangingT) -> ChangingT:
    """The action on the milestones picked, whatever their states."""
    return replace(action, choice=replace(action.choice, among=None))
