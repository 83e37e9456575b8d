"""Parts of photos that came to the same service before: for the same deal, from the same wallet, or from neither."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from corpus.case import Case
from corpus.story import START, STRANGER, Story, hashed, term

ORIGINAL: Final = "earlier-original"
NEXT_DAY: Final = START + timedelta(days=1)
SCENE: Final = ("photo.same_scene", "photo.authentic", "photo.count")
COPY: Final = ("photo.same_file", "photo.same_picture", "photo.authentic", "photo.count")


def cases() -> Iterator[Case]:
    """See the module."""
    yield _told("original", "A photo that nobody has seen before.", "coffee.jpg", earlier=(), start=START)
    cheat: dict[str, Any] = {"threat": 7, "honest": "earlier-part-by-another"}
    yield _told(
        "part-by-another",
        "A part of what somebody else handed in for another deal is not looked for: he is compared with himself.",
        "coffee-cropped.jpg",
        submitter=STRANGER,
    )
    shows = "A part of what the same wallet handed in for another deal is no new photo."
    yield _told("part-by-the-same", shows, "coffee-cropped.jpg", *SCENE, **cheat)
    shows = "Nor is a part of what somebody else handed in for the same deal."
    deal = hashed("deal", ORIGINAL)
    yield _told("part-in-the-deal", shows, "coffee-cropped.jpg", *SCENE, submitter=STRANGER, deal=deal, **cheat)
    shows = "A whole picture is looked for in all deals, whoever handed it in."
    yield _told("whole-by-another", shows, "coffee.jpg", *COPY, submitter=STRANGER, **cheat)
    yield _told("another-by-the-same", "Another photo by the same wallet is a new one.", "chelsea.jpg")
    yield from _details()
    yield from _unsigned()


def _told(
    name: str,
    shows: str,
    photo: str,
    *failed: str,
    earlier: Sequence[str] = (ORIGINAL,),
    deal: bytes | None = None,
    **story: Any,
) -> Case:
    """One photo that must be authentic, a day after the original."""
    authentic = term("photo_upload", ai_validation={"verify_authenticity": True})
    told = Story(f"earlier-{name}", shows, authentic, earlier=earlier, **{"start": NEXT_DAY} | story)
    told.deal = deal or told.deal
    told.upload(photo)
    return told.fails(*failed) if failed else told.passes()


def _details() -> Iterator[Case]:
    yield _told("19-details", "19 details in common are chance.", "coffee-19-details.jpg")
    yield _told(
        "20-details",
        "20 details in common with a photo by the same wallet make it a part of that.",
        "coffee-20-details.jpg",
        *SCENE,
        threat=7,
        honest="earlier-19-details",
    )


def _unsigned() -> Iterator[Case]:
    """What nobody signed is not remembered, and is compared with what came for its deal alone."""
    authentic = term("photo_upload", ai_validation={"verify_authenticity": True})
    told = Story("earlier-unsigned", "A photo that nobody signed is a claim.", authentic)
    told.drop("coffee.jpg")
    yield told.fails("photo.authentic", "photo.count", "evidence.grade")
    shows = "A photo that nobody signed was not taken in, so a part of it is new in another deal, and a claim as well."
    told = Story("earlier-parts-unsigned", shows, authentic, earlier=["earlier-unsigned"], start=NEXT_DAY)
    told.drop("coffee-cropped.jpg")
    yield told.fails("photo.authentic", "photo.count", "evidence.grade")
