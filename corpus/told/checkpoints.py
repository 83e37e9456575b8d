"""The checkpoints of a `custom` term in time: photos, the manager's approvals, and the customer's signatures."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from corpus.case import Case
from corpus.story import CUSTOMER, KAMPALA, MANAGER, RECIPIENT, START, STRANGER, Signatory, Story, hashed, spelled, term

UNBOUND = ("bound.signature", "bound.nonce", "bound.clock")
"""What fails when nobody signed whose word counts: then the nonce is not redeemed, and there is no time."""
PHOTO, APPROVAL, SIGNATURE = "photo_upload", "manager_approval", "customer_signature"
WORDS = ((APPROVAL, MANAGER, CUSTOMER), (SIGNATURE, CUSTOMER, MANAGER))
"""The methods that are somebody's word: whose, and whose not."""
HOUR_S = 3600


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _all_ways()
    yield from _photos()
    yield from _several_photos()
    yield from _photos_in_time()
    for method, by, other in WORDS:
        yield from _words(method, by, other)
    yield from _single_ones()
    yield from _approved_besides()
    yield from _approved_in_time()
    yield from _approved_by_others()


def _checkpoint(name: str, method: str = PHOTO, *, hours: float = 1, weight: float = 100) -> dict[str, Any]:
    deadline = spelled(START + timedelta(hours=hours))
    return {"name": name, "deadline": deadline, "verification_method": method, "weight": weight}


def _story(
    name: str, shows: str, *asked: dict[str, Any], threat: int | None = None, honest: str | None = None, **options: Any
) -> Story:
    """A term with these checkpoints."""
    twin = f"checkpoints-{honest}" if honest else None
    what = term("custom", milestone_type="time_based", checkpoints=list(asked), **options)
    return Story(f"checkpoints-{name}", shows, what, threat=threat, honest=twin)


THREE = (
    _checkpoint("start", PHOTO, hours=1, weight=20),
    _checkpoint("middle", APPROVAL, hours=2, weight=30),
    _checkpoint("end", SIGNATURE, hours=3, weight=50),
)
TWO_PHOTOS = (_checkpoint("start", weight=33.3), _checkpoint("end", hours=2, weight=66.7))


def _all_ways() -> Iterator[Case]:
    story = _story("three", "A photo, the manager's approval, and the customer's signature.", *THREE)
    story.upload("coffee.jpg", category="start")
    story.confirm(by=MANAGER, about="middle")
    story.confirm(about="end")
    yield story.passes()

    story = _story(
        "three-at-once", "What is due later may come earlier, in any order.", *THREE, partial_release_enabled=True
    )
    story.confirm(about="end")
    story.confirm(by=MANAGER, about="middle")
    story.upload("coffee.jpg", category="start")
    yield story.passes()

    story = _story("none", "Nothing is handed in.", *THREE)
    yield story.fails(
        "checkpoint.photo_upload", "checkpoint.manager_approval", "checkpoint.customer_signature", "evidence.grade"
    )

    story = _story("without-photo", "Words do not stand for the photo.", *THREE)
    story.confirm(by=MANAGER, about="middle")
    story.confirm(about="end")
    yield story.fails("checkpoint.photo_upload")

    story = _story("without-approval", "A photo and the customer's word do not stand for the manager's.", *THREE)
    story.upload("coffee.jpg", category="start")
    story.confirm(about="end")
    yield story.fails("checkpoint.manager_approval")

    story = _story("without-signature", "A photo and the manager's word do not stand for the customer's.", *THREE)
    story.upload("coffee.jpg", category="start")
    story.confirm(by=MANAGER, about="middle")
    yield story.fails("checkpoint.customer_signature")

    fifty = [_checkpoint(f"step {number}", APPROVAL, hours=1 + number, weight=2) for number in range(50)]
    story = _story("fifty", "As many checkpoints as a term can have.", *fifty)
    for each in fifty:
        story.confirm(by=MANAGER, about=each["name"])
    yield story.passes()


