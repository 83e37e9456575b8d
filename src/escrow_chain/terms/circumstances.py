"""What the judge must be told besides the evidence."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from escrow_chain.protocol.numbers import Address, Bytes32, Uint8
from escrow_chain.terms.people import RECIPIENT, People, Phones, RoleName
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
    windows are read. `submitter` is the recipient's wallet, None if it is not known; `people` are the
    others who have a word, `phones` where codes go, and `roots` has the sha-256 of the root certificates (DER) of those
    who sign documents. `deadline` is the milestone's, on top of the term's own; evidence counts if
    received before it.
    """

    at: Instant
    zone: ZoneName
    deal: Bytes32
    milestone: Uint8
    submitter: Address | None
    people: People = Field(default_factory=dict)
    phones: Phones = Field(default_factory=dict)
    roots: Mapping[RoleName, frozenset[Bytes32]] = Field(default_factory=dict)
    deadline: Instant | None = None

    def earlier(self, deadline: datetime | None) -> datetime | None:
        """The earlier of the milestone's deadline and this one."""
        if self.deadline is None or deadline is None:
            return self.deadline or deadline
        return min(self.deadline, deadline)

    def addresses(self, roles: Collection[str]) -> frozenset[str]:
        """The wallets of these roles. A recipient is nobody in another role; an unknown one might be in any."""
        if self.submitter is None:
            return frozenset()
        others = {self.people[role] for role in roles if role in self.people} - {self.submitter}
        return frozenset(others | {self.submitter} if RECIPIENT in roles else others)
