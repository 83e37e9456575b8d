"""Passkeys' assertions, and the file of the attestor's key.

An assertion is read in Python: led by the code that is reached. A keystore says itself how much work and memory its
password takes, in compiled code: in the sandbox.
"""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from eth_account import Account
from pydantic import ValidationError

from escrow_chain.bridge.attestor import load_keystore
from escrow_chain.bridge.errors import KeystoreUnreadable
from escrow_chain.evidence.passkeys import PasskeyAssertion, passkey_address, passkey_signer
from fuzz.mutation import mutate_bytes, mutate_json, one_in
from fuzz.target import Material, Source, Target, expect, said
from tests.evidence.platforms import base64url

_RP_ID: Final = "example.org"
_ORIGINS: Final = ("https://example.org", "https://app.example.org")
_DIGEST: Final = bytes(range(32))
_INSIDE: Final = b"inside:"
"""Before client data that are signed before they are read."""
_KEY: Final = ec.derive_private_key(31, ec.SECP256R1())
_DATA: Final = sha256(_RP_ID.encode()).digest() + b"\x05" + (7).to_bytes(4)
_PASSWORD: Final = "correct horse"  # noqa: S105
_ACCOUNT: Final = Account.from_key(b"\x07" * 32)
_MOST_JSON: Final = 60_000
"""Bytes that fit into a pipe."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """What the key did sign: authenticator data and client data."""

    signed: frozenset[tuple[bytes, bytes]]


def passkeys(content: bytes, honest: _Signed) -> str:
    """An assertion is its key's only if the key signed it, for this digest, on one of these pages."""
    if content.startswith(_INSIDE):
        return _inside(content.removeprefix(_INSIDE))
    try:
        assertion = PasskeyAssertion.model_validate_json(content)
    except ValidationError as error:
        return said(error)
    expect(PasskeyAssertion.model_validate_json(assertion.model_dump_json()) == assertion, "another one in JSON")
    found = passkey_signer(assertion, digest=_DIGEST, rp_id=_RP_ID, origins=_ORIGINS)
    if found is None:
        return "nobody's"
    signed = (assertion.authenticator_data, assertion.client_data_json)
    expect(found == passkey_address(_public_key()) and signed in honest.signed, "a key signed what it never saw")
    return "the key's"


def _inside(client_data: bytes) -> str:
    """Client data of any form, signed by the key."""
    try:
        assertion = PasskeyAssertion.model_validate(_asserted(client_data))
    except ValidationError as error:
        return said(error)
    if passkey_signer(assertion, digest=_DIGEST, rp_id=_RP_ID, origins=_ORIGINS) is None:
        return "nobody's inside"
    says = json.loads(client_data)
    expect(says["type"] == "webauthn.get" and says["challenge"] == base64url(_DIGEST), "it is of another message")
    expect(says["origin"] in _ORIGINS and not says.get("crossOrigin"), "it is of another page")
    return "the key's inside"


def keystore(content: bytes, _: None) -> str:
    """A keystore gives the key that it names, or an error says why not; within bounded time and memory."""
    if len(content) > _MOST_JSON:
        return "too long to try"
    reading, writing = os.pipe()
    try:
        os.write(writing, content)
        os.close(writing)
        account = load_keystore(Path(f"/dev/fd/{reading}"), _PASSWORD)
    except KeystoreUnreadable as error:
        said(error)
        return error.cause
    finally:
        os.close(reading)
    if "address" not in json.loads(content):
        return "opened, and named by nobody"
    expect(account.address == _ACCOUNT.address, "another key than was put in")
    return "opened"


def _public_key() -> bytes:
    numbers = _KEY.public_key().public_numbers()
    return numbers.x.to_bytes(32) + numbers.y.to_bytes(32)


def _asserted(client_data: bytes) -> dict[str, bytes]:
    signature = _KEY.sign(_DATA + sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
    return {
        "public_key": _public_key(),
        "authenticator_data": _DATA,
        "client_data_json": client_data,
        "signature": signature,
    }


def _mutate_inside(content: bytes, source: Source) -> bytes:
    """Keeps the mark; in client data that are not marked changes some bytes that JSON has in hexadecimal."""
    if content.startswith(_INSIDE):
        return _INSIDE + mutate_json(content.removeprefix(_INSIDE), source)
    if one_in(source.chance, 2):
        return mutate_json(content, source)
    try:
        fields: dict[str, Any] = json.loads(content)
        name = source.chance.choice(sorted(fields))
        changed = mutate_bytes(bytes.fromhex(fields[name][2:]), source)
    except (ValueError, TypeError, AttributeError, IndexError):
        return mutate_bytes(content, source)
    return json.dumps(fields | {name: "0x" + changed.hex()}).encode()


def _passkey_seeds() -> Material:
    client = {"type": "webauthn.get", "challenge": base64url(_DIGEST), "origin": _ORIGINS[0], "crossOrigin": False}
    written = [json.dumps(client).encode(), json.dumps(client | {"topOrigin": _ORIGINS[0], "x": [{}]}).encode()]
    assertions = [PasskeyAssertion.model_validate(_asserted(each)).model_dump_json().encode() for each in written]
    return Material(
        (*assertions, *(_INSIDE + each for each in written)),
        _Signed(frozenset((_DATA, each) for each in written)),
    )


def _keystore_seeds() -> Material:
    stores = [
        Account.encrypt(_ACCOUNT.key, _PASSWORD, kdf="pbkdf2", iterations=2),
        Account.encrypt(_ACCOUNT.key, _PASSWORD, kdf="scrypt", iterations=2),
    ]
    costly = [_with(stores[0], c=1 << 40), _with(stores[1], r=1 << 16), _with(stores[1], n=1 << 40)]
    vector = stores[0]["crypto"] | {"cipherparams": {"iv": "00" * 16}}
    hostile = [*costly, _with(stores[0], prf="md5"), stores[0] | {"crypto": vector}]
    return Material(tuple(json.dumps(each).encode() for each in (*stores, *hostile)))


def _with(store: dict[str, Any], **parameters: object) -> dict[str, Any]:
    crypto = store["crypto"]
    return store | {"crypto": crypto | {"kdfparams": crypto["kdfparams"] | parameters}}


_CLIENT: Final = (
    b"webauthn.get",
    b"webauthn.create",
    b"challenge",
    b"origin",
    b"crossOrigin",
    b"tokenBinding",
    _INSIDE,
)
_STORE: Final = (
    b"scrypt",
    b"pbkdf2",
    b"hmac-sha256",
    b"hmac-md5",
    b"kdfparams",
    b"dklen",
    b"n",
    b"r",
    b"p",
    b"c",
    b"crypto",
)
PASSKEYS: Final = Target("passkeys", _passkey_seeds, passkeys, _mutate_inside, words=_CLIENT)
KEYSTORE: Final = Target("keystore", _keystore_seeds, keystore, mutate_json, words=_STORE, contained=True, cpu_s=10.0)
