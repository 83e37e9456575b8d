"""A case as it stands in a file: what is to be proven, what was handed in, and what must be found."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

FOLDER: Final = Path(__file__).parent
CASES: Final = FOLDER / "cases"
FILES: Final = FOLDER / "files"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `README.md` says what each field means."""

    name: str
    shows: str
    threat: int | None
    honest: str | None
    terms: Mapping[str, Any]
    deal: str
    milestone: int
    submitter: str | None
    deadline: str | None
    at: str
    anchors: str | None
    padded: Mapping[str, Mapping[str, Any]]
    evidence: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, Any]
    earlier: tuple[str, ...] = ()

    @classmethod
    def read(cls, file: Path) -> Self:
        """The case in a file."""
        found = json.loads(file.read_text())
        return cls(**found | {name: tuple(found.get(name, ())) for name in ("evidence", "earlier")})

    @property
    def before(self) -> "tuple[Case, ...]":
        """The cases whose evidence came to the same service."""
        return tuple(Case.read(CASES / f"{name}.json") for name in self.earlier)

    @property
    def types(self) -> tuple[str, ...]:
        """The term types that its terms name, in their order."""
        return tuple(str(term.get("term_type")) for term in self.terms["terms"])

    @property
    def files(self) -> frozenset[str]:
        """The names of the files in `corpus/files` that it needs."""
        named = {self.anchors} if self.anchors else set()
        for each in self.evidence:
            piece = each.get("piece", {})
            named |= {name for name in (each.get("file"), piece.get("photo"), piece.get("document")) if name}
        made = {str(how["file"]) for name, how in self.padded.items() if name in named}
        return frozenset(named - self.padded.keys() | made)

    def bytes_of(self, name: str) -> bytes:
        """The bytes of a file by the name that it has in this case, be it lengthened with zeros or not."""
        how = self.padded.get(name)
        if how is None:
            return (FILES / name).read_bytes()
        return (FILES / how["file"]).read_bytes().ljust(how["bytes"], b"\0")

    def text(self) -> str:
        """It as JSON: a line for each piece, so that changes can be read."""
        lines = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "earlier" and not value:
                continue
            shown = json.dumps(value, ensure_ascii=False)
            if field.name == "evidence" and value:
                shown = "[\n  " + ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in value) + "\n ]"
            lines.append(f' "{field.name}": {shown}')
        return "{\n" + ",\n".join(lines) + "\n}\n"


def cases() -> Iterator[Case]:
    """All cases, by name."""
    for file in sorted(CASES.glob("*.json")):
        yield Case.read(file)
