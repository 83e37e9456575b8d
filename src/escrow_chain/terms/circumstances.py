"""What the judge must be told besides the evidence."""

from typing import Annotated

from pydantic import AfterValidator

from escrow_chain.protocol.numbers import Address, Bytes32, Uint8
from escrow_chain.terms.record import Instant, Record
from escrow_chain.terms.zones import zone


def _known_zone(name: str) -> str:
    zone(name)
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone's name."""


class Circumstances(Record):
    """The surroundings of one judgement.

    `at` is the time of judging: evidence received later is not looked at. `zone` is where daily
    windows are read. `submitter` is whose evidence counts, None if nobody's is known to. `deadline`
    is the milestone's, on top of the term's own; evidence counts if received before it.
    """

    at: Instant
    zone: ZoneName
    deal: Bytes32
    milestone: Uint8
    submitter: Address | None
    deadline: Instant | None = None
