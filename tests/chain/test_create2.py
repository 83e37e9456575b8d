"""Where the deterministic deployment proxy puts a contract."""

import pytest
from hexbytes import HexBytes
from web3 import HTTPProvider, Web3

from escrow_chain.chain import create2
from escrow_chain.chain.anvil import Anvil

RETURNS_42 = HexBytes("0x600a600c600039600a6000f3602a60005260206000f3")
SALT = bytes.fromhex("5a") * 32


@pytest.fixture
def w3(anvil: Anvil) -> Web3:
    return Web3(HTTPProvider(anvil.url))


def test_the_proxy_is_the_one_on_real_chains(w3: Web3) -> None:
    """Anvil carries the canonical proxy, so our copy of its code is the real one."""
    assert w3.eth.get_code(create2.PROXY) == create2.PROXY_CODE


def test_the_call_deploys_to_the_foreseen_address(w3: Web3, anvil: Anvil) -> None:
    """The proxy itself puts the code where `address_of` says."""
    sent = w3.eth.send_transaction({**create2.deployment_call(RETURNS_42, SALT), "from": anvil.accounts[0].address})
    assert w3.eth.wait_for_transaction_receipt(sent)["status"] == 1
    assert w3.eth.get_code(create2.address_of(RETURNS_42, SALT)) == RETURNS_42[12:]


def test_another_salt_or_other_code_is_another_address() -> None:
    """An address stands for one init code and one salt."""
    addresses = {
        create2.address_of(RETURNS_42),
        create2.address_of(RETURNS_42, SALT),
        create2.address_of(RETURNS_42 + b"\x00"),
    }
    assert len(addresses) == 3


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    """A salt that the proxy would read as something else never gets that far."""
    with pytest.raises(ValueError, match="32 bytes"):
        create2.address_of(RETURNS_42, bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        create2.deployment_call(RETURNS_42, bytes(length))
