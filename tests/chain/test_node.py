"""A node that lies, stalls, or asks too much."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.artifacts import load
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.court import CourtClient
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import NodeFault, NodeUnreachable, NotMined, TooExpensive, UnknownRevert
from escrow_chain.chain.node import Node
from escrow_chain.chain.wallets import Wallets
from escrow_chain.protocol.events import Event, Opened
from tests.chain.conftest import MakeDeal

CHAIN_ID = json.dumps({"jsonrpc": "2.0", "id": 0, "result": "0x1"}).encode()
SOMEBODY = "0x" + "70" * 20


def test_what_was_sent_and_is_not_mined_is_named_by_its_hash() -> None:
    """Who waits in vain learns what to look for, and the chain transaction is there."""
    with Anvil("--no-mining") as anvil:
        node = Node(anvil.url)
        with pytest.raises(NotMined) as waiting:
            node.send({"to": anvil.accounts[1].address, "value": 1}, anvil.accounts[0], timeout_s=0.5)
        assert node.w3.eth.get_transaction(waiting.value.hash)["value"] == 1


@contextmanager
def answering(body: bytes, **others: dict[str, Any]) -> Iterator[str]:
    """A server that answers everything with the same bytes, or questions of some methods otherwise; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            other = others.get(asked["method"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"jsonrpc": "2.0", "id": asked["id"]} | other).encode() if other else body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"\xff", json.dumps({"jsonrpc": "2.0", "id": 1, "result": "0xzz"}).encode()],
)
def test_an_answer_that_is_none_is_the_nodes_fault(body: bytes) -> None:
    """Whatever comes back, the error is ours and says that the node is to blame."""
    with answering(body) as url, pytest.raises((NodeFault, NodeUnreachable)):
        Node(url)


@pytest.mark.parametrize("length", [1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64, (1 << 256) - 1])
def test_a_length_beyond_all_memory_is_the_nodes_fault(length: int) -> None:
    """A text that is said to be longer than anything is not read, and the error is ours."""
    answer = "0x" + (32).to_bytes(32).hex() + length.to_bytes(32).hex()
    with answering(CHAIN_ID, eth_call={"result": answer}) as url:
        token = Erc20(Node(url), SOMEBODY)
        with pytest.raises(NodeFault):
            token.symbol()


@pytest.mark.parametrize(
    "answer", [None, "0x", "0xzz", "-0x1", "0x1" + "0" * 64, 1.5, [], {}, {"timestamp": "x"}, True]
)
def test_what_is_no_number_is_the_nodes_fault(answer: Any) -> None:
    """Where a number is expected, nothing else comes out."""
    questions = ("eth_getBalance", "eth_blockNumber", "eth_estimateGas", "eth_getBlockByNumber")
    asked = {name: {"result": answer} for name in questions}
    with answering(CHAIN_ID, **asked) as url:
        node = Node(url)
        for question in (
            lambda: node.balance(SOMEBODY),
            node.block_number,
            node.timestamp,
            Wallets(node).block,
            lambda: node.gas_limit({"to": SOMEBODY}),
        ):
            with pytest.raises(NodeFault):
                question()


@pytest.mark.parametrize(
    "told",
    [
        {"eth_getTransactionCount": {"result": "-0x1"}},
        {"eth_getTransactionCount": {"result": None}},
        {"eth_maxPriorityFeePerGas": {"result": "-0x1"}},
        {"eth_getBlockByNumber": {"result": {"baseFeePerGas": "-0x1"}}},
        {"eth_getBlockByNumber": {"result": {}}},
        {"eth_getTransactionCount": {"result": "0x1" + "0" * 64}},
    ],
    ids=str,
)
def test_nothing_is_signed_with_what_is_no_number(told: dict[str, Any], payer: LocalAccount) -> None:
    """Neither a nonce nor a price."""
    honest = {
        "eth_getBalance": {"result": hex(10**18)},
        "eth_estimateGas": {"result": "0x5208"},
        "eth_maxPriorityFeePerGas": {"result": "0x1"},
        "eth_getBlockByNumber": {"result": {"baseFeePerGas": "0x7"}},
        "eth_getTransactionCount": {"result": "0x0"},
    }
    with answering(CHAIN_ID, **honest | told) as url, pytest.raises(NodeFault):
        Node(url).send({"to": SOMEBODY, "value": 1}, payer)


