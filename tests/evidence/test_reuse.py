"""The reuse index, in memory and in PostgreSQL, held against counting bits one by one."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import NamedTuple

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrow_chain.evidence.hashes import Hashes
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.reuse import Fingerprint, InMemoryReuseIndex, ReuseIndex
from escrow_chain.evidence.reuse_postgres import SCHEMA, PostgresReuseIndex
from tests.evidence.scene import MORNING
from tests.postgres import new_schema

SUBJECT = Subject(deal=b"\x01" * 32, milestone=2, term=b"\x02" * 32)
ALL_BITS = 2**256 - 1
HASHES = st.integers(0, ALL_BITS)
NewIndex = Callable[[], ReuseIndex]


def postgres_index() -> PostgresReuseIndex:
    """An empty index in PostgreSQL."""
    conninfo = new_schema(SCHEMA)
    return PostgresReuseIndex(lambda: psycopg.connect(conninfo))


@pytest.fixture(scope="module", params=[InMemoryReuseIndex, postgres_index], ids=["memory", "postgres"])
def new_index(request: pytest.FixtureRequest) -> NewIndex:
    """Makes empty indices, of each kind in turn."""
    made: NewIndex = request.param
    return made


def hexadecimal(number: int) -> str:
    """A hash as the parser gives it."""
    return f"{number:064x}"


def picture(number: int, *, sha256: int = 0, turned: tuple[int, ...] = ()) -> Fingerprint:
    """A picture with this upright hash; its other orientations are far away unless given."""
    others = turned + tuple(~number & ALL_BITS for _ in range(7 - len(turned)))
    return Fingerprint(sha256=sha256.to_bytes(32), pdq=tuple(hexadecimal(each) for each in (number, *others)))


def flipped(number: int, bits: int, *, seed: int = 0) -> int:
    """The hash with so many of its bits, anywhere, changed."""
    return number ^ sum(1 << place for place in random.Random(seed).sample(range(256), bits))


def concatenated(numbers: list[int]) -> bytes:
    """Hashes one after the other."""
    return b"".join(number.to_bytes(32) for number in numbers)


def near(numbers: list[int], wanted: list[int]) -> list[int]:
    """The positions of hashes up to 31 bits from any of those wanted, found one by one."""
    return [n for n, each in enumerate(numbers) if any((each ^ other).bit_count() <= 31 for other in wanted)]


def test_a_picture_is_new_once(new_index: NewIndex) -> None:
    """Then the index says which deal, milestone, term and time it was."""
    index = new_index()
    assert index.record(picture(5), SUBJECT, at=MORNING) == ()
    (sighting,) = index.look(picture(5))
    assert (sighting.deal, sighting.milestone, sighting.term) == (SUBJECT.deal, SUBJECT.milestone, SUBJECT.term)
    assert (sighting.received_at, sighting.distance, sighting.same_file) == (MORNING, 0, True)


def test_looking_leaves_no_trace(new_index: NewIndex) -> None:
    """Who only asks is not remembered."""
    index = new_index()
    index.look(picture(5))
    assert index.look(picture(5)) == ()


def test_recording_finds_what_looking_finds(new_index: NewIndex) -> None:
    """But never itself."""
    index = new_index()
    index.record(picture(5), SUBJECT, at=MORNING)
    looked = index.look(picture(7, sha256=1))
    assert index.record(picture(7, sha256=1), SUBJECT, at=MORNING) == looked
    assert [each.distance for each in looked] == [1]


def test_a_turned_copy_is_found(new_index: NewIndex) -> None:
    """One of its eight orientations is the one that was seen, be it the last."""
    index = new_index()
    index.record(picture(5), SUBJECT, at=MORNING)
    far = (2**200 - 1, 2**199 - 1, 2**198 - 1, 2**197 - 1, 2**196 - 1, 2**195 - 1)
    copy = picture(2**255 - 1, sha256=1, turned=(*far, 5 ^ 0b111))
    (sighting,) = index.look(copy)
    assert (sighting.distance, sighting.same_file) == (3, False)


def test_the_same_file_is_found_whatever_its_hash(new_index: NewIndex) -> None:
    """Same bytes are the same photo, and the distance is said as it is."""
    index = new_index()
    index.record(picture(0, sha256=9), SUBJECT, at=MORNING)
    (sighting,) = index.look(picture(2**128 - 1, sha256=9))
    assert (sighting.same_file, sighting.distance) == (True, 128)


def test_the_same_file_is_found_every_time_it_came(new_index: NewIndex) -> None:
    """The oldest first, among others that are only near."""
    index = new_index()
    for minute, (number, sha256) in enumerate([(0, 9), (3, 8), (2**128 - 1, 9)]):
        index.record(picture(number, sha256=sha256), SUBJECT, at=MORNING + timedelta(minutes=minute))
    assert [each.same_file for each in index.look(picture(0, sha256=9))] == [True, False, True]


def test_the_other_partys_photo_stays_theirs(new_index: NewIndex) -> None:
    """The evidence has neither its hashes nor its file's name, only where, when and how near."""
    index = new_index()
    index.record(picture(flipped(5, 20), sha256=9), SUBJECT, at=MORNING)
    (sighting,) = index.look(picture(5, sha256=8))
    said = sighting.model_dump()
    assert said.keys() == {"deal", "milestone", "term", "received_at", "same_file", "distance"}


