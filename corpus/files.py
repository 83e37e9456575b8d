"""The files of the corpus, each by its name: made when it is missing, and kept as it is otherwise.

Some cannot be made twice alike (signatures are random, and encoders change), so what is there stays, and the cases are
made over it. Delete a file to have it made anew, and all files of its family (`FAMILIES`), which share certificates.
"""

from collections.abc import Callable, Mapping
from typing import Final

from corpus import cameras, drawn, filmed, odd_papers, papers, sealed, unusual
from corpus.case import FILES

FAMILIES: Final[Mapping[str, Callable[[], Mapping[str, bytes]]]] = {
    "pictures": drawn.pictures,
    "broken pictures": drawn.broken,
    "small pictures": drawn.small,
    "photos that cameras signed": filmed.photos,
    "photos of a cloth": cameras.photos,
    "documents": papers.plain,
    "refused documents": papers.refused,
    "documents that people signed": papers.signed_papers,
    "odd documents": odd_papers.odd,
    "documents that are signed by hand": sealed.sealed,
    "unusual photos": unusual.unusual,
    "parts of a picture": unusual.parts,
    "tracks": drawn.tracks,
}


def make_files() -> tuple[int, int]:
    """Writes the families of which a file is missing; returns how many files there are, and how many were written.

    All are made to learn their names, and those that are whole stay as they are. Files of no family are removed.
    """
    FILES.mkdir(exist_ok=True)
    families = [make_family() for make_family in FAMILIES.values()]
    names = {name for made in families for name in made}
    there = {file.name for file in FILES.iterdir()}
    for name in there - names:
        (FILES / name).unlink()
    incomplete = [made for made in families if made.keys() - there]
    for made in incomplete:
        for name, content in made.items():
            (FILES / name).write_bytes(content)
    return len(names), sum(map(len, incomplete))
