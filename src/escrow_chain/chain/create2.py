"""Deterministic deployment: one address on every chain, through the proxy that is at one address on every chain.

The proxy takes a salt and init code and deploys with CREATE2, so the address depends on nothing but these two.
https://github.com/Arachnid/deterministic-deployment-proxy
"""

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress
from eth_utils.address import to_canonical_address, to_checksum_address
from hexbytes import HexBytes
from web3.types import TxParams

PROXY = to_checksum_address("0x4e59b44847b379578588920cA78FbF26c0B4956C")
PROXY_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
"""All of the proxy's code: where it differs, the proxy is another contract."""

NO_SALT = bytes(32)


def address_of(init_code: bytes, salt: bytes = NO_SALT) -> ChecksumAddress:
    """Where the proxy deploys init code with a salt of 32 bytes (EIP-1014), checksummed."""
    digest = keccak(b"\xff" + to_canonical_address(PROXY) + _checked(salt) + keccak(init_code))
    return to_checksum_address(digest[12:])


def deployment_call(init_code: bytes, salt: bytes = NO_SALT) -> TxParams:
    """The call that deploys. Whoever sends it, the contract is the same, at the same address."""
    return {"to": PROXY, "data": HexBytes(_checked(salt) + init_code)}


def _checked(salt: bytes) -> bytes:
    if len(salt) != len(NO_SALT):
        raise ValueError(f"a salt has {len(NO_SALT)} bytes, this one {len(salt)}")
    return salt
