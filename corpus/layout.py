"""A case as a folder of files: what any judge is given, ours and others."""

import json
from pathlib import Path

from corpus.case import Case


def lay_out(case: Case, folder: Path) -> list[Path]:
    """Writes `terms.json`, each piece and every file that they name; returns the evidence in its order.

    A file that a piece names and the corpus does not have is left out: that is what such a case is about.
    """
    (folder / "terms.json").write_text(json.dumps(case.terms))
    evidence = []
    for number, each in enumerate(case.evidence):
        path = folder / f"piece-{number:04}.json"
        if "file" in each:
            path = folder / each["file"]
        elif "text" in each:
            path.write_text(each["text"])
        else:
            path.write_text(json.dumps(each["piece"]))
            _place(case, each["piece"].get("photo") or each["piece"].get("document"), folder)
        if "file" in each:
            _place(case, each["file"], folder)
        evidence.append(path)
    _place(case, case.anchors, folder)
    return evidence


def _place(case: Case, name: str | None, folder: Path) -> None:
    if name and not name.startswith("missing"):
        (folder / name).write_bytes(case.bytes_of(name))
