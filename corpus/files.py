"""The files of the corpus, each by its name: made when it is missing, and kept as it is otherwise.

Some cannot be made twice alike (signatures are random, and encoders change), so what is there stays, and the cases are
made over it. Delete a file to have it made anew, and all files of its family (`FAMILIES`), which share certificates.
"""

from collections.abc import Callable, Mapping
from typing import Final

from corpus import drawn, filmed, papers
from corpus.case import FILES

FAMILIES: Final[Mapping[str, Callable[[], Mapping[str, bytes]]]] = {
    "pictures": drawn.pictures,
    "broken pictures": drawn.broken,
    "photos that cameras signed": filmed.photos,
    "documents": papers.plain,
    "refused documents": papers.refused,
    "documents that people signed": papers.signed_papers,
    "tracks": drawn.tracks,
}


def make_files() -> tuple[int, int]:
    """Makes what is missing; returns how many files there are, and how many of them are new."""
    FILES.mkdir(exist_ok=True)
    names: set[str] = set()
    new = 0
    listed = FILES / "names.txt"
    for family, make in FAMILIES.items():
        known = _known(listed, family)
        if not known or any(not (FILES / name).exists() for name in known):
            made = make()
            for name, content in made.items():
                (FILES / name).write_bytes(content)
            new += len(made)
            known = set(made)
        names |= known
        _remember(listed, family, known)
    return len(names), new
