"""The pieces of evidence as a report shows them: numbered, with what they say, where they were and what was found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from escrow_chain.cli.picture.map import Circle, Drawing, Spot, Standing, draw
from escrow_chain.evidence.assembly import Judged
from escrow_chain.terms.check import Check
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import Term
from escrow_chain.terms.location_verification import THE_PLACE, LocationOptions, Point
from escrow_chain.terms.meeting_delivery import MeetingOptions
from escrow_chain.terms.paper import Document
from escrow_chain.terms.people import CUSTOMER, MANAGER, RECIPIENT
from escrow_chain.terms.photo import Photo
from escrow_chain.terms.pieces import Code, Confirmation, Data, Piece, Position, Unusable
from escrow_chain.terms.place import Coordinates, Fix
from escrow_chain.terms.sentence import Sentence, say
from escrow_chain.terms.verdict import Verdict

_LONGEST: Final = 300
"""Of what a file says, more is not shown."""
_MOST: Final = 40
_KINDS: Final[Mapping[str, Sentence]] = {
    "position": say("Position"),
    "photo": say("Photo"),
    "document": say("Document"),
    "confirmation": say("Confirmation"),
    "code": say("Code"),
    "data": say("Data"),
    "unusable": say("Not readable"),
}


_ROLES: Final[Mapping[str, Sentence]] = {
    RECIPIENT: say("recipient"),
    CUSTOMER: say("customer"),
    MANAGER: say("manager"),
}


class Fact(NamedTuple):
    """Something that a piece says. The name is a sentence if it is the page's own, text if it is the piece's."""

    name: Sentence | str
    value: Sentence | str


@dataclass(frozen=True, slots=True)
class Item:
    """A piece on the page. `number` counts from 1 in the order of receipt, `piece` is its place in the evidence.

    `signer` is the role of who signed it, or the address of somebody without one; None if nobody did. `received_at` is
    None if no server saw it come. `findings` are its checks, failed ones first.
    """

    number: int
    piece: int
    record: Piece
    kind: Sentence
    file: str
    standing: Standing
    signer: Sentence | str | None
    received_at: datetime | None
    facts: tuple[Fact, ...]
    findings: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks of its own that failed."""
        return tuple(check for check in self.findings if not check.passed)


def items_of(judged: Judged, names: Sequence[str], circumstances: Circumstances) -> tuple[Item, ...]:
    """All pieces of a term in the order in which the judge took them; what could not be read comes last."""
    roles: dict[str, Sentence | str] = {
        address: _ROLES.get(role, role) for role, address in circumstances.people.items()
    }
    if circumstances.submitter is not None:
        roles[circumstances.submitter] = _ROLES[RECIPIENT]
    order = sorted(enumerate(judged.evidence), key=lambda each: _when(each[0], each[1], circumstances.at))
    return tuple(
        _item(number, piece, record, judged, file=names[judged.sources[piece]], roles=roles)
        for number, (piece, record) in enumerate(order, start=1)
    )


def map_of(judged: Judged, items: Sequence[Item]) -> Drawing | None:
    """The map of a term about places, None for any other one, and where there is nothing to draw."""
    spots = [Spot(item.number, item.record.fix, item.standing) for item in items if isinstance(item.record, Position)]
    circles = _circles(judged.term, spots)
    counted = [spot.number for spot in spots if spot.standing is Standing.COUNTED]
    return draw(circles, spots, way=counted) if circles else None


def _circles(term: Term, spots: Sequence[Spot]) -> list[Circle]:
    match term.options:
        case LocationOptions() as options:
            return [Circle(_name(each), each.centre, each.radius, each.required) for each in options.points]
        case MeetingOptions(place=Coordinates() as place, radius_m=float(radius_m)):
            return [Circle("", place, radius_m, required=True)]
        case MeetingOptions(tolerance_m=float(tolerance_m)) if spots:
            first = min(spots, key=lambda spot: (spot.standing is not Standing.COUNTED, spot.number))
            return [Circle("", first.fix, tolerance_m, required=True)]
    return []


