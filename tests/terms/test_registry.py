"""Term types of other packages: found by their entry points, and never in place of a published one."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from escrow_chain.terms import Circumstances, Data, Grade
from escrow_chain.terms.exhibit import Exhibit

EXAMPLE = Path(__file__).parents[2] / "examples" / "cold_chain"
TERM = {"term_type": "temperature_log", "data": {"min_celsius": 2, "max_celsius": 8}}


def installed(folder: Path, *, name: str = "temperature_log", to: str = "cold_chain.temperature_log:TERM_TYPE") -> Path:
    """A folder that looks to Python as if the example was installed there."""
    found = folder / f"{name}-0.1.0.dist-info"
    found.mkdir()
    (found / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    (found / "entry_points.txt").write_text(f"[escrow_chain.term_types]\n{name} = {to}\n")
    return folder


def escrow(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line, with that folder and the example on Python's path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(EXAMPLE)])}
    command = [sys.executable, "-c", "from escrow_chain.cli import main; raise SystemExit(main())"]
    return subprocess.run(
        [*command, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("celsius", "cold"), [("4.5", True), ("8", True), ("8.01", False), ("warm", False)])
def test_a_type_of_another_package_is_judged(tmp_path: Path, celsius: str, cold: bool) -> None:
    """From a term and a reading in files to its checks, without a word about it in this package."""
    (tmp_path / "term.json").write_text(json.dumps(TERM))
    (tmp_path / "reading.json").write_text(json.dumps({"data": {"celsius": celsius}}))
    run = escrow(installed(tmp_path), "terms", "check", tmp_path / "term.json", tmp_path / "reading.json", "--json")
    (verdict,) = json.loads(run.stdout)["verdicts"]
    checks = {check["code"]: check for check in verdict["checks"]}
    assert checks["temperature.in_bounds"]["passed"] is cold
    assert checks["temperature.count"]["passed"] is cold
    assert verdict["fulfilled"] is False, "nobody signed it"


def test_a_type_that_is_not_installed_is_unknown(tmp_path: Path) -> None:
    """And the error names those that are."""
    (tmp_path / "term.json").write_text(json.dumps(TERM))
    run = escrow(tmp_path, "terms", "check", tmp_path / "term.json")
    assert run.returncode == 2
    assert "not a term type; there are location_verification, photo_upload" in run.stderr


@pytest.mark.parametrize(
    ("name", "to", "message"),
    [
        ("custom", "cold_chain.temperature_log:TERM_TYPE", "would replace another type"),
        ("temperature_log", "cold_chain.nothing:TERM_TYPE", "can't be loaded: ModuleNotFoundError"),
        ("temperature_log", "cold_chain.temperature_log:COUNT", "is no TermType of this name"),
        ("humidity_log", "cold_chain.temperature_log:TERM_TYPE", "is no TermType of this name"),
    ],
)
def test_a_type_that_cannot_be_used_is_named(tmp_path: Path, name: str, to: str, message: str) -> None:
    """Nobody replaces a published type, and what can't be loaded is an error with its name, not a traceback."""
    asked = "temperature_log" if name == "custom" else name
    (tmp_path / "term.json").write_text(json.dumps(TERM | {"term_type": asked}))
    run = escrow(installed(tmp_path, name=name, to=to), "terms", "check", tmp_path / "term.json")
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_a_reading_that_came_too_late_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the example: what is not looked at can't undo what was proven before."""
    monkeypatch.syspath_prepend(EXAMPLE)
    cold_chain = import_module("cold_chain.temperature_log")
    options = cold_chain.TemperatureOptions(min_celsius=2, max_celsius=8)
    noon = datetime(2025, 6, 30, 12, tzinfo=UTC)
    in_time, late = (
        Exhibit(
            number,
            Data(content=bytes(32), data={"celsius": celsius}, captured_at=noon),
            Grade.BOUND,
            noon,
            noon,
            timely,
        )
        for number, (celsius, timely) in enumerate([("4.5", True), ("20", False)])
    )
    around = Circumstances(at=noon, zone="UTC", deal=bytes(32), milestone=0, submitter=None)
    found = cold_chain.examine(options, [in_time, late], around)
    assert all(check.passed for check in found.checks)
    assert found.counted == (0,)
