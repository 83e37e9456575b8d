"""What comes from a chain: signatures in their wrappers, logs and reverts, and all that a lying node may answer.

Python: led by the code that is reached.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from eth_abi.abi import encode
from eth_account import Account
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3._utils.http_session_manager import HTTPSessionManager

from escrow_chain.chain import abi, court, quorum
from escrow_chain.chain.artifacts import load
from escrow_chain.chain.client import EscrowClient
from escrow_chain.chain.court import CourtClient
from escrow_chain.chain.erc20 import Erc20
from escrow_chain.chain.errors import ChainError
from escrow_chain.chain.node import Node
from escrow_chain.chain.wallets import MAX_SIGNATURE_BYTES, Wallets, _unwrapped
from escrow_chain.evidence.wallets import LiveWallets
from escrow_chain.protocol.deal import Deal, Milestone, Payout, milestones_root
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.events import Event
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from fuzz.mutation import mutate_bytes, mutate_either, mutate_json, one_in
from fuzz.target import Material, Source, Target, Wrong, expect, said

_MAGIC: Final = bytes.fromhex("6492") * 16
_WORD: Final = 32
_URL: Final = "http://node.invalid"
_ESCROW: Final = to_checksum_address("0x" + "e5" * 20)
_ACCOUNT: Final = Account.from_key(b"\x07" * 32)
_LATEST: Final = 12_345
_WRAPPER: Final = ["address", "bytes", "bytes"]
_QUESTION: Final = ["address", "bytes32", "bytes", "address", "bytes"]


def wallets(content: bytes, _: None) -> str:
    """A wallet is shown what is in the wrapper, the signature itself if there is none, or nothing."""
    shown = _unwrapped(content)
    if shown is None:
        return "nothing"
    encode(_QUESTION, (_ESCROW, bytes(_WORD), shown.signature, shown.factory, shown.preparation))
    if content.endswith(_MAGIC):
        again = _unwrapped(encode(_WRAPPER, [shown.factory, shown.preparation, shown.signature]) + _MAGIC)
        expect(
            again == shown or len(shown.signature) + len(shown.preparation) > MAX_SIGNATURE_BYTES / 2, "another wrapper"
        )
        return "unwrapped"
    expect((shown.signature, shown.factory, shown.preparation) == (content, ZERO_ADDRESS, b""), "it is changed")
    return "as it is"


def logs(content: bytes, _: None) -> str:
    """A log is an event or none, a revert a refusal or none, and an answer values: or it is said to make no sense.

    The first byte says which, the second how many topics there are besides the first.
    """
    if len(content) < 2:  # noqa: PLR2004
        return "too short to try"
    names: list[str] = sorted(abi._EVENTS)  # noqa: SLF001
    which, topics, rest = content[0] % (len(names) + 2), content[1] % 5, content[2:]
    if which == len(names):
        found = [abi.refusal(rest), court._refusal(rest)]  # noqa: SLF001
        expect(all(each is None or isinstance(each, Refusal) for each in found), "no refusal")
        return "refusal" if any(found) else "no refusal"
    try:
        with _as_node().faults():
            if which > len(names):
                return "answer" if abi.answer(abi.calldata("eip712Domain"), rest) else "no answer"
            given = [abi.topic(names[which]), *(rest[_WORD * each :][:_WORD] for each in range(topics))]
            event = abi.event(given, rest[_WORD * topics :])
    except ChainError as error:
        return said(error)
    expect(isinstance(event, Event), "no event")
    return names[which]


@cache
def _as_node() -> Node:
    """A node that is never asked, for what it makes of errors."""
    with _answering({"eth_chainId": "0x1"}):
        return Node(_URL)


def node(content: bytes, _: None) -> str:
    """Whatever a node answers, what comes out is a value, a refusal or an error of ours; and nobody else is asked.

    `{"method": result}`, in JSON: a result that is an object with `error` alone is an error.
    """
    try:
        answers = json.loads(content)
    except ValueError:
        return "too broken to try"
    if not isinstance(answers, dict):
        return "too broken to try"
    with _answering(answers):
        try:
            asked = Node(_URL)
        except ChainError as error:
            return said(error)
        words = [_asked(question, asked) for question in _QUESTIONS]
    return min(words)


def _asked(question: Callable[[Node], object], node: Node) -> str:
    try:
        question(node)
    except (ChainError, Refusal) as error:
        return said(error)
    return "answered"


def _account(node: Node) -> None:
    for number in (node.balance(_ESCROW), node.timestamp(), node.block_number(), node.gas_limit({"to": _ESCROW})):
        expect(isinstance(number, int) and number >= 0, "no number")


def _events(node: Node) -> None:
    """Up to a block of our own: a node that names one in a million years is asked for all, as long as it answers."""
    for event in EscrowClient(node, _ESCROW, first_block=_LATEST - 10).events(last_block=_LATEST):
        expect(isinstance(event, Event), "no event")


def _court(node: Node) -> None:
    court = CourtClient(node, _ESCROW)
    list(court.events(first_block=_LATEST - 10, last_block=_LATEST))
    court.case(bytes(_WORD))
    court.fee()


def _wallet(node: Node) -> None:
    LiveWallets(Wallets(node)).ask(signer=_ESCROW, digest=bytes(_WORD), signature=b"signed")


_QUESTIONS: Final[tuple[Callable[[Node], object], ...]] = (
    _account,
    _wallet,
    lambda node: Erc20(node, _ESCROW).symbol(),
    lambda node: Erc20(node, _ESCROW).decimals(),
    lambda node: EscrowClient(node, _ESCROW).status(bytes(_WORD), 0),
    _events,
    _court,
    lambda node: quorum.read(node, _ESCROW),
    lambda node: node.send({"to": _ESCROW, "data": HexBytes("0x00")}, _ACCOUNT, timeout_s=0.01),
)


@contextmanager
def _answering(answers: dict[str, Any]) -> Iterator[None]:
    """Every node answers so, and nothing else in the world does."""

    def answer(_manager: object, url: str, data: bytes, **_: object) -> bytes:
        expect(url == _URL, f"{url} was asked")
        request = json.loads(data)
        found = answers.get(request["method"])
        failed = found if isinstance(found, dict) and found.keys() == {"error"} else None
        reply = {"jsonrpc": "2.0", "id": request["id"], **(failed or {"result": found})}
        return json.dumps(reply).encode()

    def refuse(*_: object, **__: object) -> None:
        raise Wrong("the network was asked")

    with (
        patch.object(HTTPSessionManager, "make_post_request", answer),
        patch.object(socket, "getaddrinfo", refuse),
        patch.object(socket.socket, "connect", refuse),
    ):
        yield


def _mutate_words(content: bytes, source: Source) -> bytes:
    """Changes one word of 32 bytes to what is a length or a place somewhere."""
    chance, changed = source.chance, bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        place = chance.randrange(len(changed) // _WORD + 1) * _WORD + chance.choice((0, 2, 2))
        number = chance.choice(
            (0, 1, 32, 64, 96, 128, 160, len(content), 1 << 31, 1 << 62, 1 << 63, 1 << 64, (1 << 256) - 1)
        )
        changed[place : place + _WORD] = number.to_bytes(_WORD)
    return bytes(changed)


def _mutate_answers(content: bytes, source: Source) -> bytes:
    """Changes answers, or a word in one of those that are hexadecimal."""
    chance = source.chance
    if one_in(chance, 2):
        return mutate_json(content, source)
    try:
        answers = json.loads(content)
        name = chance.choice(sorted(answers))
        inside = bytes.fromhex(answers[name][2:])
    except (ValueError, TypeError, AttributeError, IndexError):
        return mutate_json(content, source)
    changed = chance.choice((_mutate_words, mutate_bytes))(inside, source)
    return json.dumps(answers | {name: "0x" + changed.hex()}).encode()


def _wallet_seeds() -> Material:
    wrapped = [encode(_WRAPPER, [_ESCROW, b"deploy me", signature]) + _MAGIC for signature in (b"", b"s" * 65)]
    return Material((*wrapped, b"s" * 65, encode(_WRAPPER, [_ESCROW, b"", wrapped[0]]) + _MAGIC))


def _opened() -> tuple[list[bytes], bytes]:
    """The topics and the payload of an `Opened` event."""
    milestones = tuple(
        Milestone(index=index, deadline=2**31, terms=bytes([index]) * _WORD, payouts=(Payout(to=_ESCROW, amount=100),))
        for index in range(3)
    )
    deal = Deal(
        payer=_ACCOUNT.address,
        token=_ESCROW,
        attestor=_ESCROW,
        inspection_period=60,
        arbiter=_ESCROW,
        arbitration_period=86_400,
        lapse_bps=5_000,
        revocable_until=0,
        agreement=bytes(_WORD),
        salt=7,
        milestones=milestones_root(milestones),
    )
    layout = abi._layouts()[abi.topic("Opened")]  # noqa: SLF001
    rows = [row for milestone in milestones for row in milestone.rows()]
    payload = encode([kind for _, kind in layout.others], [deal.values(), rows])
    return [abi.topic("Opened"), bytes(_WORD), encode(["address"], [_ACCOUNT.address])], payload


def _log_seeds() -> Material:
    names = sorted(abi._EVENTS)  # noqa: SLF001
    (_, *topics), payload = _opened()
    opened = bytes([names.index("Opened"), len(topics)]) + b"".join(topics) + payload
    others = [bytes([place, 1]) + bytes(_WORD * 5) for place in range(len(names))]
    reverts = [bytes([len(names), 0]) + known + bytes(96) for known in (*abi._errors(), *court._errors())]  # noqa: SLF001
    domain: tuple[Any, ...] = (b"\x0f", "Escrow", "1", 1, _ESCROW, bytes(_WORD), [])
    kinds = ["bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"]
    return Material((opened, *others, *reverts, bytes([len(names) + 1, 0]) + encode(kinds, domain)))


def _node_seeds() -> Material:
    topics, payload = _opened()
    number, hash_ = hex(_LATEST), "0x" + "0b" * _WORD
    log = {
        "address": _ESCROW,
        "topics": ["0x" + each.hex() for each in topics],
        "data": "0x" + payload.hex(),
        "blockNumber": number,
        "transactionHash": hash_,
        "transactionIndex": "0x0",
        "blockHash": hash_,
        "logIndex": "0x0",
        "removed": False,
    }
    case = "0x" + keccak(b"Evidence(address,uint256,address,string)").hex()
    said_in_court = log | {
        "topics": [case, *(["0x" + bytes(_WORD).hex()] * 3)],
        "data": "0x" + encode(["string"], ["ipfs://x"]).hex(),
    }
    receipt = {
        "transactionHash": hash_,
        "blockHash": hash_,
        "blockNumber": number,
        "status": "0x1",
        "gasUsed": "0x5208",
        "to": _ESCROW,
        "logs": [log],
    }
    answers = {
        "eth_chainId": "0x7a69",
        "eth_blockNumber": number,
        "eth_getBalance": hex(10**18),
        "eth_getCode": "0x" + load("Escrow").runtime_code.hex(),
        "eth_getBlockByNumber": {"number": number, "hash": hash_, "timestamp": "0x68626000", "baseFeePerGas": "0x7"},
        "eth_estimateGas": "0x5208",
        "eth_maxPriorityFeePerGas": "0x1",
        "eth_getTransactionCount": "0x0",
        "eth_sendRawTransaction": hash_,
        "eth_getTransactionReceipt": receipt,
        "eth_getLogs": [log],
        "eth_call": "0x" + encode(["uint256"], [7]).hex(),
    }
    revert = {"code": 3, "message": "execution reverted", "data": "0x" + next(iter(abi._errors())).hex() + "00" * 64}  # noqa: SLF001
    lookup = keccak(b"OffchainLookup(address,string[],bytes,bytes4,bytes)")[:4] + encode(
        ["address", "string[]", "bytes", "bytes4", "bytes"],
        [_ESCROW, ["https://example.com/{sender}/{data}"], b"", bytes(4), b""],
    )
    asks = {"code": 3, "message": "execution reverted", "data": "0x" + lookup.hex()}
    court = {
        "eth_getCode": "0x" + load("CourtArbiter").runtime_code.hex(),
        "eth_getLogs": [said_in_court],
        "eth_call": "0x" + (encode(["address"], [_ESCROW]) + bytes(_WORD * 12)).hex(),
    }
    members = {
        "eth_getCode": "0x" + load("AttestorQuorum").runtime_code.hex(),
        "eth_call": "0x" + encode(["bytes[]"], [[bytes(20), b"k" * 84]]).hex(),
    }
    variants: list[dict[str, Any]] = [
        {},
        {"eth_call": "0x" + encode(["string"], ["TUSD"]).hex()},
        {"eth_call": {"error": revert}},
        {"eth_call": {"error": asks}, "eth_estimateGas": {"error": asks}},
        {"eth_sendRawTransaction": {"error": {"code": -32000, "message": "nonce too low"}}},
        {"eth_getTransactionReceipt": receipt | {"status": "0x0"}},
        court,
        members,
        {"eth_getBalance": None},
        {"eth_getTransactionCount": "-0x1"},
        {"eth_blockNumber": {}},
        {"eth_call": "0x" + (99).to_bytes(_WORD).hex() * 16},
        {"eth_call": {"error": revert | {"data": "0xzz"}}},
        {"eth_call": "0x" + ((32).to_bytes(_WORD) + (1 << 63).to_bytes(_WORD)).hex()},
    ]
    return Material(tuple(json.dumps(answers | each).encode() for each in variants))


_RPC: Final = (
    *(b"error", b"code", b"message", b"data", b"0x", b"0xzz", b"0x0", b"-0x1", b"null", b"execution reverted"),
    *(b"Reverted 0x", b"already known", b"result", b"topics", b"logs", b"status", b"to", b"address", b"0x08c379a0"),
)
WALLETS: Final = Target(
    "wallets", _wallet_seeds, wallets, mutate_either(_mutate_words, mutate_bytes), words=(_MAGIC,), max_bytes=20_000
)
LOGS: Final = Target("logs", _log_seeds, logs, mutate_either(_mutate_words, mutate_bytes))
NODE: Final = Target("node", _node_seeds, node, _mutate_answers, words=_RPC, max_bytes=131_072)
