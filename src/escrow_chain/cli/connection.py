"""How a command finds its chain: the options that all of them share, and the contract behind them."""

import re
from pathlib import Path
from typing import Annotated

import typer

from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.node import Node
from escrow_chain.cli.failure import InputError

DEFAULT_RPC = "http://127.0.0.1:8545"

RpcOption = Annotated[
    str, typer.Option("--rpc", envvar="ESCROW_RPC", help="The node's address.", show_default=True, metavar="URL")
]
ContractOption = Annotated[
    str | None,
    typer.Option("--contract", envvar="ESCROW_CONTRACT", help="The escrow's address, if it is in no deployments file."),
]
DeploymentsOption = Annotated[
    Path,
    typer.Option("--deployments", envvar="ESCROW_DEPLOYMENTS", help="The deployments file.", show_default=False),
]
DealArgument = Annotated[str, typer.Argument(metavar="ID", help="The deal's id: 0x and 64 hexadecimal digits.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def connect(rpc: str, contract: str | None, deployments: Path) -> EscrowClient:
    """The escrow at `contract`, or the recorded one of the node's chain. Raises a `ChainError`."""
    node = Node(rpc)
    if contract:
        return EscrowClient(node, contract)
    return EscrowClient.deployed(node, Deployments(deployments))


def deal_id(text: str) -> bytes:
    """The 32 bytes of a deal's id. Raises `InputError` for anything else."""
    if not re.fullmatch("0x[0-9a-fA-F]{64}", text):
        raise InputError(f"{text!r} is no deal's id", remedy="Give 0x and 64 hexadecimal digits.")
    return bytes.fromhex(text[2:])
