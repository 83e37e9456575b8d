"""How fast evidence is kept and read, besides photos: the store, documents, and the word of platforms."""

import json
from pathlib import Path

from bench.devices import devices
from bench.documents import documents
from bench.store import store


def main(directory: Path) -> None:
    """Measures, prints, and writes `evidence.json`."""
    figures = store() | documents() | devices()
    (directory / "evidence.json").write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:36} {value}")
