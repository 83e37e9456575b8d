"""The attestor's key."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_hash.auto import keccak
from eth_keyfile.keyfile import create_keyfile_json
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.bridge.attestor import LocalAttestor, load_keystore
from escrow_chain.bridge.errors import KeystoreUnreadable
from escrow_chain.protocol.signatures import recover


@given(st.binary(min_size=32, max_size=32))
def test_a_signature_is_one_that_the_contract_takes(digest: bytes) -> None:
    """65 bytes with a low s, from which the attestor's address is recovered."""
    attestor = LocalAttestor(Account.from_key(b"\x07" * 32))
    assert recover(digest, attestor.sign_digest(digest)) == attestor.address


def test_a_keystore_opens_with_its_password_alone(tmp_path: Path) -> None:
    """The key comes back with the password; without, an error names the file and the cause."""
    account = Account.from_key(b"\x07" * 32)
    path = tmp_path / "attestor.json"
    path.write_text(json.dumps(Account.encrypt(account.key, "correct", kdf="pbkdf2", iterations=2)))
    assert load_keystore(path, "correct").address == account.address
    with pytest.raises(KeystoreUnreadable, match=r"attestor.json can't be opened: the password is wrong"):
        load_keystore(path, "wrong")


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"crypto": 5, "version": 3}', '{"crypto": {}, "version": 1}', "[" * 100_000, "\x00"],
)
def test_a_file_that_is_no_keystore_is_named(tmp_path: Path, text: str) -> None:
    """Whatever the file holds, the error is ours."""
    path = tmp_path / "attestor.json"
    path.write_text(text)
    with pytest.raises(KeystoreUnreadable):
        load_keystore(path, "any")
    with pytest.raises(KeystoreUnreadable):
        load_keystore(tmp_path / "missing.json", "any")


@pytest.mark.parametrize(
    ("kdf", "changes"),
    [
        ("pbkdf2", {"c": 1 << 62}),
        ("pbkdf2", {"c": 1 << 24}),
        ("pbkdf2", {"C": 1 << 62}),
        ("pbkdf2", {"dklen": 1 << 31}),
        ("scrypt", {"n": 1 << 40}),
        ("scrypt", {"n": 1 << 20}),
        ("scrypt", {"r": 1 << 16}),
        ("scrypt", {"p": 1 << 29}),
    ],
)
def test_a_keystore_does_not_choose_how_long_its_password_takes(
    tmp_path: Path, kdf: str, changes: dict[str, int]
) -> None:
    """Neither hours nor all memory: it is refused before anything is tried."""
    path = tmp_path / "attestor.json"
    keystore = Account.encrypt(b"\x07" * 32, "correct", kdf=kdf, iterations=2)
    keystore["crypto"]["kdfparams"] |= changes
    path.write_text(json.dumps(keystore))
    with pytest.raises(KeystoreUnreadable, match="more time and memory"):
        load_keystore(path, "correct")


@pytest.mark.parametrize(
    ("kdf", "changes"),
    [
        ("pbkdf2", {"c": 0}),
        ("pbkdf2", {"c": -1}),
        ("pbkdf2", {"dklen": 0}),
        ("pbkdf2", {"prf": "md5"}),
        ("pbkdf2", {"prf": "hmac-none"}),
        ("pbkdf2", {"c": None}),
        ("scrypt", {"r": 0}),
        ("scrypt", {"n": 3}),
        ("scrypt", {"p": "1"}),
    ],
)
def test_a_keystore_with_odd_numbers_is_none(tmp_path: Path, kdf: str, changes: dict[str, Any]) -> None:
    """Whatever the libraries below stumble over."""
    path = tmp_path / "attestor.json"
    keystore = Account.encrypt(b"\x07" * 32, "correct", kdf=kdf, iterations=2)
    keystore["crypto"]["kdfparams"] |= changes
    path.write_text(json.dumps(keystore))
    with pytest.raises(KeystoreUnreadable, match="it is no keystore file"):
        load_keystore(path, "correct")


@pytest.mark.parametrize("address", [None, 7, "0x" + "11" * 20, ""])
def test_a_keystore_holds_the_key_of_its_address(tmp_path: Path, address: object) -> None:
    """Its password is checked without the vector: if that is changed, another key comes out and nothing else tells."""
    path = tmp_path / "attestor.json"
    keystore = Account.encrypt(b"\x07" * 32, "correct", kdf="pbkdf2", iterations=2)
    changed = json.loads(json.dumps(keystore))
    changed["crypto"]["cipherparams"]["iv"] = "00" * 16
    for broken in (changed, keystore | {"address": address}):
        path.write_text(json.dumps(broken))
        with pytest.raises(KeystoreUnreadable, match="it was changed"):
            load_keystore(path, "correct")
    for stated in (None, "0x" + keystore["address"].upper()):
        named = {"address": stated} if stated else {}
        path.write_text(json.dumps({name: value for name, value in keystore.items() if name != "address"} | named))
        assert load_keystore(path, "correct") == Account.from_key(b"\x07" * 32)


def test_a_keystore_of_no_key_is_none(tmp_path: Path) -> None:
    """Even if its password fits: what is in it must be a key."""
    path = tmp_path / "attestor.json"
    keystore = create_keyfile_json(bytes(31) + b"\x01", b"correct", iterations=2)
    derived = hashlib.pbkdf2_hmac(
        "sha256", b"correct", bytes.fromhex(keystore["crypto"]["kdfparams"]["salt"]), iterations=2, dklen=32
    )
    keystore["crypto"] |= {"ciphertext": "", "mac": keccak(derived[16:]).hex()}
    path.write_text(json.dumps(keystore))
    with pytest.raises(KeystoreUnreadable, match="it is no keystore file"):
        load_keystore(path, "correct")
