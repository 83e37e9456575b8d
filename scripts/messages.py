"""Writes what people are told into the catalogues and into docs/checks.md: `python scripts/messages.py`.

With --check it writes nothing, and fails if a file is stale. Sentences come from the rules of the judge, which are
collected at run time, from the calls of `say` and of `Refusal`, which are found in the source, and from the calls of
`say` in page templates. Translations are written into the .po files by people; the .mo beside each is made from it.
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from escrow_chain.terms.catalogue import DOMAIN, places, rules, stands_for
from escrow_chain.terms.check import Rule

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "src" / "escrow_chain"
LOCALE: Final = SOURCE / "locale"
TEMPLATE: Final = LOCALE / f"{DOMAIN}.pot"
CHECKS: Final = ROOT / "docs" / "checks.md"
_SAY: Final = "escrow_chain.terms.sentence.say"
_REFUSALS: Final = {
    "escrow_chain.evidence.refusal.Refusal": "",
    "escrow_chain.evidence.pdf_objects.Refused": "document.",
}
"""What takes a code and a sentence, and how all codes begin that it is given."""
_CODE: Final = re.compile(r"[a-z_…]+\.[a-z0-9_…]+")
_CHANGING: Final = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By")
_HEADER: Final = "# What escrow_chain says to people. Written by scripts/messages.py."
_ABOUT_CHECKS: Final = """\
# Checks

What a verdict can contain, and what it says about it. Written by `scripts/messages.py`: change the rules, not this.

A check that is **decisive** decides about the term; any other one only about whether a piece of evidence, or one point
of several, counts. `{measured}` and `{limit}` stand for the check's own values, in its unit, and other names for what
the check is about.
"""
_ABOUT_REFUSALS: Final = """
## Evidence that cannot be read

What is said of a piece that never comes before the judge. It is a failed check of grade G0, decides nothing, and the
piece counts for nothing.

| code | says |
| --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence of a `Refusal`, with the codes that it can have."""

    codes: tuple[str, ...]
    sentence: str


@dataclass(slots=True)
class Found:
    """What is said: for each text where it is, refusals in their order, and what is wrong with how it is written."""

    uses: dict[str, list[str]] = field(default_factory=dict)
    refusals: list[Refused] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, text: str, use: str) -> None:
        """One more use of a text."""
        if text and use not in (uses := self.uses.setdefault(text, [])):
            uses.append(use)


@click.command()
@click.option("--check", is_flag=True, help="Compare only, and fail if a file is stale.")
def cli(*, check: bool) -> None:
    """Write the catalogues and docs/checks.md."""
    found = extract()
    problems = [*found.problems, *mistranslated()]
    if problems:
        raise click.ClickException("\n".join(problems))
    files = made(found)
    stale = [path for path, content in files.items() if not path.is_file() or path.read_bytes() != content]
    if check and stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        raise click.ClickException(f"{names}: stale; run `python scripts/messages.py`")
    for path in stale:
        path.write_bytes(files[path])
        click.echo(f"wrote {path.relative_to(ROOT)}")
    for language, missing in untranslated(found).items():
        click.echo(f"{language}: {len(found.uses) - len(missing)} of {len(found.uses)} sentences are translated")


def extract(source: Path = SOURCE) -> Found:
    """All that is said: by the rules, and by the code and the page templates in a folder."""
    found = Found()
    for code, alike in rules().items():
        for rule in alike:
            _add_rule(found, code, rule)
    for path in sorted(source.rglob("*.py")):
        _Reader(found, str(path.relative_to(source))).read(path.read_text())
    for path in sorted(source.rglob("*.j2")):
        _add_template(found, str(path.relative_to(source)), path.read_text())
    return found


def made(found: Found) -> Mapping[Path, bytes]:
    """The content of every file that is made from what is said and from the translations at hand."""
    template = _catalog(found, None, {})
    files = {CHECKS: _checks(found).encode(), TEMPLATE: _po(template)}
    for path in translations():
        merged = _catalog(found, path.parts[-3], _strings(path))
        compiled = io.BytesIO()
        write_mo(compiled, merged)
        files[path] = _po(merged)
        files[path.with_suffix(".mo")] = compiled.getvalue()
    return files


def translations() -> list[Path]:
    """The .po files."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def untranslated(found: Found) -> Mapping[str, list[str]]:
    """What is said in English, by language."""
    return {path.parts[-3]: [text for text in found.uses if not _strings(path).get(text)] for path in translations()}


