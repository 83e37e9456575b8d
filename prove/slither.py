"""Slither finds nothing that `explained.toml` does not explain."""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from prove.explained import EXPLAINED, explained
from prove.step import FOLDER, FORGE, Log, NotProvenError, deployed

_SLITHER: Final = str(Path(".build/slither/bin/slither").absolute())
_NOT_DEPLOYED: Final = "node_modules|contracts/(demo|mocks|test)"


def prove(log: Log) -> str:
    """Builds what is deployed, and has every detector look at it."""
    findings = _findings(log)
    reasons = explained("slither")
    used = {name for finding in findings for name in _names(finding) if name in reasons}
    open_ = [finding for finding in findings if not used.intersection(_names(finding))]
    for finding in open_:
        what = finding["description"].splitlines()[0]
        log.show(f"{finding['impact']}: {finding['check']}: {what}")
    if open_:
        raise NotProvenError(f"{len(open_)} findings that {EXPLAINED} does not explain")
    if reasons.keys() - used:
        raise NotProvenError(f"{EXPLAINED} explains what is not found: {', '.join(sorted(reasons.keys() - used))}")
    return f"{len(findings)} findings, all of them explained"


def _findings(log: Log) -> list[dict[str, Any]]:
    folder = FOLDER / "slither"
    shutil.rmtree(folder, ignore_errors=True)
    # The compiler is only ever called by forge, which takes the project's.
    sources = [str(path) for path in deployed()]
    built = ["--out", f"{folder}/out", "--cache-path", f"{folder}/cache", "--build-info-path", f"{folder}/build-info"]
    log.must([FORGE, "build", *sources, "--silent", "--build-info", *built])
    options = [
        *("--compile-force-framework", "foundry", "--ignore-compile"),
        *("--foundry-out-directory", f"{folder}/out", "--foundry-build-info-directory", f"{folder}/build-info"),
        *("--filter-paths", _NOT_DEPLOYED, "--json", f"{folder}/findings.json"),
    ]
    _, said = log.run([_SLITHER, ".", *options], env={"PATH": f"{Path('tools').absolute()}:{os.environ['PATH']}"})
    report = folder / "findings.json"
    if not report.exists():
        raise NotProvenError("slither did not come to an end: " + " ".join(said.splitlines()[-1:]))
    answer: dict[str, Any] = json.loads(report.read_text())
    if not answer["success"]:
        raise NotProvenError(f"slither failed: {answer['error']}")
    findings: list[dict[str, Any]] = answer["results"].get("detectors", [])
    return findings


def _names(finding: dict[str, Any]) -> tuple[str, str]:
    """What explains it: its detector, or its detector in one place."""
    first: str = finding["elements"][0]["name"] if finding["elements"] else ""
    return finding["check"], f"{finding['check']} {first}"
