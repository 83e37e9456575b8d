"""Refusals: the errors of the contract's ABI, as exceptions."""

import re
from dataclasses import fields
from inspect import cleandoc
from typing import Any, get_type_hints

import pytest

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol import errors
from escrow_chain.protocol.errors import REFUSALS, Refusal

OF_THE_CONSTRUCTOR = {"InvalidShortString", "StringTooLong"}
"""Errors that can only come up while the contract is deployed."""
OF_OTHERS = {"ERC20InsufficientAllowance", "ERC20InsufficientBalance", "Panic"}
"""Errors that come out of the contract without being in its ABI: those of tokens, and Solidity's own."""
IN_PYTHON = {"address": str, "bytes32": bytes, "uint256": int}


def abi_errors(contract: Any) -> dict[str, list[tuple[str, str]]]:
    """Each error of a contract's ABI, with the (name, type) of its fields."""
    return {
        entry["name"]: [(field["name"], field["type"]) for field in entry["inputs"]]
        for entry in load(contract).abi
        if entry["type"] == "error"
    }


def snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda upper: "_" + upper[0].lower(), name)


OF_THE_CONTRACT = {name: given for name, given in abi_errors("Escrow").items() if name not in OF_THE_CONSTRUCTOR}
OF_TOKENS = {name: given for name, given in abi_errors("TestToken").items() if name in OF_OTHERS}


def test_every_error_has_its_refusal() -> None:
    """The contract can't refuse with anything that has no class here, and no class is left from an earlier contract."""
    assert set(REFUSALS) == set(OF_THE_CONTRACT) | OF_OTHERS


@pytest.mark.parametrize("name", [*OF_THE_CONTRACT, *OF_TOKENS])
def test_a_refusal_has_the_errors_fields(name: str) -> None:
    """Names, order and types are those of the ABI."""
    kind = REFUSALS[name]
    expected = [(snake_case(field), IN_PYTHON[of]) for field, of in (OF_THE_CONTRACT | OF_TOKENS)[name]]
    hints = get_type_hints(kind)
    assert [(field.name, hints[field.name]) for field in fields(kind)] == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_why(kind: type[Refusal]) -> None:
    """Its text is a sentence, and the values that show it."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    sentence = cleandoc(kind.__doc__ or "")
    values = ", ".join(f"{name} {value}" for value, name in enumerate(names))
    assert sentence.endswith(".")
    assert str(kind(*range(len(names)))) == (f"{sentence} ({values})" if names else sentence)


def test_binary_values_are_shown_as_text() -> None:
    """An id appears as everybody writes it."""
    refusal = errors.DealNotFound(b"\xab" * 32)
    assert refusal.values() == {"id": "0x" + "ab" * 32}
    assert str(refusal) == "No deal with these terms and these milestones was ever opened. (id 0x" + "ab" * 32 + ")"


def test_refusals_are_compared_by_their_values() -> None:
    """Two refusals are the same if class and values are."""
    assert errors.InvalidIndex(1, 2) == errors.InvalidIndex(1, 2)
    assert errors.InvalidIndex(1, 2) != errors.InvalidIndex(2, 1)
    assert len({errors.InvalidIndex(1, 2), errors.InvalidIndex(1, 2), errors.InvalidSplit(1, 2)}) == 2
