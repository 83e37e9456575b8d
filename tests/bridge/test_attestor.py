"""The attestor's key."""

import json
from pathlib import Path

import pytest
from eth_account import Account
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
