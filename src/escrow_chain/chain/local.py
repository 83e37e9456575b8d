"""What a chain of one's own needs before its first deal: the escrow, and money to try it with."""

from eth_abi.abi import encode
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes

from escrow_chain.chain.artifacts import load
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.create2 import address_of, deployment_call
from escrow_chain.chain.deploy import deploy
from escrow_chain.chain.deployments import Deployments
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.node import Node


def deploy_escrow(node: Node, account: LocalAccount, deployments: Deployments) -> EscrowClient:
    """The escrow, newly deployed from `account` and recorded. Raises a `deploy.DeployError`."""
    with node.faults():
        deployment = deploy(
            node.w3,
            lambda call: HexBytes(node.send(call, account).hash),
            artifact=load("Escrow"),
            deployments=deployments,
        )
    return EscrowClient(node, deployment.address, first_block=deployment.block)


def deploy_token(node: Node, account: LocalAccount, *, name: str, symbol: str, decimals: int) -> Erc20:
    """A token that anybody can mint. Equal arguments have equal addresses, so each can be deployed once."""
    init_code = load("TestToken").init_code + encode(["string", "string", "uint8"], [name, symbol, decimals])
    node.send(deployment_call(init_code), account)
    return Erc20(node, address_of(init_code))
