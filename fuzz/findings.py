"""Where runs keep what they need and what they found: under build/fuzz, a folder for each target.

    build/fuzz/<target>/material       the valid inputs of the last run, with keys and whatever else belongs to them
    build/fuzz/<target>/corpus/        inputs that reached new code; the next run begins with them
    build/fuzz/<target>/found/<name>/  an input that is a finding, its material, and what came out

A finding can be repeated as long as its folder is whole: signatures in its input are by keys in its material.
"""

import pickle
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Final

from fuzz.target import Material
from fuzz.trial import Finding

FOLDER: Final = Path("build/fuzz")
INPUT: Final = "input"
_MATERIAL: Final = "material"


def folder(target: str) -> Path:
    """A target's folder."""
    made = FOLDER / target
    made.mkdir(parents=True, exist_ok=True)
    return made


def keep_material(target: str, material: Material) -> None:
    """Keeps it for this run, in the target's folder."""
    (folder(target) / _MATERIAL).write_bytes(pickle.dumps(material))


def has_material(folder: Path) -> bool:
    """Whether there is material in a folder."""
    return (folder / _MATERIAL).is_file()


def read_material(folder: Path) -> Material:
    """The material in a folder."""
    material: Material = pickle.loads((folder / _MATERIAL).read_bytes())  # noqa: S301  (this program wrote it)
    return material


def keep(finding: Finding) -> Path:
    """Keeps an input with its material; the file to repeat it from."""
    found = folder(finding.target) / "found" / sha256(finding.content).hexdigest()[:12]
    found.mkdir(parents=True, exist_ok=True)
    (found / INPUT).write_bytes(finding.content)
    (found / "what.txt").write_text(f"{finding.what}\n\n{finding.trace}", errors="backslashreplace")
    shutil.copy(folder(finding.target) / _MATERIAL, found / _MATERIAL)
    return found / INPUT
