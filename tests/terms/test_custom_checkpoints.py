"""The judge of checkpoints in time, and what each of them is paid."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms import Confirmation, Grade, InvalidTerms, Photo, Piece, Term
from escrow_chain.terms.custom_checkpoints import MAX_CHECKPOINTS, shares
from tests.terms.records import (
    CUSTOMER,
    MANAGER,
    MORNING,
    STRANGER,
    WALLET,
    confirmation,
    customized,
    data,
    failed,
    only,
    photo,
    verdict_on,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
METHODS = {"start": "photo_upload", "half": "manager_approval", "end": "customer_signature"}
SIGNERS = {"half": MANAGER, "end": CUSTOMER}
WORDS = [("half", MANAGER, "checkpoint.manager_approval"), ("end", CUSTOMER, "checkpoint.customer_signature")]
CODES = {name: f"checkpoint.{method}" for name, method in METHODS.items()}


def checkpoint(name: str, hours: float, method: str, weight: float) -> dict[str, Any]:
    """One whose deadline is so many hours after the morning."""
    deadline = (MORNING + hours * HOUR).isoformat()
    return {"name": name, "deadline": deadline, "verification_method": method, "weight": weight}


THREE = [
    checkpoint("start", 1, "photo_upload", 20),
    checkpoint("half", 2, "manager_approval", 30),
    checkpoint("end", 3, "customer_signature", 50),
]
DEADLINES = {each["name"]: datetime.fromisoformat(each["deadline"]) for each in THREE}
TERM = customized(milestone_type="time_based", checkpoints=THREE, partial_release_enabled=True)
TWO_PHOTOS = customized(
    checkpoints=[checkpoint("start", 1, "photo_upload", 50), checkpoint("end", 3, "photo_upload", 50)]
)


def word(name: str, term: Term = TERM, **said: Any) -> Confirmation:
    """The word about a checkpoint of whoever is asked for it."""
    return confirmation(term, about=name, **({"signer": SIGNERS.get(name)} | said))


def shown(name: str, *, at: datetime = MORNING, term: Term = TERM, **changes: Any) -> Piece:
    """What shows a checkpoint: a photo, or a word."""
    if METHODS[name] == "photo_upload":
        return photo(term, category=name, at=at, **changes)
    return word(name, term, at=at, **changes)


def all_shown(term: Term = TERM) -> list[Piece]:
    """What shows all three."""
    return [shown(name, term=term) for name in METHODS]


# ------------------------------------------------------------------------------------------------------ what is shown


def test_the_published_example_is_fulfilled_by_an_honest_recipient() -> None:
    """A photo, the manager's word and the customer's; without any of them it is not."""
    verdict = verdict_on(TERM, *all_shown())
    assert failed(verdict) == set()
    assert verdict.accepted == (0, 1, 2)
    assert only(verdict, "checkpoint.customer_signature").grade == Grade.COUNTERPARTY
    for number, code in enumerate(CODES.values()):
        rest = [piece for place, piece in enumerate(all_shown()) if place != number]
        assert failed(verdict_on(TERM, *rest)) == {code}


def test_nothing_shows_no_checkpoint() -> None:
    """Nor does a piece that nobody asked for."""
    nothing = set(CODES.values())
    assert failed(verdict_on(TERM)) == nothing | {"evidence.grade"}
    assert failed(verdict_on(TERM, data(TERM, start="done", half="done", end="done"))) == nothing


@pytest.mark.parametrize("name", METHODS)
def test_a_checkpoints_deadline_is_half_open(name: str) -> None:
    """Until just before it; and the verdict says what came too late, and that it is not just missing."""
    others = [shown(other) for other in METHODS if other != name]
    assert verdict_on(TERM, *others, shown(name, at=DEADLINES[name] - INSTANT)).fulfilled
    for late in (DEADLINES[name], DEADLINES[name] + HOUR):
        verdict = verdict_on(TERM, *others, shown(name, at=late))
        assert failed(verdict) == {CODES[name]}
        assert "after the checkpoint's deadline" in str(only(verdict, CODES[name]).sentence)
    assert "after the" not in str(only(verdict_on(TERM, *others), CODES[name]).sentence)


def test_one_that_is_late_makes_none_that_was_in_time_late() -> None:
    """Each has its own deadline."""
    pieces = [shown(name, at=DEADLINES[name] - INSTANT) for name in METHODS]
    assert verdict_on(TERM, *pieces).fulfilled
    late = photo(TERM, 2, category="start", at=MORNING + 2 * HOUR)
    verdict = verdict_on(TERM, *pieces, late)
    assert verdict.fulfilled
    assert verdict.accepted == (0, 1, 2)


@pytest.mark.parametrize("name", METHODS)
def test_the_terms_and_the_milestones_deadline_hold_too(name: str) -> None:
    """Whichever is earliest."""
    term = customized(checkpoints=THREE, deadline=(MORNING + HOUR / 2).isoformat())
    others = [shown(other, term=term) for other in METHODS if other != name]
    late = shown(name, term=term, at=MORNING + HOUR / 2)
    assert failed(verdict_on(term, *others, late)) == {"evidence.deadline", CODES[name]}
    others = [shown(other) for other in METHODS if other != name]
    late = shown(name, at=MORNING + HOUR / 2)
    assert verdict_on(TERM, *others, late).fulfilled
    assert not verdict_on(TERM, *others, late, deadline=MORNING + HOUR / 2).fulfilled


# ----------------------------------------------------------------------------------------------------------- photos


@pytest.mark.parametrize("category", [None, "half", "end", "Start", "start "])
def test_a_photo_says_of_which_checkpoint_it_is(category: str | None) -> None:
    """One whose word is asked for is shown by no photo."""
    verdict = verdict_on(TERM, *all_shown()[1:], photo(TERM, category=category))
    assert failed(verdict) == {"photo.category", "checkpoint.photo_upload"}
    assert only(verdict, "photo.category").limit == "start"


def test_a_photo_that_said_nothing_can_be_handed_in_again() -> None:
    """It counted for nothing, so it stands in nobody's way."""
    nameless = photo(TERM, 1, category=None, at=MORNING - MINUTE)
    verdict = verdict_on(TERM, nameless, *all_shown())
    assert verdict.fulfilled
    assert failed(verdict) == {"photo.category"}


