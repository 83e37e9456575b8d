"""Whose word counts: the key that signs attestations, behind the one thing it does."""

import json
from pathlib import Path
from typing import Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from escrow_chain.bridge.errors import KeystoreUnreadable
from escrow_chain.protocol.signatures import compact
from escrow_chain.protocol.typed_data import Attestation, Domain


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
        key = Account.decrypt(json.loads(path.read_text()), password)
    except OSError as error:
        raise KeystoreUnreadable(path, error.strerror or type(error).__name__) from error
    except (ValueError, KeyError, TypeError, AttributeError, NotImplementedError, RecursionError) as error:
        cause = "the password is wrong" if "MAC mismatch" in str(error) else "it is no keystore file"
        raise KeystoreUnreadable(path, cause) from error
    account: LocalAccount = Account.from_key(key)
    return account


def sign(attestation: Attestation, domain: Domain, attestor: Attestor) -> bytes:
    """The attestor's signature over an attestation, under the contract's live domain.

    64 bytes (ERC-2098): the contract takes them as well as 65, and they cost less.
    """
    return compact(attestor.sign_digest(attestation.digest(domain)))