# ----------------------------------------------------------------------------------------------------------- photos


def _photos() -> Iterator[Case]:  # noqa: PLR0915  (one after the other)
    start = _checkpoint("start")
    story = _story("photo", "A photo that says of which checkpoint it is.", start)
    story.upload("coffee.jpg", category="start")
    yield story.passes()

    story = _story("photo-webp", "Photos of checkpoints may be of any format that can be read.", start)
    story.upload("coffee.webp", category="start")
    yield story.passes()

    story = _story("photo-png", "Photos of checkpoints may be of any format that can be read.", start)
    story.upload("coffee.png", category="start")
    yield story.passes()

    longest = _checkpoint("x" * 100)
    story = _story("photo-longest-name", "The longest name that a checkpoint can have.", longest)
    story.upload("coffee.jpg", category="x" * 100)
    yield story.passes()

    for name, category in (("no", None), ("other", "end"), ("capital", "Start"), ("space", "start ")):
        story = _story(
            f"photo-{name}-category", "A photo counts for the checkpoint that it names, to the letter.", start
        )
        story.upload("coffee.jpg", category=category)
        yield story.fails("checkpoint.photo_upload", notes=["photo.category"])

    story = _story("photo-small", "A photo of a checkpoint is large enough.", start)
    story.upload("coffee-479.jpg", category="start")
    yield story.fails("checkpoint.photo_upload", notes=["photo.pixels"])

    story = _story("photo-of-nothing", "A photo of a checkpoint shows something.", start)
    story.upload("wall.jpg", category="start")
    yield story.fails("checkpoint.photo_upload", notes=["photo.detail"])

    for name, same_file, distance, failed in (
        ("file-seen", True, 0, ["photo.same_file", "photo.same_picture"]),
        ("picture-seen", False, 31, ["photo.same_picture"]),
    ):
        story = _story(
            f"photo-{name}", "Somebody handed the photo in for another deal.", start, threat=7, honest="photo"
        )
        story.upload("coffee.jpg", category="start", sightings=[_seen(same_file=same_file, distance=distance)])
        yield story.fails("checkpoint.photo_upload", notes=failed)

    story = _story("photo-like-another", "A photo that is much like another one is another one.", start)
    story.upload("coffee.jpg", category="start", sightings=[_seen(same_file=False, distance=32)])
    yield story.passes()

    story = _story("photo-unsearched", "Nobody could look whether the photo was seen before.", start)
    story.upload("coffee.jpg", category="start", sightings=None)
    yield story.fails("checkpoint.photo_upload", notes=["photo.same_file", "photo.same_picture"])

    story = _story("photo-by-stranger", "A stranger's photo does not count.", start, threat=15, honest="photo")
    story.upload("coffee.jpg", category="start", by=STRANGER)
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = _story("photo-by-manager", "Whoever approves does not take the photos as well.", *THREE)
    story.upload("coffee.jpg", category="start", by=MANAGER)
    story.confirm(by=MANAGER, about="middle")
    story.confirm(about="end")
    yield story.fails("checkpoint.photo_upload")

    story = _story(
        "photo-renamed", "The photo was signed as one of another checkpoint.", start, threat=15, honest="photo"
    )
    story.upload("coffee.jpg", category="end")
    story.piece(category="start")
    yield story.fails("evidence.grade", notes=["bound.content", "bound.nonce", "bound.clock"])

    story = _story("photo-unsigned", "A photo that nobody signed says not of which checkpoint it is.", start)
    story.drop("coffee.jpg")
    yield story.fails("checkpoint.photo_upload", "evidence.grade", notes=["photo.category"])

    story = _story("photo-is-a-word", "The customer's word is no photo.", start)
    story.confirm(about="start")
    yield story.fails("checkpoint.photo_upload", "evidence.grade", notes=UNBOUND)

    story = _story("photo-is-a-position", "A position is no photo.", start)
    story.report(KAMPALA)
    yield story.fails("checkpoint.photo_upload", "evidence.grade", notes=["evidence.kind"])


