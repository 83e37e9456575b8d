"""What a bundle is: an archive in one form, JSON in one form, and limits; whatever else is none."""

import io
import json
import os
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escrow_chain.evidence.bundle import (
    MAX_CONTENTS,
    MAX_MARKS,
    Signature,
    read_bundle,
    write_bundle,
)
from escrow_chain.evidence.bundle_archive import MAX_BYTES, MAX_MEMBERS, packed, unpacked
from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import canonical
from escrow_chain.terms.errors import TermsError
from tests.evidence.bundled import (
    ATTESTOR,
    GIVEN,
    PHOTO,
    PLACE,
    RECIPIENT,
    WORD,
    Edit,
    Records,
    delivered,
    document,
    edited,
    entries,
    failures,
    heard,
    in_contents,
    repacked,
    written,
)
from tests.evidence.scene import KAMPALA


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where bundles lie."""
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def honest(folder: Path, sandbox: Sandbox) -> Path:
    """The bundle of a milestone that is fulfilled, and attested."""
    return written(folder / "honest.bundle", heard(delivered(), sandbox=sandbox))


@pytest.fixture(scope="module")
def disputed(folder: Path, sandbox: Sandbox) -> Path:
    """The bundle of a milestone of which one term is not fulfilled; nothing is attested."""
    records = Records(document(PLACE, WORD))
    records.locate(0, KAMPALA)
    return written(folder / "disputed.bundle", heard(records, sandbox=sandbox), attest=False)


def zipped(members: list[tuple[str, bytes]], *, comment: bytes = b"", **fields: Any) -> bytes:
    """An archive as Python packs it; `fields` are its own of each entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = comment
        for name, content in members:
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            for key, value in fields.items():
                setattr(entry, key.removeprefix("entry_"), value)
            archive.writestr(entry, content)
    return out.getvalue()


def patched(content: bytes, signature: bytes, offset: int, form: str, value: int) -> bytes:
    """The archive with a number in its first record of a kind changed."""
    place = content.index(signature) + offset
    size = struct.calcsize(form)
    return content[:place] + struct.pack(form, value) + content[place + size :]


def overlapping(content: bytes, members: list[tuple[str, bytes]]) -> bytes:
    """All entries of the directory name the same bytes: the better zip bomb."""
    start = content.index(b"PK\x01\x02")
    first = content[start : start + 46 + len(members[0][0])]
    end = content.rindex(b"PK\x05\x06")
    count = 4_000
    directory = first * count
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    assert end > start
    return content[:start] + directory + tail


