"""The base of all recorded values: frozen, strict, and the same after a trip through JSON."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Record(BaseModel):
    """A frozen value that crosses layers. Numbers are numbers, unknown fields are refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", ser_json_inf_nan="strings")


FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)
"""The moments that can be told in every zone: a calendar of four digits begins and ends at its own."""
_LAST_S: Final = int(LAST.timestamp())


def in_utc(moment: datetime) -> datetime:
    """A moment of any zone in UTC. Raises `ValueError` if there is a zone that has no time for it."""
    if not FIRST <= moment <= LAST:
        raise PydanticCustomError("instant", "a moment that some zones have no time for")
    return moment.astimezone(UTC)


def on_chain(timestamp: int) -> datetime:
    """The moment of a time as chains tell it, in seconds since 1970; `LAST` for those after it, which never come."""
    return datetime.fromtimestamp(min(timestamp, _LAST_S), UTC)


Instant = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment, kept in UTC; ISO 8601 text with zone in JSON."""


class Grade(StrEnum):
    """How much a piece of evidence can be relied on. Grades compare: G0 < G1 < G2 < G3."""

    CLAIM = "G0"
    """Somebody says so. Never releases money alone."""
    BOUND = "G1"
    """Carries a fresh nonce for this very term, and the submitter's signature."""
    ATTESTED = "G2"
    """A capture device vouches for it."""
    COUNTERPARTY = "G3"
    """The other side confirms it with a key of its own."""
