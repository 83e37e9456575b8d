"""What any piece must be, whatever it proves: bound to its deal by a signature and a nonce, in time, and readable."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from corpus.case import Case
from corpus.story import CUSTOMER, DOMAIN, KAMPALA, RECIPIENT, START, STRANGER, Nonce, Story, hashed, spelled, term
from escrow_chain.protocol.typed_data import Domain

PLACE: Final = {"latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 100}
NOBODY_THERE: Final = ("evidence.grade", "location.visited")
"""What fails of the place where no position was looked at."""
UNBOUND: Final = ("bound.nonce", "bound.clock", "evidence.grade")
"""What fails besides, where the nonce of a piece was not redeemed: nobody knows then when it was issued."""
HONEST: Final = "binding-honest"
FAR: Final = KAMPALA | {"latitude": 0.7}
"""Forty kilometres to the north."""


def located(name: str, shows: str, **how: Any) -> Story:
    """A story in Kampala; options of the term under `options`."""
    return Story(f"binding-{name}", shows, term("location_verification", **PLACE, **how.pop("options", {})), **how)


def cases() -> Iterator[Case]:
    """All of the subject."""
    yield from signatures()
    yield from subjects()
    yield from nonces()
    yield from clocks()
    yield from times()
    yield from grades()
    yield from kinds()
    yield from unsigned()
    yield from unreadable()
    yield from several()
    yield from further()


def signatures() -> Iterator[Case]:
    """Who signed, and over what."""
    told = located("honest", "A position that the recipient signed, with a fresh nonce, at the place.")
    told.report(KAMPALA)
    yield told.passes()

    told = located("signed-by-stranger", "Somebody else signed it, and so redeemed no nonce.", honest=HONEST)
    told.report(KAMPALA, by=STRANGER)
    yield told.fails("bound.signature", *UNBOUND)

    told = located("signed-by-customer", "The customer has a word, but not here.", honest=HONEST)
    told.report(KAMPALA, by=CUSTOMER)
    yield told.fails("bound.signature", *UNBOUND)

    told = located(
        "nobody-named", "No recipient is known, so nobody's signature counts.", honest=HONEST, submitter=None
    )
    told.report(KAMPALA)
    yield told.fails("bound.signature", *UNBOUND)

    told = located("content-changed", "The position was changed after it was signed.", honest=HONEST)
    told.report(FAR)
    told.piece(position=KAMPALA)
    yield told.fails("bound.content", *UNBOUND)

    told = located("content-altered-a-little", "One digit of the accuracy was changed after it was signed.")
    told.report(KAMPALA | {"accuracy": 9.0})
    told.piece(position=KAMPALA)
    yield told.fails("bound.content", *UNBOUND)

    told = located("content-unknown-key", "A key that nobody knows belongs to what is signed, and does no harm.")
    told.report(KAMPALA | {"heading": 90})
    yield told.passes()

    told = located("signature-changed", "The signature is of another message, so it is of another key.", honest=HONEST)
    told.report(KAMPALA)
    told.piece(signature="0x" + "11" * 32 + "22" * 32 + "1b")
    yield told.fails("bound.signature", *UNBOUND)

    told = located("signature-cut", "The signature is too short to be one.", honest=HONEST)
    told.report(KAMPALA)
    told.piece(signature="0x1122")
    yield told.fails("bound.signature", *UNBOUND)

    told = located("no-signature", "A piece without a signature is none.", honest=HONEST)
    told.report(KAMPALA)
    told.piece(signature=None)
    yield told.fails("evidence.recognised", *NOBODY_THERE)


def subjects() -> Iterator[Case]:
    """For what it was signed. A wanderer far away comes first and says whose case it is."""
    for what, shows, changes in [
        ("deal", "Evidence of another deal.", {"deal": hashed("another deal")}),
        ("milestone", "Evidence of another milestone.", {"milestone": 1}),
        ("term", "Evidence of another term of the deal.", {"term": hashed("another term")}),
    ]:
        told = located(f"another-{what}", shows, threat=15, honest="binding-far-then-there")
        told.report(FAR)
        told.wait(hours=1)
        told.report(KAMPALA, **changes)
        yield told.fails("location.visited", notes=["bound.subject", "bound.nonce", "bound.clock", "location.distance"])

    told = located("far-then-there", "The same journey, signed for this term.")
    told.report(FAR)
    told.wait(hours=1)
    told.report(KAMPALA)
    yield told.passes(1)

    for what, shows, domain in [
        ("chain", "Signed for another chain.", Domain(chain_id=1, contract=DOMAIN.contract)),
        ("contract", "Signed for another contract.", Domain(chain_id=31337, contract="0x" + "aa" * 20)),
    ]:
        told = located(f"another-{what}", shows, threat=15, honest=HONEST)
        told.report(KAMPALA, domain=domain, domain_named=DOMAIN)
        yield told.fails("bound.signature", *UNBOUND)

    told = Story(
        "binding-two-terms",
        "A piece counts for the term that it names, and for no other.",
        term("location_verification", **PLACE),
        term("location_verification", **PLACE),
        threat=15,
        honest="binding-two-terms-a-piece-each",
    )
    told.report(KAMPALA, about_term=1)
    yield told.fails(*NOBODY_THERE, accepted=[0])

    told = Story(
        "binding-two-terms-a-piece-each",
        "Each term has a piece of its own.",
        term("location_verification", **PLACE),
        term("location_verification", **PLACE),
    )
    told.report(KAMPALA, about_term=1)
    told.report(KAMPALA, about_term=0)
    yield told.passes()


def nonces() -> Iterator[Case]:
    """What the nonce book said."""
    for status, shows in [
        ("used", "Its nonce was used before the service received it."),
        ("expired", "Its nonce had expired."),
        ("unknown", "Nobody issued its nonce."),
        ("elsewhere", "Its nonce was issued for another term."),
        ("unasked", "Its nonce was not redeemed, says the receipt."),
    ]:
        told = located(f"nonce-{status}", shows, honest=HONEST)
        told.report(KAMPALA, status=status)
        yield told.fails("bound.nonce", "evidence.grade")

    told = located("nonce-made-up", "A nonce of the recipient's own, that nobody knows.", threat=15, honest=HONEST)
    told.report(KAMPALA, nonce=Nonce(bytes(32), None), status="unknown")
    yield told.fails(*UNBOUND)

    told = located("handed-in-twice", "Handed in again, a piece counts once: its nonce is used up.")
    told.report(KAMPALA)
    told.again()
    yield told.passes(0, notes=["bound.nonce"])

    told = located("nonce-for-two", "Two pieces with one nonce: the first one redeems it.")
    nonce = told.nonce()
    told.report(FAR, nonce=nonce)
    told.wait(hours=1)
    told.report(KAMPALA, nonce=nonce)
    yield told.fails("location.visited", notes=["bound.nonce", "location.distance"])

    told = located("nonce-burned-by-stranger", "A stranger who uses somebody's nonce does not use it up.")
    nonce = told.nonce()
    told.report(KAMPALA, nonce=nonce, by=STRANGER)
    told.report(KAMPALA, nonce=nonce)
    yield told.passes(1, notes=["bound.signature", "bound.nonce", "bound.clock"])


def clocks() -> Iterator[Case]:
    """The device's clock may be off by two minutes from the time between nonce and receipt."""
    for name, shows, off_s in [
        ("slow-120", "Taken two minutes before its nonce by the device's clock: it may be off by so much.", -120),
        ("fast-120", "Taken two minutes after its receipt by the device's clock.", 5 + 120),
        ("slow-a-little", "A clock that is a minute slow.", -60),
    ]:
        told = located(f"clock-{name}", shows)
        told.report(KAMPALA, captured_s=off_s)
        yield told.passes()
    for name, shows, off_s, twin in [
        ("slow-121", "Taken two minutes and a second before its nonce.", -121, "slow-120"),
        ("fast-121", "Taken two minutes and a second after its receipt.", 5 + 121, "fast-120"),
        ("back-dated", "Taken a day ago, by its own word.", -86400, "slow-120"),
    ]:
        told = located(f"clock-{name}", shows, threat=5, honest=f"binding-clock-{twin}")
        told.report(KAMPALA, captured_s=off_s)
        yield told.fails("bound.clock", "evidence.grade")


