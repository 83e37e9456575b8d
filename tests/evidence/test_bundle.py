"""Evidence bundles: what a second judge finds, and what thieves and attestors can't change unseen."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.camera import photograph
from escrow_chain.evidence.bundle import (
    judge_versions,
    read_bundle,
    write_bundle,
)
from escrow_chain.evidence.bundle_checks import bundle_on_chain, delivered_roots, root_check
from escrow_chain.evidence.errors import InvalidBundle
from escrow_chain.evidence.handed_in import LoosePhoto
from escrow_chain.evidence.hearing import hear, hear_again
from escrow_chain.evidence.root import evidence_root
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import canonical
from escrow_chain.protocol.events import Delivered
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.evidence.bundled import (
    ATTESTOR,
    DEADLINE,
    DEAL,
    FAR,
    GIVEN,
    JUDGED_AT,
    NEAR,
    PHOTO,
    PICTURE,
    PLACE,
    SAID,
    STRANGER,
    WORD,
    Edit,
    Records,
    attested,
    checked,
    delivered,
    document,
    edited,
    failures,
    heard,
    in_contents,
    in_piece,
    opened,
    repacked,
    written,
)
from tests.evidence.scene import KAMPALA, MORNING
from tests.terms.test_registry import installed


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


def test_a_second_judge_finds_the_same(honest: Path, sandbox: Sandbox) -> None:
    """From the file alone: every check passes."""
    checks = checked(honest, sandbox)
    assert all(check.passed for check in checks)
    assert [check.code for check in checks] == [
        *("bundle.signature", "bundle.signer", "bundle.judge", *["bundle.verdict"] * 4),
        *("bundle.attested", "bundle.leaves", "bundle.root"),
    ]
    assert len(read_bundle(honest).contents.leaves) == 4


def test_what_is_not_fulfilled_can_be_judged_again_too(disputed: Path, sandbox: Sandbox) -> None:
    """An arbiter gets the same as an attestor: without an attestation there is no root, and everything else."""
    checks = checked(disputed, sandbox)
    assert all(check.passed for check in checks)
    assert {check.code for check in checks} == {
        *("bundle.signature", "bundle.signer", "bundle.judge", "bundle.verdict"),
    }
    (hearing,) = read_bundle(disputed).contents.hearings
    assert [verdict["fulfilled"] for verdict in hearing.verdicts] == [True, False]


def test_the_same_bundle_is_the_same_file(honest: Path, tmp_path: Path) -> None:
    """Read and written again, byte for byte; and never over another file."""
    bundle = read_bundle(honest)
    again = tmp_path / "again.bundle"
    write_bundle(again, bundle.contents, bundle.signature, bundle.members)
    assert again.read_bytes() == honest.read_bytes()
    with pytest.raises(FileExistsError):
        write_bundle(again, bundle.contents, bundle.signature, bundle.members)


def test_any_program_opens_it(honest: Path) -> None:
    """It is a plain ZIP archive, with members in the order that docs/bundle.md gives."""
    with zipfile.ZipFile(honest) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            *("bundle.json", "signature.json", "terms/0.json", "pieces/0.json", "pieces/1.json", "pieces/2.json"),
            *("files/0", "pieces/3.json", "pieces/4.json"),
        ]
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())


def test_sentences_are_not_in_it(honest: Path) -> None:
    """They would have to be believed, or compared with those of every later version."""
    (hearing,) = read_bundle(honest).contents.hearings
    checks = [check for verdict in hearing.verdicts for check in verdict["checks"]]
    assert {"code", "passed", "measured", "limit", "grade", "decisive", "unit", "piece", "point"} == set(checks[0])


def test_what_nobody_signed_is_not_heard(sandbox: Sandbox, folder: Path) -> None:
    """It could not count, is not in the bundle, and must not make its verdict another one."""
    records = Records(document(PICTURE))
    records.picture(0, photograph("rocket", (800, 600)))
    matter = records.matter
    matter.things.insert(0, LoosePhoto(photograph("coffee", (800, 600))))  # type: ignore[attr-defined, arg-type]
    sitting = hear([matter], deal=DEAL, at=JUDGED_AT, sandbox=sandbox)
    assert not failures(written(folder / "loose.bundle", sitting), sandbox)


def test_several_milestones_are_judged_together(sandbox: Sandbox, folder: Path) -> None:
    """One photo for two milestones fulfils one, for the second judge as for the first."""
    one, other = Records(document(PICTURE), milestone=0), Records(document(PICTURE), milestone=3)
    for records in (one, other):
        records.picture(0, photograph("coffee", (800, 600)))
    path = written(folder / "two.bundle", heard(one, other, sandbox=sandbox), attest=False)
    assert not failures(path, sandbox)
    first, second = read_bundle(path).contents.hearings
    assert (first.verdicts[0]["fulfilled"], second.verdicts[0]["fulfilled"]) == (True, False)


def test_hearing_again_is_hearing(honest: Path, sandbox: Sandbox) -> None:
    """The second judge's sitting makes the same bundle, but for the salts."""
    again = hear_again(read_bundle(honest), sandbox=sandbox)
    assert attested(again).leaves[0] | {"salt": ""} == read_bundle(honest).contents.leaves[0] | {"salt": ""}


