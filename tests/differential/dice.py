"""Random deals to be, and groups of actions that belong together."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from escrow_chain.protocol.checks import MAX_BPS, MAX_DEADLINE, MAX_MILESTONES, MAX_PAYOUTS, MAX_PERIOD
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
    Refund,
    Refuse,
    Release,
    Twist,
    Wait,
)
from tests.differential.calls import ANY
from tests.differential.world import CALLERS, Asset, Role

T = TypeVar("T")
_TOKENS = (Asset.PLAIN, Asset.BLOCKABLE)
_ASSETS = (*_TOKENS, Asset.COIN)
_PAYEES = (Role.SELLER, Role.SELLER, Role.BUILDER, Role.BROKER, Role.WALLET, Role.TOKEN, Role.PAYER)
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
        inspection = self._one(0, 0, self._below(60), 1, 3_600, MAX_PERIOD)
        arbiter = Role.ARBITER if inspection else self._one(None, Role.ARBITER)
        largest = 2 if count > MAX_MILESTONES // 2 else MAX_PAYOUTS
        return Draft(
            payer=self._one(*[Role.PAYER] * 9, *[Role.WALLET] * 3, Role.POOR),
            asset=self._one(*_ASSETS),
            attestor=self._one(*[Role.ATTESTOR] * 9, *[Role.WALLET] * 4, Role.TOKEN, None),
            arbiter=arbiter,
            revocable_until=self._one(0, 1 << 32, (1 << 40) - 1),
            inspection_period=inspection,
            arbitration_period=self._one(1, 3_600, MAX_PERIOD) if arbiter else 0,
            lapse_bps=self._one(0, 1, MAX_BPS),
            salt=self._below(1 << 16),
            count=min(count, limit or count),
            patterns=tuple(self._pattern(largest) for _ in range(1 + self._below(3))),
            flaw=self._one(*Flaw) if self._rarely(4) else None,
            flaw_at=self._below(8),
            whole=self._rarely(30),
        )

    def group(self) -> tuple[Action, ...]:
        """Some actions."""
        thrower = self._one(self._single, self._single, self._single, self._around_moment, self._delivery, self._unpaid)
        return tuple(thrower())

    def opening(self, deal: int) -> Open:
        """An attempt to open a deal, mostly by its payer with the right value."""
        sender = self._one(*CALLERS) if self._rarely(12) else None
        return Open(deal, sender, self._one(1, -1) if self._rarely(25) else 0)

    def _pattern(self, largest: int) -> Pattern:
        size = 1 + self._below(self._one(1, 2, largest))
        after = self._one(1 + self._below(60), 3_600, 86_400, 30 * 86_400, MAX_DEADLINE)
        payouts = tuple((self._one(*_PAYEES), self._amount()) for _ in range(size))
        return Pattern(after=after, terms=self._below(4), payouts=payouts)

    def _amount(self) -> int:
        return self._one(1, 1 + self._below(3_000), 1 + self._below(3_000), 10**18, (1 << 64) - 1, 1 << 100)

    def _single(self) -> Sequence[Action]:
        throwers: tuple[Callable[[], Action], ...] = (self._settling, self._attest, self._claim, self._arranging)
        return [self._one(*throwers)()]

    def _around_moment(self) -> Sequence[Action]:
        """Something just before, at, or just after a moment of milestones that it is about."""
        action = self._conclude() if self._rarely(2) else self._settling()
        moment = self._one(*Moment)
        return [Wait(action.deal, action.choice.picks[0], moment, self._one(*_AROUND)), action]

    def _delivery(self) -> Sequence[Action]:
        """An attestation, and something around the end of the inspection that it begins."""
        attest = self._attest()
        wait = Wait(attest.deal, attest.choice.picks[0], Moment.INSPECTION_END, self._one(*_AROUND))
        later = self._conclude() if self._rarely(2) else self._settling()
        return [attest, wait, replace(later, deal=attest.deal, choice=attest.choice)]

    def _unpaid(self) -> Sequence[Action]:
        """A payment that may fail, and claims of what it left."""
        refusals = [self._refusal() for _ in range(3)]
        again = self._one([], [self._refusal(answer=Answer.PAYS)])
        return [*refusals, self._settling(), self._claim(), *again, self._claim()]

    def _settling(self) -> Attest | Release | Refund | Conclude:
        throwers: tuple[Callable[[], Attest | Release | Refund | Conclude], ...] = (
            self._attest,
            self._release,
            self._refund,
            self._conclude,
        )
        return self._one(*throwers)()

    def _attest(self) -> Attest:
        return Attest(
            deal=self._deal(),
            choice=self._choice(),
            bitmap=self._one(None, None, None, self._below(64), (1 << MAX_MILESTONES) - 1),
            lasts=self._one(*_AROUND) if self._rarely(5) else 1_000,
            forgery=self._one(*Forgery) if self._rarely(6) else Forgery.NONE,
        )

    def _release(self) -> Release:
        return Release(self._deal(), self._choice(), self._somebody())

    def _refund(self) -> Refund:
        return Refund(self._deal(), self._choice(), self._somebody())

    def _conclude(self) -> Conclude:
        return Conclude(self._deal(), self._choice(), self._one(*CALLERS))

    def _claim(self) -> Claim:
        to = self._one(*CALLERS, *Odd) if self._rarely(3) else None
        return Claim(self._below(ANY + 1), self._one(*CALLERS), self._one(*_ASSETS), to, self._somebody())

    def _arranging(self) -> Action:
        return self._one(
            self.opening(self._deal()),
            self._refusal(),
            Wait(0, 0, None, self._below(50)),
            Donate(self._one(*_TOKENS), self._below(100)),
        )

    def _refusal(self, answer: Answer | None = None) -> Action:
        answer = answer or self._one(Answer.RETURNS_FALSE, Answer.REVERTS)
        if self._rarely(3):
            return Refuse(refusing=answer is not Answer.PAYS)
        return Block(self._one(*_PAYEES), answer)

    def _choice(self) -> Choice:
        return Choice(
            everything=self._rarely(2),
            picks=tuple(self._below(MAX_MILESTONES) for _ in range(1 + self._below(5))),
            twist=self._one(*Twist) if self._rarely(5) else Twist.NONE,
            noise=self._below(64),
        )

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
