"""Whether a bundle holds what it says: who answers for it, the same verdicts from the same bytes, the evidence root.

The chain is asked by whoever has a node (`bundle_on_chain`): whether the deal is the one that was judged, and whether
the root is the one that was attested there.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from escrow_chain.evidence.bundle import Bundle, judge_versions
from escrow_chain.evidence.hearing import Heard
from escrow_chain.evidence.root import accepted, evidence_root, leaf_document
from escrow_chain.protocol.canonical import canonical
from escrow_chain.protocol.events import Delivered, Opened
from escrow_chain.protocol.signatures import recover
from escrow_chain.protocol.typed_data import bitmap
from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.pieces import Piece
from escrow_chain.terms.verdict import Verdict

SIGNED: Final = Rule(
    "bundle.signature",
    passed="The bundle is signed by {measured}.",
    failed="The signature is not of {limit}. Nobody answers for what the receipts say: don't rely on it.",
    decisive=True,
)
VERSIONS: Final = Rule(
    "bundle.judge",
    passed="The judge is the one that judged before.",
    failed="Other versions judged before: {limit}. If a verdict differs, judge with those.",
)
VERDICT: Final = Rule(
    "bundle.verdict",
    passed="Milestone {milestone}, term {term}: the same verdict, check by check.",
    failed="Milestone {milestone}, term {term}: another verdict. This evidence never showed that, or another judge "
    "did.",
    decisive=True,
)
LEAVES: Final = Rule(
    "bundle.leaves",
    passed="The leaves are those of the accepted evidence.",
    failed="The leaves are not those of the accepted evidence: the root rests on something else.",
    decisive=True,
)
ROOT: Final = Rule(
    "bundle.root",
    passed="The attestation is over the root of these leaves.",
    failed="The attestation is over another root than that of these leaves.",
    decisive=True,
)
ATTESTED: Final = Rule(
    "bundle.attested",
    passed="All that is attested is fulfilled.",
    failed="Milestones are attested that are not fulfilled here, or fulfilled ones are not.",
    decisive=True,
)
OPENED: Final = Rule(
    "chain.milestone",
    passed="Milestone {milestone} of the deal has these terms, this payee and this deadline.",
    failed="Milestone {milestone} of the deal has other terms, another payee or another deadline on chain.",
    decisive=True,
)
ATTESTOR: Final = Rule(
    "chain.attestor",
    passed="The bundle is signed by the deal's attestor.",
    failed="The deal's attestor is {limit}, and the bundle is signed by {measured}.",
)
DELIVERED: Final = Rule(
    "chain.evidence",
    passed="The root is the one that was attested on chain.",
    failed="Another root was attested on chain, or none.",
    decisive=True,
)


def bundle_checks(bundle: Bundle, heard: Sequence[Heard]) -> Iterator[Check]:
    """All that can be checked without a chain. `heard` is what the bundle was judged to be anew."""
    yield _signed(bundle)
    judged, judging = bundle.contents.judge, judge_versions()
    differ = tuple(f"{name} {judged[name]}" for name in sorted(judged) if judged[name] != judging.get(name))
    yield Check(VERSIONS, not differ, tuple(f"{name} {judging.get(name)}" for name in sorted(judging)), differ)
    for hearing, each in zip(bundle.contents.hearings, heard, strict=True):
        yield from _verdicts(hearing.milestone, hearing.verdicts, [one.verdict for one in each.judged])
    yield from _attestation(bundle, heard)


def bundle_on_chain(bundle: Bundle, opened: Opened, delivered: Sequence[Delivered]) -> Iterator[Check]:
    """What the chain says: the deal as it was opened, and all deliveries of its milestones."""
    contents = bundle.contents
    signer, attestor = bundle.signature.signer, opened.deal.attestor
    yield Check(ATTESTOR, signer == attestor, signer, attestor)
    by_index = {milestone.index: milestone for milestone in opened.milestones}
    for hearing in contents.hearings:
        milestone = by_index.get(hearing.milestone)
        terms = bundle.terms_hash(hearing)
        passed = milestone is not None and (milestone.terms, milestone.payee, milestone.deadline) == (
            terms,
            hearing.submitter,
            int(hearing.deadline.timestamp()),
        )
        values = {"milestone": hearing.milestone}
        yield Check(OPENED, passed, terms, milestone.terms if milestone else None, values=values)
    if contents.attestation is not None:
        roots = {each.evidence for each in delivered if each.milestones & contents.attestation.milestones}
        root = contents.attestation.evidence
        yield Check(DELIVERED, root in roots, root, tuple("0x" + each.hex() for each in sorted(roots)))


def _signed(bundle: Bundle) -> Check:
    named = bundle.signature.signer
    digest = bundle.contents.word.digest(bundle.contents.domain)
    signer = recover(digest, bundle.signature.signature)
    return Check(SIGNED, signer == named, signer, named)


def _verdicts(milestone: int, recorded: Sequence[dict[str, Any]], again: Sequence[Verdict]) -> Iterator[Check]:
    judged = [verdict.as_json() for verdict in again]
    for term, (before, now) in enumerate(zip_longest(recorded, judged)):
        passed = canonical(before) == canonical(now)
        outcomes = [None if each is None else bool(each.get("fulfilled")) for each in (now, before)]
        values = {"milestone": milestone, "term": term}
        yield Check(VERDICT, passed, measured=outcomes[0], limit=outcomes[1], values=values)


def _attestation(bundle: Bundle, heard: Sequence[Heard]) -> Iterator[Check]:
    """Only if there is one: what was attested is what is fulfilled, over the leaves of what was accepted."""
    contents = bundle.contents
    attestation = contents.attestation
    if attestation is None:
        return
    fulfilled = bitmap([each.matter.milestone for each in heard if all(one.verdict.fulfilled for one in each.judged)])
    passed = fulfilled == attestation.milestones == bitmap([each.matter.milestone for each in heard])
    yield Check(ATTESTED, passed and attestation.deal == contents.deal, fulfilled, attestation.milestones)
    pieces = [found for each in heard for found in accepted((one.verdict, one.evidence) for one in each.judged)]
    same = [_is_leaf_of(leaf, *found) for leaf, found in zip(contents.leaves, pieces, strict=False)]
    yield Check(LEAVES, len(contents.leaves) == len(pieces) and all(same), len(contents.leaves), len(pieces))
    root = evidence_root(contents.leaves) if contents.leaves else None
    yield Check(ROOT, root == attestation.evidence, root, attestation.evidence)


def _is_leaf_of(leaf: dict[str, Any], piece: Piece, term: bytes) -> bool:
    """Whether a leaf is that of a piece: all but its salt follows from the piece."""
    salt = str(leaf.get("salt"))
    return leaf == leaf_document(piece, term=term, salt=b"") | {"salt": salt}
