"""Whether a bundle holds what it says: who answers for it, the same verdicts from the same bytes, the evidence root.

The chain is asked by whoever has a node (`bundle_on_chain`): whether the deal is the one that was judged, and whether
the root is the one that was attested there.

The same judge (the same versions on the same kind of machine) must come to the same verdict to the last digit. Another
one must come to the same outcome: what is fulfilled, and which pieces it rests on. More would call bundles forged
because a library was updated, less would let the money's reason change. Which versions they were decides nothing: it
only says what to install if the outcome differs.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

from escrow_chain.evidence.bundle import Bundle, Hearing
from escrow_chain.evidence.hearing import Sitting, recorded
from escrow_chain.evidence.root import accepted, evidence_root, leaf_document
from escrow_chain.protocol.canonical import canonical
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.events import Delivered, Opened
from escrow_chain.protocol.signatures import recover
from escrow_chain.protocol.typed_data import bitmap
from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.pieces import Piece
from escrow_chain.terms.record import on_chain

SIGNED: Final = Rule(
    "bundle.signature",
    passed="The bundle is signed by {measured}.",
    failed="The signature is not of {limit}. Nobody answers for what the receipts say: don't rely on it.",
    decisive=True,
)
TRUSTED: Final = Rule(
    "bundle.signer",
    passed="Who signed the bundle is trusted.",
    failed="The bundle is signed by {measured}, and trusted is {limit}: whoever signed it may have made up what the "
    "receipts say.",
    otherwise={
        "nobody": "Nobody says whether {measured}, who signed the bundle, can be trusted. Name whom you trust, or ask "
        "the chain who the deal's attestor is.",
    },
    decisive=True,
)
VERSIONS: Final = Rule(
    "bundle.judge",
    passed="The judge is the one that judged before.",
    failed="Another judge judged before, with {limit}: only the outcomes are compared. If one differs, judge with "
    "these.",
)
VERDICT: Final = Rule(
    "bundle.verdict",
    passed="Milestone {milestone}, term {term}: the same verdict.",
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
DELIVERED: Final = Rule(
    "chain.evidence",
    passed="The root is the one that was attested on chain.",
    failed="Another root was attested on chain: {limit}.",
    otherwise={"none": "No root was attested on chain so far."},
    decisive=True,
)
_SALT: Final = re.compile("0x[0-9a-f]{64}")


def signer_checks(bundle: Bundle, trusted: Collection[str]) -> Iterator[Check]:
    """Whether somebody trusted answers for it. `trusted` are checksummed addresses."""
    named = bundle.signature.signer
    digest = bundle.contents.word.digest(bundle.contents.domain)
    signer = recover(digest, bundle.signature.signature)
    yield Check(SIGNED, signer == named, signer, named)
    reason = None if trusted else "nobody"
    yield Check(TRUSTED, signer in trusted, signer, tuple(sorted(trusted)), reason=reason)


def bundle_checks(bundle: Bundle, again: Sitting) -> Iterator[Check]:
    """Whether it was judged rightly. `again` is what was heard of it anew."""
    judged, judging = bundle.contents.judge, again.judge
    names = sorted(judged.keys() | judging.keys())
    differ = tuple(f"{name} {judged.get(name)}" for name in names if judged.get(name) != judging.get(name))
    yield Check(VERSIONS, not differ, tuple(f"{name} {judging[name]}" for name in sorted(judging)), differ)
    for hearing, heard in zip(bundle.contents.hearings, again.heard, strict=True):
        verdicts = [recorded(one.verdict) for one in heard.judged]
        yield from _verdicts(hearing, verdicts, left_out=frozenset({"checks"} if differ else ()))
    yield from _attestation(bundle, again, left_out=frozenset({"measured"} if differ else ()))


def bundle_on_chain(bundle: Bundle, opened: Opened) -> Iterator[Check]:
    """Whether the deal as it was opened is the one that was judged."""
    by_index = {milestone.index: milestone for milestone in opened.milestones}
    for hearing in bundle.contents.hearings:
        milestone, terms = by_index.get(hearing.milestone), bundle.terms_hash(hearing)
        passed = milestone is not None and _facts(milestone) == (terms, hearing.submitter, hearing.deadline)
        values = {"milestone": hearing.milestone}
        yield Check(OPENED, passed, terms, milestone.terms if milestone else None, values=values)


def root_check(bundle: Bundle, roots: Collection[bytes]) -> Iterator[Check]:
    """Whether its root is the one that was attested. `roots` are all those under which its milestones were delivered.

    A bundle of what was not attested has no root, and no check.
    """
    attestation = bundle.contents.attestation
    if attestation is not None:
        root, others = attestation.evidence, tuple(f"0x{each.hex()}" for each in sorted(roots))
        yield Check(DELIVERED, set(roots) == {root}, root, others, reason=None if roots else "none")


def delivered_roots(delivered: Iterable[Delivered], milestones: int) -> set[bytes]:
    """The evidence roots under which any milestones of a bitmap were delivered."""
    return {each.evidence for each in delivered if each.milestones & milestones}


def _facts(milestone: Milestone) -> tuple[bytes, str, datetime]:
    return milestone.terms, milestone.payee, on_chain(milestone.deadline)


def _verdicts(hearing: Hearing, again: Sequence[Mapping[str, Any]], *, left_out: AbstractSet[str]) -> Iterator[Check]:
    for term, (before, now) in enumerate(zip_longest(hearing.verdicts, again)):
        passed = before is not None and now is not None and _without(left_out, before) == _without(left_out, now)
        outcomes = [None if each is None else bool(each.get("fulfilled")) for each in (now, before)]
        values = {"milestone": hearing.milestone, "term": term}
        yield Check(VERDICT, passed, measured=outcomes[0], limit=outcomes[1], values=values)


def _attestation(bundle: Bundle, again: Sitting, *, left_out: AbstractSet[str]) -> Iterator[Check]:
    """Only if there is one: what was attested is what is fulfilled, over the leaves of what was accepted."""
    contents = bundle.contents
    attestation = contents.attestation
    if attestation is None:
        return
    heard = again.heard
    fulfilled = bitmap([each.matter.milestone for each in heard if all(one.verdict.fulfilled for one in each.judged)])
    passed = fulfilled == attestation.milestones == bitmap([each.matter.milestone for each in heard])
    yield Check(ATTESTED, passed and attestation.deal == contents.deal, fulfilled, attestation.milestones)
    pieces = [found for each in heard for found in accepted((one.verdict, one.evidence) for one in each.judged)]
    same = [_is_leaf_of(leaf, *found, left_out=left_out) for leaf, found in zip(contents.leaves, pieces, strict=False)]
    yield Check(LEAVES, len(contents.leaves) == len(pieces) and all(same), len(contents.leaves), len(pieces))
    root = evidence_root(contents.leaves)
    yield Check(ROOT, root == attestation.evidence, root, attestation.evidence)


def _is_leaf_of(leaf: Mapping[str, Any], piece: Piece, term: bytes, *, left_out: AbstractSet[str]) -> bool:
    """Whether a leaf is that of a piece: all but its salt follows from the piece."""
    salt = str(leaf.get("salt"))
    if not _SALT.fullmatch(salt):
        return False
    return _without(left_out, leaf) == _without(left_out, leaf_document(piece, term=term, salt=bytes.fromhex(salt[2:])))


def _without(left_out: AbstractSet[str], document: Mapping[str, Any]) -> bytes:
    return canonical({key: value for key, value in document.items() if key not in left_out})
