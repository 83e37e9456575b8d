"""Whose word counts: the key that signs attestations, behind the one thing it does."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from eth_utils.exceptions import ValidationError

from escrow_chain.bridge.errors import KeystoreUnreadable
from escrow_chain.protocol.signatures import compact
from escrow_chain.protocol.typed_data import Attestation, Domain

MOST: Final = {"c": 1 << 22, "dklen": 64, "n": 1 << 19, "r": 8, "p": 8}
"""What trying a password may take, for PBKDF2 and for scrypt: twice what wallets ask for and more.

The file says itself what it takes. So it is no more than half a gigabyte, and a quarter of a minute.
"""
_NO_KEYSTORE: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    ValidationError,
)
"""What reading a file that is none comes to."""


class Attestor(Protocol):
    """A key that signs 32-byte digests: in a file, a token or a cloud."""

    @property
    def address(self) -> str:
        """The address that deals name as their attestor."""

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes: r, s (low) and v (27 or 28)."""


class LocalAttestor:
    """An attestor whose key lies in this process's memory."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    @property
    def address(self) -> str:
        """The address that deals name as their attestor."""
        return str(self._account.address)

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes: r, s (low) and v (27 or 28)."""
        return bytes(self._account.unsafe_sign_hash(Hash32(digest)).signature)


def load_keystore(path: Path, password: str) -> LocalAccount:
    """The account in an encrypted keystore file (Web3 Secret Storage, version 3).

    Raises `KeystoreUnreadable` if the file is none, or the password is wrong.
    """
    try:
        keystore = json.loads(path.read_text())
        if _is_costly(keystore):
            raise KeystoreUnreadable(path, "it asks for more time and memory than any wallet does")
        account: LocalAccount = Account.from_key(Account.decrypt(keystore, password))
    except OSError as error:
        raise KeystoreUnreadable(path, error.strerror or type(error).__name__) from error
    except _NO_KEYSTORE as error:
        cause = "the password is wrong" if "MAC mismatch" in str(error) else "it is no keystore file"
        raise KeystoreUnreadable(path, cause) from error
    named = keystore.get("address", account.address)
    if str(named).lower().removeprefix("0x") != account.address.lower().removeprefix("0x"):
        raise KeystoreUnreadable(path, "the key in it is not that of its address: it was changed")
    return account


def _is_costly(keystore: Any) -> bool:
    """Whether trying a password would take more than it may."""
    crypto = _in_small_letters(keystore)["crypto"]
    asked = _in_small_letters(_in_small_letters(crypto)["kdfparams"])
    return any(asked[name] > most for name, most in MOST.items() if name in asked)


def _in_small_letters(fields: Mapping[str, Any]) -> dict[str, Any]:
    """As `eth_keyfile` reads names."""
    return {name.lower(): value for name, value in fields.items()}


def sign(attestation: Attestation, domain: Domain, attestor: Attestor) -> bytes:
    """The attestor's signature over an attestation, under the contract's live domain.

    64 bytes (ERC-2098): the contract takes them as well as 65, and they cost less.
    """
    return compact(attestor.sign_digest(attestation.digest(domain)))
