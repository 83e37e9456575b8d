"""`escrow attest`: judge the evidence for milestones of a deal and, if all of it is proven, sign.

The milestones are found by the hashes of the terms documents. What is judged is read from files, as by `escrow terms
check`; only signed pieces can fulfil anything. The nonces and times of receipt are the word of the service that
recorded the pieces, and so is whether a photo was seen before: attest only what your own service has received.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from escrow_chain.bridge.attestor import LocalAttestor, load_keystore, sign
from escrow_chain.bridge.fulfilment import Claim, Statement, state
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import SHIPPED
from escrow_chain.cli.connection import (
    DEFAULT_RPC,
    ContractOption,
    DealArgument,
    DeploymentsOption,
    JsonOption,
    RpcOption,
    connect,
    deal_id,
)
from escrow_chain.cli.documents import AnchorsOption, read_anchors, read_document
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import console, print_json
from escrow_chain.evidence.assembly import largest_file
from escrow_chain.evidence.bundle import Signature, write_bundle
from escrow_chain.evidence.handed_in import HandedIn, Signed, read_evidence
from escrow_chain.evidence.hearing import Attested, Matter, Sitting, draft_bundle, hear
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.deal import Milestone, select
from escrow_chain.protocol.events import Opened
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms import TermsDocument

TermsOption = Annotated[
    list[Path], typer.Option("--terms", help="The terms document of a milestone; once for each.", dir_okay=False)
]
EvidenceArgument = Annotated[list[Path], typer.Argument(metavar="EVIDENCE...", help="Signed pieces.")]
KeystoreOption = Annotated[Path, typer.Option(envvar="ESCROW_KEYSTORE", help="The attestor's keystore file.")]
PasswordOption = Annotated[
    Path | None,
    typer.Option("--password-file", help="The keystore's password; else from $ESCROW_PASSWORD, else asked for."),
]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--own-receipts", help="Say that your own service recorded these pieces: their receipts are its word."
    ),
]
BundleOption = Annotated[
    Path | None, typer.Option("--bundle", help="Write all that was judged to this file, signed, for `evidence verify`.")
]
SendOption = Annotated[bool, typer.Option("--send", help="Carry it to the contract too; the attestor pays the gas.")]


def attest(
    deal: DealArgument,
    evidence: EvidenceArgument,
    terms: TermsOption,
    keystore: KeystoreOption,
    password_file: PasswordOption = None,
    own_receipts: TrustOption = False,
    rpc: RpcOption = DEFAULT_RPC,
    contract: ContractOption = None,
    deployments: DeploymentsOption = SHIPPED,
    send: SendOption = False,
    bundle: BundleOption = None,
    anchors: AnchorsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the evidence for milestones of a deal and, if proven, sign. Exit status 1 if a milestone is not proven."""
    if not own_receipts:
        raise InputError(
            "nothing in a piece's file proves when it was received, and anybody can write such a file",
            where="--own-receipts",
            remedy="Give the option if your own service recorded these pieces; otherwise don't sign.",
        )
    account = load_keystore(keystore, _password(password_file))
    client = connect(rpc, contract, deployments)
    opened = client.opened(deal_id(deal))
    if account.address != opened.deal.attestor:
        raise InputError(
            f"the keystore's address is {account.address}, and the deal's attestor is {opened.deal.attestor}",
            where="--keystore",
        )
    if bundle is not None and bundle.exists():
        raise InputError("the file is there already", where=str(bundle), remedy="Name another one.")
    asked = _asked(opened, terms)
    at = max(datetime.fromtimestamp(client.node.timestamp(), UTC), datetime.now(UTC))
    pinned = read_anchors(anchors)
    with Sandbox() as sandbox:
        sitting = hear(_matters(client, asked, evidence), deal=opened.id, at=at, sandbox=sandbox, anchors=pinned)
    claims = [
        Claim(each.milestone, one.terms, tuple(judged.evidence for judged in one.judged))
        for each, one in zip(asked, sitting.heard, strict=True)
    ]
    stated = state(opened.id, claims, at=at, randomness=os.urandom)
    attestor = LocalAttestor(account)
    signature = sign(stated.attestation, client.domain, attestor)
    if bundle is not None:
        _write(bundle, sitting, stated, client.domain, attestor)
    found: dict[str, Any] = {
        "attestation": stated.attestation.model_dump(mode="json"),
        "signature": "0x" + signature.hex(),
        "leaves": stated.leaves,
    }
    try:
        if send:
            selection = select(opened.milestones, sorted(each.milestone.index for each in asked))
            receipt = client.attest(opened.deal, selection, stated.attestation, signature, account)
            found |= {"transaction": receipt.hash, "gas": receipt.gas_used}
    finally:  # the leaves' salts are nowhere else, and the transaction may be on its way
        if as_json:
            print_json(found)
        else:
            _render(found, asked)


