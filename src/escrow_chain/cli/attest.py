"""`escrow attest`: judge the evidence for milestones of a deal and, if all of it is proven, sign.

The milestones are found by the hashes of the terms documents. What is judged is read from files, as by `escrow terms
check`; only signed pieces can fulfil anything. The nonces and times of receipt are the word of the service that
recorded the pieces: attest only what your own service has received.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from escrow_chain.bridge.attestor import LocalAttestor, load_keystore, sign
from escrow_chain.bridge.fulfilment import Judged, state
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
from escrow_chain.cli.documents import read_terms
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import print_json
from escrow_chain.evidence import assembly
from escrow_chain.evidence.handed_in import HandedIn, Signed, read_evidence
from escrow_chain.evidence.photo_reader import PhotoReader
from escrow_chain.evidence.reuse import InMemoryReuseIndex
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.deal import Milestone, select
from escrow_chain.protocol.events import Opened
from escrow_chain.terms import Circumstances, TermsDocument

TermsOption = Annotated[
    list[Path], typer.Option("--terms", help="The terms document of a milestone; once for each.", dir_okay=False)
]
EvidenceArgument = Annotated[list[Path], typer.Argument(metavar="EVIDENCE...", help="Signed pieces.")]
KeystoreOption = Annotated[Path, typer.Option(envvar="ESCROW_KEYSTORE", help="The attestor's keystore file.")]
PasswordOption = Annotated[
    str, typer.Option(envvar="ESCROW_PASSWORD", prompt=True, hide_input=True, help="Of the keystore; else asked for.")
]
SendOption = Annotated[bool, typer.Option("--send", help="Carry it to the contract too; the attestor pays the gas.")]


def attest(
    deal: DealArgument,
    evidence: EvidenceArgument,
    terms: TermsOption,
    keystore: KeystoreOption,
    password: PasswordOption,
    rpc: RpcOption = DEFAULT_RPC,
    contract: ContractOption = None,
    deployments: DeploymentsOption = SHIPPED,
    send: SendOption = False,
    as_json: JsonOption = False,
) -> None:
    """Judge the evidence for milestones of a deal and, if proven, sign. Exit status 1 if a milestone is not proven."""
    account = load_keystore(keystore, password)
    client = connect(rpc, contract, deployments)
    opened = client.opened(deal_id(deal))
    if account.address != opened.deal.attestor:
        raise InputError(
            f"the keystore's address is {account.address}, and the deal's attestor is {opened.deal.attestor}",
            where="--keystore",
        )
    documents = [read_terms(path, zone=None) for path in terms]
    milestones = [_milestone(opened, document, path) for document, path in zip(documents, terms, strict=True)]
    now = client.node.timestamp()
    judged = _judge(client, opened, list(zip(milestones, documents, strict=True)), evidence, now)
    stated = state(opened.id, judged, now=now, randomness=os.urandom)
    signature = sign(stated.attestation, client.domain, LocalAttestor(account))
    found: dict[str, Any] = {
        "attestation": stated.attestation.model_dump(mode="json"),
        "signature": "0x" + signature.hex(),
        "leaves": stated.leaves,
    }
    if send:
        selection = select(opened.milestones, sorted(milestone.index for milestone in milestones))
        receipt = client.attest(opened.deal, selection, stated.attestation, signature, account)
        found |= {"transaction": receipt.hash, "gas": receipt.gas_used}
    if as_json:
        print_json(found)
    else:
        _render(found, milestones)


def _milestone(opened: Opened, document: TermsDocument, path: Path) -> Milestone:
    for milestone in opened.milestones:
        if milestone.terms == document.hash:
            return milestone
    raise InputError(f"no milestone of the deal has these terms (0x{document.hash.hex()})", where=str(path))


def _judge(
    client: EscrowClient,
    opened: Opened,
    asked: Sequence[tuple[Milestone, TermsDocument]],
    evidence: Sequence[Path],
    now: int,
) -> list[Judged]:
    """The verdicts on each milestone. Pictures are compared over all of them."""
    largest = max(assembly.largest_photo(document) for _, document in asked)
    things = [thing for path in evidence for thing in _things(client, path, largest)]
    judged: list[Judged] = []
    reuse = InMemoryReuseIndex()
    with Sandbox() as sandbox:
        for milestone, document in asked:
            circumstances = Circumstances(
                at=datetime.fromtimestamp(now, UTC),
                zone=document.timezone,
                deal=opened.id,
                milestone=milestone.index,
                submitter=milestone.payee,
                deadline=datetime.fromtimestamp(milestone.deadline, UTC),
            )
            own = [thing for thing in things if _is_for(thing, milestone)]
            heard = assembly.judge_things(document, own, circumstances, photos=PhotoReader(sandbox), reuse=reuse)
            verdicts, pieces = tuple(each.verdict for each in heard), tuple(each.evidence for each in heard)
            judged.append(Judged(milestone, document, verdicts, pieces))
    return judged


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


def _render(found: dict[str, Any], milestones: Sequence[Milestone]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"proven: milestones {', '.join(str(milestone.index) for milestone in milestones)}")
    for name, value in found["attestation"].items():
        console.print(f"  {name.replace('_', ' ')}: {value}")
    console.print(f"  signature: {found['signature']}")
    if "transaction" in found:
        console.print(f"  transaction: {found['transaction']} ({found['gas']:,} gas)")
    else:
        console.print("Anybody may carry it to the contract; --send does it from here.")
