"""The terms of one milestone as a document, its hash, and the ids of its terms.

    {"format": "escrow_chain/terms/1", "salt": "0x…", "timezone": "Africa/Kampala",
     "people": {"customer": "0x…"}, "phones": {}, "authorities": {},
     "terms": [{"term_type": "location_verification", "data": {...}}, ...]}

The keccak256 of its RFC 8785 bytes is the milestone's `terms` on chain. Everything in `data` is
hashed, known or not. The hash is public and the terms are not: `salt`, 32 random bytes, keeps others
from finding them by trying; terms that are only tried out need none. `people`, `phones` and `authorities` say who else
than the recipient has a word and how (`escrow_chain.terms.people`), and may be left out. The format fixes the defaults:
a term without `grade` asks for G1.
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from eth_hash.auto import keccak

from escrow_chain.protocol.canonical import JsonValue, child_path, document_hash
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.errors import InvalidTerms, Problem, UnknownZone
from escrow_chain.terms.options import Options, parse_options
from escrow_chain.terms.people import AUTHORITIES, PEOPLE, PHONES, RECIPIENT, parse_named
from escrow_chain.terms.registry import TermType, term_type
from escrow_chain.terms.zones import zone

FORMAT: Final = "escrow_chain/terms/1"
_SALT: Final = re.compile("0x[0-9a-f]{64}")
DEFAULT_TIMEZONE: Final = "Africa/Kampala"


@dataclass(frozen=True, slots=True)
class Term:
    """One fact to prove. `id` has 32 bytes; `position` is its place in the document, from 0."""

    id: bytes
    position: int
    type: TermType
    options: Options


@dataclass(frozen=True, slots=True)
class TermsDocument:
    """All that must be proven for one milestone. `hash` has 32 bytes and stands in the milestone."""

    hash: bytes
    timezone: str
    people: Mapping[str, str]
    phones: Mapping[str, str]
    authorities: Mapping[str, tuple[bytes, ...]]
    terms: tuple[Term, ...]

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The root certificates (DER) of all authorities."""
        return tuple(dict.fromkeys(root for certificates in self.authorities.values() for root in certificates))

    def circumstances(
        self, *, at: datetime, deal: bytes, milestone: int, submitter: str | None, deadline: datetime | None = None
    ) -> Circumstances:
        """How evidence for these terms is judged in a milestone of a deal (see `Circumstances`)."""
        roots = {
            role: frozenset(sha256(root).digest() for root in certificates)
            for role, certificates in self.authorities.items()
        }
        return Circumstances(
            at=at,
            zone=self.timezone,
            deal=deal,
            milestone=milestone,
            submitter=submitter,
            people=self.people,
            phones=self.phones,
            roots=roots,
            deadline=deadline,
        )

    def unnamed(self) -> Iterator[tuple[Term, str]]:
        """Who is wanted by a term and not named, with that term: it can't be fulfilled."""
        for term in self.terms:
            options = term.options
            named = {RECIPIENT} | self.people.keys()
            for role in sorted(options.roles - named - (options.signing_roles & self.authorities.keys())):
                yield term, role
            for role in sorted(options.phone_roles - self.phones.keys()):
                yield term, f"{role}'s phone"


def term_id(terms_hash: bytes, position: int) -> bytes:
    """keccak256(terms hash || position as uint256): 32 bytes."""
    return keccak(terms_hash + position.to_bytes(32))


def parse_document(document: JsonValue) -> TermsDocument:
    """The terms that a document says.

    Raises `InvalidTerms` or `NotSupportedYet` with the path of what is wrong, and `InvalidJson` if
    the value cannot be hashed.
    """
    document = _object(document, path="document")
    _exact_keys(document, {"format", "timezone", "terms"}, {"salt", "people", "phones", "authorities"}, path="")
    if "salt" in document and not (isinstance(document["salt"], str) and _SALT.fullmatch(document["salt"])):
        raise InvalidTerms(Problem("salt", "not 32 bytes as 0x and 64 hexadecimal digits"))
    if document["format"] != FORMAT:
        raise InvalidTerms(Problem("format", f"not {FORMAT}"))
    entries = document["terms"]
    if not isinstance(entries, list | tuple) or not entries:
        raise InvalidTerms(Problem("terms", "not a list with at least one term"))
    terms_hash = document_hash(document)
    terms = (
        _term(entry, terms_hash, position, path=child_path("terms", position)) for position, entry in enumerate(entries)
    )
    return TermsDocument(
        hash=terms_hash,
        timezone=_timezone(document["timezone"]),
        people=parse_named(PEOPLE, document.get("people", {}), path="people"),
        phones=parse_named(PHONES, document.get("phones", {}), path="phones"),
        authorities=parse_named(AUTHORITIES, document.get("authorities", {}), path="authorities"),
        terms=tuple(terms),
    )


def parse_term(term: JsonValue, *, timezone: str = DEFAULT_TIMEZONE) -> TermsDocument:
    """The document of this single `{term_type, data}`; paths in errors start at `data`.

    Raises as `parse_document`.
    """
    term = _object(term, path="term")
    _term(term, bytes(32), 0, path="")
    bare = {"term_type": term["term_type"], "data": term["data"]}
    return parse_document({"format": FORMAT, "timezone": timezone, "terms": [bare]})


def _term(entry: JsonValue, terms_hash: bytes, position: int, *, path: str) -> Term:
    entry = _object(entry, path=path)
    if path:
        _exact_keys(entry, {"term_type", "data"}, path=path)
    found = term_type(entry.get("term_type"), path=child_path(path, "term_type"))
    data_path = child_path(path, "data")
    data = _object(entry.get("data"), path=data_path)
    options = parse_options(found.options, data, path=data_path)
    return Term(id=term_id(terms_hash, position), position=position, type=found, options=options)


def _timezone(name: JsonValue) -> str:
    try:
        return zone(str(name)).key
    except UnknownZone as error:
        raise InvalidTerms(Problem("timezone", str(error))) from None


def _object(value: JsonValue, *, path: str) -> Mapping[str, JsonValue]:
    if not isinstance(value, Mapping):
        raise InvalidTerms(Problem(path, "not a JSON object"))
    return value


def _exact_keys(
    value: Mapping[str, JsonValue], keys: AbstractSet[str], optional: AbstractSet[str] = frozenset(), *, path: str
) -> None:
    problems = [Problem(child_path(path, key), "missing") for key in sorted(keys - value.keys())]
    problems += [Problem(child_path(path, key), "unknown") for key in sorted(value.keys() - keys - optional)]
    if problems:
        raise InvalidTerms(*problems)
