"""The evidence bundle: one file with all that an arbiter, an auditor or a second attestor needs to judge again.

A ZIP archive in one form (`escrow_chain.evidence.bundle_archive`), with these members in this order:

    bundle.json      what was judged, when, by which judge, and with what outcome; the sha-256 of every other member
    signature.json   the signature of whoever answers for it
    terms/0.json     of each milestone the terms document,
    pieces/0.json    then its signed pieces with their receipts (`escrow_chain.evidence.signed_piece`),
    files/0          each followed by its file if it is a photo or a document

All JSON is in the form of RFC 8785. The receipts have what the service recorded that cannot be found out again: times,
nonces, what index, wallets and devices answered. The signature covers `bundle.json`, and thereby everything: EIP-712

    EvidenceBundle(bytes32 deal,bytes32 content)

under the escrow's domain, where `content` is the sha-256 of `bundle.json`. `docs/bundle.md` has every field.
"""

import platform
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from escrow_chain.evidence.bundle_archive import packed, unpacked
from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.handed_in import Signed
from escrow_chain.evidence.signed_piece import SignedPiece
from escrow_chain.protocol.canonical import (
    MAX_BYTES,
    InvalidJson,
    JsonValue,
    canonical,
    child_path,
    document_hash,
    parse,
)
from escrow_chain.protocol.numbers import Address, Bytes, Bytes32, Uint8
from escrow_chain.protocol.signatures import SIZE
from escrow_chain.protocol.typed_data import Attestation, Domain, Message, Struct
from escrow_chain.terms.options import broken_rule
from escrow_chain.terms.record import Instant, Record
from escrow_chain.terms.registry import added

RecordT = TypeVar("RecordT", bound=Record)
FORMAT: Final = "escrow_chain/bundle/1"
MAX_CONTENTS: Final = 16_000_000
"""Bytes of `bundle.json`: verdicts on some ten thousand pieces."""
_MAX_JSON: Final = 4 * MAX_BYTES
"""Bytes of any other JSON: what was read as `MAX_BYTES` is at most so much in the form of RFC 8785 (1e15 is longer)."""
MAX_MARKS: Final = 1_000_000
"""Commas and opening brackets in any JSON: a reader may need hundreds of bytes for each value, however short."""
_CONTENTS: Final = "bundle.json"
_SIGNATURE: Final = "signature.json"
_JUDGES: Final = (
    "asn1crypto",
    "c2pa-python",
    "cryptography",
    "escrow_chain",
    "numpy",
    "opencv-python-headless",
    "pdqhash",
    "pillow",
    "pydantic",
    "pyhanko",
    "pyhanko-certvalidator",
    "pypdf",
    "pyproj",
    "tzdata",
    "webauthn",
)
"""What reads untrusted bytes or measures: a verdict depends on it, besides the evidence."""

TermsName = Annotated[str, StringConstraints(pattern=r"^terms/[0-9]{1,4}\.json$")]
PieceName = Annotated[str, StringConstraints(pattern=r"^pieces/[0-9]{1,4}\.json$")]
FileName = Annotated[str, StringConstraints(pattern=r"^files/[0-9]{1,4}$")]


class EvidenceBundle(Message):
    """The word of whoever answers for a bundle."""

    struct: ClassVar[Struct] = Struct("EvidenceBundle", (("bytes32", "deal"), ("bytes32", "content")))

    deal: Bytes32
    content: Bytes32


class Signature(Record):
    """`signature.json`: who signed, and the signature, r, s, v."""

    signer: Address
    signature: Annotated[Bytes, Field(min_length=SIZE, max_length=SIZE)]

    @property
    def content(self) -> bytes:
        """The bytes of `signature.json`."""
        return canonical(self.model_dump(mode="json"))


class Exhibited(Record):
    """One piece: the members that hold it and its file, if it has one."""

    piece: PieceName
    file: FileName | None = None


class Hearing(Record):
    """What was judged of one milestone. `terms` is a member.

    `verdicts` are those on its terms, as in `Verdict.as_json`, but without the sentences: whoever reads them makes them
    anew, in any language, and need not believe them.
    """

    milestone: Uint8
    submitter: Address
    deadline: Instant
    terms: TermsName
    evidence: tuple[Exhibited, ...]
    verdicts: tuple[dict[str, Any], ...]