TRICKS: dict[str, Callable[[bytes, list[tuple[str, bytes]]], bytes]] = {
    "bytes before": lambda content, _: b"#!/bin/sh\n" + content,
    "bytes after": lambda content, _: content + b"\0",
    "another archive after": lambda content, members: content + zipped(members[:1]),
    "cut off": lambda content, _: content[:-1],
    "without a directory": lambda content, _: content[: content.index(b"PK\x01\x02")],
    "empty": lambda _, __: b"",
    "an empty archive": lambda _, __: zipped([]),
    "text": lambda _, __: b"a bundle of twigs",
    "nothing but headers": lambda _, __: b"PK\x03\x04" * 10_000,
    "a comment": lambda _, members: zipped(members, comment=b"hello"),
    "a member's comment": lambda _, members: zipped(members, entry_comment=b"hello"),
    "an extra field": lambda _, members: zipped(members, extra=b"\xfe\xca\x00\x00"),
    "compressed": lambda _, members: zipped(members, compress_type=zipfile.ZIP_DEFLATED),
    "bzip2": lambda _, members: zipped(members, compress_type=zipfile.ZIP_BZIP2),
    "lzma": lambda _, members: zipped(members, compress_type=zipfile.ZIP_LZMA),
    "packed at another time": lambda _, members: zipped(members, date_time=(2025, 6, 30, 6, 0, 0)),
    "a symbolic link": lambda _, members: zipped(members, external_attr=0o120777 << 16),
    "names twice": lambda _, members: b"".join(packed([*members, members[-1]])),
    "a name twice in capitals": lambda _, members: zipped([*members, ("FILES/0", b"")]),
    "a name that leads out": lambda _, members: b"".join(packed([*members, ("../files/0", b"")])),
    "an absolute name": lambda _, members: b"".join(packed([*members, ("/files/0", b"")])),
    "a name with a zero": lambda _, members: b"".join(packed([*members, ("files/0\0", b"")])),
    "a folder": lambda _, members: b"".join(packed([*members, ("files/", b"")])),
    "a member too many": lambda _, members: b"".join(packed([*members, ("files/1", b"")])),
    "a member too few": lambda _, members: b"".join(packed(members[:-1])),
    "members in another order": lambda _, members: b"".join(packed([*members[:2], *members[:1:-1]])),
    "the signature first": lambda _, members: b"".join(packed([members[1], members[0], *members[2:]])),
    "the contents under another name": lambda _, members: b"".join(packed([("x", members[0][1]), *members[1:]])),
    "the contents alone": lambda _, members: b"".join(packed(members[:1])),
    "encrypted, it says": lambda content, _: patched(content, b"PK\x03\x04", 6, "<H", 1),
    "encrypted, the directory says": lambda content, _: patched(content, b"PK\x01\x02", 8, "<H", 1),
    "another size in the directory": lambda content, _: patched(content, b"PK\x01\x02", 24, "<L", 1),
    "a huge size": lambda content, _: patched(content, b"PK\x03\x04", 22, "<L", 0xFFFFFFFE),
    "zip64": lambda content, _: patched(content, b"PK\x03\x04", 22, "<L", 0xFFFFFFFF),
    "another checksum": lambda content, _: patched(content, b"PK\x03\x04", 14, "<L", 0),
    "another place": lambda content, _: patched(content, b"PK\x01\x02", 42, "<L", 100),
    "more entries": lambda content, _: patched(content, b"PK\x05\x06", 10, "<H", 65_535),
    "on another disk": lambda content, _: patched(content, b"PK\x05\x06", 4, "<H", 1),
    "overlapping": overlapping,
}


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_with_the_archive_is_a_bundle(honest: Path, tmp_path: Path, trick: str) -> None:
    """Whatever other programs would make of it, here it has one form or is none."""
    path = tmp_path / "trick.bundle"
    path.write_bytes(TRICKS[trick](honest.read_bytes(), entries(honest)))
    with pytest.raises(InvalidBundle):
        read_bundle(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_can_be_changed(disputed: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Cut out, put in or flipped anywhere, it is no bundle any more."""
    content = disputed.read_bytes()
    place = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 40))
    put = data.draw(st.binary(max_size=40))
    changed = content[:place] + put + content[place + gone :]
    path = tmp_path / "changed.bundle"
    path.write_bytes(changed)
    if changed != content:
        with pytest.raises(InvalidBundle):
            read_bundle(path)


@given(st.lists(st.tuples(st.text("abz/.0", max_size=9), st.binary(max_size=50)), min_size=1, max_size=9))
def test_archives_come_back(tmp_path_factory: pytest.TempPathFactory, members: list[tuple[str, bytes]]) -> None:
    """Any members, in their order; and another program finds the same."""
    path = tmp_path_factory.getbasetemp() / "any.zip"
    path.write_bytes(b"".join(packed(members)))
    with path.open("rb") as file:
        assert list(unpacked(file)) == members
    with zipfile.ZipFile(path) as archive:
        assert [(entry.filename, archive.read(entry)) for entry in archive.infolist()] == members


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A folder, nothing, or a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "pipe"):
        with pytest.raises(InvalidBundle, match="there is no such file"):
            read_bundle(path)


def members_with(path: Path, name: str, content: bytes, sandbox: Sandbox) -> None:
    """Reads and judges the bundle with another member, its hash made right."""
    if name in ("bundle.json", "signature.json"):
        other = repacked(path, [(each, content if each == name else held) for each, held in entries(path)])
    else:
        other = edited(path, lambda _, members: members.update({name: content}), by=ATTESTOR)
    failures(other, sandbox)


@pytest.mark.parametrize("name", ["bundle.json", "signature.json", "terms/0.json", "pieces/0.json"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text + b" ",
        lambda text: text.replace(b'":', b'": ', 1),
        lambda text: text[:-1] + b',"format":"x","format":"x"}',
        lambda text: text[:-1] + b',"zzz":1e999}',
        lambda text: text[:-1] + b',"zzz":NaN}',
        lambda text: text[:-1] + b',"zzz":9007199254740993}',
        lambda text: text[:-1] + b',"zzz":"\\ud800"}',
        lambda text: text[:-1] + b',"zzz":1}',
        lambda text: text[:-1] + b',"zzz":' + b"[" * 100_000 + b"}",
        lambda text: text[:-1],
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.decode().encode("utf-16"),
        lambda _: b"",
        lambda _: b"null",
        lambda _: b"[]",
        lambda _: b"{}",
        lambda _: b"0",
    ],
)
def test_json_has_one_form(disputed: Path, sandbox: Sandbox, name: str, spoil: Callable[[bytes], bytes]) -> None:
    """What two readers could read differently, or what is not asked for, is named with its member."""
    with pytest.raises((InvalidBundle, TermsError)) as caught:
        members_with(disputed, name, spoil(dict(entries(disputed))[name]), sandbox)
    assert isinstance(caught.value, TermsError) or caught.value.where == name


def shown(change: dict[str, Any]) -> Edit:
    """Changes what is exhibited first."""
    return in_contents(lambda contents: contents["hearings"][0]["evidence"][0].update(change))


@pytest.mark.parametrize(
    "edit",
    [
        in_contents(lambda contents: contents.update(format="escrow_chain/bundle/2")),
        in_contents(lambda contents: contents.update(hearings=[])),
        in_contents(lambda contents: contents["hearings"].append(contents["hearings"][0])),
        in_contents(lambda contents: contents["hearings"][0].update(milestone=256)),
        in_contents(lambda contents: contents["hearings"][0].update(deadline="2025-07-01T06:00:00")),
        in_contents(lambda contents: contents["hearings"][0].update(deadline="2025-07-01T06:00:00+00:00")),
        in_contents(lambda contents: contents["hearings"][0].update(deadline="0001-01-01T00:00:00+14:00")),
        in_contents(lambda contents: contents.update(at="9999-12-31T23:59:59-14:00")),
        in_contents(lambda contents: contents["hearings"][0].update(submitter=RECIPIENT.address.lower())),
        in_contents(lambda contents: contents["hearings"][0].update(terms="pieces/0.json")),
        in_contents(lambda contents: contents["hearings"][0].update(terms="../terms/0.json")),
        in_contents(lambda contents: contents["hearings"][0].update(terms="terms/0.json\n")),
        in_contents(lambda contents: contents.update(deal=contents["deal"].upper().replace("0X", "0x"))),
        in_contents(lambda contents: contents.update(leaves=[{}])),
        in_contents(lambda contents: contents.update(anchors="x" * (1 << 20) + "x")),
        in_contents(lambda contents: contents.pop("attestation")),
        shown({"piece": "pieces/1.json"}),
        shown({"piece": "terms/0.json"}),
        shown({"file": "files/0"}),
        shown({"file": "signature.json"}),
        shown({"more": 1}),
    ],
)
def test_contents_that_don_t_fit_are_refused(disputed: Path, edit: Edit) -> None:
    """Though the attestor signed them."""
    with pytest.raises(InvalidBundle):
        read_bundle(edited(disputed, edit, by=ATTESTOR))


@pytest.mark.parametrize(
    "name",
    [
        *("../terms/0.json", "/terms/0.json", "terms/0.json\n", "terms/00000.json"),
        *("Terms/0.json", "terms\\0.json", "terms/0", "terms/../0.json", "pieces/9.json", "files/9", ""),
    ],
)
def test_a_name_is_a_bundle_s_own(disputed: Path, name: str) -> None:
    """Though all of the bundle agrees on it: whoever unpacks it gets no file elsewhere, or in place of another."""

    def edit(contents: dict[str, Any], members: dict[str, bytes]) -> None:
        contents["hearings"][0]["terms"] = name
        renamed = {name if each == "terms/0.json" else each: content for each, content in members.items()}
        members.clear()
        members.update(renamed)

    with pytest.raises(InvalidBundle):
        read_bundle(edited(disputed, edit, by=ATTESTOR))


def test_an_attestation_has_leaves(honest: Path) -> None:
    """And without one there are none."""
    for change in ({"leaves": []}, {"attestation": None}):
        with pytest.raises(InvalidBundle, match="goes with an attestation"):
            read_bundle(
                edited(honest, in_contents(lambda contents, change=change: contents.update(change)), by=ATTESTOR)
            )


def test_a_file_belongs_to_a_photo_or_a_document(honest: Path, sandbox: Sandbox) -> None:
    """And these have one."""

    def moved(contents: dict[str, Any], _: dict[str, bytes]) -> None:
        evidence = contents["hearings"][0]["evidence"]
        evidence[GIVEN]["file"] = evidence[PHOTO]["file"]
        evidence[PHOTO]["file"] = None

    def reorder(contents: dict[str, Any], members: dict[str, bytes]) -> None:
        moved(contents, members)
        members["files/0"] = members.pop("files/0")
        members["pieces/4.json"] = members.pop("pieces/4.json")

    with pytest.raises(InvalidBundle, match="a photo without a file"):
        failures(edited(honest, reorder, by=ATTESTOR), sandbox)


@pytest.mark.parametrize("size", [0, 64, 66, 100_000])
def test_a_signature_has_65_bytes(disputed: Path, size: int) -> None:
    """The short form of the same signature would be another file for the same bundle."""
    names = dict(entries(disputed))
    signature = json.loads(names["signature.json"])
    signature["signature"] = "0x" + (signature["signature"][2:] * 2000)[: 2 * size]
    names["signature.json"] = canonical(signature)
    with pytest.raises(InvalidBundle, match=r"signature\.json"):
        read_bundle(repacked(disputed, list(names.items())))


@pytest.mark.parametrize("name", ["terms/0.json", "pieces/0.json", "files/0"])
def test_every_member_is_the_one_that_was_signed(honest: Path, name: str) -> None:
    """Its hash is in the contents."""
    members = [(each, content + b" " if each == name else content) for each, content in entries(honest)]
    with pytest.raises(InvalidBundle, match=f"{name}: not the bytes"):
        read_bundle(repacked(honest, members))


@pytest.mark.parametrize("change", [{"files/7": "0x" + "11" * 32}, {"pieces/0.json": None}])
def test_members_are_those_that_are_exhibited(disputed: Path, change: dict[str, Any]) -> None:
    """Not one more is named, and not one less."""
    (_, content), *others = entries(disputed)
    contents = json.loads(content)
    named = contents["members"] | change
    contents["members"] = {name: digest for name, digest in named.items() if digest}
    with pytest.raises(InvalidBundle, match="not the members that the hearings name"):
        read_bundle(repacked(disputed, [("bundle.json", canonical(contents)), *others]))


def test_a_milestone_is_judged_once(sandbox: Sandbox, folder: Path) -> None:
    """Two hearings of one could say different things."""
    one, other = Records(document(WORD)), Records(document(WORD), milestone=3)
    path = written(folder / "twice.bundle", heard(one, other, sandbox=sandbox), attest=False)
    with pytest.raises(InvalidBundle, match="the same milestone twice"):
        read_bundle(edited(path, in_contents(lambda found: found["hearings"][1].update(milestone=0)), by=ATTESTOR))


def test_signatures_are_checked_for_what_they_are() -> None:
    """65 bytes and an address."""
    with pytest.raises(ValueError, match="signature"):
        Signature(signer=ATTESTOR.address, signature=bytes(64))


def test_a_bundle_of_as_many_members_as_there_may_be(sandbox: Sandbox, folder: Path) -> None:
    """Is written, read and judged within seconds of computing."""
    records = Records(document(WORD))
    records.confirm(0)
    for _ in range(MAX_MEMBERS - 4):
        records.signed.append(records.signed[0])
    began = time.process_time()
    path = written(folder / "many.bundle", heard(records, sandbox=sandbox), attest=False)
    assert len(read_bundle(path).members) == MAX_MEMBERS - 2
    assert time.process_time() - began < 20


def test_more_members_are_not_written(disputed: Path, folder: Path) -> None:
    """Nobody could read them; and no file is left behind."""
    bundle, path = read_bundle(disputed), folder / "too-many.bundle"
    members = {f"files/{number}": b"" for number in range(MAX_MEMBERS - 1)}
    with pytest.raises(InvalidBundle, match=f"at most {MAX_MEMBERS}"):
        write_bundle(path, bundle.contents, bundle.signature, members)
    assert not path.exists()


def test_too_many_members_are_not_read(folder: Path) -> None:
    """However many there are: no more of them are kept than there may be."""
    path = folder / "millions.bundle"
    header = next(packed([("a", b"")]))
    path.write_bytes(header * 1_000_000)
    tracemalloc.start()
    with pytest.raises(InvalidBundle, match=f"{MAX_MEMBERS + 1} members"):
        read_bundle(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_file_that_is_too_large_is_not_opened_up(tmp_path: Path) -> None:
    """Its size is known before a byte of it is read."""
    path = tmp_path / "large.bundle"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(MAX_BYTES + 10_000_000)
    with pytest.raises(InvalidBundle, match="more than the"):
        read_bundle(path)


@pytest.mark.parametrize("judge", [{"x": "x" * MAX_CONTENTS}, {"x": "," * MAX_MARKS}])
def test_contents_have_a_limit(disputed: Path, folder: Path, judge: dict[str, str]) -> None:
    """To read and to write: of bytes, and of what may be a value in them."""
    bundle = read_bundle(disputed)
    large = bundle.contents.model_copy(update={"judge": judge})
    with pytest.raises(InvalidBundle, match=r"bundle\.json: \d+ bytes with"):
        write_bundle(folder / "large.bundle", large, bundle.signature, bundle.members)
    assert not (folder / "large.bundle").exists()
    names = dict(entries(disputed)) | {"bundle.json": large.content}
    with pytest.raises(InvalidBundle, match=r"bundle\.json: \d+ bytes with"):
        read_bundle(repacked(disputed, list(names.items())))


READER = """
import sys
from pathlib import Path
from escrow_chain.evidence.bundle import read_bundle
try:
    read_bundle(Path(sys.argv[1]))
except Exception as error:
    most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    print(error, most.split()[1], sep="|")
"""


def test_many_small_values_take_no_great_memory(disputed: Path) -> None:
    """A few bytes of JSON may become hundreds in a reader: as many as may be read are no danger."""
    contents = b'{"a":[' + b"[]," * (MAX_MARKS // 2 - 10) + b"[]]}"
    path = repacked(disputed, [("bundle.json", contents), ("signature.json", b"{}")])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", READER, path]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    error, kilobytes = run.stdout.split("|")
    assert "bundle.json: " in error
    assert "Field required" in error
    assert int(kilobytes) < 700_000


def test_a_piece_that_grows_when_it_is_spelled_out_can_still_be_read(sandbox: Sandbox, folder: Path) -> None:
    """A megabyte of 1e15 is three of 1000000000000000: what an attestor took must not make a bundle unreadable."""
    records = Records(document(PLACE))
    records.locate(0, KAMPALA | {"more": [1e15] * 200_000})
    path = written(folder / "grown.bundle", heard(records, sandbox=sandbox), attest=False)
    assert not failures(path, sandbox)
