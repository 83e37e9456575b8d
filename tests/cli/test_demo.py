"""`escrow demo`: the main job, whole."""

import json
from pathlib import Path

import pytest

from escrow_chain.cli import main
from escrow_chain.cli.demo import SHIPPED


def test_two_are_paid_and_one_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who proved the terms is paid in one chain transaction, the rest goes back, and every balance is exact."""
    assert main(["demo", "--output", str(tmp_path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert printed == summary
    paid, also_paid, returned = summary["outcomes"]
    assert [each["amount"] for each in summary["outcomes"]] == ["25000.00", "18500.50", "32000.00"]
    assert paid["transaction"] == also_paid["transaction"] != returned["transaction"]
    assert paid["evidence_root"] == also_paid["evidence_root"] is not None
    assert returned["to"] not in json.loads((SHIPPED / "wallets.json").read_text()).values()
    assert {each["owner"]: each["actual"] for each in summary["balances"]} == {
        "merchant": "56499.50",
        "escrow": "0.00",
        "DELIVERY-001": "25000.00",
        "DELIVERY-002": "18500.50",
        "DELIVERY-003": "0.00",
    }
    wrong_place, reused = summary["refused"]
    assert {"location.distance", "location.visited"} <= {check["code"] for check in wrong_place["failed"]}
    assert {"photo.same_picture", "photo.count"} <= {check["code"] for check in reused["failed"]}


def test_a_request_of_ones_own_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another request with other wallets goes the same way; terms without deadline get their 72 hours."""
    request = json.loads((SHIPPED / "request.json").read_text())
    request["recipients"] = request["recipients"][:2]
    for recipient in request["recipients"]:
        recipient["terms"] = recipient["terms"][:1]
        for term in recipient["terms"]:
            term["data"].pop("deadline")
            term["data"].pop("verification_window", None)
    (tmp_path / "request.json").write_text(json.dumps(request))
    wallets = {"DELIVERY-001": "0x90F79bf6EB2c4f870365E785982E1f101E93b906".lower()}
    wallets["DELIVERY-002"] = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
    (tmp_path / "wallets.json").write_text(json.dumps(wallets))
    words = ["--request", str(tmp_path / "request.json"), "--wallets", str(tmp_path / "wallets.json")]
    assert main(["demo", *words, "--output", str(tmp_path / "out"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert [each["amount"] for each in summary["outcomes"]] == ["25000.00", "18500.50"]
    assert summary["exact"]


@pytest.mark.parametrize(
    ("request_text", "wallets_text", "message"),
    [
        ("{", "{}", "request.json: line 1"),
        ("[]", "{}", "is no JSON object"),
        ("{}", '{"A": 5}', "the demo has no key for 5"),
        ("{}", "{}", "recipients: Field required"),
        ('{"a": 1, "a": 2}', "{}", "a: given twice"),
    ],
)
def test_bad_files_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], request_text: str, wallets_text: str, message: str
) -> None:
    """What is wrong with a file is said in one sentence, with exit status 2 and no traceback."""
    (tmp_path / "request.json").write_text(request_text)
    (tmp_path / "wallets.json").write_text(wallets_text)
    words = ["--request", str(tmp_path / "request.json"), "--wallets", str(tmp_path / "wallets.json")]
    assert main(["demo", *words, "--output", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


def test_one_file_alone_is_no_request(capsys: pytest.CaptureFixture[str]) -> None:
    """--request without --wallets is refused before anything starts."""
    assert main(["demo", "--request", "request.json"]) == 2
    assert "go together" in capsys.readouterr().err