def times() -> Iterator[Case]:
    """What comes too late, or after the judgement."""
    told = located("at-the-moment", "Judged at the very second of its receipt.")
    told.report(KAMPALA)
    told.at = told.now
    yield told.passes()

    told = located("after-the-moment", "Received one second after the time of judging.", honest="binding-at-the-moment")
    told.report(KAMPALA)
    told.at = told.now - timedelta(seconds=1)
    yield told.fails("evidence.time", "location.visited")

    for whose, in_time in [("milestone", True), ("milestone", False), ("term", True), ("term", False)]:
        due = timedelta(seconds=6 if in_time else 5)
        how: dict[str, Any] = (
            {"deadline": due} if whose == "milestone" else {"options": {"deadline": spelled(START + due)}}
        )
        told = located(
            f"{whose}-deadline-{'kept' if in_time else 'missed'}",
            f"Received {'a second before' if in_time else 'at the very second of'} the {whose}'s deadline.",
            threat=None if in_time else 5,
            honest=None if in_time else f"binding-{whose}-deadline-kept",
            **how,
        )
        told.report(KAMPALA, captured_s=-100)
        yield told.passes() if in_time else told.fails("evidence.deadline", "location.visited")

    for first in ("milestone", "term"):
        soon, late = timedelta(seconds=5), timedelta(hours=1)
        told = located(
            f"{first}-deadline-first",
            f"Of two deadlines the earlier one counts, which is the {first}'s.",
            honest="binding-term-deadline-kept",
            deadline=soon if first == "milestone" else late,
            options={"deadline": spelled(START + (late if first == "milestone" else soon))},
        )
        told.report(KAMPALA)
        yield told.fails("evidence.deadline", "location.visited")

    told = located("judged-late", "A year later the verdict is the same.", deadline=timedelta(hours=1))
    told.report(KAMPALA)
    told.at = START + timedelta(days=365)
    yield told.passes()


