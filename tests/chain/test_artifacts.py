"""The shipped artifacts are what the contracts compile to."""

import json
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from escrow_chain.chain.artifacts import Artifact, Name, load

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "src" / "escrow_chain" / "chain" / "artifacts"


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "tools" / "ape"), "run", "export", "--check", "--folder", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(params=get_args(Name))
def artifact(request: pytest.FixtureRequest) -> Artifact:
    return load(request.param)


def test_they_are_what_ape_compiles() -> None:
    """Whoever changes a contract has to export it: `make build`."""
    checked = check(ARTIFACTS)
    assert checked.returncode == 0, checked.stderr


def test_stale_ones_are_found(tmp_path: Path) -> None:
    """The check fails, names the contracts and says what to do, if an ABI or code is another."""
    for name, field in (("Escrow", "abi"), ("TestToken", "initCode")):
        fields = json.loads((ARTIFACTS / f"{name}.json").read_text())
        fields[field] = fields[field][:-1]
        (tmp_path / f"{name}.json").write_text(json.dumps(fields))

    checked = check(tmp_path)
    assert checked.returncode != 0
    for word in ("Escrow", "TestToken", "make build"):
        assert word in checked.stderr


def test_forge_compiles_the_same_bytes(tmp_path: Path) -> None:
    """Ape and forge, with their own settings files, agree on every byte and on the places of immutable values.

    Through the compiler's intermediate form, the code depends on which files are compiled together: for both, what is
    shipped and nothing else. forge has to compile all of it anew.
    """
    folders = ["--out", tmp_path / "out", "--cache-path", tmp_path / "cache"]
    forge = [ROOT / "tools" / "forge", "build", "--force", "--skip", "contracts/test/**"]
    subprocess.run([*forge, *folders], cwd=ROOT, capture_output=True, check=True)
    for artifact in map(load, get_args(Name)):
        built = json.loads((tmp_path / "out" / f"{artifact.name}.sol" / f"{artifact.name}.json").read_text())
        runtime = built["deployedBytecode"]
        places = [place for places in runtime.get("immutableReferences", {}).values() for place in places]

        assert bytes.fromhex(built["bytecode"]["object"][2:]) == artifact.init_code
        assert bytes.fromhex(runtime["object"][2:]) == artifact.runtime_code
        assert sorted((place["start"], place["length"]) for place in places) == list(artifact.immutables)


def test_code_on_chain_matches_whatever_its_immutable_values(artifact: Artifact) -> None:
    """Only the places of immutable values are left open."""
    code = bytearray(artifact.runtime_code)
    for offset, length in artifact.immutables:
        code[offset : offset + length] = b"\xff" * length
    assert artifact.matches(bytes(code))

    code[artifact.immutables[0][0] - 1 if artifact.immutables else 0] ^= 1
    assert not artifact.matches(bytes(code))
    assert not artifact.matches(artifact.runtime_code + b"\x00")
    assert not artifact.matches(b"")