def _seen(*, same_file: bool, distance: int) -> dict[str, Any]:
    """In another deal, the day before."""
    return {
        "deal": "0x" + hashed("deal", "another").hex(),
        "milestone": 0,
        "term": "0x" + hashed("term", "another").hex(),
        "received_at": spelled(START - timedelta(days=1)),
        "same_file": same_file,
        "distance": distance,
    }


def _several_photos() -> Iterator[Case]:
    story = _story("two-photos", "Two checkpoints, and a photo of each.", *TWO_PHOTOS)
    story.upload("coffee.jpg", category="start")
    story.upload("chelsea.jpg", category="end")
    yield story.passes()

    for name, categories in (("in-order", ("start", "end")), ("out-of-order", ("end", "start"))):
        story = _story(
            f"one-photo-for-two-{name}", "One photo for two checkpoints.", *TWO_PHOTOS, threat=7, honest="two-photos"
        )
        for category in categories:
            story.upload("coffee.jpg", category=category)
        yield story.fails("checkpoint.photo_upload", notes=["photo.same_file", "photo.same_picture"])

    story = _story(
        "one-picture-for-two", "The same picture in another file.", *TWO_PHOTOS, threat=7, honest="two-photos"
    )
    story.upload("coffee.jpg", category="start")
    story.upload("coffee-mirrored.jpg", category="end")
    yield story.fails("checkpoint.photo_upload", notes=["photo.same_picture"])

    story = _story("two-photos-of-one", "Two photos of one checkpoint are none of the other.", *TWO_PHOTOS)
    story.upload("coffee.jpg", category="start")
    story.upload("chelsea.jpg", category="start")
    yield story.fails("checkpoint.photo_upload")

    start = _checkpoint("start")
    story = _story("last-photo", "Of a checkpoint the last photo counts.", start)
    story.upload("coffee.jpg", category="start")
    story.upload("chelsea.jpg", category="start")
    yield story.passes(1)

    story = _story("photo-beside", "What is of no checkpoint stands in no photo's way.", start)
    story.upload("coffee.jpg")
    story.upload("coffee.jpg", category="start")
    yield story.passes(1, notes=["photo.category"])

    mixed = (_checkpoint("start", weight=50), _checkpoint("end", SIGNATURE, hours=2, weight=50))
    story = _story("photo-of-a-word", "A photo does not stand for the customer's word.", *mixed)
    story.upload("coffee.jpg", category="start")
    story.upload("chelsea.jpg", category="end")
    yield story.fails("checkpoint.customer_signature", notes=["photo.category"])

    story = _story("photo-unasked", "Where no photo is asked for, none is looked at.", _checkpoint("end", SIGNATURE))
    story.upload("wall.jpg", category="end")
    story.confirm(about="end")
    yield story.passes(1)


