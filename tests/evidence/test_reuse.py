"""The reuse index, held against counting bits one by one."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.reuse import Fingerprint, InMemoryReuseIndex
from tests.evidence.scene import MORNING

SUBJECT = Subject(deal=b"\x01" * 32, milestone=2, term=b"\x02" * 32)
HASHES = st.integers(0, 2**256 - 1)


def hexadecimal(number: int) -> str:
    """A hash as the parser gives it."""
    return f"{number:064x}"


def picture(number: int, *, sha256: int = 0, turned: tuple[int, ...] = ()) -> Fingerprint:
    """A picture with this upright hash; its other orientations are far away unless given."""
    others = turned + tuple(~number & (2**256 - 1) for _ in range(7 - len(turned)))
    return Fingerprint(sha256=sha256.to_bytes(32), pdq=tuple(hexadecimal(each) for each in (number, *others)))


def test_a_picture_is_new_once() -> None:
    """Then the index says which deal, term and time it was."""
    index = InMemoryReuseIndex()
    assert index.record(picture(5), SUBJECT, at=MORNING) == ()
    (sighting,) = index.look(picture(5))
    assert (sighting.deal, sighting.milestone, sighting.term) == (SUBJECT.deal, SUBJECT.milestone, SUBJECT.term)
    assert (sighting.received_at, sighting.distance, sighting.same_file) == (MORNING, 0, True)


def test_a_turned_copy_is_found() -> None:
    """One of its eight orientations is the one that was seen."""
    index = InMemoryReuseIndex()
    index.record(picture(5), SUBJECT, at=MORNING)
    copy = picture(2**255 - 1, sha256=1, turned=(2**200 - 1, 5 ^ 0b111))
    (sighting,) = index.look(copy)
    assert (sighting.distance, sighting.same_file) == (3, False)


def test_the_same_file_is_found_whatever_its_hash() -> None:
    """Same bytes are the same photo."""
    index = InMemoryReuseIndex()
    index.record(picture(0, sha256=9), SUBJECT, at=MORNING)
    (sighting,) = index.look(picture(2**128 - 1, sha256=9))
    assert sighting.same_file


def test_the_same_file_is_found_every_time_it_came() -> None:
    """The oldest first, among others that are only near."""
    index = InMemoryReuseIndex()
    for minute, (number, sha256) in enumerate([(0, 9), (3, 8), (2**128 - 1, 9)]):
        index.record(picture(number, sha256=sha256), SUBJECT, at=MORNING + timedelta(minutes=minute))
    assert [each.same_file for each in index.look(picture(0, sha256=9))] == [True, False, True]


@settings(max_examples=60, deadline=None)
@given(st.lists(HASHES, max_size=40), HASHES, st.lists(st.integers(0, 60), max_size=20))
def test_what_is_near_enough_is_found_and_nothing_else(others: list[int], wanted: int, flips: list[int]) -> None:
    """Random pictures, and copies with so many bits flipped: exactly those up to 31 bits away, oldest first."""
    index = InMemoryReuseIndex()
    stored = others + [wanted ^ ((1 << bits) - 1) for bits in flips]
    for minute, number in enumerate(stored):
        index.record(picture(number, sha256=minute + 1), SUBJECT, at=MORNING + timedelta(minutes=minute))
    query = picture(wanted)
    distances = [min((number ^ int(pdq, 16)).bit_count() for pdq in query.pdq) for number in stored]
    expected = [(MORNING + timedelta(minutes=n), d) for n, d in enumerate(distances) if d <= 31]
    assert [(each.received_at, each.distance) for each in index.look(query)] == expected
