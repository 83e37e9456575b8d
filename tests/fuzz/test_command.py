"""The command: a finding is repeated from where it was kept, and coverage leads to new code."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from fuzz import findings, guided
from fuzz.target import Cost
from fuzz.targets import target
from fuzz.trial import Finding, Trial


def fuzz(*options: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command."""
    return subprocess.run([sys.executable, "-m", "fuzz", *options], capture_output=True, text=True, check=False)


def test_a_finding_is_repeated_with_its_material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the folder where it was kept, with the keys of that run."""
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    material = target("play_integrity").make()
    findings.keep_material("play_integrity", material)
    kept = findings.keep(Finding("play_integrity", material.seeds[0], "what", "trace"))
    findings.keep_material("play_integrity", target("play_integrity").make())
    assert findings.read_material(kept.parent) == material
    repeated = fuzz("--repeat", str(kept), "play_integrity")
    assert repeated.returncode == 0, repeated.stderr
    assert repeated.stdout.startswith("stated (")


def test_a_finding_that_is_one_still_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the exit code, too: here a token that was never made, by what the material says."""
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    material = target("play_integrity").make()
    findings.keep_material("play_integrity", replace(material, context=replace(material.context, tokens=frozenset())))
    kept = findings.keep(Finding("play_integrity", material.seeds[0], "what", "trace"))
    repeated = fuzz("--repeat", str(kept), "play_integrity")
    assert repeated.returncode == 1, repeated.stderr
    assert "a token is taken that was never made" in repeated.stdout.splitlines()[0]


def test_what_another_process_says_is_understood() -> None:
    """With its finding, if there is one."""
    trial = Trial(7, Counter({"read": 6}), Cost(0.5, 3))
    assert Trial.from_json(json.loads(json.dumps(trial.as_json()))) == trial
    trial.finding = Finding("pdf", b"\xff\x00", "what", "trace")
    assert Trial.from_json(json.loads(json.dumps(trial.as_json()))) == trial


@pytest.mark.skipif(not guided.available(), reason="atheris is not there for this Python or system")
def test_atheris_is_led_to_new_code() -> None:
    """A short run: it tries inputs, counts the places that they reach, and finds nothing. There may be few of them."""
    run = fuzz("--seconds", "1", "--json", "file_kind")
    assert run.returncode == 0, run.stderr
    (outcome,) = json.loads(run.stdout)
    assert outcome["engine"] == "atheris"
    assert outcome["inputs"] > 10
    assert outcome["covered"] > 5
    assert outcome["finding"] is None
