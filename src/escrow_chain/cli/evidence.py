"""`escrow evidence`: bundles, verified by whoever has one.

`verify` judges a bundle anew from its own bytes and compares: the same verdicts, the evidence root, the signature of
whoever answers for it. With `--rpc` the chain is asked as well: whether the deal is the one that was judged, and
whether that root was attested. Exit status 1 if anything that decides does not hold.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.node import Node
from escrow_chain.cli.connection import JsonOption
from escrow_chain.cli.failure import InputError
from escrow_chain.cli.output import console, print_json, shown
from escrow_chain.evidence.bundle import Bundle, read_bundle
from escrow_chain.evidence.bundle_checks import bundle_checks, bundle_on_chain
from escrow_chain.evidence.hearing import Heard, hear_again
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.events import Delivered
from escrow_chain.terms.check import Check

app = typer.Typer(help="Verify evidence bundles.", no_args_is_help=True)


@app.callback()
def evidence() -> None:
    """Verify evidence bundles."""


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle's file.")],
    rpc: Annotated[
        str | None, typer.Option("--rpc", help="A node to ask about the deal; else nobody is asked.", metavar="URL")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a bundle anew, and check its root, its signature and, with a node, its deal."""
    found = read_bundle(bundle)
    with Sandbox() as sandbox:
        heard = hear_again(found, sandbox=sandbox).heard
    checks = [*bundle_checks(found, heard), *(_on_chain(found, rpc) if rpc else ())]
    holds = all(check.passed for check in checks if check.decisive)
    if as_json:
        print_json(_as_json(found, heard, checks, holds=holds))
    else:
        _render(found, heard, checks, holds=holds)
    raise typer.Exit(0 if holds else 1)


def _on_chain(bundle: Bundle, rpc: str) -> Sequence[Check]:
    contents = bundle.contents
    client = EscrowClient(Node(rpc), contents.domain.contract)
    if client.domain != contents.domain:
        what = f"the node's chain is {client.domain.chain_id}, and the bundle's deal is on {contents.domain.chain_id}"
        raise InputError(what, where="--rpc")
    opened = client.opened(contents.deal)
    events = client.events(name="Delivered", deal_id=contents.deal)
    return list(bundle_on_chain(bundle, opened, [each for each in events if isinstance(each, Delivered)]))


def _as_json(bundle: Bundle, heard: Sequence[Heard], checks: Sequence[Check], *, holds: bool) -> dict[str, Any]:
    contents = bundle.contents
    return {
        "holds": holds,
        "deal": "0x" + contents.deal.hex(),
        "at": contents.at.isoformat().replace("+00:00", "Z"),
        "signer": bundle.signature.signer,
        "checks": [check.as_json() for check in checks],
        "milestones": [
            {
                "milestone": each.matter.milestone,
                "fulfilled": all(one.verdict.fulfilled for one in each.judged),
                "verdicts": [one.verdict.as_json() for one in each.judged],
            }
            for each in heard
        ],
    }


def _render(bundle: Bundle, heard: Sequence[Heard], checks: Sequence[Check], *, holds: bool) -> None:
    out = console()
    out.print(f"deal 0x{bundle.contents.deal.hex()}, judged at {bundle.contents.at:%Y-%m-%d %H:%M:%S} UTC")
    for each in heard:
        for judged in each.judged:
            outcome = "fulfilled" if judged.verdict.fulfilled else "not fulfilled"
            out.print(f"  milestone {each.matter.milestone}  {judged.verdict.term_type}: {outcome}")
    for check in checks:
        mark, style = ("ok  ", "green") if check.passed else ("FAIL" if check.decisive else "note", "red")
        out.print(Text.assemble("  ", (mark, style), shown(f"  {check.code}: {check.sentence}")))
    outcome, style = ("the bundle holds", "bold green") if holds else ("the bundle does not hold", "bold red")
    out.print(Text.assemble((outcome, style)))
