"""`escrow evidence verify`, on the bundle of what was attested."""

import json
import zipfile
from pathlib import Path

import pytest

from escrow_chain.cli import main
from tests.cli.conftest import Scene


@pytest.fixture(scope="module")
def bundle(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the second recipient's milestone, attested but not sent."""
    path = tmp_path_factory.mktemp("bundle") / "milestone-1.bundle"
    words = [scene.deal, *scene.pieces("DELIVERY-002"), *scene.terms("DELIVERY-002"), *scene.keys()]
    assert main(["attest", *words, *scene.connection(), "--bundle", str(path)]) == 0
    return path


def test_a_bundle_is_judged_to_the_same_verdicts(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From its own bytes, without a node."""
    assert main(["evidence", "verify", str(bundle), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"]
    assert [each["fulfilled"] for each in found["milestones"]] == [True]
    assert {check["code"] for check in found["checks"]} == {
        "bundle.signature",
        "bundle.judge",
        "bundle.verdict",
        "bundle.attested",
        "bundle.leaves",
        "bundle.root",
    }
    assert all(check["passed"] for check in found["checks"])


def test_the_chain_has_the_last_word(bundle: Path, scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not attested there is not confirmed by it."""
    rpc = ["--rpc", scene.connection()[scene.connection().index("--rpc") + 1]]
    assert main(["evidence", "verify", str(bundle), *rpc, "--json"]) == 1
    found = {check["code"]: check["passed"] for check in json.loads(capsys.readouterr().out)["checks"]}
    assert found["chain.milestone"]
    assert found["chain.attestor"]
    assert not found["chain.evidence"]


def rewritten(bundle: Path, path: Path, member: str, content: bytes) -> Path:
    """The bundle with one member exchanged."""
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return path


@pytest.mark.parametrize("member", ["files/0", "pieces/0.json", "terms/0.json", "bundle.json"])
def test_a_bundle_with_other_bytes_is_none(
    bundle: Path, tmp_path: Path, member: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every member is named by its hash, and the contents have one form."""
    with zipfile.ZipFile(bundle) as archive:
        content = archive.read(member) + b" "
    path = rewritten(bundle, tmp_path / "other.bundle", member, content)
    assert main(["evidence", "verify", str(path)]) == 2
    said = capsys.readouterr().err
    assert member in said
    assert "Traceback" not in said
