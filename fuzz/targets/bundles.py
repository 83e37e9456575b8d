"""Bundles: the archive, what is in it, and its verdicts judged again.

Python, but for pydantic: led by the code that is reached. Bundles here have no photos and documents, which are read in
the sandbox, by other targets. Anybody can sign a bundle of his own: most inputs are signed, by a stranger.
"""

import io
import json
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from escrow_chain.evidence.bundle import Bundle, read_bundle
from escrow_chain.evidence.bundle_archive import packed
from escrow_chain.evidence.bundle_checks import bundle_checks, signer_checks
from escrow_chain.evidence.content import GivenData
from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.hearing import hear_again
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import InvalidJson, canonical
from escrow_chain.terms.errors import TermsError
from fuzz.mutation import mutate_bytes, mutate_json, one_in
from fuzz.target import Material, Source, Target, expect, folder, said, shown
from fuzz.targets.texts import NOON, WORDS
from tests.evidence import bundled
from tests.evidence.scene import KAMPALA


def bundle(content: bytes, honest: tuple[str, tuple[bytes, ...]]) -> str:
    """A bundle is read and judged again, or an error says why not; and nobody answers for what was not signed.

    `honest` is the address of an attestor, and the bundles that he signed.
    """
    attestor, signed = honest
    try:
        found = read_bundle(_file("some.bundle", content))
        again = hear_again(found, sandbox=_sandbox())
    except (InvalidBundle, InvalidJson, TermsError) as error:
        return said(error)
    checks = [*signer_checks(found, {attestor}), *bundle_checks(found, again)]
    for check in checks:
        shown(check.as_json())
    failed = {check.code for check in checks if not check.passed and check.decisive}
    if "bundle.signature" not in failed and found.signature.signer == attestor:
        expect(
            content in signed or any(_same(found, each) for each in signed),
            "somebody answers for what was never signed",
        )
    return "holds" if not failed else ", ".join(sorted(failed))


def _same(found: Bundle, original: bytes) -> bool:
    """Signatures have more forms than one; all else is bound by them."""
    signed = read_bundle(_file("original.bundle", original))
    return (found.contents, found.members) == (signed.contents, signed.members)


@cache
def _sandbox() -> Sandbox:
    """It has no work, and starts no worker."""
    return Sandbox()


def mutate_bundle(content: bytes, source: Source) -> bytes:
    """Changes members, puts the hashes right, and signs it as a stranger; or leaves that; or changes any bytes."""
    chance = source.chance
    if one_in(chance, 5):
        return mutate_bytes(content, source)
    if one_in(chance, 5):
        return _exchanged(content, source)

    def edit(contents: dict[str, Any], members: dict[str, bytes]) -> None:
        inner = Source(chance, [*members.values(), json.dumps(contents).encode()], source.words)
        if one_in(chance, 2):
            changed = json.loads(mutate_json(json.dumps(contents).encode(), inner))
            contents.clear()
            contents.update(changed)
        else:
            name = chance.choice(sorted(members))
            members[name] = canonical(json.loads(mutate_json(members[name], inner)))

    try:
        made = bundled.edited(
            _file("any.bundle", content), edit, by=bundled.STRANGER if not one_in(chance, 10) else None
        )
        changed = made.read_bytes()
        made.unlink()
    except Exception:  # noqa: BLE001  (it is damaged, or is now)
        return mutate_bytes(content, source)
    return changed


def _exchanged(content: bytes, source: Source) -> bytes:
    """A sound archive, in which the word of whoever signed it is about another member."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
        place = source.chance.randrange(len(members))
        name, member = members[place]
        members[place] = (name, canonical(json.loads(mutate_json(member, source))))
        return b"".join(packed(members))
    except Exception:  # noqa: BLE001  (it is damaged, or is now)
        return mutate_bytes(content, source)


def _file(name: str, content: bytes) -> Path:
    path = folder() / name
    path.write_bytes(content)
    return path


def _seeds() -> Material:
    place = {"term_type": "location_verification", "data": {**KAMPALA, "radius": 100}}
    word = {"term_type": "delivery_confirmation", "data": {"deadline": NOON}}
    given = {"term_type": "custom", "data": {"required_data": {"report": True}}}
    records = bundled.Records(bundled.document(place, word, given))
    records.locate(0, KAMPALA)
    records.confirm(1)
    said = GivenData(data={"report": "passed"})
    records.submit(2, "data", said.content, data=dict(said.data))
    sitting = bundled.heard(records, sandbox=_sandbox())
    with TemporaryDirectory() as made:
        whole = bundled.written(Path(made) / "whole.bundle", sitting).read_bytes()
        unattested = bundled.written(Path(made) / "unattested.bundle", sitting, attest=False).read_bytes()
    return Material((whole, unattested), (bundled.ATTESTOR.address, (whole, unattested)))


_WORDS: Final = (
    *WORDS,
    b"PK\x03\x04",
    b"bundle.json",
    b"terms/0.json",
    b"pieces/0.json",
    b"files/0",
    b"anchors",
    b"leaves",
)
BUNDLE: Final = Target("bundle", _seeds, bundle, mutate_bundle, words=_WORDS, cpu_s=5.0, max_bytes=65_536)