def test_one_photo_shows_one_checkpoint() -> None:
    """Neither the same file nor the same picture shows another."""
    start = photo(TWO_PHOTOS, 1, category="start")
    same_file = photo(TWO_PHOTOS, 1, category="end", at=MORNING + MINUTE)
    same_picture = photo(TWO_PHOTOS, 2, category="end", at=MORNING + MINUTE, pdq=start.pdq)
    assert failed(verdict_on(TWO_PHOTOS, start, same_file)) == {
        "photo.same_file",
        "photo.same_picture",
        "checkpoint.photo_upload",
    }
    assert failed(verdict_on(TWO_PHOTOS, start, same_picture)) == {"photo.same_picture", "checkpoint.photo_upload"}
    assert verdict_on(TWO_PHOTOS, start, photo(TWO_PHOTOS, 2, category="end")).fulfilled


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sightings": None}, "photo.same_file"),
        ({"pdq_quality": 10}, "photo.detail"),
        ({"width": 200}, "photo.pixels"),
        ({"size": 64_000_000}, "photo.file_size"),
        ({"origin": {"signer": STRANGER}}, "bound.signature"),
    ],
)
def test_a_photo_is_held_to_what_every_photo_is(fields: dict[str, Any], code: str) -> None:
    """New, large and detailed enough, and the recipient's."""
    verdict = verdict_on(TERM, *all_shown()[1:], photo(TERM, category="start", **fields))
    assert {code, "checkpoint.photo_upload"} <= failed(verdict)


@pytest.mark.parametrize("signer", [CUSTOMER, MANAGER])
def test_the_recipient_takes_the_photos(signer: str) -> None:
    """Not those who confirm."""
    assert failed(verdict_on(TERM, *all_shown()[1:], photo(TERM, category="start", origin={"signer": signer}))) == {
        "checkpoint.photo_upload"
    }


def test_no_more_is_read_than_a_photo_may_have() -> None:
    """Where no photo is wanted none is read at all."""
    assert TERM.options.max_bytes == 64_000_000
    assert customized(checkpoints=[checkpoint("a", 1, "manager_approval", 100)]).options.max_bytes is None


# ------------------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(("name", "signer", "code"), WORDS)
def test_nobody_speaks_for_somebody_else(name: str, signer: str, code: str) -> None:
    """Least of all the recipient."""
    others = [shown(other) for other in METHODS if other != name]
    for somebody in {WALLET, CUSTOMER, MANAGER, STRANGER} - {signer}:
        assert code in failed(verdict_on(TERM, *others, word(name, signer=somebody)))


@pytest.mark.parametrize(("name", "signer", "code"), WORDS)
@pytest.mark.parametrize("about", ["", "start", "Half", "half ", "end."])
def test_a_word_is_about_a_checkpoint(name: str, signer: str, code: str, about: str) -> None:
    """One about everything, or about another one, is none about it."""
    others = [shown(other) for other in METHODS if other != name]
    assert failed(verdict_on(TERM, *others, word(about, signer=signer))) == {code}


