"""`temperature_log`: readings of a data logger, signed by whoever carries the goods, stayed within bounds.

    {"term_type": "temperature_log", "data": {"min_celsius": 2, "max_celsius": 8, "min_readings": 3}}

A reading is a piece of `data` with a number under `celsius`, each with a nonce of its own, so that it was made when it
came in. One reading out of bounds is enough: what was warm once is not fulfilled by a cold reading later. Readings that
came after the deadline, or after the moment of judging, say nothing either way.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from escrow_chain.terms import Circumstances, Data, TermType
from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.options import Options, broken_rule

READING = "celsius"

IN_BOUNDS = Rule(
    "temperature.in_bounds",
    passed="It was cold enough, and not too cold.",
    failed="A reading of {measured} lies outside of {limit}. Ask the payer what is to happen with the goods.",
    unit="°C",
    decisive=True,
)
COUNT = Rule(
    "temperature.count",
    passed="There are enough readings.",
    failed="More readings are needed: {measured} of {limit} came in. Hand in what the logger shows.",
    unit="readings",
    decisive=True,
)


class TemperatureOptions(Options):
    """Bounds in degrees Celsius, both allowed, and how many readings there must be."""

    min_celsius: FiniteFloat
    max_celsius: FiniteFloat
    min_readings: Annotated[int, Field(ge=1, le=1000)] = 1

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.min_celsius > self.max_celsius:
            raise broken_rule("above max_celsius", at="min_celsius")
        return self


def examine(
    options: TemperatureOptions,
    exhibits: Sequence[Exhibit[Data]],
    circumstances: Circumstances,  # noqa: ARG001  (an `examine`)
) -> Findings:
    """What the readings prove. `exhibits` are data in the order of their receipt."""
    bounds = f"{options.min_celsius:g} to {options.max_celsius:g}"
    checks = []
    counted = []
    for exhibit in (each for each in exhibits if each.timely):
        celsius = _celsius(exhibit.piece)
        passed = celsius is not None and options.min_celsius <= celsius <= options.max_celsius
        shown = exhibit.piece.data.get(READING)
        checks.append(Check(IN_BOUNDS, passed, shown, bounds, exhibit.grade, exhibit.number))
        if passed:
            counted.append(exhibit.number)
    enough = len(counted) >= options.min_readings
    checks.append(Check(COUNT, enough, len(counted), options.min_readings))
    return Findings(tuple(checks), tuple(counted))


def _celsius(reading: Data) -> Decimal | None:
    try:
        found = Decimal(reading.data.get(READING, ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


TERM_TYPE = TermType(name="temperature_log", kinds=frozenset({"data"}), options=TemperatureOptions, examine=examine)
