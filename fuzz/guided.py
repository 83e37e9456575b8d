"""Fuzzing that is led by the code that inputs reach, seen from outside of its process (`fuzz.instrumented`)."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import Final

from fuzz import findings
from fuzz.target import Material, Target
from fuzz.trial import Finding, Trial

_COVERED: Final = re.compile(r"cov: (\d+)")
_EXECUTED: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_HANGS: Final = 10
"""How many times its own limit an input may take that no signal reaches."""
_MEMORY_MB: Final = 2_048


def available() -> bool:
    """Whether atheris is there: it is for Linux, and CPython up to 3.13."""
    return find_spec("atheris") is not None


def run(target: Target, material: Material, *, seconds: float, seed: int, show: Callable[[Trial], None]) -> Trial:
    """Fuzzes a target for so long, or up to its first finding. Its material must have been kept (`fuzz.findings`)."""
    folder = findings.folder(target.name)
    options = {
        "max_total_time": ceil(seconds),  # 0 would be for ever
        "max_len": target.max_bytes,
        "mutate_depth": 2,
        "timeout": int(target.cpu_s * _HANGS),
        "rss_limit_mb": _MEMORY_MB,
        "seed": seed,
        "dict": _dictionary(folder / "words", target.words),
        "artifact_prefix": f"{folder}/artifact-",
        "print_final_stats": 1,
    }
    corpus, seeds = folder / "corpus", _filled(folder / "seeds", material.seeds)
    corpus.mkdir(exist_ok=True)
    spelled = [f"-{name}={value}" for name, value in options.items()]
    process = [sys.executable, "-m", "fuzz.instrumented", target.name, str(folder)]
    command = [*process, *spelled, str(corpus), str(seeds)]
    log, trial = folder / "atheris.log", Trial()
    with log.open("w") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as child:  # noqa: S603
        for line in child.stdout or ():
            trial = Trial.from_json(json.loads(line))
            show(trial)
    return _summed_up(trial, target, folder, log.read_text(errors="replace"), child.returncode)


def _summed_up(trial: Trial, target: Target, folder: Path, log: str, code: int) -> Trial:
    """With what only libFuzzer knows: what killed the process, and figures."""
    covered, executed = _COVERED.findall(log), _EXECUTED.findall(log)
    trial.covered = int(covered[-1]) if covered else 0
    trial.inputs = int(executed[-1]) if executed else trial.inputs
    for artifact in folder.glob("artifact-*"):
        what = f"the process died ({artifact.name.split('-')[1]})"
        trial.finding = trial.finding or Finding(target.name, artifact.read_bytes(), what, log[-5_000:])
        artifact.unlink()
    if code and not trial.finding:
        raise RuntimeError(f"atheris failed: {log[-2_000:]}")
    return trial


def _dictionary(file: Path, words: Sequence[bytes]) -> Path:
    """As libFuzzer reads it."""
    spelled = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words if word)
    file.write_text("# words\n" + "".join(spelled))
    return file


def _filled(folder: Path, contents: Sequence[bytes]) -> Path:
    """A folder with these files and no others."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for content in contents:
        (folder / sha256(content).hexdigest()[:16]).write_bytes(content)
    return folder
