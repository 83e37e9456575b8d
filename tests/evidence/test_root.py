"""The evidence root, and showing one piece without the others."""

from collections.abc import Callable

import pytest
from eth_hash.auto import keccak

from escrow_chain.evidence.root import LeafProof, accepted_leaves, evidence_root, leaf_document, prove
from escrow_chain.protocol.canonical import canonical
from escrow_chain.terms import Unusable
from tests.evidence.scene import KAMPALA, Scene, counted


@pytest.fixture
def judged(scene: Scene, shoot: Callable[[str], bytes]) -> list[tuple]:  # type: ignore[type-arg]
    """A fulfilled place and two fulfilled photos, with pieces beside them that do not count."""
    place, pictures = scene.located(), scene.pictured(required_count=2)
    positions = [scene.report(place, KAMPALA | {"accuracy": 500}), scene.report(place)]
    photos = [scene.upload(pictures, shoot("rocket")), scene.upload(pictures, shoot("coffee"))]
    verdicts = [(scene.verdict(place, *positions), positions), (scene.verdict(pictures, *photos), photos)]
    assert all(verdict.fulfilled for verdict, _ in verdicts)
    return verdicts


def test_a_leaf_has_the_agreed_form(scene: Scene, shoot: Callable[[str], bytes]) -> None:
    """Field by field."""
    place, pictures = scene.located(), scene.pictured()
    position, photo = scene.report(place), scene.upload(pictures, shoot("coffee"))
    salt = b"\x07" * 32
    leaf = leaf_document(position, term=place.id, salt=salt)
    assert leaf == {
        "format": "escrow_chain/evidence-leaf/1",
        "salt": "0x" + "07" * 32,
        "term": "0x" + place.id.hex(),
        "kind": "position",
        "sha256": "0x" + position.content.hex(),  # type: ignore[union-attr]
        "measured": {"fix": KAMPALA, "captured_at": "2025-06-30T06:00:00Z"},
        "received_at": "2025-06-30T06:00:05.000000Z",
    }
    measured = leaf_document(photo, term=pictures.id, salt=salt)["measured"]
    assert set(measured) == {
        *("format", "size", "width", "height", "exif", "pdq", "sharpness", "brightness", "manifest"),
        *("fix", "captured_at", "category"),
    }


def test_the_root_is_over_the_hashes_of_the_leaves(judged: list[tuple]) -> None:  # type: ignore[type-arg]
    """Three accepted pieces in the order of terms and receipts: a heap of five nodes with sorted pairs."""
    leaves = accepted_leaves(judged, randomness=counted)
    assert [leaf["kind"] for leaf in leaves] == ["position", "photo", "photo"]
    assert [leaf["received_at"] for leaf in leaves] == sorted(leaf["received_at"] for leaf in leaves)
    first, second, third = (keccak(canonical(leaf)) for leaf in leaves)
    pair = keccak(b"".join(sorted([first, second])))
    assert evidence_root(leaves) == keccak(b"".join(sorted([third, pair])))


def test_one_piece_can_be_shown_without_the_others(judged: list[tuple]) -> None:  # type: ignore[type-arg]
    """Each proof holds for its root and leaf, survives JSON, and fails for anything else."""
    leaves = accepted_leaves(judged, randomness=counted)
    root = evidence_root(leaves)
    for index in range(len(leaves)):
        proof = LeafProof.model_validate_json(prove(leaves, index).model_dump_json())
        assert proof.leaf == leaves[index]
        assert proof.proves(root)
        assert not proof.proves(keccak(root))
        forged = proof.model_copy(update={"leaf": proof.leaf | {"received_at": "2025-06-30T05:00:00.000000Z"}})
        assert not forged.proves(root)


def test_a_salt_hides_a_piece(judged: list[tuple]) -> None:  # type: ignore[type-arg]
    """The same evidence never has the same root twice."""
    assert evidence_root(accepted_leaves(judged, randomness=counted)) != evidence_root(
        accepted_leaves(judged, randomness=counted)
    )


def test_only_what_was_accepted_has_a_leaf(scene: Scene) -> None:
    """An unfulfilled verdict rests on nothing, and what cannot be read has no leaf."""
    place = scene.located()
    refused = [scene.report(place, KAMPALA | {"latitude": 1})]
    assert accepted_leaves([(scene.verdict(place, *refused), refused)], randomness=counted) == ()
    with pytest.raises(TypeError):
        leaf_document(Unusable(claims=None, code="x", sentence="x"), term=place.id, salt=bytes(32))