def grades() -> Iterator[Case]:
    """What grade the terms ask for, and what there is."""
    delivered = partial(term, "delivery_confirmation")
    for asked in ("G1", "G3"):
        told = Story(
            f"binding-grade-{asked.lower()}-by-customer", f"The customer's word is {asked}.", delivered(grade=asked)
        )
        told.confirm()
        yield told.passes()

    told = located("grade-g2-by-key", "A phone without a word of its maker's is no G2.", options={"grade": "G2"})
    told.report(KAMPALA)
    yield told.fails("evidence.grade")

    told = located(
        "grade-g2-by-device", "The service found that a genuine device vouches for it.", options={"grade": "G2"}
    )
    told.report(KAMPALA, receipt={"device": {"platform": "app_attest", "app": "org.example.app"}})
    yield told.passes()

    told = located(
        "grade-g2-among-g1", "What is below the grade does not stand beside what reaches it.", options={"grade": "G2"}
    )
    told.report(KAMPALA)
    told.wait(hours=1)
    told.report(KAMPALA, receipt={"device": {"platform": "play_integrity", "app": "org.example.app"}})
    yield told.passes(1)

    told = located(
        "grade-g2-elsewhere",
        "A device vouches for a position far away, and the one at the place has nobody's word.",
        options={"grade": "G2"},
        honest="binding-grade-g2-among-g1",
    )
    told.report(KAMPALA)
    told.wait(hours=1)
    told.report(FAR, receipt={"device": {"platform": "play_integrity", "app": "org.example.app"}})
    yield told.fails("location.visited", notes=["location.distance"])

    told = located("no-evidence", "Nothing was handed in.")
    yield told.fails(*NOBODY_THERE)


def kinds() -> Iterator[Case]:
    """Kinds of evidence that prove nothing here."""
    told = located("kind-word", "Nobody's word takes the place of a position.", honest=HONEST)
    told.confirm(by=RECIPIENT)
    yield told.fails("evidence.kind", *NOBODY_THERE)

    told = located("kind-beside", "What proves nothing does no harm beside what does.")
    told.give("1234")
    told.report(KAMPALA)
    yield told.passes(1, notes=["evidence.kind"])

    told = located("kind-photo", "A photo is no position, even if its upload says one.", honest=HONEST)
    told.upload("coffee.jpg", position=KAMPALA)
    yield told.fails("evidence.kind", *NOBODY_THERE)


