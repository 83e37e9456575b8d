"""The command: a finding is repeated from where it was kept, and coverage leads to new code."""

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from fuzz import __main__, findings, guided
from fuzz.target import Cost
from fuzz.trial import Finding, Trial
from tests.fuzz.ready import material

Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: Patch) -> None:
    """What is kept is not where real findings are."""
    monkeypatch.setattr(findings, "FOLDER", tmp_path)


def fuzz(*options: str) -> int:
    """The exit code of the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["fuzz", *options])
        return __main__.main()


def test_a_finding_is_repeated_with_its_material(capsys: pytest.CaptureFixture[str]) -> None:
    """From the folder where it was kept, with the keys of that run. Here it is none any more."""
    honest = material("play_integrity")
    findings.keep_material("play_integrity", honest)
    kept = findings.keep(Finding("play_integrity", honest.seeds[0], "what", "trace"))
    findings.keep_material("play_integrity", replace(honest, seeds=(b"of a later run",)))
    assert findings.read_material(kept.parent) == honest
    assert fuzz("--repeat", str(kept), "play_integrity") == 0
    assert capsys.readouterr().out.startswith("stated (")


def test_a_finding_that_is_one_still_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """By the exit code, too. Here it is a token that was never made, by what the material says."""
    honest = material("play_integrity")
    nobody = replace(honest, context=replace(honest.context, tokens=frozenset()))
    findings.keep_material("play_integrity", nobody)
    kept = findings.keep(Finding("play_integrity", honest.seeds[0], "what", "trace"))
    assert fuzz("--repeat", str(kept), "play_integrity") == 1
    assert "a token is taken that was never made" in capsys.readouterr().out.splitlines()[0]


def test_what_another_process_says_is_understood() -> None:
    """With its finding, if there is one."""
    trial = Trial(7, Counter({"read": 6}), Cost(0.5, 3))
    assert Trial.from_json(json.loads(json.dumps(trial.as_json()))) == trial
    trial.finding = Finding("pdf", b"\xff\x00", "what", "trace")
    assert Trial.from_json(json.loads(json.dumps(trial.as_json()))) == trial


@pytest.mark.skipif(not guided.available(), reason="atheris is not there for this Python or system")
def test_atheris_is_led_to_new_code(capsys: pytest.CaptureFixture[str]) -> None:
    """A short run: it tries at least the seeds, counts the places that they reach, and finds nothing."""
    assert fuzz("--seconds", "1", "--json", "file_kind") == 0
    (outcome,) = json.loads(capsys.readouterr().out)
    assert outcome["engine"] == "atheris"
    assert outcome["inputs"] >= len(material("file_kind").seeds)
    assert outcome["covered"] > 5
    assert outcome["finding"] is None
