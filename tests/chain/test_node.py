"""A node that lies, stalls, or asks too much."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from eth_account.signers.local import LocalAccount

from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import NodeFault, NodeUnreachable, NotMined, TooExpensive
from escrow_chain.chain.node import Node
from escrow_chain.protocol.events import Event, Opened
from tests.chain.conftest import MakeDeal


def test_what_was_sent_and_is_not_mined_is_named_by_its_hash() -> None:
    """Who waits in vain learns what to look for, and the chain transaction is there."""
    with Anvil("--no-mining") as anvil:
        node = Node(anvil.url)
        with pytest.raises(NotMined) as waiting:
            node.send({"to": anvil.accounts[1].address, "value": 1}, anvil.accounts[0], timeout_s=0.5)
        assert node.w3.eth.get_transaction(waiting.value.hash)["value"] == 1


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that answers everything with the same bytes; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

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
