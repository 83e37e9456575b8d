"""Values as they are recorded."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from escrow_chain.terms.record import Instant

INSTANT = TypeAdapter(Instant)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59.999999-00:01"])
def test_a_moment_that_has_no_time_in_utc_is_none(text: str) -> None:
    """It is refused as any other value that is none, and never with another error."""
    with pytest.raises(ValidationError, match="in UTC"):
        INSTANT.validate_json(f'"{text}"')


def test_a_moment_is_kept_in_utc() -> None:
    """The first one and any other."""
    assert INSTANT.validate_json('"0001-01-01T00:00:00Z"') == datetime(1, 1, 1, tzinfo=UTC)
    assert INSTANT.validate_json('"2025-06-30T09:00:00+03:00"').isoformat() == "2025-06-30T06:00:00+00:00"
