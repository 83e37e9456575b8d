"""All that the judge can say, and how it is said in other languages: by the gettext catalogues that the package ships.

A translation that has not the very places for values that its original has is passed over, and so is one that would do
anything with a value but show it: the English sentence is said instead. Catalogues are written by
`scripts/messages.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import import_module, resources
from importlib.resources.abc import Traversable
from pkgutil import iter_modules
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

from escrow_chain.terms.check import Rule

DOMAIN: Final = "escrow_chain"
ENGLISH: Final = "en"
_TERMS: Final = "escrow_chain.terms"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences in one `language`, as far as they are translated; `translate` is for `Sentence.spoken`."""

    language: str
    translations: NullTranslations

    def translate(self, text: str) -> str:
        """A template in this language, the same one if there is no translation that can stand for it."""
        # The entry of the empty text is the catalogue's own header.
        translated = self.translations.gettext(text) if text else text
        return translated if stands_for(text, translated) else text


def catalogue(language: str) -> Catalogue:
    """The catalogue of a language as in `de`, `de-AT` or `de_AT.UTF-8`; English if none is shipped for it."""
    shipped = _shipped()
    exact = language.partition(".")[0].replace("-", "_")
    for name in (exact, exact.partition("_")[0].lower()):
        if name in shipped:
            return _loaded(name)
    return Catalogue(ENGLISH, NullTranslations())


def languages() -> tuple[str, ...]:
    """Those that there is a catalogue of, and English."""
    return tuple(sorted({ENGLISH, *_shipped()}))


@cache
def rules() -> Mapping[str, tuple[Rule, ...]]:
    """All rules of the judge by their code, in its order. A code has several where it says different things."""
    found: dict[str, list[Rule]] = {}
    for module in iter_modules(import_module(_TERMS).__path__, f"{_TERMS}."):
        for rule in _rules_among(vars(import_module(module.name)).values()):
            alike = found.setdefault(rule.code, [])
            if rule not in alike:
                alike.append(rule)
    return MappingProxyType({code: tuple(found[code]) for code in sorted(found)})


def places(text: str) -> frozenset[str]:
    """The names of a template's places for values. Raises `ValueError` if one of them is more than a name."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise ValueError(f"{{{name}}} is not just a name")
        found.add(name)
    return frozenset(found)


def stands_for(text: str, translated: str) -> bool:
    """Whether a translation shows exactly the values that its original shows."""
    try:
        return translated == text or places(translated) == places(text)
    except ValueError:
        return False


def _rules_among(values: Iterable[Any]) -> Iterator[Rule]:
    """Those in the globals of a module, also inside of its collections."""
    for value in values:
        if isinstance(value, Rule):
            yield value
        elif isinstance(value, dict | MappingProxyType):
            yield from _rules_among(value.values())
        elif isinstance(value, tuple | list | frozenset):
            yield from _rules_among(value)


@cache
def _shipped() -> Mapping[str, Traversable]:
    """The compiled catalogues by language. What a user asks for is looked up here, and never made a path."""
    folder = resources.files("escrow_chain") / "locale"
    found = {each.name: each / "LC_MESSAGES" / f"{DOMAIN}.mo" for each in folder.iterdir() if each.is_dir()}
    return {name: file for name, file in found.items() if file.is_file()}


@cache
def _loaded(language: str) -> Catalogue:
    with _shipped()[language].open("rb") as file:
        return Catalogue(language, GNUTranslations(file))
