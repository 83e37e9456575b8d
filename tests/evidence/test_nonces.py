"""The nonce book."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from escrow_chain.evidence.nonces import LIFETIME, InMemoryNonceBook, Redemption, Subject
from escrow_chain.terms import NonceStatus
from tests.evidence.scene import MORNING

SUBJECT = Subject(deal=b"\x01" * 32, milestone=0, term=b"\x02" * 32)


@pytest.fixture
def book() -> InMemoryNonceBook:
    """An empty book."""
    return InMemoryNonceBook(randomness=secrets.token_bytes)


def test_a_nonce_is_redeemed_once(book: InMemoryNonceBook) -> None:
    """And the book says when it was issued."""
    nonce = book.issue(SUBJECT, at=MORNING)
    assert book.redeem(nonce.value, SUBJECT, at=MORNING) == Redemption(NonceStatus.FRESH, MORNING)
    assert book.redeem(nonce.value, SUBJECT, at=MORNING) == Redemption(NonceStatus.USED, MORNING)


@pytest.mark.parametrize(
    ("late", "status"),
    [
        (timedelta(seconds=-1), NonceStatus.EXPIRED),
        (LIFETIME - timedelta(microseconds=1), NonceStatus.FRESH),
        (LIFETIME, NonceStatus.EXPIRED),
    ],
)
def test_a_nonce_lives_for_a_while(book: InMemoryNonceBook, late: timedelta, status: NonceStatus) -> None:
    """Half-open, and not before its issue either, should the server's clock go back."""
    nonce = book.issue(SUBJECT, at=MORNING)
    assert book.redeem(nonce.value, SUBJECT, at=MORNING + late).status == status


@pytest.mark.parametrize(
    "other",
    [
        Subject(deal=b"\x09" * 32, milestone=0, term=b"\x02" * 32),
        Subject(deal=b"\x01" * 32, milestone=1, term=b"\x02" * 32),
        Subject(deal=b"\x01" * 32, milestone=0, term=b"\x09" * 32),
    ],
)
def test_a_nonce_is_for_one_deal_milestone_and_term(book: InMemoryNonceBook, other: Subject) -> None:
    """Tried elsewhere it is not used up."""
    nonce = book.issue(SUBJECT, at=MORNING)
    assert book.redeem(nonce.value, other, at=MORNING).status == NonceStatus.ELSEWHERE
    assert book.redeem(nonce.value, SUBJECT, at=MORNING).status == NonceStatus.FRESH


def test_a_nonce_that_nobody_issued_is_unknown(book: InMemoryNonceBook) -> None:
    """Whoever made it up."""
    assert book.redeem(b"\x07" * 32, SUBJECT, at=MORNING) == Redemption(NonceStatus.UNKNOWN, None)


def test_of_many_at_once_one_redeems(book: InMemoryNonceBook) -> None:
    """Redeeming is one step."""
    nonce = book.issue(SUBJECT, at=MORNING)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: book.redeem(nonce.value, SUBJECT, at=MORNING).status, range(200)))
    assert found.count(NonceStatus.FRESH) == 1