class Contents(Record):
    """`bundle.json`. `at` is the time of judging, `leaves` are those under the attestation's evidence root.

    `anchors` are the certificates (PEM) of the makers of cameras that were trusted. Without an attestation nothing was
    attested, be it fulfilled or not.
    """

    format: Literal["escrow_chain/bundle/1"] = FORMAT
    judge: Mapping[str, str]
    domain: Domain
    deal: Bytes32
    at: Instant
    anchors: Annotated[str, Field(max_length=MAX_BYTES)] = ""
    hearings: Annotated[tuple[Hearing, ...], Field(min_length=1)]
    leaves: tuple[dict[str, Any], ...] = ()
    attestation: Attestation | None = None
    members: Mapping[str, Bytes32]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if len({each.milestone for each in self.hearings}) < len(self.hearings):
            raise broken_rule("has the same milestone twice", at="hearings")
        if (self.attestation is None) is (len(self.leaves) > 0):
            raise broken_rule("goes with an attestation, and an attestation with leaves", at="leaves")
        if sorted(self.named) != sorted(self.members):
            raise broken_rule("not the members that the hearings name, each once", at="members")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """All members but `bundle.json` and `signature.json`, in their order."""
        names = []
        for hearing in self.hearings:
            names.append(hearing.terms)
            for each in hearing.evidence:
                names += [each.piece] if each.file is None else [each.piece, each.file]
        return tuple(names)

    @property
    def content(self) -> bytes:
        """The bytes of `bundle.json`."""
        return canonical(self.model_dump(mode="json"))

    @property
    def word(self) -> EvidenceBundle:
        """What is signed of it."""
        return EvidenceBundle(deal=self.deal, content=sha256(self.content).digest())


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was read: its members are those that it names, with the hashes that it names."""

    contents: Contents
    signature: Signature
    members: Mapping[str, bytes]

    def terms(self, hearing: Hearing) -> JsonValue:
        """The terms document of a milestone. Raises `InvalidBundle`."""
        return self._canonical(hearing.terms)

    def terms_hash(self, hearing: Hearing) -> bytes:
        """The hash of that document, 32 bytes. Raises `InvalidBundle`."""
        return document_hash(self.terms(hearing))

    def evidence(self, hearing: Hearing) -> Iterator[Signed]:
        """The signed pieces that were judged, in their order. Raises `InvalidBundle`."""
        for each in hearing.evidence:
            self._canonical(each.piece)
            piece = _validated(SignedPiece, each.piece, self.members[each.piece])
            if reason := self._misfit(piece, each):
                raise InvalidBundle(each.piece, reason)
            yield Signed(piece, None if each.file is None else self.members[each.file])

    def _misfit(self, piece: SignedPiece, exhibited: Exhibited) -> str | None:
        """Why a piece can't be of this bundle."""
        named, kind = piece.domain, piece.submission.kind
        if named != self.contents.domain:
            return f"signed for the escrow {named.contract} on chain {named.chain_id}, which is not the bundle's"
        if (kind in ("photo", "document")) is (exhibited.file is None):
            return f"a {kind} {'without' if exhibited.file is None else 'with'} a file"
        return None

    def _canonical(self, name: str) -> JsonValue:
        document: JsonValue = _json(name, self.members[name])
        _require_form(name, self.members[name], canonical(document))
        return document


