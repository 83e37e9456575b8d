"""The value types: their ranges, their JSON, and what they refuse."""

import json
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from escrow_chain.protocol.numbers import (
    Address,
    Bytes,
    Bytes32,
    Frozen,
    Uint8,
    Uint16,
    Uint32,
    Uint40,
    Uint128,
    Uint256,
)

SIZES: dict[int, Any] = {8: Uint8, 16: Uint16, 32: Uint32, 40: Uint40, 128: Uint128, 256: Uint256}
AMOUNTS = (128, 256)


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


class Terms(Frozen):
    """One field of each kind that is more than a plain integer."""

    to: Address
    amount: Uint128
    salt: Uint256
    terms: Bytes32


GIVEN: dict[str, Any] = {"to": "0x" + "ab" * 20, "amount": 1 << 100, "salt": (1 << 256) - 1, "terms": b"\x01" * 32}


@pytest.mark.parametrize("bits", SIZES)
def test_an_integer_fills_its_type(bits: int) -> None:
    """Zero and the largest number of the ABI type are read; one more and one less are not."""
    assert [read(SIZES[bits], value) for value in (0, (1 << bits) - 1)] == [0, (1 << bits) - 1]
    for value in (-1, 1 << bits):
        with pytest.raises(ValidationError):
            read(SIZES[bits], value)


NO_INTEGERS = (1.0, True, None, b"1", "", "1.0", "1e3", "-1", "+1", " 1", "1_0", "0x1", "\u0661", "\u00b2")


@pytest.mark.parametrize("bits", SIZES)
@pytest.mark.parametrize("value", NO_INTEGERS)
def test_what_is_no_integer_is_refused(bits: int, value: object) -> None:
    """Floats, booleans and spellings that mislead are never rounded or guessed at."""
    with pytest.raises(ValidationError):
        read(SIZES[bits], value)


@pytest.mark.parametrize("bits", [bits for bits in SIZES if bits not in AMOUNTS])
def test_small_integers_are_no_text(bits: int) -> None:
    """Only amounts and the salt are read from text."""
    with pytest.raises(ValidationError):
        read(SIZES[bits], "1")


@pytest.mark.parametrize("bits", AMOUNTS)
@given(st.data())
def test_amounts_are_decimal_text_in_json(bits: int, data: st.DataObject) -> None:
    """No reader of JSON loses a digit of an amount, and the text is read back."""
    amount = data.draw(st.integers(0, (1 << bits) - 1))
    adapter = TypeAdapter(SIZES[bits])
    assert json.loads(adapter.dump_json(amount)) == str(amount)
    assert adapter.validate_json(adapter.dump_json(amount)) == amount
    assert adapter.dump_python(amount) == amount


@pytest.mark.parametrize("bits", AMOUNTS)
def test_endless_text_is_refused(bits: int) -> None:
    """Text of thousands of digits is refused like any other number that is too large."""
    with pytest.raises(ValidationError):
        read(SIZES[bits], "9" * 10_000)


@given(st.binary(min_size=32, max_size=32))
def test_bytes_are_hexadecimal_text_in_json(raw: bytes) -> None:
    """Binary values are 0x and lower-case digits, read back in any case."""
    adapter = TypeAdapter(Bytes32)
    assert json.loads(adapter.dump_json(raw)) == "0x" + raw.hex()
    assert adapter.validate_json(adapter.dump_json(raw)) == raw
    assert adapter.validate_python("0x" + raw.hex().upper()) == raw


@given(st.binary(max_size=100))
def test_bytes_of_any_length(raw: bytes) -> None:
    """Signatures have any length, and the same text in JSON."""
    adapter = TypeAdapter(Bytes)
    assert json.loads(adapter.dump_json(raw)) == "0x" + raw.hex()
    assert adapter.validate_json(adapter.dump_json(raw)) == raw
    with pytest.raises(ValidationError):
        adapter.validate_python(raw.hex() or "zz")


@pytest.mark.parametrize(
    "value",
    ["ab" * 32, "0x" + "ab" * 31, "0x" + "ab" * 33, "0x" + "ab " * 32, "0x" + "zz" * 32, b"a" * 31, bytearray(32), 7],
)
def test_what_is_no_32_bytes_is_refused(value: object) -> None:
    """Other lengths, other digits, gaps and a missing 0x are errors."""
    with pytest.raises(ValidationError):
        read(Bytes32, value)


@given(st.binary(min_size=20, max_size=20))
def test_an_address_has_its_checksum(raw: bytes) -> None:
    """Whatever the spelling read, an address is kept as EIP-55 writes it, so that equal ones are equal text."""
    for spelling in ("0x" + raw.hex(), "0x" + raw.hex().upper(), to_checksum_address(raw)):
        assert read(Address, spelling) == to_checksum_address(raw)


@pytest.mark.parametrize(
    "value", ["ab" * 20, "0x" + "ab" * 19, "0x" + "ab" * 21, "0x" + "zz" * 20, "", b"\x11" * 20, b"hello", 0, None]
)
def test_what_is_no_address_is_refused(value: object) -> None:
    """Bytes, other lengths, other digits and a missing 0x are errors."""
    with pytest.raises(ValidationError):
        read(Address, value)


@given(st.binary(min_size=20, max_size=20), st.integers(2, 41))
def test_a_mistyped_address_is_refused(raw: bytes, place: int) -> None:
    """A letter in the wrong case breaks the checksum: somebody mistyped, and money would go to nobody."""
    written = to_checksum_address(raw)
    mistyped = written[:place] + written[place].swapcase() + written[place + 1 :]
    if mistyped == written or mistyped[2:] in (written[2:].lower(), written[2:].upper()):
        assert read(Address, mistyped) == written
    else:
        with pytest.raises(ValidationError, match="mistyped"):
            read(Address, mistyped)


@pytest.mark.parametrize(
    ("field", "value"), [("to", "0x12"), ("amount", -1), ("amount", "1.5"), ("salt", 1 << 256), ("terms", "0x00")]
)
def test_a_refusal_names_the_field(field: str, value: object) -> None:
    """Whoever sent a bad value is told which one."""
    with pytest.raises(ValidationError) as refused:
        Terms.model_validate(GIVEN | {field: value})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_values_are_frozen() -> None:
    """A value never changes under whoever holds it."""
    terms = Terms.model_validate(GIVEN)
    with pytest.raises(ValidationError):
        terms.amount = 2  # type: ignore[misc]


def test_unknown_fields_are_refused() -> None:
    """A field that is misspelt is not ignored."""
    with pytest.raises(ValidationError) as refused:
        Terms.model_validate(GIVEN | {"amonut": 1})
    assert refused.value.errors()[0]["loc"] == ("amonut",)


def test_a_copy_is_checked() -> None:
    """A copy with other fields is as valid as one made anew."""
    terms = Terms.model_validate(GIVEN)
    assert terms.model_copy(update={"amount": "5"}).amount == 5
    assert terms.model_copy() == terms
    with pytest.raises(ValidationError):
        terms.model_copy(update={"amount": -1})
    with pytest.raises(ValidationError):
        terms.model_copy(update={"amonut": 1})