def receipt(**changed: Any) -> Callable[[dict[str, Any]], None]:
    """Changes a piece's receipt."""
    return lambda piece: piece["receipt"].update(changed)


def other_file(contents: dict[str, Any], members: dict[str, bytes]) -> None:
    """Another photo in place of the one that was signed."""
    members["files/0"] = photograph("rocket", (800, 600))


def later(moment: str, **passed: float) -> str:
    """A time of a bundle, moved."""
    return (MORNING.fromisoformat(moment) + timedelta(**passed)).isoformat().replace("+00:00", "Z")


def fulfilled_otherwise(contents: dict[str, Any]) -> None:
    """The first verdict says the opposite."""
    verdict = contents["hearings"][0]["verdicts"][0]
    verdict["fulfilled"] = not verdict["fulfilled"]


CHANGES: dict[str, Edit] = {
    "another file": other_file,
    "received earlier": in_piece(NEAR, receipt(received_at="2025-06-30T06:01:30Z")),
    "never seen before": in_piece(PHOTO, receipt(sightings=[])),
    "fewer attempts": in_piece(GIVEN, receipt(attempt=1)),
    "the wallet agreed": in_piece(SAID, lambda piece: piece["receipt"]["wallet"].update(block_number=8)),
    "judged later": in_contents(lambda contents: contents.update(at=later(contents["at"], hours=1))),
    "a later deadline": in_contents(
        lambda contents: contents["hearings"][0].update(deadline=later(contents["hearings"][0]["deadline"], days=9))
    ),
    "cameras of somebody else": in_contents(lambda contents: contents.update(anchors="-----BEGIN")),
    "the opposite verdict": in_contents(fulfilled_otherwise),
    "another judge": in_contents(lambda contents: contents["judge"].update(pillow="1.0")),
    "no leaf": in_contents(lambda contents: contents["leaves"].pop()),
    "attested for longer": in_contents(lambda contents: contents["attestation"].update(valid_until=2**32)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_can_be_changed_without_a_new_signature(honest: Path, sandbox: Sandbox, change: str) -> None:
    """Whatever is changed with all hashes made right, the attestor has not signed it: not even a receipt's detail."""
    path = edited(honest, CHANGES[change])
    assert {"bundle.signature", "bundle.signer"} <= failures(path, sandbox)


@pytest.mark.parametrize("change", ["received earlier", "never seen before", "fewer attempts", "the wallet agreed"])
def test_whoever_signs_anew_is_not_the_attestor(honest: Path, sandbox: Sandbox, change: str) -> None:
    """A bundle with made-up receipts is sound in itself: that its signer is not trusted is all there is to see."""

    def changed(contents: dict[str, Any], members: dict[str, bytes]) -> None:
        CHANGES[change](contents, members)

    found = failures(edited(honest, changed, by=STRANGER), sandbox)
    assert "bundle.signer" in found
    assert "bundle.signature" not in found


def test_a_stranger_can_t_sign_in_the_attestor_s_name(honest: Path, sandbox: Sandbox) -> None:
    """The signer is recovered from the signature, whatever the member says."""
    signed = edited(honest, in_contents(dict), by=STRANGER)
    with zipfile.ZipFile(signed) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    names = dict(members)
    forged = json.loads(names["signature.json"]) | {"signer": ATTESTOR.address}
    names["signature.json"] = canonical(forged)
    assert {"bundle.signature", "bundle.signer"} <= failures(repacked(honest, list(names.items())), sandbox)


def test_without_a_name_nobody_is_trusted(honest: Path, sandbox: Sandbox) -> None:
    """Doubt never pays: a bundle by whomever does not hold."""
    found = {check.code: check for check in checked(honest, sandbox, trusted=STRANGER.address)}
    assert not found["bundle.signer"].passed
    assert found["bundle.signer"].decisive
    assert found["bundle.signature"].passed


def without_piece(number: int) -> Edit:
    """Leaves a piece out; its member goes too."""

    def edit(contents: dict[str, Any], members: dict[str, bytes]) -> None:
        gone = contents["hearings"][0]["evidence"].pop(number)
        for name in gone.values():
            members.pop(name, None)

    return edit


def reordered(contents: dict[str, Any], members: dict[str, bytes]) -> None:
    """The first two pieces the other way round."""
    evidence = contents["hearings"][0]["evidence"]
    evidence[:2] = evidence[1::-1]
    names = list(members)
    first, second = names.index("pieces/0.json"), names.index("pieces/1.json")
    names[first], names[second] = names[second], names[first]
    held = {name: members[name] for name in names}
    members.clear()
    members.update(held)


def leaves(change: Callable[[list[Any]], Any]) -> Edit:
    """Changes the leaves, and attests their new root."""

    def edit(contents: dict[str, Any], _: dict[str, bytes]) -> None:
        change(contents["leaves"])
        contents["attestation"]["evidence"] = "0x" + evidence_root(contents["leaves"]).hex()

    return edit


def other_terms(contents: dict[str, Any], members: dict[str, bytes]) -> None:
    """The terms of another deal, which ask for less."""
    members["terms/0.json"] = canonical(document(PLACE))


LIES: dict[str, tuple[Edit, set[str]]] = {
    "another file": (other_file, {"bundle.verdict", "bundle.attested", "bundle.leaves"}),
    "seen elsewhere": (
        in_piece(
            PHOTO,
            receipt(
                sightings=[
                    {"deal": "0x" + "11" * 32, "milestone": 1, "term": "0x" + "12" * 32, "distance": 0}
                    | {"received_at": "2025-06-29T06:01:30Z", "same_file": True}
                ]
            ),
        ),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "too many attempts": (
        in_piece(GIVEN, receipt(attempt=6)),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "the wallet said no": (
        in_piece(SAID, lambda piece: piece["receipt"]["wallet"].update(valid=False)),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "a nonce from elsewhere": (
        in_piece(NEAR, receipt(nonce_status="elsewhere")),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "received at another time": (
        in_piece(NEAR, receipt(received_at="2025-06-30T06:02:06Z")),
        {"bundle.verdict", "bundle.leaves"},
    ),
    "the opposite verdict": (in_contents(fulfilled_otherwise), {"bundle.verdict"}),
    "another measure": (
        in_contents(lambda contents: contents["hearings"][0]["verdicts"][0]["checks"][0].update(measured="me")),
        {"bundle.verdict"},
    ),
    "a verdict left out": (in_contents(lambda contents: contents["hearings"][0]["verdicts"].pop()), {"bundle.verdict"}),
    "a verdict more": (
        in_contents(lambda contents: contents["hearings"][0]["verdicts"].append({"fulfilled": True})),
        {"bundle.verdict"},
    ),
    "judged later": (CHANGES["judged later"], {"bundle.verdict"}),
    "too early a deadline": (
        in_contents(lambda contents: contents["hearings"][0].update(deadline="2025-06-30T06:00:00Z")),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "another payee": (
        in_contents(lambda contents: contents["hearings"][0].update(submitter=STRANGER.address)),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "other terms": (other_terms, {"bundle.verdict", "bundle.attested", "bundle.leaves"}),
    "another milestone": (
        in_contents(
            lambda contents: (
                contents["hearings"][0].update(milestone=1),
                contents["attestation"].update(milestones="2"),
            )
        ),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "attested over others": (
        in_contents(lambda contents: contents["attestation"].update(milestones="3")),
        {"bundle.attested"},
    ),
    "attested of another deal": (
        in_contents(lambda contents: contents["attestation"].update(deal="0x" + "11" * 32)),
        {"bundle.attested"},
    ),
    "a leaf dropped": (leaves(lambda found: found.pop()), {"bundle.leaves"}),
    "a leaf twice": (leaves(lambda found: found.append(found[0])), {"bundle.leaves"}),
    "leaves reordered": (leaves(lambda found: found.reverse()), {"bundle.leaves"}),
    "a leaf of another piece": (leaves(lambda found: found[0].update(sha256="0x" + "11" * 32)), {"bundle.leaves"}),
    "a leaf with other measures": (
        leaves(lambda found: found[0]["measured"]["fix"].update(latitude=1)),
        {"bundle.leaves"},
    ),
    "a leaf with a short salt": (leaves(lambda found: found[0].update(salt="0x00")), {"bundle.leaves"}),
    "a leaf with more to it": (leaves(lambda found: found[0].update(note="")), {"bundle.leaves"}),
    "a root of something else": (
        in_contents(lambda contents: contents["attestation"].update(evidence="0x" + "11" * 32)),
        {"bundle.root"},
    ),
    "pieces reordered": (reordered, {"bundle.verdict"}),
    "a piece that counted left out": (
        without_piece(SAID),
        {"bundle.verdict", "bundle.attested", "bundle.leaves"},
    ),
    "a piece that did not count left out": (without_piece(FAR), {"bundle.verdict"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_attestor_who_signs_what_is_not_so_is_found_out(honest: Path, sandbox: Sandbox, lie: str) -> None:
    """The same evidence gives another verdict, or another root."""
    edit, codes = LIES[lie]
    assert failures(edited(honest, edit, by=ATTESTOR), sandbox) == codes


def test_what_was_left_out_before_it_was_judged_leaves_no_trace(sandbox: Sandbox, folder: Path) -> None:
    """Nobody can see in a bundle what its signer never put in: docs/bundle.md says so."""
    records = Records(document(WORD))
    records.confirm(0)
    records.confirm(0, confirmed=False)
    with pytest.raises(ValueError, match="at least one leaf"):
        attested(heard(records, sandbox=sandbox))
    records.signed.pop()
    assert not failures(written(folder / "left-out.bundle", heard(records, sandbox=sandbox)), sandbox)


def test_evidence_for_another_escrow_makes_no_bundle(honest: Path, sandbox: Sandbox) -> None:
    """A signature under another chain's or contract's domain is none here, though it is sound there."""
    for change in ({"chain_id": "1"}, {"contract": ZERO_ADDRESS}):
        path = edited(honest, in_piece(NEAR, lambda piece, change=change: piece["domain"].update(change)), by=ATTESTOR)
        with pytest.raises(InvalidBundle, match=r"pieces/1\.json: signed for the escrow"):
            failures(path, sandbox)
        path = edited(
            honest, in_contents(lambda contents, change=change: contents["domain"].update(change)), by=ATTESTOR
        )
        with pytest.raises(InvalidBundle, match=r"pieces/0\.json: signed for the escrow"):
            failures(path, sandbox)


def other_version(contents: dict[str, Any]) -> None:
    """An older judge made it."""
    contents["judge"]["opencv-python-headless"] = "4.0"


def by_older(change: Callable[[dict[str, Any]], Any]) -> Edit:
    """Changes what an older judge said."""
    return in_contents(lambda contents: (other_version(contents), change(contents)))


def test_another_version_is_a_note(honest: Path, sandbox: Sandbox) -> None:
    """It names what judged before, and decides nothing by itself."""
    checks = checked(edited(honest, in_contents(other_version), by=ATTESTOR), sandbox)
    (failed,) = [check for check in checks if not check.passed]
    assert (failed.code, failed.decisive) == ("bundle.judge", False)
    assert "opencv-python-headless 4.0" in str(failed.sentence)


def test_versions_left_out_are_other_ones(honest: Path, sandbox: Sandbox) -> None:
    """Nobody gets around the comparison of what was measured without being seen."""
    path = edited(honest, in_contents(lambda contents: contents.update(judge={})), by=ATTESTOR)
    assert failures(path, sandbox) == {"bundle.judge"}


def test_another_version_may_measure_otherwise(honest: Path, sandbox: Sandbox) -> None:
    """Only its outcome must be the same: in verdicts and in leaves."""

    def change(contents: dict[str, Any]) -> None:
        contents["hearings"][0]["verdicts"][1]["checks"][0]["measured"] = "me"
        contents["leaves"][1]["measured"]["sharpness"] = 1.5

    path = edited(honest, lambda *both: (by_older(change)(*both), leaves(lambda _: None)(*both))[0], by=ATTESTOR)
    assert failures(path, sandbox) == {"bundle.judge"}


@pytest.mark.parametrize(
    "change",
    [
        fulfilled_otherwise,
        lambda contents: contents["hearings"][0]["verdicts"][0].update(accepted=[0]),
        lambda contents: contents["hearings"][0]["verdicts"][0].update(grade="G0"),
    ],
)
def test_no_version_may_find_another_outcome(
    honest: Path, sandbox: Sandbox, change: Callable[[dict[str, Any]], Any]
) -> None:
    """What is fulfilled, and by which pieces, decides."""
    assert failures(edited(honest, by_older(change), by=ATTESTOR), sandbox) == {"bundle.judge", "bundle.verdict"}


def test_the_versions_are_those_of_all_that_judges() -> None:
    """Each is installed, and the machine is named: floating point is not the same on all."""
    found = judge_versions(["photo_upload"])
    assert "not installed" not in found.values()
    assert {"escrow_chain", "cryptography", "tzdata", "python", "machine"} <= found.keys()


def test_who_adds_a_type_of_terms_judges_too(tmp_path: Path) -> None:
    """The package's version is named where its type is used, and only there."""
    code = "from escrow_chain.evidence.bundle import judge_versions as found; import sys; print(found(sys.argv[1:]))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(installed(tmp_path)), *sys.path])}
    for types, named in ((["temperature_log"], True), (["custom"], False)):
        run = subprocess.run(
            [sys.executable, "-c", code, *types],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("'temperature_log': '0.1.0'" in run.stdout) is named


def test_the_deal_on_chain_is_the_one_that_was_judged(honest: Path) -> None:
    """Terms, payee and deadline."""
    assert [check.passed for check in bundle_on_chain(read_bundle(honest), opened())] == [True]


@pytest.mark.parametrize(
    "change",
    [
        {"index": 1},
        {"terms": b"\x01" * 32},
        {"payee": STRANGER.address},
        {"deadline": int(DEADLINE.timestamp()) + 1},
        {"deadline": 2**40 - 1},
    ],
)
def test_another_deal_on_chain_is_seen(honest: Path, change: dict[str, Any]) -> None:
    """Whatever of it differs."""
    assert [check.passed for check in bundle_on_chain(read_bundle(honest), opened(**change))] == [False]


def test_not_even_half_a_second_can_be_added_to_a_deadline(honest: Path) -> None:
    """The chain counts in seconds, and bundles in microseconds."""
    move = in_contents(lambda contents: contents["hearings"][0].update(deadline="2025-07-01T06:00:00.500000Z"))
    path = edited(honest, move, by=ATTESTOR)
    assert [check.passed for check in bundle_on_chain(read_bundle(path), opened())] == [False]


def test_the_root_is_the_one_that_was_attested_on_chain(honest: Path) -> None:
    """Not another one, not none, and not one of two."""
    bundle = read_bundle(honest)
    assert bundle.contents.attestation is not None
    own, other = bundle.contents.attestation.evidence, b"\x01" * 32

    def on_chain(*events: tuple[int, bytes]) -> bool:
        found = [Delivered(DEAL, milestones, root, 0) for milestones, root in events]
        (check,) = root_check(bundle, delivered_roots(found, 1))
        return check.passed

    assert on_chain((1, own))
    assert on_chain((1, own), (2, other))
    assert not on_chain()
    assert not on_chain((1, other))
    assert not on_chain((2, own))
    assert not on_chain((1, own), (1, other))


def test_what_was_not_attested_has_no_root(disputed: Path) -> None:
    """So there is nothing to compare."""
    assert not list(root_check(read_bundle(disputed), {b"\x01" * 32}))
