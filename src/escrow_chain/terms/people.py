"""Who has a word in a milestone besides its recipient, by role: named in the terms document, and so in the deal.

    "people": {"customer": "0x…", "manager": "0x…", "quality_control": "0x…"}

The recipient is the milestone's payee and is named there. Whoever else is to confirm something is somebody else: an
address that is the recipient's own speaks for nobody.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from escrow_chain.protocol.canonical import child_path
from escrow_chain.protocol.numbers import ZERO_ADDRESS, Address
from escrow_chain.terms.errors import InvalidTerms, Problem

RECIPIENT: Final = "recipient"
"""Who is to be paid."""
CUSTOMER: Final = "customer"
"""Who gets what is delivered."""
MANAGER: Final = "manager"
"""Who approves for the merchant."""
MAX_PEOPLE: Final = 32


def _not_the_recipient(role: str) -> str:
    if role == RECIPIENT:
        raise PydanticCustomError("recipient", "the recipient is the milestone's payee")
    return role


def _somebody(address: str) -> str:
    if address == ZERO_ADDRESS:
        raise PydanticCustomError("nobody", "the zero address is nobody's")
    return address


Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"), AfterValidator(_not_the_recipient)]
"""A role's name, as in `quality_control`."""
People = Annotated[Mapping[Role, Annotated[Address, AfterValidator(_somebody)]], Field(max_length=MAX_PEOPLE)]
"""Addresses by role."""

_PEOPLE: Final[TypeAdapter[Mapping[str, str]]] = TypeAdapter(People)


def parse_people(given: Any, *, path: str) -> Mapping[str, str]:
    """The people that a JSON object names, with checksummed addresses. Raises `InvalidTerms` with the path."""
    try:
        return dict(_PEOPLE.validate_python(given))
    except ValidationError as error:
        raise InvalidTerms(
            *(Problem(_path(each["loc"], path), each["msg"]) for each in error.errors(include_url=False))
        ) from None


def _path(location: tuple[int | str, ...], path: str) -> str:
    for step in location:
        if step != "[key]":
            path = child_path(path, step)
    return path
