"""The local chain of tests and demo."""

import os
from pathlib import Path

import pytest
from web3 import HTTPProvider, Web3

from escrow_chain.chain.anvil import Anvil, AnvilFailed, AnvilNotFound, find_anvil


def answers(url: str) -> bool:
    return Web3(HTTPProvider(url)).is_connected()


def test_it_answers_and_its_accounts_have_coins() -> None:
    """Whoever enters can spend at once."""
    with Anvil() as anvil:
        w3 = Web3(HTTPProvider(anvil.url))
        assert [w3.eth.get_balance(account.address) for account in anvil.accounts] == [10_000 * 10**18] * 10


def test_two_run_side_by_side() -> None:
    """Each has a port and a chain of its own."""
    with Anvil() as one, Anvil("--chain-id", "99") as other:
        assert [Web3(HTTPProvider(anvil.url)).eth.chain_id for anvil in (one, other)] == [31337, 99]


def test_it_ends_with_its_context_even_on_an_error() -> None:
    """No node stays behind, whatever happened."""
    anvil = Anvil()
    with pytest.raises(AssertionError), anvil:
        assert not answers(anvil.url)
    assert not answers(anvil.url)


def test_what_it_said_is_told_if_it_does_not_start() -> None:
    """The error carries Anvil's own words."""
    with pytest.raises(AnvilFailed, match="--no-such-option"), Anvil("--no-such-option"):
        pytest.fail("it started")


def test_one_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is none, the error says where it was looked for and how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ESCROW_ANVIL", raising=False)
    with pytest.raises(AnvilNotFound, match=r"node_modules.*ESCROW_ANVIL"):
        find_anvil()


def test_a_wrong_setting_is_not_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who names a binary gets that one or none."""
    monkeypatch.setenv("ESCROW_ANVIL", str(tmp_path / "anvil"))
    with pytest.raises(AnvilNotFound, match="ESCROW_ANVIL="):
        find_anvil()


def test_a_named_binary_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The setting goes before what the project has installed."""
    binary = tmp_path / "anvil"
    binary.write_text("#!/bin/sh\necho out of order\n")
    binary.chmod(0o755)
    monkeypatch.setenv("ESCROW_ANVIL", str(binary))
    assert find_anvil() == binary
    with pytest.raises(AnvilFailed, match="out of order"), Anvil():
        pytest.fail("it started")


def test_it_is_found_from_a_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's Anvil serves from any of its folders."""
    monkeypatch.delenv("ESCROW_ANVIL", raising=False)
    monkeypatch.chdir(Path(__file__).parent)
    assert os.access(find_anvil(), os.X_OK)
    assert "node_modules" in str(find_anvil())
