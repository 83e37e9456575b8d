"""`escrow evidence`: bundles, made and verified; single pieces, shown without the rest.

`verify` judges a bundle anew from its own bytes and compares: the same verdicts, the evidence root, the signature of
whoever answers for it. Anybody can sign a bundle, and make up what its receipts say; so it holds only if the signer is
known: one whom `--signer` names or, with `--rpc`, the deal's attestor. With `--rpc` the chain is asked as well whether
the deal is the one that was judged, and whether that root was attested. Exit status 1 if anything that decides does not
hold, or is not known.

`bundle` judges pieces without attesting anything: what an arbiter needs of a milestone that is not fulfilled. `prove`
takes one accepted piece out of a bundle, and `verify` takes such a proof too.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from escrow_chain.bridge.attestor import LocalAttestor
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
from escrow_chain.cli.docket import EvidenceArgument, TermsOption, asked_for, matters
from escrow_chain.cli.documents import AnchorsOption, read_anchors
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import console, print_json, shown
from escrow_chain.cli.signing import (
    KeystoreOption,
    PasswordOption,
    TrustOption,
    refuse_existing,
    require_own_receipts,
    unlock,
    write_signed,
)
from escrow_chain.evidence.bundle import Bundle, read_bundle
from escrow_chain.evidence.bundle_checks import (
    bundle_checks,
    bundle_on_chain,
    delivered_roots,
    root_check,
    signer_checks,
)
from escrow_chain.evidence.hearing import Sitting, hear, hear_again
from escrow_chain.evidence.piece_proof import PieceProof, proof_check, proof_on_chain, prove_piece, read_proof
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.events import Delivered, Opened
from escrow_chain.protocol.numbers import Address
from escrow_chain.protocol.typed_data import Domain
from escrow_chain.terms.check import Check
from escrow_chain.terms.record import on_chain

_ADDRESS: Final[TypeAdapter[str]] = TypeAdapter(Address)
app = typer.Typer(help="Make and verify evidence bundles.", no_args_is_help=True)

BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle's file.")]
NodeOption = Annotated[
    str | None, typer.Option("--rpc", help="A node to ask about the deal; else nobody is asked.", metavar="URL")
]
RootOption = Annotated[
    str | None,
    typer.Option("--root", help="The evidence root that was attested, if you know it.", metavar="ROOT"),
]
SignerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--signer", help="Whom you trust to have signed it; else the deal's attestor, with --rpc.", metavar="ADDRESS"
    ),
]


@app.callback()
def evidence() -> None:
    """Make and verify evidence bundles."""


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A bundle, or the proof of a piece.")],
    signer: SignerOption = None,
    root: RootOption = None,
    rpc: NodeOption = None,
    contract: ContractOption = None,
    deployments: DeploymentsOption = SHIPPED,
    as_json: JsonOption = False,
) -> None:
    """Judge a bundle anew, and check its signer, root and, with a node, its deal; or verify the proof of a piece."""
    roots = None if root is None else {_root(root)}
    client = connect(rpc, contract, deployments) if rpc else None
    if _is_json(path):
        found = _proof(read_proof(path), client, roots)
    else:
        found = _bundle(read_bundle(path), client, roots, _addresses(signer or ()))
    if as_json:
        print_json(found.as_json())
    else:
        found.render()
    raise typer.Exit(0 if found.holds else 1)


@app.command()
def bundle(
    deal: DealArgument,
    evidence: EvidenceArgument,
    terms: TermsOption,
    keystore: KeystoreOption,
    output: Annotated[Path, typer.Option("--output", help="Where the bundle goes.", dir_okay=False)],
    password_file: PasswordOption = None,
    own_receipts: TrustOption = False,
    rpc: RpcOption = DEFAULT_RPC,
    contract: ContractOption = None,
    deployments: DeploymentsOption = SHIPPED,
    anchors: AnchorsOption = None,
) -> None:
    """Judge the evidence for milestones and bundle it, proven or not; nothing is attested. For an arbiter."""
    require_own_receipts(said=own_receipts)
    refuse_existing(output)
    attestor = LocalAttestor(unlock(keystore, password_file))
    client = connect(rpc, contract, deployments)
    opened = client.opened(deal_id(deal))
    at = max(on_chain(client.node.timestamp()), datetime.now(UTC))
    given = matters(asked_for(opened, terms), evidence, client.domain)
    pinned = read_anchors(anchors)
    with Sandbox() as sandbox:
        sitting = hear(given, deal=opened.id, at=at, sandbox=sandbox, anchors=pinned)
    write_signed(output, sitting, client.domain, attestor, None)
    console().print(f"{output}: milestones {', '.join(str(each.milestone) for each in given)}, nothing attested")


@app.command()
def prove(
    path: BundleArgument,
    piece: Annotated[int, typer.Argument(metavar="PIECE", help="Its number: 3 for pieces/3.json.", min=0)],
) -> None:
    """Print the proof that one piece of a bundle is under the evidence root: it shows nothing of the others."""
    found = prove_piece(read_bundle(path), f"pieces/{piece}.json")
    if found is None:
        what, where = "nothing that was attested rests on this piece", f"pieces/{piece}.json"
        raise InputError(what, where=where, remedy="`escrow evidence verify` names those that count.")
    print_json(found.model_dump(mode="json"))


@dataclass(frozen=True)
class _Found:
    """What was found about `what`: `facts` for programs, `lines` for people, and the checks for both."""

    what: str
    facts: dict[str, Any]
    lines: Sequence[str]
    checks: Sequence[Check]

    @property
    def holds(self) -> bool:
        """Whether all checks passed that decide."""
        return all(check.passed for check in self.checks if check.decisive)

    def as_json(self) -> dict[str, Any]:
        return {"holds": self.holds, **self.facts, "checks": [check.as_json() for check in self.checks]}

    def render(self) -> None:
        out = console()
        for line in self.lines:
            out.print(shown(line))
        for check in self.checks:
            mark, style = ("ok  ", "green") if check.passed else ("FAIL" if check.decisive else "note", "red")
            out.print(Text.assemble("  ", (mark, style), shown(f"  {check.code}: {check.sentence}")))
        outcome, style = ("holds", "bold green") if self.holds else ("does not hold", "bold red")
        out.print(Text.assemble((f"{self.what} {outcome}", style)))


def _bundle(found: Bundle, client: EscrowClient | None, roots: set[bytes] | None, named: Sequence[str]) -> _Found:
    contents = found.contents
    opened = _opened(client, contents.domain, contents.deal)
    with Sandbox() as sandbox:
        again = hear_again(found, sandbox=sandbox)
    checks = list(signer_checks(found, named or ([opened.deal.attestor] if opened else [])))
    checks += bundle_checks(found, again)
    if roots is not None:
        checks += root_check(found, roots)
    if client and opened:
        checks += bundle_on_chain(found, opened)
        attested = contents.attestation.milestones if contents.attestation else 0
        checks += root_check(found, delivered_roots(_delivered(client, contents.deal), attested))
    return _Found("the bundle", _facts(found, again), list(_lines(found, again)), checks)


def _proof(found: PieceProof, client: EscrowClient | None, roots: set[bytes] | None) -> _Found:
    opened = _opened(client, found.domain, found.deal)
    checks = [] if roots is None else [proof_check(found, roots)]
    if client and opened:
        checks += proof_on_chain(found, opened, _delivered(client, found.deal))
    if not checks:
        raise InputError("there is no root to compare with", where="--root", remedy="Give --root, or --rpc.")
    facts = {"deal": f"0x{found.deal.hex()}", "leaf": found.leaf}
    lines = [f"deal 0x{found.deal.hex()}", *(f"  {name}: {json.dumps(value)}" for name, value in found.leaf.items())]
    return _Found("the proof", facts, lines, checks)


def _opened(client: EscrowClient | None, domain: Domain, deal: bytes) -> Opened | None:
    """The deal as the chain has it. Raises `InputError` if it is not one of this escrow's, and as `opened`."""
    if client is None:
        return None
    if client.domain != domain:
        what = (
            f"the deal is of the escrow {domain.contract} on chain {domain.chain_id}, and the one asked is "
            f"{client.domain.contract} on chain {client.domain.chain_id}"
        )
        raise InputError(what, where="--rpc", remedy="Ask the escrow that you know the deal to be in, on its chain.")
    return client.opened(deal)