def _photos_in_time() -> Iterator[Case]:
    for name, took_s, late in (("just-in-time", HOUR_S - 1, False), ("too-late", HOUR_S, True)):
        story = _story(
            f"photo-{name}", "A photo counts that came before the checkpoint's deadline.", _checkpoint("start")
        )
        story.upload("coffee.jpg", category="start", took_s=took_s)
        yield story.fails("checkpoint.photo_upload") if late else story.passes()

    story = _story(
        "photo-backdated",
        "A late photo's device says that it was taken in time.",
        _checkpoint("start"),
        threat=5,
        honest="photo",
    )
    story.wait(hours=1)
    story.upload("coffee.jpg", category="start", captured_s=-HOUR_S)
    yield story.fails("checkpoint.photo_upload", "evidence.grade", notes=["bound.clock"])

    story = _story(
        "last-photo-in-time", "Of a checkpoint the last photo counts that came in time.", _checkpoint("start")
    )
    story.upload("coffee.jpg", category="start")
    story.wait(hours=1)
    story.upload("chelsea.jpg", category="start")
    yield story.passes(0)

    story = _story("photo-of-the-second", "Each checkpoint has its own deadline.", *TWO_PHOTOS)
    story.upload("coffee.jpg", category="start")
    story.wait(hours=1)
    story.upload("chelsea.jpg", category="end")
    yield story.passes()

    story = _story(
        "photo-of-the-first-too-late", "The deadline of a later checkpoint is not the first one's.", *TWO_PHOTOS
    )
    story.upload("chelsea.jpg", category="end")
    story.wait(hours=1)
    story.upload("coffee.jpg", category="start")
    yield story.fails("checkpoint.photo_upload")

    early = {"deadline": spelled(START + timedelta(minutes=30))}
    story = _story(
        "term-is-over", "The term's own deadline counts beside the checkpoint's.", _checkpoint("start"), **early
    )
    story.upload("coffee.jpg", category="start", took_s=1800)
    yield story.fails("checkpoint.photo_upload", notes=["evidence.deadline"])


# ------------------------------------------------------------------------------------------------------------ words


def _words(method: str, by: Signatory, other: Signatory) -> Iterator[Case]:  # noqa: PLR0915  (one after the other)
    code, who = f"checkpoint.{method}", method.partition("_")[0]

    def story_of(name: str, shows: str, *, threat: int | None = None) -> Story:
        honest = f"{who}-yes" if threat else None
        return _story(f"{who}-{name}", shows, _checkpoint("done", method), threat=threat, honest=honest)

    story = story_of("yes", f"The {who} confirms the checkpoint.")
    story.confirm(by=by, about="done")
    yield story.passes()

    story = story_of("no", f"The {who} says no.")
    story.confirm(by=by, about="done", confirmed=False)
    yield story.fails(code)

    for name, about in (("nothing", ""), ("another", "begun"), ("capitals", "DONE")):
        story = story_of(f"about-{name}", "A word names the checkpoint that it is about.")
        story.confirm(by=by, about=about)
        yield story.fails(code)

    story = story_of("by-recipient", "The recipient confirms it himself.", threat=13)
    story.confirm(by=RECIPIENT, about="done")
    yield story.fails(code)

    for name, somebody in (("other", other), ("stranger", STRANGER)):
        story = story_of(f"by-{name}", f"Somebody else than the {who} confirms it.", threat=13)
        story.confirm(by=somebody, about="done")
        yield story.fails(code, "evidence.grade", notes=UNBOUND)

    both = (_checkpoint("begun", APPROVAL, weight=50), _checkpoint("done", SIGNATURE, hours=2, weight=50))
    wrong = "done" if method == SIGNATURE else "begun"
    right = "begun" if method == SIGNATURE else "done"
    story = _story(
        f"{who}-by-the-other",
        f"The {who}'s checkpoint is confirmed by who confirms another one.",
        *both,
        threat=13,
        honest=f"{who}-beside-the-other",
    )
    story.confirm(by=other, about=right)
    story.confirm(by=other, about=wrong)
    yield story.fails(code)

    story = _story(f"{who}-beside-the-other", "Two checkpoints, each confirmed by whom it asks.", *both)
    story.confirm(by=other, about=right)
    story.confirm(by=by, about=wrong)
    yield story.passes()

    story = story_of("yes-then-no", "The last word before the deadline counts.")
    story.confirm(by=by, about="done")
    story.confirm(by=by, about="done", confirmed=False)
    yield story.fails(code)

    story = story_of("no-then-yes", "The last word before the deadline counts.")
    story.confirm(by=by, about="done", confirmed=False)
    story.confirm(by=by, about="done")
    yield story.passes(1)

    story = story_of("at-once", "Of two words that came at once, the one that says no counts.")
    story.confirm(by=by, about="done", confirmed=False)
    story.confirm(by=by, about="done", took_s=0)
    yield story.fails(code)

    story = story_of("no-about-another", "A no about something else takes nothing back.")
    story.confirm(by=by, about="done")
    story.confirm(by=by, about="begun", confirmed=False)
    yield story.passes(0)

    for name, took_s, late in (("just-in-time", HOUR_S - 1, False), ("too-late", HOUR_S, True)):
        story = story_of(name, "A word counts that came before the checkpoint's deadline, to the second.")
        story.confirm(by=by, about="done", took_s=took_s)
        yield story.fails(code) if late else story.passes()

    story = story_of("no-too-late", "A no after the deadline takes nothing back.")
    story.confirm(by=by, about="done")
    story.wait(hours=1)
    story.confirm(by=by, about="done", confirmed=False)
    yield story.passes(0)

    story = story_of("yes-too-late", "A yes after the deadline does not outweigh a no before it.")
    story.confirm(by=by, about="done", confirmed=False)
    story.wait(hours=1)
    story.confirm(by=by, about="done")
    yield story.fails(code)


