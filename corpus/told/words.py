"""The customer's word on a delivery: who may say it, what counts as the last one, and the rating beside it."""

from collections.abc import Iterator
from datetime import timedelta

from corpus.case import Case
from corpus.story import MANAGER, RECIPIENT, START, STRANGER, Story, hashed, spelled, term

UNBOUND = ("bound.signature", "bound.nonce", "bound.clock")
"""What fails when nobody signed whose word counts: then the nonce is not redeemed, and there is no time."""
ELSEWHERE = ("bound.subject", "bound.nonce", "bound.clock")
"""What fails when it was signed for something else."""
HOUR = timedelta(hours=1)


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _said()
    yield from _by_others()
    yield from _last_words()
    yield from _in_time()
    yield from _rated()
    yield from _no_words()
    yield from _of_nobody()


def _story(
    name: str, shows: str, *, threat: int | None = None, honest: str | None = "words-yes", **options: object
) -> Story:
    """A delivery to be confirmed."""
    twin = honest if threat else None
    return Story(f"words-{name}", shows, term("delivery_confirmation", **options), threat=threat, honest=twin)


def _said() -> Iterator[Case]:
    story = _story("yes", "The customer says that it came as agreed.")
    story.confirm()
    yield story.passes()

    story = _story("no", "The customer says that it did not come as agreed.")
    story.confirm(confirmed=False)
    yield story.fails("confirmation.confirmed")

    story = _story("nobody", "Nobody says anything.")
    yield story.fails("confirmation.confirmed", "evidence.grade")

    story = _story("about-something", "A word about something is no word about the delivery.")
    story.confirm(about="the box")
    yield story.fails("confirmation.confirmed")

    story = _story(
        "no-about-something", "Who was pleased with the delivery and then not with the box still is with the delivery."
    )
    story.confirm()
    story.confirm(confirmed=False, about="the box")
    yield story.passes(0)

    for grade in ("G1", "G2", "G3"):
        story = _story(
            f"grade-{grade.lower()}", f"The customer's own key is enough where {grade} is asked for.", grade=grade
        )
        story.confirm()
        yield story.passes()


def _by_others() -> Iterator[Case]:
    story = _story("by-recipient", "The recipient confirms what he is to be paid for.", threat=13)
    story.confirm(by=RECIPIENT)
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = Story(
        "words-recipient-as-customer",
        "The recipient's own wallet is named as the customer: it speaks for nobody.",
        term("delivery_confirmation"),
        people={"customer": RECIPIENT.address},
        threat=13,
        honest="words-yes",
    )
    story.confirm(by=RECIPIENT)
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = _story("by-recipient-after-no", "The recipient's yes does not outweigh the customer's no.", threat=13)
    story.confirm(confirmed=False)
    story.confirm(by=RECIPIENT)
    yield story.fails("confirmation.confirmed", notes=UNBOUND)

    story = _story("no-by-recipient", "The recipient's no does not take back what the customer said.")
    story.confirm()
    story.confirm(by=RECIPIENT, confirmed=False)
    yield story.passes(0, notes=UNBOUND)

    for name, by in (("manager", MANAGER), ("stranger", STRANGER)):
        story = _story(f"by-{name}", f"A {name}'s word is not the customer's.", threat=13)
        story.confirm(by=by)
        yield story.fails("evidence.grade", notes=UNBOUND)

    story = Story("words-no-customer", "Nobody is named as the customer.", term("delivery_confirmation"), people={})
    story.confirm()
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = _story("of-another-deal", "The customer's word is about another deal.", threat=15)
    story.confirm(deal=hashed("deal", "another"))
    yield story.fails("evidence.grade", notes=ELSEWHERE)

    story = _story("of-another-milestone", "The customer's word is about another milestone.", threat=15)
    story.confirm(milestone=1)
    yield story.fails("evidence.grade", notes=ELSEWHERE)

    story = _story("of-another-term", "The customer's word is about another term.", threat=15)
    story.confirm(term=hashed("term", "another"))
    yield story.fails("evidence.grade", notes=ELSEWHERE)

    story = _story("used-again", "The same word twice is one word.")
    story.confirm()
    story.again()
    yield story.passes(0, notes=["bound.nonce"])

    story = _story("unsigned", "A word that nobody signed is a mere claim.")
    story.claim('{"confirmed": true}')
    yield story.fails("evidence.grade")

    story = _story("unsigned-no", "A no that nobody signed does not take back what the customer said.")
    story.confirm()
    story.wait(minutes=1)
    story.claim('{"confirmed": false}')
    yield story.passes(0)


def _last_words() -> Iterator[Case]:
    story = _story("yes-then-no", "The customer takes back what was confirmed.")
    story.confirm()
    story.confirm(confirmed=False)
    yield story.fails("confirmation.confirmed")

    story = _story("no-then-yes", "What was wrong was put right.")
    story.confirm(confirmed=False)
    story.confirm()
    yield story.passes(1)

    for name, first in (("yes-first", True), ("no-first", False)):
        story = _story(f"at-once-{name}", "Of two words that came at once, the one that says no counts.")
        story.confirm(confirmed=first)
        story.confirm(confirmed=not first, took_s=0)
        yield story.fails("confirmation.confirmed")

    story = _story("handed-over-out-of-order", "What came last counts, not what lies last in the evidence.")
    early = story.nonce()
    story.wait(minutes=10)
    story.confirm()
    story.now -= timedelta(minutes=5)
    story.confirm(confirmed=False, nonce=early)
    story.at = START + HOUR
    yield story.passes(0)


