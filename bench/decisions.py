"""The least that Python can do to decide about one position: what the judge decides, in one function, nothing recorded.

It has the comparisons of a verdict on a single place and nothing else: no checks, no grades but the one that is asked
for, no second piece. It is the floor of `bench.terms` and judges nobody.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pyproj import Geod

from escrow_chain.terms import Circumstances, NonceStatus, Position, Term
from escrow_chain.terms.binding import CLOCK_TOLERANCE
from escrow_chain.terms.location_verification import LocationOptions
from escrow_chain.terms.zones import zone

_FRESH: Final = NonceStatus.FRESH  # looked up once: an enum's member costs a tenth of a microsecond each time
_NEVER: Final = timedelta(days=1_000)


def decision(term: Term, circumstances: Circumstances, earth: Geod) -> Callable[[Position], bool]:
    """Whether one position fulfils a term with one place, a daily window, and the grade G1, for these circumstances."""
    options = term.options
    if not isinstance(options, LocationOptions) or options.verification_window is None or len(options.points) != 1:
        raise TypeError("a term with one place and a daily window is needed")
    point, window, inv = options.points[0], options.verification_window, earth.inv
    longitude, latitude, radius = point.longitude, point.latitude, point.radius
    opens, closes, local = window.start_time, window.end_time, zone(circumstances.zone)
    at, signer = circumstances.at, circumstances.submitter
    deadline = circumstances.earlier(options.deadline) or at + _NEVER
    subject = (circumstances.deal, circumstances.milestone, term.id)

    def fulfils(piece: Position) -> bool:
        source, fix, taken = piece.provenance, piece.fix, piece.captured_at
        if source is None or source.issued_at is None or taken is None or fix.accuracy is None:
            return False
        received = source.received_at
        return bool(
            source.signer == signer
            and source.content == piece.content
            and source.kind == piece.kind
            and (source.deal, source.milestone, source.term) == subject
            and source.nonce_status is _FRESH
            and source.issued_at - taken <= CLOCK_TOLERANCE
            and taken - received <= CLOCK_TOLERANCE
            and received <= at
            and received < deadline
            and 0 < fix.accuracy <= radius
            and opens <= received.astimezone(local).time() < closes
            and inv(fix.longitude, fix.latitude, longitude, latitude)[2] <= radius
        )

    return fulfils
