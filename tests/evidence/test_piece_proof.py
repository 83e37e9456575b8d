"""One piece of a bundle, shown without the others."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escrow_chain.evidence.bundle import (
    read_bundle,
)
from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.piece_proof import PieceProof, proof_check, proof_on_chain, prove_piece, read_proof
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import document_hash
from escrow_chain.protocol.events import Delivered
from tests.evidence.bundled import (
    DEAL,
    FAR,
    GIVEN,
    NEAR,
    PHOTO,
    PLACE,
    SAID,
    WORD,
    Records,
    delivered,
    document,
    heard,
    opened,
    written,
)
from tests.evidence.scene import DOMAIN, KAMPALA


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


def test_one_piece_is_shown_without_the_rest(honest: Path, tmp_path: Path) -> None:
    """Its leaf leads to the root, and says of no other piece more than hashes."""
    bundle = read_bundle(honest)
    assert bundle.contents.attestation is not None
    root = bundle.contents.attestation.evidence
    for number, kind in ((NEAR, "position"), (PHOTO, "photo"), (GIVEN, "code"), (SAID, "confirmation")):
        found = prove_piece(bundle, f"pieces/{number}.json")
        assert found is not None
        path = tmp_path / f"{number}.json"
        path.write_text(found.model_dump_json())
        proof = read_proof(path)
        assert proof.leaf["kind"] == kind
        assert proof_check(proof, {root}).passed
        assert not proof_check(proof, {b"\x01" * 32}).passed
        assert not proof_check(proof, set()).passed


@pytest.mark.parametrize(
    ("event", "change", "passed"),
    [
        ({}, {}, [True, True]),
        ({"milestones": 3}, {}, [True, True]),
        ({"milestones": 2}, {}, [True, False]),
        ({"evidence": b"\x01" * 32}, {}, [True, False]),
        ({}, {"terms": b"\x01" * 32}, [False, False]),
        ({}, {"index": 1}, [True, False]),
    ],
)
def test_the_chain_says_for_what_it_was_accepted(
    honest: Path, event: dict[str, Any], change: dict[str, Any], passed: list[bool]
) -> None:
    """Its term is of a milestone of the deal, and that very milestone was delivered under the root."""
    bundle = read_bundle(honest)
    assert bundle.contents.attestation is not None
    proof = prove_piece(bundle, f"pieces/{NEAR}.json")
    assert proof is not None
    delivered = Delivered(DEAL, milestones=1, evidence=bundle.contents.attestation.evidence, to_payees=0)
    checks = proof_on_chain(proof, opened(**change), [replace(delivered, **event)])
    assert [check.passed for check in checks] == passed


def test_what_did_not_count_has_no_proof(honest: Path, disputed: Path) -> None:
    """Neither has anything, where nothing was attested."""
    assert prove_piece(read_bundle(honest), f"pieces/{FAR}.json") is None
    assert prove_piece(read_bundle(disputed), "pieces/0.json") is None
    with pytest.raises(InvalidBundle, match="there is no such piece"):
        prove_piece(read_bundle(honest), "pieces/9.json")


@pytest.mark.parametrize(
    "change",
    [
        {"leaf": {"received_at": "2025-06-30T06:00:00.000000Z"}},
        {"leaf": {"format": "escrow_chain/other/1"}},
        {"siblings": []},
        {"siblings": ["0x" + "00" * 32] * 3},
    ],
)
def test_a_changed_proof_leads_nowhere(honest: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    """Leaf and siblings are all hashed."""
    bundle = read_bundle(honest)
    found = prove_piece(bundle, f"pieces/{NEAR}.json")
    assert found is not None
    assert bundle.contents.attestation is not None
    shown = found.model_dump(mode="json")
    shown["leaf"] |= change.get("leaf", {})
    shown["siblings"] = change.get("siblings", shown["siblings"])
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(shown))
    assert not proof_check(read_proof(path), {bundle.contents.attestation.evidence}).passed


def test_a_leaf_in_another_format_is_no_leaf(honest: Path) -> None:
    """Though an attestor may put anything under a root."""
    leaf = {"format": "escrow_chain/other/1"}
    proof = PieceProof(leaf=leaf, siblings=(), domain=DOMAIN, deal=DEAL)
    assert not proof_check(proof, {document_hash(leaf)}).passed


def test_what_is_no_proof_is_named(honest: Path, tmp_path: Path) -> None:
    """With its file; a proof that says something twice is none either."""
    path = tmp_path / "proof.json"
    proof = prove_piece(read_bundle(honest), f"pieces/{NEAR}.json")
    assert proof is not None
    twice = proof.model_dump_json().replace('{"leaf":', '{"leaf":{},"leaf":').encode()
    endless, large = b'{"leaf": 1e999}', bytes(2 << 20)
    for content in (b"", b"{", twice, b"[]", b"{}", endless, b"\xff", b"{" * 100_000, large):
        path.write_bytes(content)
        with pytest.raises(InvalidBundle, match=r"proof\.json"):
            read_proof(path)
