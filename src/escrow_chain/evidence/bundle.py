"""The evidence bundle: one file with all that an arbiter, an auditor or a second attestor needs to judge again.

A ZIP archive whose members are stored as they are:

    bundle.json      what was judged, when, by which judge, and with what outcome; the sha-256 of every other member
    signature.json   the signature of whoever answers for it
    terms/0.json     the terms document of each milestone
    pieces/0.json    each signed piece, with its receipt (`escrow_chain.evidence.signed_piece`)
    files/0          the file of a photo or a document

The receipts have what the service recorded that cannot be found out again: times, nonces, what index, wallets and
devices answered. The signature covers `bundle.json`, and thereby everything: EIP-712

    EvidenceBundle(bytes32 deal,bytes32 content)

under the escrow's domain, where `content` is the sha-256 of `bundle.json`.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, ValidationError

from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.handed_in import Signed
from escrow_chain.evidence.signed_piece import SignedPiece
from escrow_chain.protocol.canonical import InvalidJson, JsonValue, canonical, child_path, document_hash, parse
from escrow_chain.protocol.numbers import Address, Bytes, Bytes32, Uint8
from escrow_chain.protocol.typed_data import Attestation, Domain, Message, Struct
from escrow_chain.terms.record import Instant, Record

FORMAT: Final = "escrow_chain/bundle/1"
MAX_MEMBERS: Final = 5_000
MAX_BYTES: Final = 2_000_000_000
"""Of all members together."""
_MAX_CONTENTS: Final = 64_000_000
_CONTENTS: Final = "bundle.json"
_SIGNATURE: Final = "signature.json"
_NAME: Final = re.compile(r"bundle\.json|signature\.json|(?:terms|pieces)/\d{1,4}\.json|files/\d{1,4}", re.ASCII)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_JUDGES: Final = (
    "escrow_chain",
    "c2pa-python",
    "opencv-python-headless",
    "pdqhash",
    "pillow",
    "pyhanko",
    "pypdf",
    "pyproj",
    "tzdata",
)
"""What a verdict depends on, besides the evidence."""


class EvidenceBundle(Message):
    """The word of whoever answers for a bundle."""

    struct: ClassVar[Struct] = Struct("EvidenceBundle", (("bytes32", "deal"), ("bytes32", "content")))

    deal: Bytes32
    content: Bytes32


class Signature(Record):
    """`signature.json`: who signed, and the signature, r, s, v."""

    signer: Address
    signature: Bytes


class Exhibited(Record):
    """One piece: the members that hold it and its file, if it has one."""

    piece: str
    file: str | None = None


class Hearing(Record):
    """What was judged of one milestone. `terms` is a member; `verdicts` are by term, as in `Verdict.as_json`."""

    milestone: Uint8
    submitter: Address
    deadline: Instant
    terms: str
    evidence: tuple[Exhibited, ...]
    verdicts: tuple[dict[str, Any], ...]


class Contents(Record):
    """`bundle.json`. `at` is the time of judging, `leaves` are those under the attestation's evidence root.

    `anchors` are the certificates (PEM) of the makers of cameras that were trusted.
    """

    format: Literal["escrow_chain/bundle/1"] = FORMAT
    judge: Mapping[str, str]
    domain: Domain
    deal: Bytes32
    at: Instant
    anchors: str = ""
    hearings: Annotated[tuple[Hearing, ...], Field(min_length=1)]
    leaves: tuple[dict[str, Any], ...] = ()
    attestation: Attestation | None = None
    members: Mapping[str, Bytes32]

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
        """The terms document of a milestone. Raises `InvalidJson`."""
        document: JsonValue = parse(self.members[hearing.terms])
        return document

    def terms_hash(self, hearing: Hearing) -> bytes:
        """The hash of that document, 32 bytes. Raises `InvalidJson`."""
        return document_hash(self.terms(hearing))

    def evidence(self, hearing: Hearing) -> Iterator[Signed]:
        """The signed pieces that were judged, in their order. Raises `InvalidBundle`."""
        for each in hearing.evidence:
            try:
                piece = SignedPiece.model_validate_json(self.members[each.piece])
            except ValidationError as error:
                raise InvalidBundle(each.piece, _first(error)) from None
            yield Signed(piece, None if each.file is None else self.members[each.file])


def judge_versions() -> dict[str, str]:
    """The versions of this judge and of what it judges with."""
    found = {}
    for name in _JUDGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


class Draft:
    """A bundle in the making: members are added, and named as they come."""

    def __init__(self) -> None:
        self.members: dict[str, bytes] = {}

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
        folder = form.partition("/")[0]
        name = form.format(sum(each.startswith(folder) for each in self.members))
        self.members[name] = content
        return name


def write_bundle(path: Path, contents: Contents, signature: Signature, members: Mapping[str, bytes]) -> None:
    """Writes a bundle; the same bytes for the same bundle. Raises `FileExistsError`."""
    with path.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (
            (_CONTENTS, contents.content),
            (_SIGNATURE, canonical(signature.model_dump(mode="json"))),
            *members.items(),
        ):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)


def read_bundle(path: Path) -> Bundle:
    """The bundle in a file, complete and as its own hashes say. Raises `InvalidBundle`."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = _members(archive)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise InvalidBundle(str(path), f"it can't be read: {error or type(error).__name__}") from None
    contents = _parsed(Contents, _CONTENTS, found)
    signature = _parsed(Signature, _SIGNATURE, found)
    if contents.content != found[_CONTENTS]:
        raise InvalidBundle(_CONTENTS, "not in the one form that is hashed (RFC 8785)")
    members = {name: content for name, content in found.items() if name not in (_CONTENTS, _SIGNATURE)}
    if members.keys() != contents.members.keys():
        odd = min(members.keys() ^ contents.members.keys())
        raise InvalidBundle(odd, "named but not there, or there but not named")
    for name, content in members.items():
        if sha256(content).digest() != contents.members[name]:
            raise InvalidBundle(name, "not the bytes that the bundle names")
    for name in _referred(contents):
        if name not in members:
            raise InvalidBundle(name, "referred to, but not there")
    return Bundle(contents, signature, members)


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise InvalidBundle("the archive", f"more than {MAX_MEMBERS} members, or {MAX_BYTES} bytes of them")
    found: dict[str, bytes] = {}
    for entry in entries:
        if not _NAME.fullmatch(entry.filename) or entry.filename in found:
            raise InvalidBundle(entry.filename[:100], "no member of a bundle, or there twice")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise InvalidBundle(entry.filename, "compressed, and members are stored as they are")
        found[entry.filename] = archive.read(entry)
    return found


def _parsed(model: type[Any], name: str, members: Mapping[str, bytes]) -> Any:
    if name not in members:
        raise InvalidBundle(name, "missing")
    try:
        parse(members[name], max_bytes=_MAX_CONTENTS)
        return model.model_validate_json(members[name])
    except InvalidJson as error:
        raise InvalidBundle(name, str(error)) from None
    except ValidationError as error:
        raise InvalidBundle(name, _first(error)) from None


def _referred(contents: Contents) -> Iterator[str]:
    for hearing in contents.hearings:
        yield hearing.terms
        for each in hearing.evidence:
            yield each.piece
            if each.file is not None:
                yield each.file


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    path = ""
    for step in first["loc"]:
        path = child_path(path, step)
    return f"{path}: {first['msg']}"