def test_of_many_at_once_each_sees_those_before(new_index: NewIndex) -> None:
    """Threads that record the same picture together: one finds nothing, the next one sighting, and so on."""
    index, crowd = new_index(), 8
    together = Barrier(crowd)

    def record(_: int) -> int:
        together.wait()
        return len(index.record(picture(5), SUBJECT, at=MORNING))

    with ThreadPoolExecutor(crowd) as threads:
        assert sorted(threads.map(record, range(crowd))) == list(range(crowd))


class Arrival(NamedTuple):
    """A picture that comes in: a scene, in one of its orientations, with some bits changed, saved as some file."""

    scene: int
    orientation: int
    bits: int
    seed: int
    file: int

    @property
    def picture(self) -> Fingerprint:
        """Its fingerprint; the scene's eight orientations are eight unrelated hashes, in another order."""
        hashes = [random.Random(8 * self.scene + turn).getrandbits(256) for turn in range(8)]
        hashes = hashes[self.orientation :] + hashes[: self.orientation]
        spelled = (hexadecimal(flipped(each, self.bits, seed=self.seed)) for each in hashes)
        return Fingerprint(sha256=self.file.to_bytes(32), pdq=tuple(spelled))


ARRIVALS = st.builds(
    Arrival,
    scene=st.integers(0, 2),
    orientation=st.integers(0, 7),
    bits=st.sampled_from([0, 1, 10, 15, 16, 30, 31, 32]),
    seed=st.integers(0, 3),
    file=st.integers(0, 5),
)


def known(earlier: list[Arrival], arrival: Arrival) -> list[tuple[int, int, bool]]:
    """What an index has to say of a picture after those earlier ones: number, distance, whether it is the file."""
    found = []
    for number, seen in enumerate(earlier):
        upright = int(seen.picture.pdq[0], 16)
        distance = min((upright ^ int(pdq, 16)).bit_count() for pdq in arrival.picture.pdq)
        if distance <= 31 or seen.file == arrival.file:
            found.append((number, distance, seen.file == arrival.file))
    return found


@settings(max_examples=25, deadline=None)
@given(arrivals=st.lists(ARRIVALS, min_size=1, max_size=12))
def test_what_is_near_enough_is_found_and_nothing_else(new_index: NewIndex, arrivals: list[Arrival]) -> None:
    """Copies, turned and changed, among other scenes: each recording finds what counting bits finds, in order."""
    index = new_index()
    for number, arrival in enumerate(arrivals):
        sightings = index.record(arrival.picture, SUBJECT, at=MORNING + timedelta(minutes=number))
        found = [(each.received_at, each.distance, each.same_file) for each in sightings]
        expected = known(arrivals[:number], arrival)
        assert found == [(MORNING + timedelta(minutes=n), distance, same) for n, distance, same in expected]


@settings(max_examples=60, deadline=None)
@given(st.lists(HASHES, max_size=40), HASHES, st.lists(st.integers(0, 60), max_size=20))
def test_the_search_is_exact(others: list[int], wanted: int, flips: list[int]) -> None:
    """Random hashes, and copies with so many bits flipped anywhere: exactly those up to 31 bits away."""
    stored = others + [flipped(wanted, bits, seed=seed) for seed, bits in enumerate(flips)]
    hashes = Hashes()
    hashes.extend(concatenated(stored))
    query = [wanted, ~wanted & ALL_BITS]
    assert hashes.near([hexadecimal(each) for each in query]) == near(stored, query)


@pytest.mark.parametrize("first", range(0, 256, 16))
def test_the_limit_is_31_bits_wherever_they_are(first: int) -> None:
    """All in one or two of the four words, which the search looks at one after the other."""
    hashes = Hashes()
    turned = [sum(1 << (first + bit) % 256 for bit in range(bits)) for bits in (31, 32)]
    hashes.extend(concatenated(turned))
    assert hashes.near([hexadecimal(0)]) == [0]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=4))
def test_it_does_not_matter_how_many_hashes_come_at_once(sizes: list[int]) -> None:
    """Thousands in several goes: the first and the last of each are found at their positions."""
    hashes, planted, total = Hashes(), set(), 0
    for size in sizes:
        numbers = [ALL_BITS] * size
        numbers[0] = numbers[-1] = 1
        hashes.extend(concatenated(numbers))
        planted |= {total, total + size - 1}
        total += size
        assert hashes.last() == (1).to_bytes(32)
    assert hashes.near([hexadecimal(0)]) == sorted(planted)
    assert len(hashes) == total


def test_if_all_are_near_all_are_found() -> None:
    """The worst case, over several blocks, the last of them not full."""
    numbers = [flipped(0, seed % 33, seed=seed) for seed in range(10_000)]
    hashes = Hashes()
    hashes.extend(concatenated(numbers))
    assert hashes.near([hexadecimal(0)] * 8) == near(numbers, [0])


def test_an_empty_index_has_nothing() -> None:
    """Not even the hash of zeros."""
    assert Hashes().near([hexadecimal(0)]) == []