@pytest.mark.parametrize(("name", "signer", "code"), WORDS)
def test_the_last_word_before_the_deadline_counts(name: str, signer: str, code: str) -> None:
    """A later one neither confirms nor takes back; of two at once it is the no."""
    others = [shown(other) for other in METHODS if other != name]
    yes, no = word(name, at=MORNING), word(name, at=MORNING + MINUTE, confirmed=False)
    verdict = verdict_on(TERM, *others, yes, no)
    assert failed(verdict) == {code}
    assert "not as agreed" in str(only(verdict, code).sentence)
    assert verdict_on(TERM, *others, yes, no, word(name, at=MORNING + 2 * MINUTE)).fulfilled
    assert not verdict_on(TERM, *others, yes, no, word(name, at=DEADLINES[name])).fulfilled
    assert verdict_on(TERM, *others, yes, word(name, at=DEADLINES[name], confirmed=False)).fulfilled
    for both in ((yes, word(name, confirmed=False)), (word(name, confirmed=False), yes)):
        assert not verdict_on(TERM, *others, *both).fulfilled


def test_an_approval_of_the_term_is_not_one_of_a_checkpoint() -> None:
    """And the other way round."""
    term = customized(
        checkpoints=[checkpoint("half", 2, "manager_approval", 100)],
        approval_workflow={"requires_manager_approval": True},
    )
    of_it, of_all = word("half", term), word("", term, signer=MANAGER, at=MORNING + MINUTE)
    assert verdict_on(term, of_it, of_all).fulfilled
    assert failed(verdict_on(term, of_it)) == {"approval.given"}
    assert failed(verdict_on(term, of_all)) == {"checkpoint.manager_approval"}


def test_one_address_may_have_two_roles() -> None:
    """Then each of its words is still about one thing."""
    people = {"manager": MANAGER, "customer": MANAGER}
    start, half, _ = all_shown()
    assert failed(verdict_on(TERM, start, half, people=people)) == {"checkpoint.customer_signature"}
    assert verdict_on(TERM, start, half, word("end", signer=MANAGER), people=people).fulfilled


def test_a_recipient_who_is_named_as_the_customer_is_nobody() -> None:
    """One wallet is one side."""
    start, half, _ = all_shown()
    verdict = verdict_on(TERM, start, half, word("end", signer=WALLET), people={"manager": MANAGER, "customer": WALLET})
    assert failed(verdict) == {"checkpoint.customer_signature"}


def test_nobody_is_believed_whose_recipient_is_not_known() -> None:
    """Anybody might be the recipient then."""
    assert not verdict_on(TERM, *all_shown(), submitter=None).fulfilled


NOISE = st.tuples(
    st.sampled_from(["", *METHODS]),
    st.sampled_from([WALLET, MANAGER, STRANGER]),
    st.booleans(),
    st.integers(0, 12 * 60),
)


@given(st.lists(NOISE, max_size=8), st.booleans())
def test_nobody_but_the_customer_changes_the_customers_word(noise: list[Any], approves: bool) -> None:
    """Neither to yes nor to no, whoever else speaks, about what and when."""
    words = [
        confirmation(TERM, about=about, signer=signer, confirmed=yes, at=MORNING + minutes * MINUTE)
        for about, signer, yes, minutes in noise
    ]
    verdict = verdict_on(TERM, word("end", confirmed=approves), *words)
    assert only(verdict, "checkpoint.customer_signature").passed is approves


# --------------------------------------------------------------------------------------------------- one of several


@pytest.mark.parametrize("name", METHODS)
def test_a_milestone_can_rest_on_one_checkpoint(name: str) -> None:
    """With partial release: on its own evidence, of its own people, until its own deadline."""
    term = customized(checkpoints=THREE, partial_release_enabled=True, checkpoint=name)
    verdict = verdict_on(term, shown(name, term=term))
    assert verdict.fulfilled
    assert [check.code for check in verdict.checks if check.decisive] == [CODES[name], "evidence.grade"]
    others = [shown(other, term=term) for other in METHODS if other != name]
    assert CODES[name] in failed(verdict_on(term, *others))
    assert not verdict_on(term, shown(name, term=term, at=DEADLINES[name])).fulfilled
    assert term.options.latest == DEADLINES[name]
    role = {"start": set(), "half": {"manager"}, "end": {"customer"}}[name]
    assert term.options.roles == {"recipient"} | role


