"""Time zones by name, from the pinned `tzdata` package alone.

The system's own zone files are passed over: two judges of the same evidence must not differ because
one machine was updated and the other was not.
"""

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from escrow_chain.terms.errors import UnknownZone


@cache
def zone_names() -> frozenset[str]:
    """All names of zones."""
    return frozenset((resources.files("tzdata") / "zones").read_text("utf-8").split())


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of this name. Raises `UnknownZone`."""
    if name not in zone_names():
        raise UnknownZone(name)
    with (resources.files("tzdata") / "zoneinfo").joinpath(*name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)
