"""`escrow doctor`: what is installed, which node, which contract; what is wrong and how to mend it."""

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from escrow_chain.chain.anvil import AnvilNotFound, find_anvil
from escrow_chain.chain.artifacts import load
from escrow_chain.chain.create2 import address_of
from escrow_chain.chain.deployments import SHIPPED, ChainUnknown, Deployments
from escrow_chain.chain.errors import ChainError
from escrow_chain.chain.node import Node
from escrow_chain.cli.connection import (
    DEFAULT_RPC,
    ContractOption,
    DeploymentsOption,
    JsonOption,
    RpcOption,
)
from escrow_chain.cli.output import console, print_json, shown

PACKAGES = ("web3", "eth-account", "coincurve", "pydantic", "pillow", "pdqhash", "pyproj", "pebble", "tzdata")
MARKS = {True: Text("ok", style="green"), False: Text("wrong", style="red")}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found and, if it is wrong, what to do. `needed` ones decide the exit status."""

    what: str
    ok: bool
    found: str
    remedy: str | None = None
    needed: bool = True


def doctor(
    rpc: RpcOption = DEFAULT_RPC,
    contract: ContractOption = None,
    deployments: DeploymentsOption = SHIPPED,
    as_json: JsonOption = False,
) -> None:
    """Look at the installation, the node and the contract."""
    findings = [*_installation(), *_chain(rpc, contract, deployments)]
    healthy = all(finding.ok for finding in findings if finding.needed)
    if as_json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    else:
        _render(findings)
    raise typer.Exit(0 if healthy else 1)


def _installation() -> Iterator[Finding]:
    yield Finding("Python", sys.version_info >= (3, 11), platform.python_version(), "install Python 3.11 or newer")
    missing = [name for name in PACKAGES if not _installed(name)]
    yield Finding(
        "packages",
        not missing,
        f"missing: {', '.join(missing)}" if missing else f"escrow_chain {version('escrow_chain')} and what it needs",
        "install the package again, with its dependencies" if missing else None,
    )
    try:
        yield Finding("Anvil", ok=True, found=str(find_anvil()), needed=False)
    except AnvilNotFound as error:
        yield Finding("Anvil", ok=False, found="not found", remedy=f"for `escrow demo`: {error}", needed=False)


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _chain(rpc: str, contract: str | None, deployments: Path) -> Iterator[Finding]:
    try:
        node = Node(rpc)
        yield Finding("node", ok=True, found=f"chain {node.chain_id}, block time {node.timestamp()}")
    except ChainError as error:
        yield Finding("node", ok=False, found="no answer", remedy=str(error))
        return
    yield _attempt("contract", lambda: _contract(node, contract, deployments))


def _contract(node: Node, contract: str | None, deployments: Path) -> Finding:
    try:
        address = contract or Deployments(deployments).of(node.chain_id).address
    except ChainUnknown as error:
        address = address_of(load("Escrow").init_code)
        if not node.has_code(address):
            return Finding("contract", ok=False, found="not deployed on this chain", remedy=str(error))
    if load("Escrow").matches(node.code(address)):
        return Finding("contract", ok=True, found=f"{address}, the code is what this version compiles to")
    return Finding(
        "contract",
        ok=False,
        found=f"{address} has other code, or none",
        remedy="give the right address with --contract, or a version of this package that fits the contract",
    )


def _attempt(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except ChainError as error:
        return Finding(what, ok=False, found="could not look", remedy=str(error))


def _render(findings: list[Finding]) -> None:
    table = Table("what", "", "found", "what to do", box=SIMPLE)
    for finding in findings:
        remedy = "" if finding.ok else shown(finding.remedy or "")
        table.add_row(finding.what, MARKS[finding.ok], shown(finding.found), remedy)
    console().print(table)
