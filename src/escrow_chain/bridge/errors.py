"""What can go wrong on the way from evidence to the chain.

BridgeError
├── KeystoreUnreadable    the signer's key file
├── InvalidRequest        a disbursement request that can't become a deal
└── NotFulfilled          an attestation asked for on verdicts that don't carry it
"""

from dataclasses import dataclass
from pathlib import Path


class BridgeError(Exception):
    """Base of this layer's errors. Their text says what is wrong and what to do."""


@dataclass
class KeystoreUnreadable(BridgeError):
    """The keystore file can't be opened."""

    path: Path
    cause: str

    def __str__(self) -> str:
        return f"the keystore {self.path} can't be opened: {self.cause}"


@dataclass
class InvalidRequest(BridgeError):
    """A disbursement request can't become a deal; `field` is the path of what is wrong."""

    field: str
    cause: str

    def __str__(self) -> str:
        return f"{self.field}: {self.cause}"


@dataclass
class NotFulfilled(BridgeError):
    """Verdicts don't carry an attestation."""

    index: int
    cause: str

    def __str__(self) -> str:
        return f"milestone {self.index} is not fulfilled: {self.cause}"