def _name(point: Point) -> str:
    """That of one place alone says nothing."""
    return "" if point.name == THE_PLACE else point.name


def _when(piece: int, record: Piece, at: datetime) -> tuple[bool, datetime, int]:
    if isinstance(record, Unusable):
        return True, at, piece
    return False, record.provenance.received_at if record.provenance else record.captured_at or at, piece


def _item(
    number: int, piece: int, record: Piece, judged: Judged, *, file: str, roles: Mapping[str, Sentence | str]
) -> Item:
    provenance = None if isinstance(record, Unusable) else record.provenance
    findings = sorted((each for each in judged.verdict.checks if each.piece == piece), key=lambda each: each.passed)
    signer = provenance.signer if provenance else None
    return Item(
        number=number,
        piece=piece,
        record=record,
        kind=_KINDS[record.kind],
        file=file,
        standing=_standing(piece, findings, judged.verdict),
        signer=roles.get(signer, signer) if signer else None,
        received_at=provenance.received_at if provenance else None,
        facts=tuple(_facts(record)),
        findings=tuple(findings),
    )


def _standing(piece: int, findings: Sequence[Check], verdict: Verdict) -> Standing:
    """A position is no failure for being far from one point if it is near another, or if no more are wanted."""
    if piece in verdict.accepted:
        return Standing.COUNTED
    by_point: dict[int | None, bool] = {}
    for each in findings:
        by_point[each.point] = by_point.get(each.point, True) and each.passed
    alone = by_point.pop(None, True)
    elsewhere = not verdict.fulfilled and bool(by_point) and not any(by_point.values())
    return Standing.IDLE if alone and not elsewhere else Standing.FAILED


def _facts(record: Piece) -> Iterator[Fact]:
    match record:
        case Position(fix=fix):
            yield Fact(say("place"), _place(fix))
        case Photo():
            yield from _photo_facts(record)
        case Document():
            yield from _document_facts(record)
        case Confirmation(confirmed=confirmed, about=about, rating=rating):
            yield Fact(say("says"), say("as agreed") if confirmed else say("not as agreed"))
            if about:
                yield Fact(say("about"), _clipped(about))
            if rating is not None:
                yield Fact(say("rating"), say("{rating} of 5", rating=rating))
        case Code(attempt=attempt):
            yield Fact(say("attempt"), say("not counted") if attempt is None else str(attempt))
        case Data(data=values):
            yield from _texts(values)


def _photo_facts(photo: Photo) -> Iterator[Fact]:
    yield Fact(say("picture"), f"{photo.format}, {photo.width} x {photo.height}")
    if photo.category:
        yield Fact(say("for"), _clipped(photo.category))
    if photo.fix:
        yield Fact(say("place, by the upload"), _place(photo.fix))
    if photo.exif.position:
        yield Fact(say("place, by the file"), _place(photo.exif.position))
    if photo.exif.taken_at:
        yield Fact(say("time, by the file"), _clipped(photo.exif.taken_at))


def _document_facts(document: Document) -> Iterator[Fact]:
    if document.type:
        yield Fact(say("handed in as"), _clipped(document.type))
    yield Fact(say("pages"), str(document.pages))
    for signature in document.signatures:
        signer = _clipped(signature.signer)
        whole = say("{signer}, over all of it", signer=signer)
        yield Fact(say("signature"), whole if signature.whole else say("{signer}, not over all of it", signer=signer))
    yield from _texts(document.fields)
    yield from _texts(document.stated)


def _texts(values: Mapping[str, str]) -> Iterator[Fact]:
    for name, text in list(values.items())[:_MOST]:
        yield Fact(_clipped(name), _clipped(text))
    if len(values) > _MOST:
        yield Fact(say("further ones"), str(len(values) - _MOST))


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _place(place: Coordinates) -> str:
    accuracy = f" ± {place.accuracy:g} m" if isinstance(place, Fix) and place.accuracy else ""
    return f"{place.latitude:.6f}, {place.longitude:.6f}{accuracy}"
