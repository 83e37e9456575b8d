"""`escrow evidence`: bundles and proofs of pieces, as commands on a deal whose evidence lies in files."""

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from escrow_chain.cli import main
from escrow_chain.protocol.canonical import document_hash
from escrow_chain.protocol.merkle import process_proof
from tests.cli.conftest import Scene

STRANGER = "0x" + "11" * 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where bundles lie."""
    return tmp_path_factory.mktemp("bundle")


@pytest.fixture(scope="module")
def bundle(scene: Scene, folder: Path) -> Path:
    """The bundle of the second recipient's milestone, attested but not sent."""
    path = folder / "milestone-1.bundle"
    words = [scene.deal, *scene.pieces("DELIVERY-002"), *scene.terms("DELIVERY-002"), *scene.keys()]
    assert main(["attest", *words, *scene.connection(), "--bundle", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def paid(scene: Scene, folder: Path) -> Path:
    """The bundle of the first recipient's milestone, attested and sent."""
    path = folder / "milestone-0.bundle"
    words = [scene.deal, *scene.pieces("DELIVERY-001"), *scene.terms("DELIVERY-001"), *scene.keys()]
    assert main(["attest", *words, *scene.connection(), "--bundle", str(path), "--send"]) == 0
    return path


def dispute(scene: Scene, path: Path, *more: str) -> list[str]:
    """The command that bundles half of the second recipient's pieces."""
    words = [scene.deal, *scene.pieces("DELIVERY-002")[:3], *scene.terms("DELIVERY-002"), *scene.keys()]
    return ["evidence", "bundle", *words, *scene.connection(), "--output", str(path), *more]


def verified(
    capsys: pytest.CaptureFixture[str], path: Path, *options: str, status: int
) -> tuple[dict[str, Any], dict[str, bool]]:
    """What `escrow evidence verify` finds, and its checks by code."""
    capsys.readouterr()
    assert main(["evidence", "verify", str(path), *options, "--json"]) == status
    found = json.loads(capsys.readouterr().out)
    assert found["holds"] is (status == 0)
    return found, {check["code"]: check["passed"] for check in found["checks"]}


def refused(capsys: pytest.CaptureFixture[str], words: Sequence[str]) -> str:
    """What the command says that can't be carried out."""
    assert main(list(words)) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "fault of this program" not in said
    return said


def test_a_bundle_is_judged_to_the_same_verdicts(
    bundle: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """From its own bytes, without a node, by somebody who knows the attestor."""
    attestor = scene.stage.attestor.address
    found, checks = verified(capsys, bundle, "--signer", STRANGER, "--signer", attestor.lower(), status=0)
    assert found["deal"] == scene.deal
    assert found["signer"] == attestor
    assert [each["fulfilled"] for each in found["milestones"]] == [True]
    assert found["milestones"][0]["verdicts"][0]["evidence"][0] == "pieces/0.json"
    assert set(checks) == {
        *("bundle.signature", "bundle.signer", "bundle.judge", "bundle.verdict"),
        *("bundle.attested", "bundle.leaves", "bundle.root"),
    }
    assert all(checks.values())


def test_a_bundle_by_nobody_known_does_not_hold(bundle: Path, scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Anybody can sign one: exit status 1 unless the signer is named, or the chain knows it, and it says so."""
    for options in ([], ["--signer", STRANGER]):
        _, checks = verified(capsys, bundle, *options, status=1)
        assert [code for code, passed in checks.items() if not passed] == ["bundle.signer"]
    assert main(["evidence", "verify", str(bundle)]) == 1
    said = capsys.readouterr().out
    assert f"Nobody says whether {scene.stage.attestor.address}, who signed the bundle, can be trusted" in said
    assert "the bundle does not hold" in said


def test_a_bundle_holds_against_its_deal_on_chain(paid: Path, scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """The chain says who the attestor is, what the milestone is, and which root was attested."""
    _, checks = verified(capsys, paid, *scene.connection(), status=0)
    assert {"chain.milestone", "chain.evidence"} <= set(checks)
    assert all(checks.values())
    assert main(["evidence", "verify", str(paid), *scene.connection()]) == 0
    said = capsys.readouterr().out
    assert "the bundle holds" in said
    assert "milestone 0  location_verification: fulfilled" in said


def test_whom_one_names_counts_instead_of_the_attestor(
    paid: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who trusts somebody else has said so."""
    _, checks = verified(capsys, paid, *scene.connection(), "--signer", STRANGER, status=1)
    assert [code for code, passed in checks.items() if not passed] == ["bundle.signer"]


def test_the_chain_has_the_last_word(bundle: Path, scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not attested there is not confirmed by it."""
    found, checks = verified(capsys, bundle, *scene.connection(), status=1)
    assert [code for code, passed in checks.items() if not passed] == ["chain.evidence"]
    assert "No root was attested on chain so far." in [check["sentence"] for check in found["checks"]]


def test_the_root_may_be_given(bundle: Path, scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """By somebody who has it from an explorer, say."""
    root = root_of(json.loads(proven(capsys, bundle)))
    signer = ["--signer", scene.stage.attestor.address]
    assert verified(capsys, bundle, *signer, "--root", root, status=0)[1]["chain.evidence"]
    assert not verified(capsys, bundle, *signer, "--root", "0x" + "11" * 32, status=1)[1]["chain.evidence"]


def proven(capsys: pytest.CaptureFixture[str], path: Path) -> str:
    """The proof of the position that a bundle's first term rests on."""
    found, _ = verified(capsys, path, status=1)
    verdict = found["milestones"][0]["verdicts"][0]
    accepted = verdict["evidence"][verdict["accepted"][0]]
    assert main(["evidence", "prove", str(path), accepted.removeprefix("pieces/").removesuffix(".json")]) == 0
    return capsys.readouterr().out


def root_of(proof: dict[str, Any]) -> str:
    """Where a proof leads."""
    siblings = [bytes.fromhex(each[2:]) for each in proof["siblings"]]
    return "0x" + process_proof(siblings, document_hash(proof["leaf"])).hex()


def test_the_escrow_asked_is_not_the_one_that_the_bundle_names(
    paid: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """A thief's own contract would confirm a thief's own deal: whoever asks names the contract, or the record does."""
    rpc = ["--rpc", scene.url]
    assert "deployments" in refused(capsys, ["evidence", "verify", str(paid), *rpc])
    token = scene.stage.token.address
    said = refused(capsys, ["evidence", "verify", str(paid), *rpc, "--contract", token])
    assert f"the one asked is {token}" in said


def test_what_is_not_proven_can_be_bundled(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is attested, and an arbiter sees on what the milestone failed."""
    path = tmp_path / "dispute.bundle"
    assert main(dispute(scene, path)) == 0
    assert "nothing attested" in capsys.readouterr().out
    found, checks = verified(capsys, path, *scene.connection(), status=0)
    assert not found["attested"]
    assert [each["fulfilled"] for each in found["milestones"]] == [False]
    assert "chain.evidence" not in checks
    assert main(["evidence", "verify", str(path), *scene.connection()]) == 0
    said = capsys.readouterr().out
    assert "location_verification: not fulfilled" in said
    assert "location.visited: " in said


def test_a_bundle_is_only_made_of_what_can_count(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pieces that were signed for this escrow and that one's own service received; and no file is written over."""
    path = tmp_path / "dispute.bundle"
    loose, foreign, broken = tmp_path / "loose.json", tmp_path / "foreign.json", tmp_path / "broken.json"
    loose.write_text('{"latitude": 0.3, "longitude": 32.5, "accuracy": 5}')
    piece = json.loads(Path(scene.pieces("DELIVERY-002")[0]).read_text())
    foreign.write_text(json.dumps(piece | {"domain": piece["domain"] | {"chain_id": "1"}}))
    broken.write_text("{")
    words = dispute(scene, path)
    assert "nobody signed it" in refused(capsys, [*words[:3], str(loose), *words[3:]])
    assert "on chain 1, not for this one" in refused(capsys, [*words[:3], str(foreign), *words[3:]])
    assert "text, but no JSON" in refused(capsys, [*words[:3], str(broken), *words[3:]])
    assert "nothing in a piece's file proves" in refused(capsys, [word for word in words if word != "--own-receipts"])
    assert not path.exists()
    path.write_text("mine")
    assert "the file is there already" in refused(capsys, words)
    assert path.read_text() == "mine"
    assert "can't be written" in refused(capsys, dispute(scene, tmp_path / "nowhere" / "x.bundle"))


def test_one_piece_is_shown_without_the_rest(
    paid: Path, scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small file, verified with the root or by the chain, that has nothing of the others."""
    shown = proven(capsys, paid)
    proof = tmp_path / "proof.json"
    proof.write_text(shown)
    assert json.loads(shown)["leaf"]["kind"] == "position"
    assert len(shown) < 2_000
    _, checks = verified(capsys, proof, *scene.connection(), status=0)
    assert set(checks) == {"proof.term", "proof.root"}
    root = root_of(json.loads(shown))
    assert set(verified(capsys, proof, "--root", root, status=0)[1]) == {"proof.root"}
    assert not verified(capsys, proof, "--root", "0x" + "11" * 32, status=1)[1]["proof.root"]
    assert main(["evidence", "verify", str(proof), "--root", root]) == 0
    assert "the proof holds" in capsys.readouterr().out
    assert "there is no root to compare with" in refused(capsys, ["evidence", "verify", str(proof)])


def test_a_changed_proof_does_not_hold(
    paid: Path, scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does one of a term that is none of the deal's."""
    shown, path = json.loads(proven(capsys, paid)), tmp_path / "proof.json"
    for name, value in (("received_at", "2030-06-05T06:00:00.000000Z"), ("term", "0x" + "11" * 32), ("term", None)):
        path.write_text(json.dumps(shown | {"leaf": shown["leaf"] | {name: value}}))
        _, checks = verified(capsys, path, *scene.connection(), status=1)
        assert not checks["proof.root"]
        assert checks["proof.term"] is (name != "term")


def test_what_was_not_attested_has_no_proof(
    scene: Scene, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a piece that did not count, nor one that is not there, nor any of a dispute."""
    assert "rests on this piece" in refused(capsys, ["evidence", "prove", str(bundle), "0"])
    assert "there is no such piece" in refused(capsys, ["evidence", "prove", str(bundle), "999"])
    path = tmp_path / "dispute.bundle"
    assert main(dispute(scene, path)) == 0
    assert "rests on this piece" in refused(capsys, ["evidence", "prove", str(path), "0"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--signer", "0x12"], "no address at --signer"),
        (["--root", "0x12"], "no root at --root"),
        (["--rpc", "http://127.0.0.1:1"], "no node answers"),
    ],
)
def test_bad_options_are_named(
    bundle: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one sentence, with exit status 2."""
    assert message in refused(capsys, ["evidence", "verify", str(bundle), *options])


def test_what_is_no_bundle_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder, nothing, a pipe that nobody writes to, text, JSON, half an archive."""
    os.mkfifo(tmp_path / "pipe")
    for name, content in (("text", b"hello"), ("json", b'{"a": [1}'), ("empty", b""), ("half", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
    for name in (".", "nothing", "pipe", "text", "json", "empty", "half"):
        for words in (["verify", str(tmp_path / name)], ["prove", str(tmp_path / name), "0"]):
            refused(capsys, ["evidence", *words])


def test_no_change_of_a_byte_is_a_fault_of_the_program(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is changed where, it is no bundle any more, and that is said."""
    content, chance, path = bundle.read_bytes(), random.Random(7), tmp_path / "changed.bundle"
    for _ in range(100):
        place = chance.randrange(len(content))
        flipped = content[place] ^ 1 << chance.randrange(8)
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        refused(capsys, ["evidence", "verify", str(path)])
