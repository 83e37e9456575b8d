"""Reading the contract's bytes back."""

import pytest
from eth_abi.abi import encode
from eth_abi.registry import registry
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.chain import abi, court
from escrow_chain.protocol import errors
from escrow_chain.protocol.events import Credited


def selector(signature: str) -> bytes:
    """The first four bytes of an error's data."""
    return keccak(signature.encode())[:4]


def test_a_refusal_has_the_values_of_its_data() -> None:
    """Integers, addresses and words come back in the order of the ABI, addresses checksummed."""
    sender, payee = to_checksum_address("0x" + "ab" * 20), to_checksum_address("0x" + "cd" * 20)
    values = encode(["address", "address", "uint256"], [sender, payee, 3])
    revert_data = selector("NotPayee(address,address,uint256)") + values
    assert abi.refusal(revert_data) == errors.NotPayee(sender, payee, 3)


def test_errors_from_elsewhere_are_known_too() -> None:
    """Solidity's panics and the standard errors of tokens come out of the contract as well."""
    assert abi.refusal(selector("Panic(uint256)") + encode(["uint256"], [0x32])) == errors.Panic(0x32)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_error_are_none(revert_data: bytes) -> None:
    """Whatever a hostile contract reverts with, reading it fails softly."""
    assert abi.refusal(revert_data) is None


def test_an_error_cut_short_is_none() -> None:
    """A known selector with too little behind it is no error that we know."""
    assert abi.refusal(selector("DealExists(bytes32)") + b"\x01") is None


@pytest.mark.parametrize("types", [each[1] for of in (abi, court) for each in of._errors().values()], ids=str)
def test_no_known_error_says_how_long_it_is(types: tuple[str, ...]) -> None:
    """All values of the escrow's and the court's errors have a fixed size, so no length of them can be a lie."""
    assert not any(getattr(registry.get_decoder(kind), "is_dynamic", False) for kind in types)


def test_an_event_is_read_by_its_topics() -> None:
    """Indexed fields come from the topics, the others from the payload; other contracts' events are none."""
    token, owner = "0x" + "ab" * 20, "0x" + "cd" * 20
    topics = [abi.topic("Credited"), encode(["address"], [token]), encode(["address"], [owner])]
    assert abi.event(topics, encode(["uint256"], [7])) == Credited(
        to_checksum_address(token), to_checksum_address(owner), 7
    )
    assert abi.event([bytes(32)], b"") is None
    assert abi.event([], b"") is None
