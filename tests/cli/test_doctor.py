"""`escrow doctor`: what it finds, and what it says to do."""

import json
from pathlib import Path

import pytest

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.local import deploy_escrow
from escrow_chain.chain.node import Node
from escrow_chain.cli import main


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    """What was found, by what was looked at."""
    return {each["what"]: each for each in json.loads(capsys.readouterr().out)["findings"]}


def test_no_node_is_said_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a node the exit status is 1, and the remedy names its address."""
    assert main(["doctor", "--rpc", "http://127.0.0.1:9", "--json"]) == 1
    found = findings(capsys)
    assert found["Python"]["ok"]
    assert found["packages"]["ok"]
    assert not found["node"]["ok"]
    assert "http://127.0.0.1:9" in str(found["node"]["remedy"])


def test_the_contract_is_found_once_it_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the deployment it is missing; after, it is found and its code is right; another contract's is wrong."""
    record = ["--deployments", str(tmp_path / "deployments.json")]
    with Anvil() as anvil:
        assert main(["doctor", "--rpc", anvil.url, *record, "--json"]) == 1
        assert "ape run deploy" in str(findings(capsys)["contract"]["remedy"])
        client = deploy_escrow(Node(anvil.url), anvil.accounts[0], Deployments(tmp_path / "deployments.json"))
        assert main(["doctor", "--rpc", anvil.url, *record, "--json"]) == 0
        assert client.address in str(findings(capsys)["contract"]["found"])
        other = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
        assert main(["doctor", "--rpc", anvil.url, "--contract", other]) == 1
        assert "other code" in capsys.readouterr().out
