"""Who has a word in a milestone besides its recipient, by role: named in the terms document, and so in the deal.

    "people": {"customer": "0x…", "manager": "0x…", "quality_control": "0x…"},
    "phones": {"customer": "+256700000000"},
    "authorities": {"quality_control": ["MIIB… a root certificate (DER) in base64"]}

The recipient is the milestone's payee and is named there. Whoever else is to confirm something is somebody else: an
address that is the recipient's own speaks for nobody. An address is a wallet's, or a passkey's
(`escrow_chain.evidence.passkeys`). A phone is where somebody's codes go, the recipient's too. An authority signs
documents with a certificate that leads to one of its roots, or has an address among the people, or both.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from escrow_chain.protocol.canonical import child_path
from escrow_chain.protocol.numbers import ZERO_ADDRESS, Address
from escrow_chain.terms.errors import InvalidTerms, Problem, own_faults

RECIPIENT: Final = "recipient"
"""Who is to be paid."""
CUSTOMER: Final = "customer"
"""Who gets what is delivered."""
MANAGER: Final = "manager"
"""Who approves for the merchant."""
MAX_PEOPLE: Final = 32
MAX_CERTIFICATE: Final = 8192
"""Bytes."""


def _not_the_recipient(role: str) -> str:
    if role == RECIPIENT:
        raise PydanticCustomError("recipient", "the recipient is the milestone's payee")
    return role


def _somebody(address: str) -> str:
    if address == ZERO_ADDRESS:
        raise PydanticCustomError("nobody", "the zero address is nobody's")
    return address


def _certificate(text: Any) -> bytes:
    if isinstance(text, str):
        try:
            found = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            found = b""
        if found[:1] == b"\x30" and len(found) <= MAX_CERTIFICATE:
            return found
    raise PydanticCustomError("certificate", "not a certificate (DER) in base64")


RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A role's name, as in `quality_control`."""
Role = Annotated[RoleName, AfterValidator(_not_the_recipient)]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""As E.164 writes it: + and up to 15 digits."""
Certificate = Annotated[bytes, BeforeValidator(_certificate)]
People = Annotated[Mapping[Role, Annotated[Address, AfterValidator(_somebody)]], Field(max_length=MAX_PEOPLE)]
"""Addresses by role."""
Phones = Annotated[Mapping[RoleName, PhoneNumber], Field(max_length=MAX_PEOPLE)]
"""Phone numbers by role."""
Authorities = Annotated[
    Mapping[Role, Annotated[tuple[Certificate, ...], Field(min_length=1, max_length=8)]], Field(max_length=MAX_PEOPLE)
]
"""Root certificates by role."""
T = TypeVar("T")

PEOPLE: Final[TypeAdapter[Mapping[str, str]]] = TypeAdapter(People)
PHONES: Final[TypeAdapter[Mapping[str, str]]] = TypeAdapter(Phones)
AUTHORITIES: Final[TypeAdapter[Mapping[str, tuple[bytes, ...]]]] = TypeAdapter(Authorities)


def parse_named(kind: TypeAdapter[Mapping[str, T]], given: Any, *, path: str) -> Mapping[str, T]:
    """What a JSON object says of somebody by role: one of the three above. Raises `InvalidTerms` with the path."""
    try:
        return dict(kind.validate_python(given))
    except ValidationError as error:
        raise InvalidTerms(
            *(Problem(_path(each["loc"], path), each["msg"]) for each in own_faults(error.errors(include_url=False)))
        ) from None


def _path(location: tuple[int | str, ...], path: str) -> str:
    for step in location:
        if step != "[key]":
            path = child_path(path, step)
    return path