def unsigned() -> Iterator[Case]:
    """Claims: measured like anything, and never enough."""
    told = located("claim", "A position that nobody signed.", honest=HONEST)
    told.claim(json.dumps(KAMPALA))
    yield told.fails("evidence.grade")

    told = located("claim-beside", "A claim of being far away does no harm beside a signed position.")
    told.claim(json.dumps(FAR))
    told.report(KAMPALA)
    yield told.passes(1)

    told = located("claim-of-tomorrow", "A claim whose own time lies after the judgement.")
    told.claim(json.dumps(KAMPALA | {"captured_at": spelled(START + timedelta(days=1))}))
    yield told.fails("evidence.time", *NOBODY_THERE)

    told = located("claim-of-today", "A claim whose own time lies before the judgement is still a claim.")
    told.claim(json.dumps(KAMPALA | {"captured_at": spelled(START)}))
    yield told.fails("evidence.grade")

    told = located("claim-too-late", "A claim whose own time lies after the deadline.", deadline=timedelta(hours=1))
    told.claim(json.dumps(KAMPALA | {"captured_at": spelled(START + timedelta(hours=2))}))
    told.at = START + timedelta(hours=3)
    yield told.fails("evidence.deadline", *NOBODY_THERE)

    told = located(
        "claim-of-unknown-time", "A claim without a time is as late as the judgement.", deadline=timedelta(hours=1)
    )
    told.claim(json.dumps(KAMPALA))
    told.at = START + timedelta(hours=1)
    yield told.fails("evidence.deadline", *NOBODY_THERE)

    told = located("track", "A list of positions in one file, without accuracy.")
    told.drop("track-2000.json")
    yield told.fails("evidence.grade", "location.visited", notes=["location.accuracy"])

    told = located("track-too-long", "One position too many for one file.")
    told.drop("track-2001.json")
    yield told.fails("evidence.track", *NOBODY_THERE)

    told = located("claim-of-word", "A word that nobody signed proves no place.")
    told.claim(json.dumps({"confirmed": True}))
    yield told.fails("evidence.kind", *NOBODY_THERE)


def unreadable() -> Iterator[Case]:
    """Files that are nothing that could be judged."""
    for name, shows, text, code in [
        ("empty", "A file without a byte.", "", "evidence.file"),
        ("prose", "A text that is no JSON.", "I was there.", "evidence.recognised"),
        ("empty-list", "A list without a position.", "[]", "evidence.recognised"),
        ("numbers", "A list of numbers.", "[0.347596, 32.58252]", "evidence.recognised"),
        ("object", "An object that is no position.", '{"place": "Kampala"}', "position.malformed"),
        ("two-words", "An object that may be two things.", '{"confirmed": true, "code": "1"}', "position.malformed"),
        ("key-twice", "A key that is given twice.", '{"latitude": 1, "latitude": 2}', "evidence.recognised"),
        ("deep", "Lists in lists, too deep to be read.", "[" * 65 + "]" * 65, "evidence.recognised"),
    ]:
        told = located(f"file-{name}", shows)
        told.claim(text)
        yield told.fails(code, *NOBODY_THERE)

    told = located("file-unknown", "Bytes that are no format that anybody knows.")
    told.drop("unknown.bin")
    yield told.fails("photo.format", *NOBODY_THERE)

    told = located("file-beside", "What can't be read does no harm beside what can.")
    told.claim("I was there.")
    told.report(KAMPALA)
    yield told.passes(1, notes=["evidence.recognised"])

    told = located("file-missing", "A signed photo whose file is not there.")
    told.upload("missing.jpg")
    yield told.fails("evidence.file", *NOBODY_THERE)

    for name, shows, changes, code in [
        ("unnamed", "A signed photo that names no file.", {"photo": None}, "evidence.recognised"),
        (
            "elsewhere",
            "A signed photo whose file lies in another folder.",
            {"photo": "missing/a.jpg"},
            "evidence.recognised",
        ),
        (
            "above",
            "A signed photo whose file is the folder above.",
            {"photo": "missing\\..\\a.jpg"},
            "evidence.recognised",
        ),
    ]:
        told = located(f"file-{name}", shows)
        told.upload("missing.jpg")
        told.piece(**changes)
        yield told.fails(code, *NOBODY_THERE)

    for name, shows, changes, code in [
        (
            "format",
            "A format that nobody knows is no signed piece.",
            {"format": "escrow_chain/signed-piece/2"},
            "position.malformed",
        ),
        ("unknown-field", "A signed piece has no other fields.", {"comment": "true"}, "evidence.recognised"),
        ("no-receipt", "A signed piece without the service's receipt.", {"receipt": None}, "evidence.recognised"),
        ("no-position", "A signed position without one.", {"position": None}, "position.malformed"),
    ]:
        told = located(f"piece-{name}", shows, honest=HONEST)
        told.report(KAMPALA)
        told.piece(**changes)
        yield told.fails(code, *NOBODY_THERE)