# ------------------------------------------------------------------------------------------- one alone, and approvals


def _single_ones() -> Iterator[Case]:
    story = _story("only-start", "A milestone that rests on one checkpoint needs that one.", *THREE, checkpoint="start")
    story.upload("coffee.jpg", category="start")
    yield story.passes()

    story = _story(
        "only-middle", "A milestone that rests on one checkpoint needs that one.", *THREE, checkpoint="middle"
    )
    story.confirm(by=MANAGER, about="middle")
    yield story.passes()

    story = _story("only-end", "A milestone that rests on one checkpoint needs that one.", *THREE, checkpoint="end")
    story.confirm(about="end")
    yield story.passes()

    story = _story("only-start-missing", "The other checkpoints do not stand for it.", *THREE, checkpoint="start")
    story.confirm(about="end")
    story.confirm(by=MANAGER, about="middle")
    yield story.fails("checkpoint.photo_upload", "evidence.grade", notes=UNBOUND)

    story = _story(
        "only-end-other-photo", "A photo of another checkpoint is none of this one.", *TWO_PHOTOS, checkpoint="end"
    )
    story.upload("coffee.jpg", category="start")
    yield story.fails("checkpoint.photo_upload", notes=["photo.category"])

    story = _story(
        "only-end-both-photos", "A photo of another checkpoint stands in no way.", *TWO_PHOTOS, checkpoint="end"
    )
    story.upload("coffee.jpg", category="start")
    story.upload("coffee.jpg", category="end")
    yield story.passes(1, notes=["photo.category"])