def _in_time() -> Iterator[Case]:
    for name, seconds, late in (("just-before-deadline", 3599, False), ("at-deadline", 3600, True)):
        for whose in ("term", "milestone", "earlier-term", "earlier-milestone"):
            of_term = {"term": HOUR, "earlier-term": HOUR, "earlier-milestone": 2 * HOUR}.get(whose)
            of_milestone = {"milestone": HOUR, "earlier-milestone": HOUR, "earlier-term": 2 * HOUR}.get(whose)
            story = Story(
                f"words-{name}-of-{whose}",
                "What comes before the earlier of the two deadlines counts, to the second.",
                term("delivery_confirmation", **({"deadline": spelled(START + of_term)} if of_term else {})),
                deadline=of_milestone,
            )
            story.confirm(took_s=seconds)
            yield story.fails("confirmation.confirmed", notes=["evidence.deadline"]) if late else story.passes()

    deadline = spelled(START + HOUR)
    story = _story("taken-back-too-late", "A no after the deadline takes nothing back.", deadline=deadline)
    story.confirm()
    story.wait(hours=1)
    story.confirm(confirmed=False)
    yield story.passes(0, notes=["evidence.deadline"])

    story = _story(
        "put-right-too-late", "A yes after the deadline is too late, whatever was said before.", deadline=deadline
    )
    story.confirm(confirmed=False)
    story.wait(hours=1)
    story.confirm()
    yield story.fails("confirmation.confirmed", notes=["evidence.deadline"])

    story = _story("at-the-time-of-judging", "What came at the very time of judging is looked at.")
    story.confirm()
    story.at = story.now
    yield story.passes()

    story = _story("after-the-time-of-judging", "What came after the time of judging is not there yet.")
    story.confirm()
    story.at = story.now - timedelta(seconds=1)
    yield story.fails("confirmation.confirmed", notes=["evidence.time"])


def _rated() -> Iterator[Case]:
    for least, rating, enough in ((1, 1, True), (4, 3, False), (4, 4, True), (4, 5, True), (5, 4, False), (5, 5, True)):
        story = _story(f"rating-{rating}-of-{least}", f"Rated {rating} where {least} is asked for.", min_rating=least)
        story.confirm(rating=rating)
        yield story.passes() if enough else story.fails("confirmation.rating")

    for name, options in (
        ("required", {"require_rating": True}),
        ("least", {"min_rating": 1}),
        ("least-though-not-required", {"require_rating": False, "min_rating": 1}),
    ):
        story = _story(f"rating-none-{name}", "Confirmed without the rating that is asked for.", **options)
        story.confirm()
        yield story.fails("confirmation.rating")

    story = _story("rating-required", "Any rating will do where just one is required.", require_rating=True)
    story.confirm(rating=1)
    yield story.passes()

    story = _story("rating-unasked", "A bad rating that nobody asked for decides nothing.", require_rating=False)
    story.confirm(rating=1)
    yield story.passes()

    story = _story("rating-without-word", "Without a word there is no rating.", require_rating=True)
    yield story.fails("confirmation.confirmed", "confirmation.rating", "evidence.grade")

    story = _story("rating-of-a-no", "A good rating does not make a no a yes.", min_rating=4)
    story.confirm(confirmed=False, rating=5)
    yield story.fails("confirmation.confirmed")

    story = _story("rating-of-an-earlier-word", "The rating is that of the last word, which has none.", min_rating=4)
    story.confirm(rating=5)
    story.confirm()
    yield story.fails("confirmation.rating")

    story = _story(
        "rating-forged",
        "Somebody improves the rating that the customer signed.",
        threat=13,
        honest="words-rating-4-of-4",
        min_rating=4,
    )
    story.confirm(rating=1)
    _say(story, rating=5)
    yield story.fails("evidence.grade", notes=UNBOUND)

    story = _story("word-forged", "Somebody makes a yes of the no that the customer signed.", threat=13)
    story.confirm(confirmed=False)
    _say(story, confirmed=True)
    yield story.fails("evidence.grade", notes=UNBOUND)


def _no_words() -> Iterator[Case]:
    for name, said in (
        ("rated-6", {"rating": 6}),
        ("rated-minus-1", {"rating": -1}),
        ("nonsense", {"confirmed": "yes"}),
    ):
        story = _story(name, "A signed word that no wallet would have shown is none.")
        story.confirm()
        _say(story, **said)
        yield story.fails("confirmation.confirmed", "evidence.grade", notes=["evidence.recognised"])

    for name, text in (
        ("unsigned-nonsense", '{"confirmed": "yes"}'),
        ("unsigned-rated-6", '{"confirmed": true, "rating": 6}'),
    ):
        story = _story(name, "A word that nobody signed must make sense as well.")
        story.claim(text)
        yield story.fails("confirmation.confirmed", "evidence.grade", notes=["confirmation.malformed"])

    story = _story("position", "A position does not say that anything came.")
    story.report({"latitude": 0.347596, "longitude": 32.58252, "accuracy": 8.0})
    yield story.fails("confirmation.confirmed", "evidence.grade", notes=["evidence.kind"])

    story = _story("position-beside", "A position beside the customer's word does no harm.")
    story.report({"latitude": 0.347596, "longitude": 32.58252, "accuracy": 8.0})
    story.confirm()
    yield story.passes(1, notes=["evidence.kind"])


def _say(story: Story, **changes: object) -> None:
    """Changes what the last piece says, after it was signed."""
    said = story.passes().evidence[-1]["piece"]["submission"]
    story.piece(submission=said | changes)


def _of_nobody() -> Iterator[Case]:
    story = Story(
        "words-recipient-unknown",
        "Who the recipient is nobody knows, so the customer may be the same one.",
        term("delivery_confirmation"),
        submitter=None,
    )
    story.confirm()
    yield story.fails("evidence.grade", notes=UNBOUND)
