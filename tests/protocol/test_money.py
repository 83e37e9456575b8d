"""Decimal text and minor units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.money import InvalidAmount, decimal_text, minor_units


@given(st.integers(0, 2**127), st.integers(0, 18))
def test_text_and_units_are_the_same_amount(amount: int, decimals: int) -> None:
    """To text and back, no unit is gained or lost."""
    text = decimal_text(amount, decimals=decimals)
    assert minor_units(text, decimals=decimals) == amount
    assert Fraction(text) * 10**decimals == amount


@given(st.text(max_size=12))
def test_other_text_is_refused(text: str) -> None:
    """What is no plain decimal number is refused, never guessed at."""
    try:
        amount = minor_units(text, decimals=2)
    except InvalidAmount:
        return
    assert text.isascii()
    assert Fraction(text) * 100 == amount


MISLEADING = ["", "-1", "+1", "1e3", "1,000", ".5", "5.", "NaN", "Infinity", "01", "0x10", "1.005", "\u0661"]


@pytest.mark.parametrize("text", MISLEADING)
def test_spellings_that_mislead_are_refused(text: str) -> None:
    """Signs, exponents, separators, leading zeros, other digits and lost cents are errors."""
    with pytest.raises(InvalidAmount):
        minor_units(text, decimals=2)


def test_zeros_after_the_last_decimal_lose_nothing() -> None:
    """More digits than the currency has are fine as long as they are zeros."""
    assert minor_units("1000.0000", decimals=2) == 100_000
    assert minor_units("25000", decimals=0) == 25_000
