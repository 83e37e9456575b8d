"""Who signed, when the signer is a passkey: a key on the curve P-256 that a phone or a browser keeps (WebAuthn).

A person with a passkey is named in a deal by an address: the last 20 bytes of keccak-256 of the public key, x and then
y, which is how Ethereum makes addresses of its own keys. The address commits to the key, so nobody has to register one.
It can sign evidence and confirmations. It must never be paid: no Ethereum key has it, and money sent there is lost.

The challenge is the digest of the signed message, so an assertion is void for anything else, and needs no counter.
As everywhere in WebAuthn, who has (r, s) can make (r, -s): both are the signer's word, and evidence is told apart by
what was signed and never by the signature.

Source: Web Authentication, level 2, sections 6.1 and 7.2; the Yellow Paper for the address.
"""

import json
from collections.abc import Collection
from typing import Annotated, Any, Final

from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from pydantic import Field
from webauthn import verify_authentication_response
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

from escrow_chain.protocol.numbers import Bytes
from escrow_chain.terms.record import Record

PUBLIC_KEY_BYTES: Final = 64
AUTHENTICATOR_DATA_BYTES: Final = 37
"""The hash of the RP id, flags and counter: all there is where no extensions are asked for."""
MAX_CLIENT_DATA_BYTES: Final = 1_024
"""Browsers write some 300. JSON of this size nests too little to depend on how deep the reader's own calls are."""
MAX_SIGNATURE_BYTES: Final = 72
"""Two integers of 33 bytes in DER."""
_UNCOMPRESSED: Final = b"\x04"


class PasskeyAssertion(Record):
    """What `navigator.credentials.get` answers, with the public key: all as bytes, 0x-hexadecimal in JSON.

    `public_key` is x and y, 32 bytes each; `signature` is in DER, as it comes.
    """

    public_key: Annotated[Bytes, Field(min_length=PUBLIC_KEY_BYTES, max_length=PUBLIC_KEY_BYTES)]
    authenticator_data: Annotated[
        Bytes, Field(min_length=AUTHENTICATOR_DATA_BYTES, max_length=AUTHENTICATOR_DATA_BYTES)
    ]
    client_data_json: Annotated[Bytes, Field(max_length=MAX_CLIENT_DATA_BYTES)]
    signature: Annotated[Bytes, Field(max_length=MAX_SIGNATURE_BYTES)]


def passkey_address(public_key: bytes) -> str:
    """The checksummed address that stands for a passkey: 64 bytes, x and y."""
    return to_checksum_address(keccak(public_key)[12:])


def passkey_signer(assertion: PasskeyAssertion, *, digest: bytes, rp_id: str, origins: Collection[str]) -> str | None:
    """The address of the passkey that signed a digest of 32 bytes, with its user verified. None if none did.

    It was signed for the relying party `rp_id` (a domain), on a page of one of the `origins` (as `https://host`), in no
    frame of another site.
    """
    if not _says(assertion.client_data_json, digest):
        return None
    try:
        verify_authentication_response(
            credential=_credential(assertion),
            expected_challenge=digest,
            expected_rp_id=rp_id,
            expected_origin=list(origins),
            credential_public_key=_UNCOMPRESSED + assertion.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):  # the latter of a point that is not on the curve
        return None
    return passkey_address(assertion.public_key)


def _says(client_data_json: bytes, digest: bytes) -> bool:
    """Whether client data say one thing only, to every reader: this challenge, and no frame of another site.

    The library takes the last of two equal names, skips in the challenge what is no base64url, and ignores frames.
    """
    try:
        said = json.loads(client_data_json.decode(), object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(said, dict)
        and said.get("challenge") == bytes_to_base64url(digest)
        and said.get("crossOrigin", False) is False
    )


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands there twice")
    return fields


def _credential(assertion: PasskeyAssertion) -> AuthenticationCredential:
    """As the library takes it. The key's id says nothing here: the address commits to the key itself."""
    return AuthenticationCredential(
        id="",
        raw_id=b"",
        response=AuthenticatorAssertionResponse(
            client_data_json=assertion.client_data_json,
            authenticator_data=assertion.authenticator_data,
            signature=assertion.signature,
        ),
    )
