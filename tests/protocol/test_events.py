"""Events and the lists of values they use, against the contract's source."""

import re
from dataclasses import fields
from enum import IntEnum
from pathlib import Path
from typing import get_args

import pytest

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol.events import Delivered, Event, Reason, Settled, State

SOURCE = (Path(__file__).parents[2] / "contracts/interfaces/IEscrow.sol").read_text()


@pytest.mark.parametrize("values", [State, Reason])
def test_values_are_those_of_the_contract(values: type[IntEnum]) -> None:
    """Names and numbers are those of the Solidity enum."""
    found = re.search(rf"enum {values.__name__} \{{([^}}]*)\}}", SOURCE)
    assert found is not None
    names = [re.sub("(?<!^)[A-Z]", lambda upper: "_" + upper[0], name.strip()) for name in found[1].split(",")]
    assert [(each.name, each.value) for each in values] == [(name.upper(), at) for at, name in enumerate(names)]


@pytest.mark.parametrize("event", get_args(Event))
def test_events_are_those_of_the_contract(event: type) -> None:
    """Fields and their order are those of the ABI."""
    entry = next(each for each in load("Escrow").abi if each["type"] == "event" and each["name"] == event.__name__)
    names = [re.sub("[A-Z]", lambda upper: "_" + upper[0].lower(), field["name"]) for field in entry["inputs"]]
    assert [field.name for field in fields(event)] == names


def test_a_bitmap_gives_its_milestones() -> None:
    """What is delivered or settled can be asked for by index."""
    assert Delivered(bytes(32), 0b1011, bytes(32)).indices == (0, 1, 3)
    assert Settled(bytes(32), 1 << 127, 5, 0, Reason.RELEASED).indices == (127,)
