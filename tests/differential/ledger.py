"""The state as the chain has it and as the model has it, side by side."""

from collections.abc import Sequence

from eth_hash.auto import keccak

from escrow_chain.protocol.model import Model
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.differential.drafts import Terms
from tests.differential.encoding import calldata
from tests.differential.world import PURSES, TOKENS, Asset, World

_STATUS = keccak(b"status(bytes32,uint8)")[:4]
_HOLDING = keccak(b"holding(bytes32)")[:4]
Words = tuple[int, ...]


class Ledger:
    """Compares everybody's money and the state of deals."""

    def __init__(self, world: World) -> None:
        self._world = world
        escrow = world.escrow
        tokens = [world.assets[asset] for asset in TOKENS if asset is not Asset.SHORT]
        self._balances = [(token, holder) for token in tokens for holder in world.holders]
        self._credits = [(token, holder) for token in (ZERO_ADDRESS, *tokens) for holder in world.holders]
        self._allowances = [(world.assets[asset], world.accounts[role]) for role, asset in PURSES]
        self._calls = [
            *((token, calldata("balanceOf(address)", holder)) for token, holder in self._balances),
            *((escrow, calldata("credit(address,address)", token, holder)) for token, holder in self._credits),
            *((token, calldata("allowance(address,address)", owner, escrow)) for token, owner in self._allowances),
        ]

    def differences(self, model: Model, deals: Sequence[Terms]) -> list[str]:
        """What the chain and the model disagree about: all the money, and the state of these deals."""
        calls = [*self._calls, *(each for terms in deals for each in self._calls_of(terms))]
        actual = [_words(answer) for answer in self._world.chain.read(calls)]
        actual += [(wei,) for wei in self._world.chain.coin(self._world.holders)]
        expected = self.expected(model, deals)
        if actual == expected:
            return []
        names = self._names(deals)
        return [
            f"{name}: the contract has {found}, the model {foreseen}"
            for name, found, foreseen in zip(names, actual, expected, strict=True)
            if found != foreseen
        ]

    def expected(self, model: Model, deals: Sequence[Terms]) -> list[Words]:
        """What the model has: what is called, in the order of the calls, and then everybody's coin."""
        bank = model.bank
        return [
            *((bank.balances[each],) for each in self._balances),
            *((model.credits.get(each, 0),) for each in self._credits),
            *((bank.allowances[each],) for each in self._allowances),
            *(words for terms in deals for words in _of_deal(model, terms)),
            *((bank.balances[ZERO_ADDRESS, holder],) for holder in self._world.holders),
        ]

    def _calls_of(self, terms: Terms) -> list[tuple[str, bytes]]:
        places = range(len(terms.milestones))
        calldatas = [_HOLDING + terms.id, *(_STATUS + terms.id + place.to_bytes(32) for place in places)]
        return [(self._world.escrow, each) for each in calldatas]

    def _names(self, deals: Sequence[Terms]) -> list[str]:
        return [
            *(f"balance of {holder} in {token}" for token, holder in self._balances),
            *(f"credit of {holder} in {token}" for token, holder in self._credits),
            *(f"allowance by {owner} in {token}" for token, owner in self._allowances),
            *(
                name
                for terms in deals
                for name in (
                    f"holding of {terms.id.hex()}",
                    *(f"status of {terms.id.hex()}, {place}" for place in range(len(terms.milestones))),
                )
            ),
            *(f"coin of {holder}" for holder in self._world.holders),
        ]


def _words(answer: bytes) -> Words:
    return tuple(int.from_bytes(answer[at : at + 32]) for at in range(0, len(answer), 32))


def _of_deal(model: Model, terms: Terms) -> list[Words]:
    places = range(len(terms.milestones))
    progress = [model.status(terms.id, place) for place in places]
    return [model.holding(terms.id), *((int(each.state), each.ends) for each in progress)]
