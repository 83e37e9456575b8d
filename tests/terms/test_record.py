"""Values as they are recorded."""

import pytest
from pydantic import TypeAdapter, ValidationError

from escrow_chain.terms.record import LAST, Instant, on_chain
from escrow_chain.terms.zones import zone, zone_names

INSTANT = TypeAdapter(Instant)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+00:01",
        "0001-01-01T12:00:00Z",
        "0001-01-01T23:59:59Z",
        "9999-12-30T00:00:01Z",
        "9999-12-31T23:59:59.999999-00:01",
        "9999-12-31T23:59:59.999999+14:00",
    ],
)
def test_a_moment_that_some_zones_have_no_time_for_is_none(text: str) -> None:
    """It is refused as any other value that is none, and never with another error."""
    with pytest.raises(ValidationError, match="some zones"):
        INSTANT.validate_json(f'"{text}"')


@pytest.mark.parametrize("text", ["0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z"])
def test_the_first_and_the_last_moment_are_told_in_every_zone(text: str) -> None:
    """Whatever is recorded can be read on the wall clock of any place."""
    moment = INSTANT.validate_json(f'"{text}"')
    for name in sorted(zone_names()):
        assert moment.astimezone(zone(name)) == moment


def test_a_time_on_chain_is_a_moment() -> None:
    """To the second; what is later than every moment is the last one."""
    assert on_chain(1_751_263_200).isoformat() == "2025-06-30T06:00:00+00:00"
    last = int(LAST.timestamp())
    assert on_chain(last - 1) < on_chain(last) == on_chain(last + 1) == on_chain(2**40 - 1) == LAST


def test_a_moment_is_kept_in_utc() -> None:
    """Whatever its zone was."""
    assert INSTANT.validate_json('"2025-06-30T09:00:00+03:00"').isoformat() == "2025-06-30T06:00:00+00:00"
