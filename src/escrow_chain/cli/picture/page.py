"""From verdicts to a page: one HTML file that shows all that was found, needs nothing else and runs nothing.

Names of files, what files say and what terms are called come from anybody. Every value goes through one gate on its way
into the page (`_gate`, then jinja's escaping), and the page's own policy lets a browser load nothing and run nothing,
whatever went wrong before. The text of a code and the number of a phone never come here.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from escrow_chain.cli.output import shown
from escrow_chain.cli.picture.exhibits import Item, items_of, map_of
from escrow_chain.cli.picture.labels import HEIGHT, WIDTH
from escrow_chain.cli.picture.map import Drawing
from escrow_chain.evidence.assembly import Judged
from escrow_chain.terms.catalogue import Catalogue
from escrow_chain.terms.check import Check, Raw, Value, spelled
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import Term
from escrow_chain.terms.record import Grade
from escrow_chain.terms.sentence import Sentence, say
from escrow_chain.terms.verdict import Verdict

MARK: Final = "<!doctype html>\n<!-- A report of escrow terms check -->\n"
"""How every report begins, and nothing else."""
_PACKAGE: Final = "escrow_chain.cli.picture"
_TITLES: Final[Mapping[str, Sentence]] = {
    "location_verification": say("Location"),
    "photo_upload": say("Photos"),
    "delivery_confirmation": say("Confirmation of delivery"),
    "meeting_delivery": say("Meeting"),
    "custom": say("Custom"),
}
_GRADES: Final[Mapping[Grade, Sentence]] = {
    Grade.CLAIM: say("a claim, which never releases money"),
    Grade.BOUND: say("carries a fresh nonce for this term, and the submitter's signature"),
    Grade.ATTESTED: say("a capture device or an app vouches for it"),
    Grade.COUNTERPARTY: say("the other side confirms it with a key of its own"),
}
_LONG_HEX: Final = re.compile(r"\b(0x[0-9a-fA-F]{8})[0-9a-fA-F]{16,}([0-9a-fA-F]{8})\b")
_SHORT: Final = 16
_KILOMETRE: Final = 1000
_FAR_KM: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A check in the table of all of them. `about` is the number of its piece, None if it is about all together."""

    check: Check
    about: int | None
    measured: Value
    limit: Value

    @property
    def repeats(self) -> bool:
        """Whether the limit is a long text that was just said, to the last letter."""
        limit = spelled(self.check.limit)
        return isinstance(limit, str) and limit == spelled(self.check.measured) and len(limit) > _SHORT


@dataclass(frozen=True, slots=True)
class Section:
    """One term: what is wanting, what was handed in, where it was, and every check. An added type is its own title."""

    title: Sentence | str
    term: Term
    verdict: Verdict
    wanting: tuple[Check, ...]
    drawing: Drawing | None
    items: tuple[Item, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What was judged and how: the verdicts in their order, the names of what was handed in, the circumstances.

    `thumbnails` has small JPEG files by the sha-256 of the photo, `terms_hash` 32 bytes.
    """

    judged: Sequence[Judged]
    names: Sequence[str]
    circumstances: Circumstances
    terms_hash: bytes
    thumbnails: Mapping[bytes, bytes]


def render(case: Case, catalogue: Catalogue) -> str:
    """The page."""
    style = _style()
    policy = f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    page = _environment(catalogue).get_template("page.html.j2")
    return MARK + page.render(
        case=case,
        language=catalogue.language,
        policy=policy,
        style=Markup(style),  # noqa: S704  (the package's own file)
        sections=[_section(each, case) for each in case.judged],
        fulfilled=all(each.verdict.fulfilled for each in case.judged),
        grades=_GRADES,
        width=WIDTH,
        height=HEIGHT,
    )


def _section(judged: Judged, case: Case) -> Section:
    verdict = judged.verdict
    items = items_of(judged, case.names, case.circumstances)
    numbers = {item.piece: item.number for item in items}
    rows = [
        Row(check, None if check.piece is None else numbers[check.piece], _brief(check.measured), _brief(check.limit))
        for check in verdict.checks
    ]
    rows.sort(key=lambda row: (row.check.passed, not row.check.decisive))
    return Section(
        title=_TITLES.get(verdict.term_type, verdict.term_type),
        term=judged.term,
        verdict=verdict,
        wanting=tuple(check for check in verdict.failures if check.decisive),
        drawing=map_of(judged, items),
        items=items,
        rows=tuple(rows),
    )


def _brief(value: Raw) -> Value:
    """A value for a narrow column: whole numbers without a point, and of long hashes the two ends."""
    found = spelled(value)
    if isinstance(found, float):
        return str(found).removesuffix(".0")
    return _LONG_HEX.sub(r"\1…\2", found) if isinstance(found, str) else found


def _environment(catalogue: Catalogue) -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_gate,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = _speaker(catalogue)
    environment.filters |= {
        "spoken": lambda sentence: sentence.spoken(catalogue.translate),
        "translated": catalogue.translate,
        "jpeg": _data_url,
        "hex": lambda value: "0x" + value.hex(),
        "distance": _distance,
        "px": lambda value: f"{value:.1f}",
    }
    return environment


def _gate(value: Any) -> Any:
    """What goes into the page: the template's own markup as it is, and everything else as visible characters."""
    return value if isinstance(value, Markup) else "" if value is None else shown(value)


def _speaker(catalogue: Catalogue) -> Callable[..., str]:
    def speak(text: str, **values: object) -> str:
        given = {name: str(value) for name, value in values.items()}
        return Sentence(text=text, values=given).spoken(catalogue.translate)

    return speak


def _data_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _distance(metres: float) -> str:
    if metres < _KILOMETRE:
        return f"{metres:.0f} m"
    kilometres = metres / _KILOMETRE
    return f"{kilometres:.0f} km" if kilometres >= _FAR_KM else f"{kilometres:.1f} km".replace(".0 ", " ")


@cache
def _style() -> str:
    return (resources.files(_PACKAGE) / "templates" / "page.css").read_text("utf-8")


def _digest(style: str) -> str:
    """As a Content-Security-Policy names a style. Source: CSP Level 3, 2.3.1."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