def mistranslated() -> list[str]:
    """Translations that would be passed over, since they have not the places of their originals."""
    return [
        f"{path.relative_to(ROOT)}: loses or invents a value: {text}"
        for path in translations()
        for text, string in _strings(path).items()
        if not stands_for(text, string)
    ]


def _add_rule(found: Found, code: str, rule: Rule) -> None:
    found.add(rule.passed, f"{code}: passed")
    found.add(rule.failed, f"{code}: failed")
    for reason, text in rule.otherwise.items():
        found.add(text, f"{code}: failed, {reason}")
    if rule.unit:
        found.add(rule.unit, f"{code}: unit")
    for text in rule.texts:
        _check_places(found, code, text)


def _check_places(found: Found, where: str, text: str, given: frozenset[str] | None = None) -> None:
    """A text must have plain places; where it is known what is `given`, places for just that."""
    try:
        wanted = places(text)
    except ValueError as error:
        found.problems.append(f"{where}: {error}: {text}")
        return
    if given is not None and wanted != given:
        odd = ", ".join(sorted(wanted ^ given))
        found.problems.append(f"{where}: {odd}: given but not said, or said but not given: {text}")


class _Reader(ast.NodeVisitor):
    """Reads the calls of `say` and of `Refusal` in a module."""

    def __init__(self, found: Found, where: str) -> None:
        self._found = found
        self._where = where
        self._origin: dict[str, str] = {}
        self._globals: dict[str, ast.expr] = {}
        self._sentences: set[str] = set()
        self._codes: tuple[str, ...] = ()
        self._module = f"escrow_chain.{where.removesuffix('.py').replace('/', '.')}"

    def read(self, source: str) -> None:
        """The whole module."""
        module = ast.parse(source)
        for node in module.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                self._globals[node.target.id] = node.value
        for node in ast.walk(module):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name)) | ast.arg(arg=name) if _is_sentence(node.annotation):
                    self._sentences.add(name)
        self.visit(module)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for name in node.names:
            self._origin[name.asname or name.name] = f"{node.module}.{name.name}"

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._origin[node.name] = f"{self._module}.{node.name}"
        if self._origin[node.name] not in _REFUSALS:  # such a class only passes on what it is given
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = self._origin.get(node.func.id, "") if isinstance(node.func, ast.Name) else ""
        match node.args:
            case [ast.Starred(), *_] if called in _REFUSALS:
                self._pairs(node, begin=_REFUSALS[called])
            case _ if called in _REFUSALS:
                given = dict(zip(("code", "sentence"), node.args, strict=False))
                given |= {each.arg: each.value for each in node.keywords if each.arg in ("code", "sentence")}
                self._refusal(given.get("code"), given.get("sentence"), node, begin=_REFUSALS[called])
            case _ if called == _SAY:
                self._said(node)
            case _:
                self.generic_visit(node)

    def _pairs(self, node: ast.Call, *, begin: str) -> None:
        """Code and sentence stand together under some name: all such pairs of the module are taken for refusals."""
        pairs = []
        for value in self._globals.values():
            match value:
                case ast.Tuple(elts=[ast.Constant(value=str(code)) as first, ast.Constant() as second]):
                    pairs += [(first, second)] if _CODE.fullmatch(begin + code) else []
        if not pairs:
            self._problem(node, "there are no pairs of code and sentence in this module")
        for pair in pairs:
            self._refusal(*pair, node, begin=begin)

    def _refusal(self, code: ast.expr | None, sentence: ast.expr | None, node: ast.Call, *, begin: str) -> None:
        found = (begin + each for each in self._texts_in(code))
        outer, self._codes = self._codes, tuple(each for each in found if _CODE.fullmatch(each))
        self._sentence(sentence, node)
        self._codes = outer

    def _sentence(self, sentence: ast.expr | None, node: ast.Call) -> None:
        match sentence:
            case ast.Constant(value=str(text)):
                self._keep(text, node, frozenset())
            case ast.Call(func=ast.Name(id=name)) if self._origin.get(name) == _SAY:
                self.visit(sentence)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in self._sentences:
                pass
            case _:
                self._problem(node, "the sentence of a Refusal is a literal, made by `say`, or annotated as Sentence")

    def _said(self, node: ast.Call) -> None:
        match node.args:
            case [ast.Constant(value=str(text))]:
                self._keep(text, node, frozenset(each.arg or "**" for each in node.keywords))
            case _:
                self._problem(node, "what `say` says is a literal")
        for each in node.keywords:
            self.visit(each.value)

    def _keep(self, text: str, node: ast.Call, given: frozenset[str]) -> None:
        self._found.add(text, ", ".join(self._codes) or self._where)
        if self._codes:
            self._found.refusals.append(Refused(self._codes, text))
        _check_places(self._found, f"{self._where}:{node.lineno}", text, given)

    def _problem(self, node: ast.Call, what: str) -> None:
        self._found.problems.append(f"{self._where}:{node.lineno}: {what}")

    def _texts_in(self, code: ast.expr | None) -> Iterator[str]:
        """The texts that an expression can have; `…` stands for what only shows at run time."""
        match code:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts)
            case ast.Name(id=name) if name in self._globals:
                yield from self._texts_in(self._globals[name])
            case ast.AST():
                for child in ast.iter_child_nodes(code):
                    if isinstance(child, ast.expr):
                        yield from self._texts_in(child)


