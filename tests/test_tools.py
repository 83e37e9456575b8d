"""The wrappers of compiler and node: a failure is a failure, and output is the tool's own."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(tool: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "tools" / tool), *arguments]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tool", ["anvil", "forge"])
def test_a_failing_foundry_tool_fails(tool: str) -> None:
    """The launchers of npm exit 0 whatever happened; ours exit as the tool does."""
    assert run(tool, "--version").returncode == 0
    assert run(tool, "--no-such-option").returncode == 2


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["--standard-json", "no-such-file"], []])
def test_a_failing_compiler_fails(arguments: list[str]) -> None:
    """So does the compiler, with a word about what was wrong."""
    ended = run("solc", *arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr


def test_the_compiler_does_not_pass_for_a_native_one() -> None:
    """Its version is the pinned one, and says what it runs on."""
    assert "Version: 0.8.37+commit.f401782d.Emscripten.clang" in run("solc", "--version").stdout


def test_imports_are_read_from_the_project_and_missing_ones_reported() -> None:
    """What is not below the base path is looked for in the project, where node_modules is."""
    imported = {"here": "node_modules/@openzeppelin/contracts/utils/Panic.sol", "nowhere": "no/such/File.sol"}
    for case, path in imported.items():
        question = {
            "language": "Solidity",
            "sources": {"A.sol": {"content": f"pragma solidity 0.8.37; import '{path}';"}},
            "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
        }
        answer = json.loads(run("solc", "--standard-json", "--base-path", "/", given=json.dumps(question)).stdout)
        errors = [error["message"] for error in answer["errors"] if error["severity"] == "error"]
        assert (path in answer.get("contracts", {})) == (case == "here")
        assert any("File not found" in message for message in errors) == (case == "nowhere")


def test_a_native_compiler_takes_over_and_finds_the_projects_imports(tmp_path: Path) -> None:
    """Where one was installed, it is called with the same words, and looks into the project too; its failures stay."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "solc", tmp_path / "tools" / "solc")
    native = tmp_path / ".solcx" / "native" / "solc-v0.8.37"
    native.parent.mkdir(parents=True)
    native.write_text('#!/bin/sh\necho "$@"\nexit 3\n')
    native.chmod(0o755)
    command = tmp_path / ".solcx" / "solc-v0.8.37"
    command.symlink_to("../tools/solc")
    for base, more in (("/elsewhere", f"--include-path {tmp_path} "), (str(tmp_path), "")):
        words = [str(command), "--standard-json", "--base-path", base]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        assert ended.returncode == 3
        assert ended.stdout == f"{more}--standard-json --base-path {base}\n"