@pytest.mark.parametrize("hash_", ["0x", "0x0b", "0x" + "0b" * 33, None])
def test_a_block_has_a_hash(hash_: Any) -> None:
    """Of 32 bytes, or it is the node's fault."""
    block = {"result": {"number": "0x7", "hash": hash_}}
    with answering(CHAIN_ID, eth_getBlockByNumber=block) as url, pytest.raises(NodeFault):
        Wallets(Node(url)).block()


@pytest.mark.parametrize("chain_id", ["0x1" + "0" * 64, "-0x1"])
def test_a_chain_has_a_number_as_contracts_know_it(chain_id: str) -> None:
    """From 0 to 2**256 - 1."""
    answer = json.dumps({"jsonrpc": "2.0", "id": 0, "result": chain_id}).encode()
    with answering(answer) as url, pytest.raises(NodeFault):
        Node(url)


def test_a_state_that_nobody_knows_is_the_nodes_fault() -> None:
    """Whether a milestone's, or a case's in court."""
    words = "0x" + (99).to_bytes(32).hex() * 16
    with answering(CHAIN_ID, eth_getCode={"result": "0x01"}, eth_call={"result": words}) as url:
        with pytest.raises(NodeFault):
            EscrowClient(Node(url), SOMEBODY).status(bytes(32), 0)
        court = CourtClient.__new__(CourtClient)
        court.node = Node(url)
        court._contract = court.node.w3.eth.contract(SOMEBODY, abi=load("CourtArbiter").abi)
        with pytest.raises(NodeFault):
            court.case(bytes(32))


@pytest.mark.parametrize("revert_data", ["0xzz", "0x0", "0x" + "00" * 3, None, 7, {"data": "0x"}])
def test_a_revert_that_says_nonsense_says_nothing(revert_data: Any) -> None:
    """It is a revert all the same."""
    error = {"error": {"code": 3, "message": "execution reverted", "data": revert_data}}
    with answering(CHAIN_ID, eth_call=error) as url, pytest.raises((UnknownRevert, NodeFault)):
        Erc20(Node(url), SOMEBODY).decimals()


def test_no_contract_has_us_fetch_from_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that reverts with the address of a page (ERC-3668) has reverted, and nobody is asked for the page."""
    lookup = keccak(b"OffchainLookup(address,string[],bytes,bytes4,bytes)")[:4] + encode(
        ["address", "string[]", "bytes", "bytes4", "bytes"],
        [SOMEBODY, ["https://example.com/{sender}/{data}"], b"", bytes(4), b""],
    )
    error = {"error": {"code": 3, "message": "execution reverted", "data": "0x" + lookup.hex()}}
    asked = []
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more: asked.append(host) or known("127.0.0.1", *more))
    with answering(CHAIN_ID, eth_call=error) as url, pytest.raises(UnknownRevert):
        Erc20(Node(url), SOMEBODY).balance(SOMEBODY)
    assert set(asked) <= {"127.0.0.1"}


def test_a_nodes_address_keeps_its_secrets() -> None:
    """User, password, path and query of the address are in no error."""
    with pytest.raises(NodeUnreachable) as unreachable:
        Node("http://user:hunter2@127.0.0.1:9/v3/secretkey?token=also")
    told = str(unreachable.value)
    assert "http://127.0.0.1:9" in told
    assert not any(secret in told for secret in ("user", "hunter2", "secretkey", "also"))


def test_gas_that_costs_too_much_is_not_bought() -> None:
    """Beyond the caller's limit nothing is sent, and the error names both sums."""
    with Anvil() as anvil:
        node = Node(anvil.url, max_cost=1_000)
        with pytest.raises(TooExpensive) as dear:
            node.send({"to": anvil.accounts[1].address, "value": 1}, anvil.accounts[0])
        assert dear.value.cost > dear.value.limit == 1_000
        assert node.w3.eth.get_transaction_count(anvil.accounts[0].address) == 0


def test_terms_that_the_id_does_not_stand_for_are_refused(
    client: EscrowClient, token: Erc20, make_deal: MakeDeal, payer: LocalAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that changes the payee, the deadline or the token of a deal is found out."""
    deal, milestones = make_deal(token=token.address)
    deal_id = deal.id(client.domain)
    client.open(deal, milestones, payer)
    late = (milestones[0].model_copy(update={"deadline": milestones[0].deadline + 1}), *milestones[1:])
    for forged in (
        Opened(deal_id, deal.payer, deal, late),
        Opened(deal_id, deal.payer, deal.model_copy(update={"token": payer.address}), milestones),
    ):

        def lie(*, event: Event = forged, **_: object) -> Iterator[Event]:
            yield event

        monkeypatch.setattr(client, "events", lie)
        with pytest.raises(NodeFault):
            client.opened(deal_id)
