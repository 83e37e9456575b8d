"""The base of all recorded values: frozen, strict, and the same after a trip through JSON."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Record(BaseModel):
    """A frozen value that crosses layers. Numbers are numbers, unknown fields are refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", ser_json_inf_nan="strings")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("instant", "before the year 1 or after the year 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
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
