"""`escrow attest` and `escrow deal show`, on a deal whose evidence lies in files."""

import json
from pathlib import Path

import pytest

from escrow_chain.cli import main
from escrow_chain.protocol.signatures import recover
from escrow_chain.protocol.typed_data import Attestation
from tests.cli.conftest import Scene


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The JSON on the standard output."""
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_what_is_not_proven_is_not_signed(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """A milestone without evidence, or with somebody else's, leaves with 1 and names what failed."""
    for pieces in (scene.pieces("DELIVERY-001"), scene.pieces("DELIVERY-002")[:3]):
        terms = scene.terms("DELIVERY-003" if pieces == scene.pieces("DELIVERY-001") else "DELIVERY-002")
        assert main(["attest", scene.deal, *pieces, *terms, *scene.keys(), *scene.connection()]) == 1
        assert "is not fulfilled: term 0 (location_verification): location.visited" in capsys.readouterr().err


def test_a_photo_that_two_recipients_hand_in_counts_for_one(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Pictures are compared over all milestones that are attested together."""
    recipient, twin = scene.recipients[1], scene.recipients[0].handed_in[-1][1]
    assert twin is not None
    term = recipient.terms.terms[1]
    kept = list(recipient.handed_in), list(recipient.evidence[1])
    for path in scene.files("DELIVERY-002").glob("piece-1?.*"):
        path.unlink()
    recipient.upload(term, twin, None)
    piece = recipient.handed_in[-1][0].model_copy(update={"photo": "twin.jpg"})
    (scene.files("DELIVERY-002") / "twin.jpg").write_bytes(twin)
    path = scene.files("DELIVERY-002") / "piece-99.json"
    path.write_text(piece.model_dump_json())
    pieces = [*scene.pieces("DELIVERY-001", "DELIVERY-002")]
    terms = scene.terms("DELIVERY-001", "DELIVERY-002")
    assert main(["attest", scene.deal, *pieces, *terms, *scene.keys(), *scene.connection()]) == 1
    assert "milestone 1 is not fulfilled: term 1 (photo_upload): photo.count" in capsys.readouterr().err
    recipient.handed_in, recipient.evidence[1] = kept


def test_a_photo_that_the_service_had_seen_counts_for_nobody(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the service's index answered is in the receipt, so that attesting milestones one by one is no way around."""
    twin = scene.recipients[0].handed_in[-1][1]
    assert twin is not None
    recipient = scene.recipients[2]
    kept = list(recipient.handed_in), list(recipient.evidence[1])
    recipient.upload(recipient.terms.terms[1], twin, None)
    piece = recipient.handed_in[-1][0].model_copy(update={"photo": "twin.jpg"})
    recipient.handed_in, recipient.evidence[1] = kept
    (tmp_path / "twin.jpg").write_bytes(twin)
    (tmp_path / "piece.json").write_text(piece.model_dump_json())
    assert 0 in [sighting.milestone for sighting in piece.receipt.sightings or ()]
    words = [str(tmp_path / "piece.json"), "--submitter", recipient.account.address, "--json"]
    assert main(["terms", "check", str(scene.files("DELIVERY-003") / "terms.json"), *words]) == 1
    _, photos = json.loads(capsys.readouterr().out)["verdicts"]
    assert "photo.same_picture" in [check["code"] for check in photos["checks"] if not check["passed"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda words: ["0x12", *words[1:]], "is no deal's id"),
        (lambda words: ["0x" + "00" * 32, *words[1:]], "no deal 0x0000"),
        (lambda words: [word.replace("json.password", "json") for word in words], "the password is wrong"),
        (
            lambda words: [
                str(Path(word).with_name("agreement.json")) if word.endswith("attestor.json") else word
                for word in words
            ],
            "it is no keystore file",
        ),
        (lambda words: [word for word in words if word != "--own-receipts"], "nothing in a piece's file proves"),
        (lambda words: [*words, "--terms", words[words.index("--terms") + 1]], "milestone 0 is asked for twice"),
        (lambda words: [word.replace("http:", "http:x") for word in words], "no node answers"),
    ],
)
def test_bad_input_is_named(scene: Scene, change: object, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the arguments is said in one sentence, with exit status 2."""
    words = [scene.deal, *scene.pieces("DELIVERY-001"), *scene.terms("DELIVERY-001"), *scene.keys()]
    assert main(["attest", *change(words + scene.connection())]) == 2  # type: ignore[operator]
    said_err = capsys.readouterr().err
    assert message in said_err
    assert "Traceback" not in said_err


def test_evidence_for_another_contract_is_refused(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A piece that was signed under another escrow's domain is no evidence here, whatever its signature."""
    piece = json.loads(Path(scene.pieces("DELIVERY-001")[0]).read_text())
    piece["domain"]["chain_id"] = "1"
    path = tmp_path / "piece.json"
    path.write_text(json.dumps(piece))
    words = [scene.deal, str(path), *scene.terms("DELIVERY-001"), *scene.keys(), *scene.connection()]
    assert main(["attest", *words]) == 2
    assert "on chain 1, not for this one" in capsys.readouterr().err


def test_what_is_proven_is_signed_and_paid(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """The attestation recovers to the attestor; sent, it pays, and the deal shows it."""
    words = [scene.deal, *scene.pieces("DELIVERY-001"), *scene.terms("DELIVERY-001"), *scene.keys()]
    assert main(["attest", *words, *scene.connection(), "--json"]) == 0
    found = said(capsys)
    statement = Attestation.model_validate(found["attestation"])
    signature = bytes.fromhex(str(found["signature"])[2:])
    assert recover(statement.digest(scene.stage.client.domain), signature) == scene.stage.attestor.address
    assert statement.milestones == 1
    assert len(found["leaves"]) == 2  # type: ignore[arg-type]

    payee = scene.stage.recipients["DELIVERY-001"].address
    assert scene.stage.token.balance(payee) == 0
    assert main(["attest", *words, *scene.connection(), "--send"]) == 0
    assert scene.stage.token.balance(payee) == 25_000_00
    assert "proven: milestones 0" in capsys.readouterr().out

    assert main(["deal", "show", scene.deal, *scene.connection(), "--json"]) == 0
    shown = said(capsys)
    assert shown["held"] == "50500.50"
    assert [each["state"] for each in shown["milestones"]] == ["settled", "open", "open"]  # type: ignore[attr-defined]
    assert [each["reason"] for each in shown["milestones"]] == ["attested", None, None]  # type: ignore[attr-defined]
    assert main(["deal", "show", scene.deal, *scene.connection()]) == 0
    assert "50500.50 UGX" in capsys.readouterr().out
