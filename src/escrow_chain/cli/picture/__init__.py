"""`escrow terms check … --report FILE.html`: a picture of the verdicts, to look at, to send and to print."""

import os
from collections.abc import Sequence
from pathlib import Path

from escrow_chain.cli.failure import InputError
from escrow_chain.cli.picture.page import MARK, Case, render
from escrow_chain.evidence.assembly import Judged
from escrow_chain.evidence.handed_in import HandedIn, LoosePhoto, Signed
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.evidence.thumbnail import thumbnail
from escrow_chain.terms.catalogue import Catalogue
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import TermsDocument
from escrow_chain.terms.photo import Photo


def refuse_to_overwrite(path: Path) -> None:
    """Raises `InputError` if there is anything at this place but an earlier report: evidence may lie nearby."""
    try:
        ours = not path.exists() or (path.is_file() and _begins_as_ours(path))
        missing = not path.parent.is_dir()
    except OSError as error:
        raise _unwritable(path, error) from error
    if missing:
        raise InputError(f"there is no folder {path.parent}", where="--report", remedy="Make it, or name another.")
    if not ours:
        raise InputError(f"{path} is there, and is no report", where="--report", remedy="Give the report another name.")


def save_report(
    path: Path,
    document: TermsDocument,
    judged: Sequence[Judged],
    named: Sequence[tuple[Path, HandedIn]],
    circumstances: Circumstances,
    *,
    sandbox: Sandbox,
    catalogue: Catalogue,
) -> None:
    """Writes the page to `path`. `named` are the things handed in with the files that they came from."""
    case = Case(
        judged=judged,
        names=_short([str(file) for file, _ in named]),
        circumstances=circumstances,
        terms_hash=document.hash,
        thumbnails=_thumbnails(judged, [thing for _, thing in named], sandbox),
    )
    page = render(case, catalogue)
    try:
        path.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        raise _unwritable(path, error) from error


def _begins_as_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK.encode()


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} can't be written: {error.strerror}", where="--report", remedy="Name another file.")


def _short(names: Sequence[str]) -> Sequence[str]:
    """The names as seen from the folder that all are in: who gets the report need not know where that is."""
    try:
        folder = os.path.commonpath([Path(name).parent for name in names])
    except ValueError:
        return names
    return [os.path.relpath(name, folder or None) for name in names]


def _thumbnails(judged: Sequence[Judged], things: Sequence[HandedIn], sandbox: Sandbox) -> dict[bytes, bytes]:
    """Pictures of all photos that could be read, by the sha-256 of the photo."""
    found: dict[bytes, bytes] = {}
    for each in judged:
        for piece, source in zip(each.evidence, each.sources, strict=True):
            thing = things[source]
            if not isinstance(piece, Photo) or not isinstance(thing, LoosePhoto | Signed) or piece.sha256 in found:
                continue
            picture = thumbnail(thing.file, sandbox=sandbox) if thing.file else None
            if picture:
                found[piece.sha256] = picture
    return found
