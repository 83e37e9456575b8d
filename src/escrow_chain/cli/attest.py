"""`escrow attest`: judge the evidence for milestones of a deal and, if all of it is proven, sign.

The milestones are found by the hashes of the terms documents. What is judged is read from files, as by `escrow terms
check`; only signed pieces can fulfil anything. The nonces and times of receipt are the word of the service that
recorded the pieces, and so is whether a photo was seen before: attest only what your own service has received.
"""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from escrow_chain.bridge.attestor import LocalAttestor, sign
from escrow_chain.bridge.fulfilment import Claim, state
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
from escrow_chain.cli.docket import Asked, EvidenceArgument, TermsOption, asked_for, matters
from escrow_chain.cli.documents import AnchorsOption, read_anchors
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import console, print_json
from escrow_chain.cli.signing import (
    KeystoreOption,
    PasswordOption,
    TrustOption,
    refuse_existing,
    require_own_receipts,
    unlock,
    write_signed,
)
from escrow_chain.evidence.hearing import Attested, hear
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.deal import select
from escrow_chain.terms.record import on_chain

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
    require_own_receipts(said=own_receipts)
    account = unlock(keystore, password_file)
    client = connect(rpc, contract, deployments)
    opened = client.opened(deal_id(deal))
    if account.address != opened.deal.attestor:
        raise InputError(
            f"the keystore's address is {account.address}, and the deal's attestor is {opened.deal.attestor}",
            where="--keystore",
        )
    if bundle is not None:
        refuse_existing(bundle)
    asked = asked_for(opened, terms)
    at = max(on_chain(client.node.timestamp()), datetime.now(UTC))
    pinned = read_anchors(anchors)
    with Sandbox() as sandbox:
        sitting = hear(matters(asked, evidence, client.domain), deal=opened.id, at=at, sandbox=sandbox, anchors=pinned)
    claims = [
        Claim(each.milestone, one.terms, tuple(judged.evidence for judged in one.judged))
        for each, one in zip(asked, sitting.heard, strict=True)
    ]
    stated = state(opened.id, claims, at=at, randomness=os.urandom)
    attestor = LocalAttestor(account)
    signature = sign(stated.attestation, client.domain, attestor)
    if bundle is not None:
        attested = Attested(stated.attestation, stated.leaves)
        write_signed(bundle, sitting, client.domain, attestor, attested)
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


def _render(found: dict[str, Any], asked: Sequence[Asked]) -> None:
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
