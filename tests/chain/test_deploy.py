"""Deploying to a real node."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hexbytes import HexBytes
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint, TxParams

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.artifacts import Artifact, load
from escrow_chain.chain.create2 import PROXY, PROXY_CODE, address_of
from escrow_chain.chain.deploy import AlreadyDeployed, DeploymentReverted, ProxyMissing, WrongCode, deploy
from escrow_chain.chain.deployments import ChainUnknown, Deployment, Deployments

ROOT = Path(__file__).parents[2]
ESCROW = load("Escrow")

Send = Callable[[TxParams], HexBytes]


@pytest.fixture
def w3(chain: Anvil) -> Web3:
    return Web3(HTTPProvider(chain.url))


@pytest.fixture
def send(w3: Web3, chain: Anvil) -> Send:
    return lambda call: w3.eth.send_transaction({**call, "from": chain.accounts[3].address})


@pytest.fixture
def deployments(tmp_path: Path) -> Deployments:
    return Deployments(tmp_path / "deployments.json")


def never_send(_call: TxParams) -> HexBytes:
    pytest.fail("sent a chain transaction")


def put_code(w3: Web3, address: str, code: bytes) -> None:
    w3.provider.make_request(RPCEndpoint("anvil_setCode"), [address, Web3.to_hex(code)])


def patched(artifact: Artifact, *, offset: int) -> Artifact:
    """The artifact of a contract that differs in one byte of its runtime code."""
    runtime = bytearray(artifact.runtime_code)
    runtime[offset] ^= 1
    return replace(artifact, runtime_code=bytes(runtime))


def test_the_contract_stands_at_its_address_and_is_recorded(
    w3: Web3, send: Send, chain: Anvil, deployments: Deployments
) -> None:
    """The record tells where, when, by whom and from what code, and the contract answers there."""
    deployment = deploy(w3, send, artifact=ESCROW, deployments=deployments)

    receipt = w3.eth.get_transaction_receipt(HexBytes(deployment.transaction_hash))
    assert deployment == Deployment(
        chain_id=31337,
        address=address_of(ESCROW.init_code),
        transaction_hash=receipt["transactionHash"],
        block=receipt["blockNumber"],
        deployer=chain.accounts[3].address,
        init_code_hash=w3.keccak(ESCROW.init_code),
    )
    assert deployments.of(31337) == deployment
    domain = w3.eth.contract(w3.to_checksum_address(deployment.address), abi=ESCROW.abi).functions.eip712Domain().call()
    assert domain[3:5] == [31337, deployment.address]


def test_a_second_deployment_is_refused_by_its_address(w3: Web3, send: Send, deployments: Deployments) -> None:
    """Whoever knows the record, or not: what stands on chain is not deployed again."""
    first = deploy(w3, send, artifact=ESCROW, deployments=deployments)
    for known in (deployments, Deployments(deployments.path.with_name("empty.json"))):
        with pytest.raises(AlreadyDeployed, match=first.address):
            deploy(w3, never_send, artifact=ESCROW, deployments=known)


def test_a_deployment_at_another_address_is_refused(w3: Web3, send: Send, deployments: Deployments) -> None:
    """A chain with a living deployment does not get a second one elsewhere."""
    first = deploy(w3, send, artifact=ESCROW, deployments=deployments)
    with pytest.raises(AlreadyDeployed, match=first.address):
        deploy(w3, never_send, artifact=ESCROW, deployments=deployments, salt=bytes([1]) * 32)


def test_a_record_without_code_is_replaced(w3: Web3, send: Send, deployments: Deployments) -> None:
    """A record of a chain that was started anew stands in nobody's way."""
    gone = Deployment(
        chain_id=31337,
        address="0x" + "11" * 20,
        transaction_hash=bytes(32),
        block=1,
        deployer="0x" + "22" * 20,
        init_code_hash=bytes(32),
    )
    deployments.record(gone)
    assert deploy(w3, send, artifact=ESCROW, deployments=deployments) == deployments.of(31337) != gone


def test_a_chain_without_the_proxy_is_refused(w3: Web3, deployments: Deployments) -> None:
    """Nothing is sent to an address where nothing, or something else, stands."""
    for code in (b"", PROXY_CODE + b"\x00"):
        put_code(w3, PROXY, code)
        with pytest.raises(ProxyMissing, match="31337"):
            deploy(w3, never_send, artifact=ESCROW, deployments=deployments)


def test_other_runtime_code_is_found_before_anything_is_sent(w3: Web3, deployments: Deployments) -> None:
    """Where the chain makes other code of the init code than the compiler foresaw, nothing is spent on it."""
    with pytest.raises(WrongCode, match=address_of(ESCROW.init_code)):
        deploy(w3, never_send, artifact=patched(ESCROW, offset=100), deployments=deployments)


@pytest.mark.parametrize("immutable", [False, True])
def test_wrong_code_on_chain_is_not_recorded(
    w3: Web3, send: Send, deployments: Deployments, *, immutable: bool
) -> None:
    """One wrong bit is found, in the code and in an immutable value alike."""
    offset = ESCROW.immutables[0][0] if immutable else 100
    address = address_of(ESCROW.init_code)

    def corrupting(call: TxParams) -> HexBytes:
        sent = send(call)
        w3.eth.wait_for_transaction_receipt(sent)
        code = bytearray(w3.eth.get_code(address))
        code[offset] ^= 1
        put_code(w3, address, bytes(code))
        return sent

    with pytest.raises(WrongCode, match=address):
        deploy(w3, corrupting, artifact=ESCROW, deployments=deployments)
    with pytest.raises(ChainUnknown):
        deployments.of(31337)


def test_a_failed_chain_transaction_is_not_recorded(w3: Web3, send: Send, deployments: Deployments) -> None:
    """A deployment that ran out of gas says so, and leaves no record."""
    with pytest.raises(DeploymentReverted):
        deploy(w3, lambda call: send({**call, "gas": 2_000_000}), artifact=ESCROW, deployments=deployments)
    with pytest.raises(ChainUnknown):
        deployments.of(31337)


def test_ape_deploys_and_refuses_the_second_time(tmp_path: Path) -> None:
    """`ape run deploy` on a public network: reached through its environment variable, recorded, never twice."""
    with Anvil("--chain-id", "84532") as base_sepolia:
        path = tmp_path / "deployments.json"
        command = [str(ROOT / "tools" / "ape"), "run", "deploy", "--network", "base:sepolia", "--account", "TEST::0"]
        command += ["--deployments", str(path), "--json", "--verbosity", "ERROR"]

        def run() -> subprocess.CompletedProcess[str]:
            environment = os.environ | {"BASE_SEPOLIA_RPC": base_sepolia.url}
            return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

        first, second = run(), run()

    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == Deployments(path).of(84532).model_dump(mode="json")
    assert second.returncode != 0
    assert "already" in second.stderr
