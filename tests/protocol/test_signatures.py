"""Signatures: the contract takes one form of each, and so does the model."""

import pytest
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.signatures import HALF_ORDER, SIZE, recover
from tests.protocol.examples import ATTESTOR, KEY, sign

ORDER = 2 * HALF_ORDER + 1
DIGEST = keccak(b"digest")
SIGNATURE = sign(DIGEST)


@given(st.binary(min_size=32, max_size=32), st.integers(1, ORDER - 1))
def test_the_signer_is_recovered(digest: bytes, secret: int) -> None:
    """Any key's signature over any digest recovers its address."""
    key = PrivateKey(secret.to_bytes(32))
    assert recover(digest, sign(digest, key)) == key.public_key.to_checksum_address()


@given(st.binary(min_size=32, max_size=32))
def test_another_digest_recovers_another(digest: bytes) -> None:
    """A signature is over one digest only."""
    assert (recover(digest, SIGNATURE) == ATTESTOR) == (digest == DIGEST)


@given(st.binary(min_size=32, max_size=32))
def test_the_high_form_is_refused(digest: bytes) -> None:
    """The other form of a signature, with a high s, recovers nobody."""
    signature = sign(digest)
    s, v = int.from_bytes(signature[32:64]), signature[64]
    assert recover(digest, signature[:32] + (ORDER - s).to_bytes(32) + bytes([55 - v])) is None


def test_half_the_order_is_still_low() -> None:
    """The largest s that is taken is half the order."""
    r = SIGNATURE[:32]
    assert recover(DIGEST, r + HALF_ORDER.to_bytes(32) + b"\x1b") is not None
    assert recover(DIGEST, r + (HALF_ORDER + 1).to_bytes(32) + b"\x1b") is None


@pytest.mark.parametrize("size", [0, 1, 64, 66])
def test_other_lengths_are_refused(size: int) -> None:
    """A signature has 65 bytes: the compact form and one with something behind it recover nobody."""
    assert recover(DIGEST, (SIGNATURE + b"\x00")[:size]) is None
    assert len(SIGNATURE) == SIZE


def test_other_vs_are_refused() -> None:
    """The last byte is 27 or 28."""
    taken = [v for v in range(256) if recover(DIGEST, SIGNATURE[:64] + bytes([v]))]
    assert taken == [27, 28]


def test_the_other_v_is_somebody_else() -> None:
    """The other of the two recovers another address."""
    other = recover(DIGEST, SIGNATURE[:64] + bytes([55 - SIGNATURE[64]]))
    assert other not in (None, ATTESTOR)


@pytest.mark.parametrize("r", [0, 5, ORDER, ORDER + 1, (1 << 256) - 1])
@pytest.mark.parametrize("s", [0, 1, HALF_ORDER])
@pytest.mark.parametrize("v", [27, 28])
def test_numbers_off_the_curve_recover_nobody(r: int, s: int, v: int) -> None:
    """An r that is no point, and zeros, raise nothing and recover nobody."""
    assert recover(DIGEST, r.to_bytes(32) + s.to_bytes(32) + bytes([v])) is None


def test_the_key_is_the_examples() -> None:
    """The example's signature is the attestor's."""
    assert recover(DIGEST, SIGNATURE) == ATTESTOR == KEY.public_key.to_checksum_address()