def _approved_besides() -> Iterator[Case]:  # noqa: PLR0915  (one after the other)
    workflow = {"approval_workflow": {"requires_manager_approval": True}}
    start = _checkpoint("start")
    story = _story("approved", "The manager approves besides what the checkpoint shows.", start, **workflow)
    story.upload("coffee.jpg", category="start")
    story.confirm(by=MANAGER)
    yield story.passes()

    story = _story("not-approved", "The checkpoint is passed, and nobody approves.", start, **workflow)
    story.upload("coffee.jpg", category="start")
    yield story.fails("approval.given")

    story = _story(
        "approved-the-checkpoint", "The manager's word about the checkpoint is no approval.", start, **workflow
    )
    story.upload("coffee.jpg", category="start")
    story.confirm(by=MANAGER, about="start")
    yield story.fails("approval.given")

    story = _story(
        "approved-beforehand", "The approval is older than the photo.", start, threat=5, honest="approved", **workflow
    )
    story.confirm(by=MANAGER)
    story.upload("coffee.jpg", category="start")
    yield story.fails("approval.given")

    middle = _checkpoint("middle", APPROVAL)
    story = _story(
        "approved-twice",
        "The manager says both: that the checkpoint is passed, and that all is well.",
        middle,
        **workflow,
    )
    story.confirm(by=MANAGER, about="middle")
    story.confirm(by=MANAGER)
    yield story.passes()

    story = _story("approved-all-alone", "An approval of all is none of the checkpoint.", middle, **workflow)
    story.confirm(by=MANAGER)
    yield story.fails("checkpoint.manager_approval")

    end = _checkpoint("end", SIGNATURE)
    story = _story(
        "approved-before-a-word", "If the recipient hands nothing in, the others' words are approved.", end, **workflow
    )
    story.confirm(by=MANAGER)
    story.confirm(about="end")
    yield story.fails("approval.given")

    story = _story(
        "approved-after-a-word", "If the recipient hands nothing in, the others' words are approved.", end, **workflow
    )
    story.confirm(about="end")
    story.confirm(by=MANAGER)
    yield story.passes()

    mixed = (_checkpoint("start", weight=50), _checkpoint("end", SIGNATURE, hours=2, weight=50))
    story = _story(
        "signed-after-approval",
        "Others' words do not void the approval of what the recipient handed in.",
        *mixed,
        **workflow,
    )
    story.upload("coffee.jpg", category="start")
    story.confirm(by=MANAGER)
    story.confirm(about="end")
    yield story.passes()

    story = _story(
        "photo-after-approval",
        "What the recipient hands in voids the approval of what came before.",
        *mixed,
        **workflow,
    )
    story.confirm(about="end")
    story.confirm(by=MANAGER)
    story.upload("coffee.jpg", category="start")
    yield story.fails("approval.given")

    story = _story(
        "code-and-checkpoint", "A checkpoint beside a code: both are needed.", start, verification_code="QC-2025-001"
    )
    story.upload("coffee.jpg", category="start")
    story.give("QC-2025-001")
    yield story.passes()

    story = _story(
        "checkpoint-without-code", "The photo does not stand for the code.", start, verification_code="QC-2025-001"
    )
    story.upload("coffee.jpg", category="start")
    yield story.fails("code.given")


def _approved_in_time() -> Iterator[Case]:
    workflow = {"approval_workflow": {"requires_manager_approval": True, "approval_timeout_hours": 1}}
    mixed = (_checkpoint("start", weight=50), _checkpoint("end", SIGNATURE, hours=2, weight=50))
    for name, took_s, late in (("just-in-time", HOUR_S, False), ("too-late", HOUR_S + 1, True)):
        story = _story(
            f"approved-{name}",
            "The approval's time runs from the photo, and not from others' words.",
            *mixed,
            **workflow,
        )
        story.upload("coffee.jpg", category="start")
        arrived = story.now
        story.confirm(about="end", took_s=1800)
        story.confirm(by=MANAGER, took_s=took_s - (story.now - arrived).total_seconds())
        yield story.fails("approval.timeout") if late else story.passes()

    end = _checkpoint("end", SIGNATURE)
    for name, took_s, late in (("just-in-time", HOUR_S, False), ("too-late", HOUR_S + 1, True)):
        story = _story(
            f"approved-word-{name}", "The approval's time runs from the word that is approved.", end, **workflow
        )
        story.confirm(about="end")
        story.confirm(by=MANAGER, took_s=took_s)
        yield story.fails("approval.timeout") if late else story.passes()


def _approved_by_others() -> Iterator[Case]:
    story = _story(
        "approved-by-customer",
        "The customer signs a checkpoint, and approves nothing in the manager's place.",
        _checkpoint("end", SIGNATURE),
        approval_workflow={"requires_manager_approval": True},
        threat=13,
        honest="approved-by-manager-besides",
    )
    story.confirm(about="end")
    story.confirm()
    yield story.fails("approval.given")

    story = _story(
        "approved-by-manager-besides",
        "The customer signs a checkpoint, and the manager approves.",
        _checkpoint("end", SIGNATURE),
        approval_workflow={"requires_manager_approval": True},
    )
    story.confirm(about="end")
    story.confirm(by=MANAGER)
    yield story.passes()