def _is_sentence(annotation: ast.expr | None) -> bool:
    """Whether something is made by `say`, wherever that is, since text would not pass the type checker."""
    return annotation is not None and ast.unparse(annotation) in ("Sentence", "ClassVar[Sentence]", "Final[Sentence]")


def _add_template(found: Found, where: str, source: str) -> None:
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "say"):
            continue
        match call.args:
            case [nodes.Const(value=str(text))]:
                found.add(text, where)
                _check_places(found, f"{where}:{call.lineno}", text, frozenset(each.key for each in call.kwargs))
            case _:
                found.problems.append(f"{where}:{call.lineno}: what `say` says is a literal")


class _Steady(Catalog):
    """A catalogue that is the same whenever it is written, and by which release of Babel."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().mime_headers if name not in _CHANGING]


def _catalog(found: Found, language: str | None, strings: Mapping[str, str]) -> Catalog:
    catalog = _Steady(
        locale=language,
        header_comment=_HEADER,
        project=DOMAIN,
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        fuzzy=False,
    )
    for text, uses in found.uses.items():
        catalog.add(text, strings.get(text, ""), auto_comments=uses)
    for text in sorted(strings.keys() - found.uses.keys()):
        catalog.obsolete[text] = Message(text, strings[text])
    return catalog


def _strings(path: Path) -> Mapping[str, str]:
    """The translations in a .po file by their originals, also of what is said no more. What is fuzzy is none."""
    with path.open("rb") as file:
        catalog = read_po(file)
    messages = chain(catalog, catalog.obsolete.values())
    return {each.id: each.string for each in messages if each.id and each.string and not each.fuzzy}


def _po(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, catalog, width=100)
    return written.getvalue()


def _checks(found: Found) -> str:
    parts = [_ABOUT_CHECKS]
    family = None
    for code, alike in rules().items():
        if code.partition(".")[0] != family:
            family = code.partition(".")[0]
            parts.append(
                f"\n## {family}\n\n| code | unit | decisive | says if it passed | says if it failed |\n"
                "| --- | --- | --- | --- | --- |\n"
            )
        parts += [_row(f"`{code}`", *_cells(rule)) for rule in alike]
    parts.append(_ABOUT_REFUSALS)
    rows = sorted((", ".join(f"`{code}`" for code in each.codes), each.sentence) for each in found.refusals)
    parts += [_row(*row) for row in dict.fromkeys(rows)]
    return "".join(parts)


def _cells(rule: Rule) -> Iterable[str]:
    failed = [rule.failed, *rule.otherwise.values()]
    return rule.unit or "", "yes" if rule.decisive else "", rule.passed, "<br>".join(each for each in failed if each)


def _row(*cells: Any) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    cli()