def several() -> Iterator[Case]:
    """Pieces in whatever order they are given: the service's clock orders them."""
    there, here = KAMPALA | {"latitude": 0.3477}, KAMPALA
    told = located("order-later-first", "The piece that came first counts, wherever it stands.")
    told.wait(hours=1)
    told.report(here)
    told.now = START
    told.report(there)
    told.at = START + timedelta(hours=2)
    yield told.passes(1)

    told = located("order-earlier-first", "The same pieces in the order of their receipt.")
    told.report(there)
    told.wait(hours=1)
    told.report(here)
    yield told.passes(0)

    told = located("order-at-once", "Of two that came at once the first one given counts.")
    told.report(here)
    told.now = START
    told.report(there)
    yield told.passes(0)

    told = located("order-again-first", "Which of two pieces redeems their nonce, is a matter of who comes first.")
    nonce = told.nonce()
    told.report(here, nonce=nonce)
    told.report(there, nonce=nonce)
    yield told.passes(0, notes=["bound.nonce"])


def further() -> Iterator[Case]:
    """What is at the edge of a rule, and is easily forgotten."""
    told = located("nonce-for-two-backwards", "Of two pieces with one nonce the first that came in counts.")
    nonce = told.nonce()
    told.wait(minutes=2)
    told.report(KAMPALA | {"latitude": 0.3476}, nonce=nonce)
    told.wait(minutes=-1)
    told.report(KAMPALA, nonce=nonce)
    told.wait(minutes=2)
    yield told.passes(1, notes=["bound.nonce"])

    told = located("kind-and-nonce", "A piece of a kind that proves nothing here uses up no nonce.")
    nonce = told.nonce()
    told.upload("coffee.jpg", nonce=nonce)
    told.report(KAMPALA, nonce=nonce)
    yield told.passes(1, notes=["evidence.kind"])

    told = Story(
        "binding-claim-for-whom",
        "A position that nobody signed goes to the term that positions prove.",
        term("location_verification", latitude=0.347596, longitude=32.58252, radius=100),
        term("photo_upload"),
    )
    told.report(KAMPALA)
    told.upload("coffee.jpg", about_term=1)
    told.claim(json.dumps(KAMPALA))
    yield told.passes(0, 1)

    for name, shows, text, failed in [
        ("list-of-names", "A list of names is no statement.", '["code"]', "evidence.recognised"),
        ("list-of-both", "A list of a position and something else.", '[{"latitude": 1}, 5]', "evidence.recognised"),
    ]:
        told = located(f"file-{name}", shows)
        told.report(KAMPALA)
        told.claim(text)
        yield told.passes(0, notes=[failed])

    told = located("file-position-with-a-code", "What has a latitude is a position, whatever else it has.")
    told.report(KAMPALA)
    told.claim(json.dumps(KAMPALA | {"code": "1"}))
    yield told.passes(0)

    for name, shows, signature in [
        ("number", "A signature that is a number.", 5),
        ("misspelled", "A signature whose digits do not begin with 0x.", None),
    ]:
        told = located(f"signature-{name}", shows)
        told.report(KAMPALA)
        told.wait(minutes=1)
        told.report(KAMPALA | {"latitude": 0.3476})
        told.piece(signature=signature or "1x" + "1b" * 65)
        yield told.passes(0, notes=["evidence.recognised"])

    told = located("file-of-no-name", "A photo whose file has no name.")
    told.report(KAMPALA)
    told.upload("coffee.jpg")
    told.piece(photo="")
    yield told.passes(0, notes=["evidence.recognised"])
