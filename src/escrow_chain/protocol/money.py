"""Amounts: decimal text outside, integers in minor units inside. Never a binary float."""

import re

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,38})(?:\.([0-9]{1,30}))?")


class InvalidAmount(ValueError):
    """The text is no amount of a currency with this many decimals."""


def minor_units(text: str, *, decimals: int) -> int:
    """The integer that a decimal text stands for: "25000.50" with 6 decimals is 25_000_500_000.

    Raises `InvalidAmount` for anything but digits with at most one point, and if it has more decimals than the
    currency: nothing is rounded.
    """
    match = _DECIMAL.fullmatch(text)
    if not match:
        raise InvalidAmount(f"{text!r} is no amount: write digits and at most one point, as in 25000.00")
    whole, fraction = match[1], (match[2] or "").rstrip("0")
    if len(fraction) > decimals:
        raise InvalidAmount(f"{text!r} has more than {decimals} decimals")
    return int(whole + fraction.ljust(decimals, "0"))


def decimal_text(amount: int, *, decimals: int) -> str:
    """The text of an amount of minor units, with all its decimals."""
    digits = str(amount).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
