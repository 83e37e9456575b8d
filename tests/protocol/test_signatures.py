"""Signatures: the contract takes each in 65 bytes or 64, and no other that means the same."""

import pytest
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.signatures import COMPACT_SIZE, HALF_ORDER, SIZE, recover
from tests.protocol.examples import ATTESTOR, KEY, sign

ORDER = 2 * HALF_ORDER + 1
DIGEST = keccak(b"digest")
SIGNATURE = sign(DIGEST)


@given(st.binary(min_size=32, max_size=32), st.integers(1, ORDER - 1))
def test_the_signer_is_recovered(digest: bytes, secret: int) -> None:
    """Any key's signature over any digest recovers its address."""
    key = PrivateKey(secret.to_bytes(32))
    assert recover(digest, sign(digest, key)) == key.public_key.to_checksum_address()


def compact(signature: bytes) -> bytes:
    """The 64 bytes of ERC-2098: r, and s with the parity of v as its first bit."""
    s = int.from_bytes(signature[32:64]) + ((signature[64] - 27) << 255)
    return signature[:32] + s.to_bytes(32)


@given(st.binary(min_size=32, max_size=32), st.integers(1, ORDER - 1))
def test_the_compact_form_is_the_same_signature(digest: bytes, secret: int) -> None:
    """Any signature may come in the 64 bytes of ERC-2098."""
    key = PrivateKey(secret.to_bytes(32))
    signature = compact(sign(digest, key))
    assert len(signature) == COMPACT_SIZE
    assert recover(digest, signature) == key.public_key.to_checksum_address()


@pytest.mark.parametrize(
    ("secret", "r", "vs"),
    [
        (
            "Hello World",
            "68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90",
            "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064",
        ),
        (
            "It's a small(er) world",
            "9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76",
            "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
        ),
    ],
)
def test_the_examples_of_the_erc(secret: str, r: str, vs: str) -> None:
    """Both test cases of ERC-2098, one for each parity, recover the address of their key 0x1234…."""
    digest = keccak(f"\x19Ethereum Signed Message:\n{len(secret)}{secret}".encode())
    key = PrivateKey(bytes.fromhex("1234567890" * 6 + "1234"))
    assert recover(digest, bytes.fromhex(r + vs)) == key.public_key.to_checksum_address()


def test_a_compact_signature_is_not_malleable() -> None:
    """Half the order is the largest s there, too, and the other parity is somebody else."""
    r = SIGNATURE[:32]
    assert recover(DIGEST, r + HALF_ORDER.to_bytes(32)) is not None
    assert recover(DIGEST, r + (HALF_ORDER + 1).to_bytes(32)) is None
    assert recover(DIGEST, r + (HALF_ORDER + 1 + (1 << 255)).to_bytes(32)) is None
    flipped = (int.from_bytes(compact(SIGNATURE)[32:]) ^ 1 << 255).to_bytes(32)
    assert recover(DIGEST, r + flipped) not in (None, ATTESTOR)


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


@pytest.mark.parametrize("size", [0, 1, 63, 66])
def test_other_lengths_are_refused(size: int) -> None:
    """A signature has 64 or 65 bytes: one with something behind it, or something missing, recovers nobody."""
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