def judge_versions(term_types: Iterable[str]) -> dict[str, str]:
    """The versions of this judge and of what it judges with, if these are the types of the terms."""
    packages = {*_JUDGES}
    for each in term_types:
        entry = added().get(each)
        if entry is not None and entry.dist is not None:
            packages.add(entry.dist.name)
    found = {"python": f"{sys.version_info.major}.{sys.version_info.minor}", "machine": platform.machine()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


class Draft:
    """A bundle in the making: members are added, and named as they come."""

    def __init__(self) -> None:
        self.members: dict[str, bytes] = {}
        self._added: Counter[str] = Counter()

    def add_terms(self, document: JsonValue) -> str:
        """A terms document; the member that holds it."""
        return self._add("terms/{}.json", canonical(document))

    def add_piece(self, signed: Signed) -> Exhibited:
        """A signed piece with its file; the members that hold them."""
        piece = self._add("pieces/{}.json", canonical(signed.piece.model_dump(mode="json", exclude_none=True)))
        return Exhibited(piece=piece, file=None if signed.file is None else self._add("files/{}", signed.file))

    @property
    def hashes(self) -> dict[str, bytes]:
        """The sha-256 of each member."""
        return {name: sha256(content).digest() for name, content in self.members.items()}

    def _add(self, form: str, content: bytes) -> str:
        name = form.format(self._added[form])
        self._added[form] += 1
        self.members[name] = content
        return name


def write_bundle(path: Path, contents: Contents, signature: Signature, members: Mapping[str, bytes]) -> None:
    """Writes a bundle; the same bytes for the same bundle.

    Raises `FileExistsError`, and `InvalidBundle` if it would be too large to be read.
    """
    content = contents.content
    _require_size(_CONTENTS, content, max_bytes=MAX_CONTENTS)
    own = ((_CONTENTS, content), (_SIGNATURE, signature.content))
    with path.open("xb") as file:
        try:
            file.writelines(packed((*own, *members.items())))
        except BaseException:
            path.unlink()
            raise


def read_bundle(path: Path) -> Bundle:
    """The bundle in a file, complete and as its own hashes say. Raises `InvalidBundle`."""
    try:
        if not path.is_file():
            raise InvalidBundle(str(path), "there is no such file")
        with path.open("rb") as file:
            found = unpacked(file)
    except OSError as error:
        raise InvalidBundle(str(path), f"it can't be read: {error.strerror}") from None
    names = [name for name, _ in found]
    if names[:2] != [_CONTENTS, _SIGNATURE]:
        raise InvalidBundle("the archive", f"the first members are not {_CONTENTS} and {_SIGNATURE}")
    (_, content), (_, signature), *others = found
    contents = _parsed(Contents, _CONTENTS, content, max_bytes=MAX_CONTENTS)
    _require_form(_CONTENTS, content, contents.content)
    for name, named in zip_longest(names[2:], contents.named):
        if name != named:
            raise InvalidBundle("the archive", f"{_quoted(name)} is where {_quoted(named)} is to be")
    for name, member in others:
        if sha256(member).digest() != contents.members[name]:
            raise InvalidBundle(name, "not the bytes that the bundle names")
    signed = _parsed(Signature, _SIGNATURE, signature)
    _require_form(_SIGNATURE, signature, signed.content)
    return Bundle(contents, signed, dict(others))


def _quoted(name: str | None) -> str:
    return "nothing" if name is None else repr(name[:100])


def _json(name: str, content: bytes, *, max_bytes: int = _MAX_JSON) -> Any:
    """What a member says. Raises `InvalidBundle`."""
    _require_size(name, content, max_bytes=max_bytes)
    try:
        return parse(content, max_bytes=max_bytes)
    except InvalidJson as error:
        raise InvalidBundle(name, str(error)) from None


def _require_size(name: str, content: bytes, *, max_bytes: int) -> None:
    marks = sum(content.count(mark) for mark in (b",", b"[", b"{"))
    if len(content) > max_bytes or marks > MAX_MARKS:
        limit = f"at most {max_bytes} with {MAX_MARKS} are read"
        raise InvalidBundle(name, f"{len(content)} bytes with {marks} commas and brackets, and {limit}")


def _require_form(name: str, content: bytes, form: bytes) -> None:
    if content != form:
        raise InvalidBundle(
            name, "not in the one form of what it says: RFC 8785, and each value and field as written here"
        )


def _parsed(model: type[RecordT], name: str, content: bytes, *, max_bytes: int = _MAX_JSON) -> RecordT:
    _json(name, content, max_bytes=max_bytes)
    return _validated(model, name, content)


def _validated(model: type[RecordT], name: str, content: bytes) -> RecordT:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ""
        for step in first["loc"]:
            path = child_path(path, step)
        raise InvalidBundle(name, f"{path}: {first['msg']}" if path else first["msg"]) from None
