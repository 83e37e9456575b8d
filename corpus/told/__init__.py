"""The cases, told by subject: each module has its `cases()`."""

from collections.abc import Iterator
from importlib import import_module
from typing import Final

from corpus.case import Case

SUBJECTS: Final = (
    "binding",
    "refused_terms",
    "places",
    "photos",
    "pictures",
    "manifests",
    "unusual",
    "earlier",
    "meetings",
    "words",
    "codes",
    "documents",
    "pdfs",
    "checkpoints",
    "signers",
)


def told() -> Iterator[tuple[str, Case]]:
    """Every case with its subject."""
    for subject in SUBJECTS:
        for case in import_module(f"{__name__}.{subject}").cases():
            yield subject, case