def test_it_is_too_late_after_the_last_checkpoint_or_the_deadline() -> None:
    """Whichever is first."""
    assert TERM.options.latest == DEADLINES["end"]
    early = customized(checkpoints=THREE, deadline="2025-06-30T06:30:00Z")
    assert early.options.latest == datetime(2025, 6, 30, 6, 30, tzinfo=UTC)


# ----------------------------------------------------------------------------------------------------------- options


def weighted(*weights: float) -> Term:
    """A term with checkpoints of these weights."""
    found = [checkpoint(f"c{n}", n + 1, "photo_upload", weight) for n, weight in enumerate(weights)]
    return customized(checkpoints=found)


def changed(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Three checkpoints, one of them changed."""
    return {"checkpoints": [each | changes if place == number else each for place, each in enumerate(THREE)]}


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"checkpoints": []}, "data.checkpoints"),
        ({"checkpoints": {}}, "data.checkpoints"),
        ({"checkpoints": [None]}, "data.checkpoints[0]"),
        ({"checkpoints": [{}]}, "data.checkpoints[0].name"),
        (changed(name=""), "data.checkpoints[0].name"),
        (changed(name="x" * 101), "data.checkpoints[0].name"),
        (changed(name="half"), "data.checkpoints"),
        (changed(1, verification_method="glance"), "data.checkpoints[1].verification_method"),
        (changed(1, verification_method=None), "data.checkpoints[1].verification_method"),
        (changed(2, deadline="2025-06-30"), "data.checkpoints[2].deadline"),
        (changed(2, deadline="2025-06-30T10:00:00"), "data.checkpoints[2].deadline"),
        (changed(2, deadline=THREE[1]["deadline"]), "data.checkpoints[2].deadline"),
        (changed(1, deadline="2025-06-30T00:00:00Z"), "data.checkpoints[1].deadline"),
        (changed(weight=0), "data.checkpoints[0].weight"),
        (changed(weight=-20), "data.checkpoints[0].weight"),
        (changed(weight=100.1), "data.checkpoints[0].weight"),
        (changed(weight="20"), "data.checkpoints[0].weight"),
        (changed(weight=True), "data.checkpoints[0].weight"),
        (changed(weight=19), "data.checkpoints"),
        (changed(weight=20.0000001), "data.checkpoints"),
        ({"checkpoints": THREE, "milestone_type": "space_based"}, "data.milestone_type"),
        ({"checkpoints": THREE, "partial_release_enabled": "yes"}, "data.partial_release_enabled"),
        ({"checkpoints": THREE, "checkpoint": "third"}, "data.checkpoint"),
        ({"checkpoints": THREE, "checkpoint": ""}, "data.checkpoint"),
        ({"checkpoints": THREE, "checkpoint": 1}, "data.checkpoint"),
        ({"checkpoints": [{**THREE[0], "name": "\u3164"}, *THREE[1:]]}, "data.checkpoints[0].name"),
        ({"verification_code": "x", "checkpoint": "start"}, "data.checkpoint"),
        ({"verification_code": "x", "milestone_type": "time_based"}, "data.milestone_type"),
        ({"verification_code": "x", "partial_release_enabled": True}, "data.partial_release_enabled"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(options: dict[str, Any], path: str) -> None:
    """Closed lists and bounds."""
    with pytest.raises(InvalidTerms) as refused:
        customized(**options)
    assert refused.value.path == path


def test_so_many_checkpoints_and_no_more() -> None:
    """Fifty."""
    assert len(weighted(*[2.0] * MAX_CHECKPOINTS).options.due) == MAX_CHECKPOINTS == 50
    with pytest.raises(InvalidTerms) as refused:
        weighted(*[1.96] * 50, 2.0)
    assert refused.value.path == "data.checkpoints"


def test_what_is_null_is_not_asked_for() -> None:
    """The same as if it was left out."""
    term = customized(checkpoints=THREE, checkpoint=None, milestone_type=None, partial_release_enabled=None)
    assert verdict_on(term, *all_shown(term)).fulfilled


PARTS: list[dict[str, Any]] = [
    {"verification_code": "QC-1"},
    {"required_data": {"report": True, "remarks": False}},
    {"required_data": {"manager_approval": True}},
    {"required_documents": [{"type": "report"}]},
    {"approval_workflow": {"requires_manager_approval": True}},
    {"checkpoints": THREE},
    {"checkpoints": THREE, "checkpoint": "end"},
]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
def test_no_term_is_fulfilled_by_what_it_does_not_ask_for(parts: list[dict[str, Any]]) -> None:
    """Whatever it asks for, there is a check of it that decides."""
    term = customized(**{name: option for part in parts for name, option in part.items()})
    irrelevant = data(term, remarks="none"), word("start", term, signer=MANAGER), word("start", term, signer=CUSTOMER)
    assert not verdict_on(term, *irrelevant).fulfilled


# ----------------------------------------------------------------------------------------------------------- weights


@pytest.mark.parametrize(
    "weights",
    [
        (100,),
        (20, 30, 50),
        (33.3, 33.3, 33.4),
        (33.33, 33.33, 33.34),
        (0.1,) * 10 + (99,),
        (1e-7, 99.9999999),
        (14.3, 14.3, 14.3, 14.3, 14.3, 28.5),
    ],
)
def test_weights_add_up_as_people_write_them(weights: tuple[float, ...]) -> None:
    """In decimals, though binary numbers may add up to a little more or less."""
    assert sum(each.percent for each in weighted(*weights).options.due) == 100


@pytest.mark.parametrize("weights", [(33.3, 33.3, 33.3), (33.33, 33.33, 33.35), (1e-7, 99.9999998), (100, 1e-300)])
def test_weights_that_do_not_are_refused(weights: tuple[float, ...]) -> None:
    """However little is wrong."""
    with pytest.raises(InvalidTerms) as refused:
        weighted(*weights)
    assert refused.value.path == "data.checkpoints"


@st.composite
def steps(draw: st.DrawFn) -> list[int]:
    """Whole numbers that are a thousand together: weights in tenths of a percent."""
    marks = sorted(draw(st.sets(st.integers(1, 999), max_size=MAX_CHECKPOINTS - 1)))
    return [upper - lower for lower, upper in pairwise([0, *marks, 1000])]


@given(steps(), st.data())
def test_weights_in_tenths_are_exact(tenths: list[int], more: st.DataObject) -> None:
    """All that are a hundred together are accepted, and none that are a tenth more or less."""
    weights = [step / 10 for step in tenths]
    assert [each.percent for each in weighted(*weights).options.due] == [Fraction(step, 10) for step in tenths]
    number = more.draw(st.integers(0, len(weights) - 1))
    weights[number] = (tenths[number] - 1) / 10 or 0.2
    with pytest.raises(InvalidTerms):
        weighted(*weights)


# ------------------------------------------------------------------------------------------------------------ shares


def test_shares_are_rounded_down_and_the_last_takes_the_rest() -> None:
    """20, 30 and 50 percent of 1000.01 shillings, in cents."""
    due = TERM.options.due
    assert shares(100_001, due) == (20_000, 30_000, 50_001)
    assert shares(100_001, due, unit=100) == (20_000, 30_000, 50_001)
    assert shares(100_199, due, unit=100) == (20_000, 30_000, 50_199)
    assert shares(0, due) == (0, 0, 0)
    assert shares(1, due) == (0, 0, 1)
    assert shares(7, weighted(100).options.due, unit=100) == (7,)


@given(steps(), st.integers(0, 2**128 - 1), st.sampled_from([1, 100, 10**4, 10**16]))
def test_shares_are_all_of_the_amount_and_as_fair_as_can_be(tenths: list[int], amount: int, unit: int) -> None:
    """Each but the last is less than a unit below its exact part, and the last no less than its own."""
    due = weighted(*[step / 10 for step in tenths]).options.due
    found = shares(amount, due, unit=unit)
    assert sum(found) == amount
    exact = [Fraction(amount * step, 1000) for step in tenths]
    for share, part in zip(found[:-1], exact, strict=False):
        assert share % unit == 0
        assert share <= part < share + unit
    assert exact[-1] <= found[-1] < exact[-1] + unit * len(due)


@given(steps(), st.integers(0, 2**120))
def test_shares_grow_with_the_amount_and_follow_their_order(tenths: list[int], amount: int) -> None:
    """The same weights in the same order get the same parts, and more of more."""
    due = weighted(*[step / 10 for step in tenths]).options.due
    less, more = shares(amount, due), shares(amount + 1000, due)
    assert [after - before for before, after in zip(less, more, strict=True)] == tenths
    ranked = sorted(zip(tenths[:-1], less[:-1], strict=True))
    assert [share for _, share in ranked] == sorted(less[:-1])


def test_the_photo_of_a_checkpoint_is_a_photo() -> None:
    """A word about it shows nothing, whoever gives it."""
    start, half, end = all_shown()
    assert isinstance(start, Photo)
    for signer in (WALLET, MANAGER, CUSTOMER):
        assert failed(verdict_on(TERM, half, end, word("start", signer=signer))) == {"checkpoint.photo_upload"}