def _delivered(client: EscrowClient, deal: bytes) -> Iterator[Delivered]:
    return (event for event in client.events(name="Delivered", deal_id=deal) if isinstance(event, Delivered))


def _facts(found: Bundle, again: Sitting) -> dict[str, Any]:
    contents = found.contents
    return {
        "deal": f"0x{contents.deal.hex()}",
        "at": contents.at.isoformat().replace("+00:00", "Z"),
        "signer": found.signature.signer,
        "attested": contents.attestation is not None,
        "milestones": [
            {
                "milestone": hearing.milestone,
                "fulfilled": all(one.verdict.fulfilled for one in heard.judged),
                "verdicts": [
                    one.verdict.as_json() | {"evidence": [hearing.evidence[source].piece for source in one.sources]}
                    for one in heard.judged
                ],
            }
            for hearing, heard in zip(contents.hearings, again.heard, strict=True)
        ],
    }


def _lines(found: Bundle, again: Sitting) -> Iterator[str]:
    contents = found.contents
    what = "attested" if contents.attestation else "nothing attested"
    yield f"deal 0x{contents.deal.hex()}, judged at {contents.at:%Y-%m-%d %H:%M:%S} UTC, {what}"
    for hearing, heard in zip(contents.hearings, again.heard, strict=True):
        for judged in heard.judged:
            verdict = judged.verdict
            outcome = "fulfilled" if verdict.fulfilled else "not fulfilled"
            yield f"  milestone {hearing.milestone}  {verdict.term_type}: {outcome}"
            yield from (f"    by {hearing.evidence[judged.sources[each]].piece}" for each in verdict.accepted)
            if not verdict.fulfilled:
                yield from (f"    {check.code}: {check.sentence}" for check in verdict.failures if check.decisive)


def _is_json(path: Path) -> bool:
    """Whether a file begins as a proof does. What is no file, or can't be read, is named by whoever reads it next."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError:
        return False


def _addresses(given: Iterable[str]) -> list[str]:
    try:
        return [_ADDRESS.validate_python(each) for each in given]
    except ValidationError:
        raise InputError("no address", where="--signer", remedy="Give 0x and 40 digits.") from None


def _root(text: str) -> bytes:
    if not re.fullmatch("0x[0-9a-fA-F]{64}", text):
        raise InputError("no root", where="--root", remedy="Give 0x and 64 hexadecimal digits.")
    return bytes.fromhex(text[2:])
