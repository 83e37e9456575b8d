"""Events and states, against the contract's source."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol import events
from escrow_chain.protocol.events import Change, Event, State

SOURCE = (Path(__file__).parents[2] / "contracts/interfaces/IEscrowTypes.sol").read_text()
ID = bytes(32)
OF_OTHERS = {"EIP712DomainChanged"}
"""Events of what the contract is built on."""


def snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda upper: "_" + upper[0].lower(), name)


def test_states_are_those_of_the_contract() -> None:
    """Names and numbers are those of the Solidity enum."""
    found = re.search(r"enum State \{([^}]*)\}", SOURCE)
    assert found is not None
    names = [name.strip().upper() for name in found[1].split(",")]
    assert [(each.name, each.value) for each in State] == [(name, at) for at, name in enumerate(names)]


@pytest.mark.parametrize("event", get_args(Event))
def test_events_are_those_of_the_contract(event: Any) -> None:
    """Fields and their order are those of the ABI; only milestones are read out of their payouts."""
    entry = next(each for each in load("Escrow").abi if each["type"] == "event" and each["name"] == event.__name__)
    names = [snake_case(field["name"]).replace("payouts", "milestones") for field in entry["inputs"]]
    assert [field.name for field in fields(event)] == names


def test_every_event_of_the_contract_is_there() -> None:
    """The contract can tell nothing that has no class here."""
    told = {each["name"] for each in load("Escrow").abi if each["type"] == "event"}
    assert {event.__name__ for event in get_args(Event)} == told - OF_OTHERS


@pytest.mark.parametrize(
    ("event", "indices", "to_payees", "to_payer"),
    [
        (events.Delivered(ID, 0b1011, ID, 0), (0, 1, 3), 0, 0),
        (events.Delivered(ID, 0b1011, ID, 5), (0, 1, 3), 5, 0),
        (events.Disputed(ID, 0b110, "0x"), (1, 2), 0, 0),
        (events.Released(ID, 1 << 127, 5), (127,), 5, 0),
        (events.Accepted(ID, 1, 5), (0,), 5, 0),
        (events.Refunded(ID, 1, 5), (0,), 0, 5),
        (events.Revoked(ID, 1, 5), (0,), 0, 5),
        (events.Expired(ID, 1, 5), (0,), 0, 5),
        (events.Agreed(ID, 0, 5, 0), (0,), 5, 0),
        (events.Ruled(ID, 127, 5, 6), (127,), 5, 6),
        (events.Lapsed(ID, 2, 0, 6), (2,), 0, 6),
    ],
)
def test_changes_are_asked_alike(event: Change, indices: tuple[int, ...], to_payees: int, to_payer: int) -> None:
    """Whatever changed, one asks which milestones, how much went where, and whether it settled them."""
    assert event.indices == indices
    assert event.milestones == sum(1 << index for index in indices)
    assert (event.to_payees, event.to_payer) == (to_payees, to_payer)
    assert event.settled == (event.milestones if to_payees + to_payer else 0)


def test_events_of_one_shape_differ() -> None:
    """On whose word money moved is part of what happened."""
    told: list[Event] = [events.Released(ID, 1, 5), events.Accepted(ID, 1, 5), events.Released(ID, 1, 5)]
    assert told[0] != told[1]
    assert told[0] == told[2]
