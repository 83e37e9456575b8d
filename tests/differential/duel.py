"""Plays a scenario on the contract and on the model, and compares after every action."""

from collections.abc import Mapping, Sequence

from escrow_chain.chain import abi
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.events import Event, State
from escrow_chain.protocol.model import Progress
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.differential.actions import (
    Action,
    Block,
    Donate,
    Making,
    Moment,
    Refuse,
    Scenario,
    Wait,
)
from tests.differential.calls import resolve
from tests.differential.census import DONE, Census
from tests.differential.chain import START, Outcome
from tests.differential.drafts import Terms, write
from tests.differential.encoding import calldata
from tests.differential.funding import TokenRefusal
from tests.differential.ledger import Ledger
from tests.differential.situation import Call, Situation
from tests.differential.world import TOKENS, Asset, Role, World

FAR = START + (1 << 31)
"""The time that no wait goes beyond: clocks hold 40 bits."""


class Difference(AssertionError):
    """The contract and the model disagree."""


class Duel:
    """One scenario on one world."""

    def __init__(self, world: World, ledger: Ledger, scenario: Scenario, census: Census) -> None:
        self._world = world
        self._ledger = ledger
        self._census = census
        self._model = world.model()
        self._drafted = tuple(write(draft, world) for draft in scenario.drafts)
        self._actions = scenario.actions
        self._now = START
        self._donated: dict[str, int] = {}

    def play(self) -> None:
        """All actions in turn. Raises `Difference` at the first that ends differently."""
        self._world.chain.reset()
        for action in self._actions:
            self._play(action)
        self._compare(self._drafted, "the end")
        self._check_solvency()
        self._census.scenarios += 1
        self._census.deals += len(self._drafted)

    @property
    def _situation(self) -> Situation:
        return Situation(self._world, self._model, self._drafted, self._now)

    def _play(self, action: Action) -> None:
        match action:
            case Wait():
                self._now = max(self._now, self._moment(action) + action.seconds)
            case Block():
                self._block(action)
            case Refuse():
                wallet = self._world.accounts[Role.WALLET]
                self._arrange(wallet, calldata("setRefusing(bool)", action.refusing))
                self._set_refusing(ZERO_ADDRESS, wallet, refusing=action.refusing)
            case Donate():
                self._donate(action)
            case _:
                self._make(action)
                return
        self._census.arranged += 1

    def _make(self, action: Making) -> None:
        if made := resolve(action, self._situation):
            self._call(made, action)

    def _call(self, made: Call, action: Action) -> None:
        """The call on both sides. A chain undoes what is refused, so that only the model need be looked at then."""
        deals = [made.terms] if made.terms else []
        states, before = self._states(made.terms), self._ledger.expected(self._model, deals)
        foreseen: Refusal | list[Event]
        try:
            foreseen = made.of_model()
        except Refusal as refusal:
            foreseen = refusal
        outcome = self._world.send(made.sender, self._world.escrow, made.payload, value=made.value, time=self._now)
        found = _read(outcome, self._world.escrow)
        if found != foreseen:
            raise Difference(f"{action}\nthe contract: {found!r}\nthe model: {foreseen!r}")
        if outcome.success:
            self._compare(deals, str(action))
        elif before != self._ledger.expected(self._model, deals):
            raise Difference(f"{action}\nthe model refused with {foreseen!r}, and changed")
        self._count(made, foreseen, states)

    def _count(self, made: Call, became: Refusal | list[Event], before: Mapping[int, State]) -> None:
        if isinstance(became, Refusal):
            self._census.count(made.name, type(became).__name__)
            return
        self._census.count(made.name, DONE)
        for event in became:
            self._census.tell(event, before)

    def _states(self, terms: Terms | None) -> dict[int, State]:
        return {index: progress.state for index, progress in self._progress(terms).items()}

    def _progress(self, terms: Terms | None) -> dict[int, Progress]:
        opened = self._model.deals.get(terms.id) if terms else None
        return opened.progress if opened else {}

    def _moment(self, action: Wait) -> int:
        terms = self._situation.terms(action.deal)
        if action.moment is None or not terms.milestones:
            return self._now
        milestone = terms.milestones[action.milestone % len(terms.milestones)]
        if action.moment is Moment.DEADLINE:
            return milestone.deadline
        if action.moment is Moment.REVOCABLE_UNTIL:
            return terms.deal.revocable_until if terms.deal.revocable_until < FAR else self._now
        ends = [each.ends for each in self._progress(terms).values() if each.ends]
        return ends[action.milestone % len(ends)] if ends else self._now

    def _block(self, action: Block) -> None:
        token, account = self._world.assets[Asset.BLOCKABLE], self._world.accounts[action.role]
        self._arrange(token, calldata("setAnswer(address,uint8)", account, action.answer.value))
        self._set_refusing(token, account, refusing=bool(action.answer.value))

    def _set_refusing(self, token: str, account: str, *, refusing: bool) -> None:
        change = self._model.bank.refusing.add if refusing else self._model.bank.refusing.discard
        change((token, account))

    def _donate(self, action: Donate) -> None:
        token, giver = self._world.assets[action.asset], self._world.accounts[Role.PAYER]
        self._arrange(token, calldata("transfer(address,uint256)", self._world.escrow, action.amount))
        self._model.bank.balances[token, giver] -= action.amount
        self._model.bank.balances[token, self._world.escrow] += action.amount
        self._donated[token] = self._donated.get(token, 0) + action.amount

    def _arrange(self, contract: str, payload: bytes) -> None:
        outcome = self._world.send(Role.PAYER, contract, payload, time=self._now)
        assert outcome.success, outcome

    def _compare(self, deals: Sequence[Terms], when: str) -> None:
        differences = self._ledger.differences(self._model, deals)
        if differences:
            raise Difference("\n".join([when, *differences]))

    def _check_solvency(self) -> None:
        """What the escrow has is what it holds for deals, owes as credits and was given; no more, no less."""
        for asset in (Asset.COIN, *TOKENS):
            token = self._world.assets[asset]
            ids = {terms.id for terms in self._drafted if terms.deal.token == token and terms.id in self._model.deals}
            held = sum(self._model.deals[each].held for each in ids)
            owed = sum(amount for (each, _), amount in self._model.credits.items() if each == token)
            has = self._model.bank.balances[token, self._world.escrow]
            if has != held + owed + self._donated.get(token, 0):
                raise Difference(f"{asset}: {has} there, {held} held, {owed} owed, {self._donated.get(token, 0)} given")


def _read(outcome: Outcome, escrow: str) -> Refusal | list[Event]:
    """The events of the escrow, or the refusal."""
    if not outcome.success:
        return abi.refusal(outcome.reverted_with) or TokenRefusal(outcome.reverted_with)
    events = [abi.event(log.topics, log.payload) for log in outcome.logs if log.address == escrow]
    assert None not in events, outcome.logs
    return [event for event in events if event is not None]