def _password(path: Path | None) -> str:
    if path is None:
        return os.environ.get("ESCROW_PASSWORD") or typer.prompt("Password of the keystore", hide_input=True)
    try:
        return path.read_text().rstrip("\n")
    except (OSError, ValueError) as error:
        raise InputError("the file can't be read", where=str(path)) from error


@dataclass(frozen=True)
class _Asked:
    """A milestone that is to be attested, with its terms document."""

    milestone: Milestone
    document: dict[str, Any]
    terms: TermsDocument


def _asked(opened: Opened, paths: Sequence[Path]) -> list[_Asked]:
    """The milestones that terms documents belong to, each with its own."""
    asked: dict[int, _Asked] = {}
    for path in paths:
        document, terms = read_document(path)
        milestone = _milestone(opened, terms, path)
        if milestone.index in asked:
            raise InputError(f"milestone {milestone.index} is asked for twice", where=str(path))
        asked[milestone.index] = _Asked(milestone, document, terms)
    return list(asked.values())


def _milestone(opened: Opened, terms: TermsDocument, path: Path) -> Milestone:
    found = [milestone for milestone in opened.milestones if milestone.terms == terms.hash]
    if len(found) != 1:
        raise InputError(f"{len(found)} milestones of the deal have these terms, not one", where=str(path))
    return found[0]


def _matters(client: EscrowClient, asked: Sequence[_Asked], evidence: Sequence[Path]) -> list[Matter]:
    """The evidence for each milestone."""
    largest = max(largest_file(each.terms) for each in asked)
    things = [thing for path in evidence for thing in _things(client, path, largest)]
    return [
        Matter(
            milestone=each.milestone.index,
            submitter=each.milestone.payee,
            deadline=datetime.fromtimestamp(each.milestone.deadline, UTC),
            document=each.document,
            things=[thing for thing in things if _is_for(thing, each.milestone)],
        )
        for each in asked
    ]


def _write(path: Path, sitting: Sitting, stated: Statement, domain: Domain, attestor: LocalAttestor) -> None:
    """Writes the bundle of what was attested, signed by the attestor too."""
    contents, members = draft_bundle(sitting, domain, Attested(stated.attestation, stated.leaves))
    signature = attestor.sign_digest(contents.word.digest(domain))
    try:
        write_bundle(path, contents, Signature(signer=attestor.address, signature=signature), members)
    except OSError as error:
        raise InputError(f"the bundle can't be written: {error.strerror}", where=str(path)) from error


def _things(client: EscrowClient, path: Path, largest: int) -> Sequence[HandedIn]:
    things = read_evidence(path, max_bytes=largest)
    for thing in things:
        if isinstance(thing, Signed) and thing.piece.domain != client.domain:
            named = thing.piece.domain
            what = f"signed for the escrow {named.contract} on chain {named.chain_id}, not for this one"
            raise InputError(what, where=str(path))
    return things


def _is_for(thing: HandedIn, milestone: Milestone) -> bool:
    return not isinstance(thing, Signed) or thing.piece.submission.milestone == milestone.index


def _render(found: dict[str, Any], asked: Sequence[_Asked]) -> None:
    out = console()
    out.print(f"proven: milestones {', '.join(str(each.milestone.index) for each in asked)}")
    for name, value in found["attestation"].items():
        out.print(f"  {name.replace('_', ' ')}: {value}")
    out.print(f"  signature: {found['signature']}")
    for leaf in found["leaves"]:
        out.print(f"  leaf: {json.dumps(leaf)}")
    if "transaction" in found:
        out.print(f"  transaction: {found['transaction']} ({found['gas']:,} gas)")
    else:
        out.print("Anybody may carry it to the contract; --send does it from here. Keep the leaves.")
