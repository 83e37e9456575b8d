"""What contract wallets say of signatures, asked on Anvil: honest ones, hostile ones, and ones not deployed yet."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_typing import Hash32
from hexbytes import HexBytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web3 import Web3
from web3.middleware import Web3Middleware

from bench.compiled import init_code
from escrow_chain.chain.anvil import Anvil
from escrow_chain.chain.create2 import NO_SALT, PROXY, address_of, deployment_call
from escrow_chain.chain.errors import NodeFault, WrongChain
from escrow_chain.chain.node import Node
from escrow_chain.chain.wallets import MAX_SIGNATURE_BYTES, Block, Wallets
from escrow_chain.evidence.wallets import LiveWallets, RecordedAnswers, WalletAnswer

DIGEST = keccak(b"what was handed in")
YES = bytes.fromhex("1626ba7e").ljust(32, b"\0")
MAGIC = bytes.fromhex("6492") * 16
NOBODY = "0x" + "00" * 20

LOOKUP = keccak(b"OffchainLookup(address,string[],bytes,bytes4,bytes)")[:4] + encode(
    ["address", "string[]", "bytes", "bytes4", "bytes"],
    [NOBODY, ["http://127.0.0.1:9/{sender}/{data}"], b"", bytes(4), b""],
)
"""A revert that asks the client to fetch something (ERC-3668)."""

# Wallets of a few instructions, as code on chain.
DIES = bytes.fromhex("33ff")
LOOPS = bytes.fromhex("5b5f56")
ECHOES = bytes.fromhex("363d3d37363d3df3")
SAYS_YES = bytes.fromhex("7f") + YES + bytes.fromhex("5f5260205ff3")
COUNTS = bytes.fromhex("5f54600101805f55") + SAYS_YES
"""Writes down how often it was asked before it says yes."""


class Town:
    """Wallets on a chain, those who deploy them, and whoever asks them."""

    def __init__(self, anvil: Anvil, node: Node) -> None:
        self.node, self.wallets = node, Wallets(node)
        self.owner, self.thief, self._builder = anvil.accounts[3], anvil.accounts[4], anvil.accounts[0]

    def build(self, code: bytes) -> str:
        """Deploys a contract, unless it is there."""
        if not self.node.has_code(address_of(code)):
            self.node.send(deployment_call(code), self._builder)
        return address_of(code)

    def call(self, where: str, calldata: bytes) -> None:
        """Makes a call, which is mined."""
        self.node.send({"to": Web3.to_checksum_address(where), "data": HexBytes(calldata)}, self._builder)

    def ask(self, wallet: str, signature: bytes, *, digest: bytes = DIGEST, block: Block | None = None) -> bool:
        """Whether the wallet stands by the signature, now unless said otherwise."""
        return self.wallets.stands_by(wallet, digest=digest, signature=signature, block=block or self.wallets.block())


@pytest.fixture
def town(chain: Anvil, node: Node) -> Town:
    """A town of the test's own."""
    return Town(chain, node)


def signed(account: LocalAccount, digest: bytes = DIGEST) -> bytes:
    """A key's signature."""
    return bytes(account.unsafe_sign_hash(Hash32(digest)).signature)


def owned_by(account: LocalAccount) -> bytes:
    """The init code of a wallet that signs with a key."""
    return init_code("TestWallet") + encode(["address"], [account.address])


def with_code(runtime: bytes) -> bytes:
    """Init code that deploys this."""
    return bytes.fromhex("61") + len(runtime).to_bytes(2) + bytes.fromhex("3d81600a3d39f3") + runtime


def saying(words: bytes, *, reverts: bool = False) -> bytes:
    """The call that makes a `LyingAttestor` answer with these bytes."""
    return keccak(b"say(bytes,bool)")[:4] + encode(["bytes", "bool"], [words, reverts])


def wrapped(signature: bytes, factory: str, call: bytes) -> bytes:
    """A signature in the wrapper of ERC-6492."""
    return encode(["address", "bytes", "bytes"], [factory, call, signature]) + MAGIC


def deploying(code: bytes, signature: bytes) -> bytes:
    """A signature of a wallet that a factory would deploy with this init code."""
    return wrapped(signature, PROXY, NO_SALT + code)


def answering(change: Callable[[str, Any], Any]) -> type[Web3Middleware]:
    """Stands between us and the node: `change` may alter the parameters of a call, or answer it."""

    class Between(Web3Middleware):
        def wrap_make_request(self, make_request: Any) -> Any:
            def ask(method: str, parameters: Any) -> Any:
                return change(method, parameters) or make_request(method, parameters)

            return ask

    return Between


# -- wallets that are there


def test_a_wallet_stands_by_what_its_owner_signed(town: Town) -> None:
    """Its owner's signature over this digest, and no other."""
    wallet = town.build(owned_by(town.owner))
    assert town.ask(wallet, signed(town.owner))
    assert not town.ask(wallet, signed(town.thief))
    assert not town.ask(wallet, signed(town.owner), digest=keccak(b"something else"))
    assert not town.ask(wallet, b"")


def test_a_wallet_may_stand_by_no_signature_at_all(town: Town) -> None:
    """What was approved on chain is signed by nothing."""
    wallet = town.build(init_code("ApprovingAttestor"))
    assert not town.ask(wallet, b"")
    town.call(wallet, keccak(b"approve(bytes32)")[:4] + DIGEST)
    assert town.ask(wallet, b"")


def test_an_answer_is_of_its_block(town: Town) -> None:
    """A wallet whose owner was changed says of each block what it said then."""
    wallet = town.build(init_code("LyingAttestor"))
    before = town.wallets.block()
    town.call(wallet, saying(YES))
    between = town.wallets.block()
    town.call(wallet, saying(b""))
    assert [town.ask(wallet, b"", block=each) for each in (before, between, town.wallets.block())] == [
        False,
        True,
        False,
    ]


def test_a_key_is_no_wallet(town: Town) -> None:
    """Where there is no code, nobody is asked, and a key's signature is not tried."""
    assert not town.ask(town.owner.address, signed(town.owner))
    assert not town.ask(NOBODY, bytes(65))


def test_a_precompile_is_no_wallet(town: Town) -> None:
    """Not even the one that answers with the question."""
    for number in (*range(1, 0x12), 0x100):
        assert not town.ask("0x" + number.to_bytes(20).hex(), signed(town.owner))


# -- wallets that are not there yet


def test_a_wallet_signs_before_it_is_deployed(town: Town) -> None:
    """It is deployed by its factory, asked, and forgotten."""
    code = owned_by(town.owner)
    assert town.ask(address_of(code), deploying(code, signed(town.owner)))
    assert not town.node.has_code(address_of(code))


def test_a_wrapped_signature_stays_good_after_the_deployment(town: Town) -> None:
    """The wallet that is there is asked, although its factory would fail now."""
    code = owned_by(town.owner)
    town.build(code)
    assert town.ask(address_of(code), deploying(code, signed(town.owner)))


def test_a_wrapper_helps_no_thief(town: Town) -> None:
    """Another's signature, another wallet's code, and a call that deploys nothing are no signature of the wallet."""
    code, other = owned_by(town.owner), owned_by(town.thief)
    assert not town.ask(address_of(code), deploying(code, signed(town.thief)))
    assert not town.ask(address_of(code), deploying(other, signed(town.thief)))
    assert not town.ask(address_of(code), wrapped(signed(town.owner), NOBODY, b""))
    assert not town.ask(address_of(code), wrapped(signed(town.owner), town.thief.address, b"\x01"))
    assert not town.ask(address_of(code), signed(town.owner))


def test_a_thief_s_wrapper_around_a_deployed_wallet_changes_nothing(town: Town) -> None:
    """The call comes from somebody without rights."""
    wallet = town.build(owned_by(town.owner))
    assert not town.ask(wallet, deploying(owned_by(town.thief), signed(town.thief)))
    execute = keccak(b"execute(address,uint256,bytes)")[:4] + encode(["address", "uint256", "bytes"], [wallet, 0, b""])
    assert not town.ask(wallet, wrapped(signed(town.thief), wallet, execute))


def test_a_wallet_is_prepared_if_it_says_no(town: Town) -> None:
    """Its code is there and fails; after the wrapper's call it answers."""
    wallet = town.build(init_code("LyingAttestor"))
    for refusal in (saying(b""), saying(bytes(32)), saying(YES, reverts=True)):
        town.call(wallet, refusal)
        assert not town.ask(wallet, b"")
        assert town.ask(wallet, wrapped(b"", wallet, saying(YES)))


def test_a_wallet_that_says_yes_is_not_prepared(town: Town) -> None:
    """The wrapper's call is made only if it is needed: what was a deployment may be anything by now."""
    wallet = town.build(init_code("LyingAttestor"))
    town.call(wallet, saying(YES))
    assert town.ask(wallet, wrapped(b"", wallet, saying(b"")))


def test_only_the_outer_wrapper_is_taken_off(town: Town) -> None:
    """The wallet is shown the rest, whatever it looks like."""
    code = owned_by(town.owner)
    assert not town.ask(address_of(code), deploying(code, deploying(code, signed(town.owner))))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, 11), st.sampled_from([0, 1, 2**40, 2**63 - 1, 2**64, 2**256 - 1]))
def test_a_broken_wrapper_is_no_signature(town: Town, tail: bytes, place: int, word: int) -> None:
    """Whatever its offsets and lengths say, the answer is no, and no error."""
    good = deploying(owned_by(town.owner), signed(town.thief))
    broken = good[: 32 * place] + word.to_bytes(32) + good[32 * (place + 1) :]
    for each in (tail + MAGIC, broken, good[: 32 * place] + MAGIC):
        assert not town.ask(address_of(owned_by(town.owner)), each)


def test_a_broken_wrapper_is_shown_to_nobody(town: Town) -> None:
    """Not even to a wallet that says yes to everything."""
    wallet = town.build(with_code(SAYS_YES))
    for broken in (MAGIC, bytes(64) + MAGIC, wrapped(b"", wallet, b"")[32:]):
        assert not town.ask(wallet, broken)


# -- hostile wallets


@pytest.mark.parametrize(
    "words",
    [
        b"",
        YES[:4],
        YES[:31],
        bytes(32),
        b"\xff" * 32,
        bytes(31) + b"\x01",
        YES[:31] + b"\x01",
        YES[:4] + b"\xff" * 28,
        bytes(28) + YES[:4],
        bytes(32) + YES,
    ],
)
def test_what_is_not_exactly_yes_is_no(town: Town, words: bytes) -> None:
    """Too short, dirty, at the wrong end, or too late."""
    wallet = town.build(init_code("LyingAttestor"))
    town.call(wallet, saying(words))
    assert not town.ask(wallet, signed(town.owner))


def test_a_yes_that_reverts_is_no(town: Town) -> None:
    """Whatever is said while failing."""
    wallet = town.build(init_code("LyingAttestor"))
    for words in (YES, b"\x01", LOOKUP):
        town.call(wallet, saying(words, reverts=True))
        assert not town.ask(wallet, b"")


def test_an_answer_counts_as_the_contracts_count_it(town: Town) -> None:
    """What follows the right word is not read, there as here."""
    wallet = town.build(init_code("LyingAttestor"))
    town.call(wallet, saying(YES + b"\xff" * 100))
    assert town.ask(wallet, b"")


@pytest.mark.parametrize("runtime", [DIES, LOOPS, ECHOES, COUNTS], ids=["dies", "loops", "echoes", "counts"])
def test_a_wallet_that_misbehaves_has_said_no(town: Town, runtime: bytes) -> None:
    """To destroy itself, to run for ever, to give the question back, to write something down: none is an answer."""
    wallet = town.build(with_code(runtime))
    assert not town.ask(wallet, signed(town.owner))
    assert not town.ask(wallet, wrapped(signed(town.owner), wallet, b"\x01"))


@pytest.mark.parametrize("reverts", [False, True])
def test_an_answer_as_big_as_a_bomb_is_no(town: Town, reverts: bool) -> None:
    """Nobody copies it."""
    wallet = town.build(init_code("Bomb") + encode(["bool"], [reverts]))
    assert not town.ask(wallet, b"")
    assert not town.ask(wallet, wrapped(b"", wallet, b""))


def test_eaten_gas_is_no_and_no_error(town: Town) -> None:
    """By the wallet, by its factory, by both."""
    eater = town.build(init_code("EatingAttestor"))
    silent = town.build(init_code("LyingAttestor"))
    assert not town.ask(eater, b"")
    assert not town.ask(eater, wrapped(b"", eater, b""))
    assert not town.ask(silent, wrapped(b"", eater, b""))


def test_what_was_eaten_is_not_taken_from_the_next_question(town: Town) -> None:
    """Neither by the wallet, asleep, nor by the call that wakes it: it is heard, although its answer is dear."""
    wallet = town.build(init_code("SleepingWallet"))
    assert not town.ask(wallet, b"")
    assert town.ask(wallet, wrapped(b"", wallet, keccak(b"wake()")[:4]))


def test_it_is_no_rehearsal(town: Town) -> None:
    """Wallets that say yes to a question from nowhere are not asked from there."""
    assert not town.ask(town.build(init_code("RehearsingWallet")), b"")


def test_a_wallet_may_say_yes_to_everything(town: Town) -> None:
    """It is theirs, up to the size that is looked at."""
    wallet = town.build(with_code(SAYS_YES))
    assert town.ask(wallet, bytes(MAX_SIGNATURE_BYTES))
    assert not town.ask(wallet, bytes(MAX_SIGNATURE_BYTES + 1))
    assert not town.ask(wallet, wrapped(bytes(MAX_SIGNATURE_BYTES), NOBODY, b""))


def test_the_largest_question_fits(town: Town) -> None:
    """A wrapper whose two parts are the same bytes doubles in size when it is taken off: no error for all that."""
    room = b"\xff" * (MAX_SIGNATURE_BYTES - 5 * 32)
    doubled = b"".join(word.to_bytes(32) for word in (0, 0x60, 0x60, len(room))) + room + MAGIC
    assert len(doubled) == MAX_SIGNATURE_BYTES
    assert town.ask(town.build(with_code(SAYS_YES)), doubled)


# -- nodes


def test_a_block_that_the_node_does_not_have_is_its_fault(town: Town) -> None:
    """An unknown hash is no answer from a wallet."""
    wallet = town.build(owned_by(town.owner))
    with pytest.raises(NodeFault):
        town.ask(wallet, signed(town.owner), block=Block(number=1, hash=b"\x77" * 32))
    with pytest.raises(NodeFault):
        town.wallets.block(b"\x77" * 32)


def test_a_node_that_grants_too_little_gas_is_found_out(town: Town) -> None:
    """An answer never depends on the node's own limit, which it applies without a word."""

    def less(method: str, parameters: Any) -> None:
        if method == "eth_call":
            parameters[0]["gas"] = hex(12_000_000)

    wallet = town.build(owned_by(town.owner))
    town.node.w3.middleware_onion.inject(answering(less), layer=0)
    with pytest.raises(NodeFault, match="gas"):
        town.ask(wallet, signed(town.owner))


@pytest.mark.parametrize("answer", ["0x", "0x02", "0x0001"])
def test_an_answer_that_no_wallet_gave_is_the_node_s_fault(town: Town, answer: str) -> None:
    """Neither yes nor no."""
    instead = {"jsonrpc": "2.0", "id": 1, "result": answer}
    block = town.wallets.block()
    change = answering(lambda method, _: instead if method == "eth_call" else None)
    town.node.w3.middleware_onion.inject(change, layer=0)
    with pytest.raises(NodeFault, match="no sense"):
        town.ask(NOBODY, b"", block=block)


def test_nothing_is_fetched_for_a_node(town: Town) -> None:
    """Where it says that the answer is to be had at some address, that is no answer."""
    error = {"code": 3, "message": "execution reverted", "data": "0x" + LOOKUP.hex()}
    block = town.wallets.block()
    change = answering(lambda method, _: {"jsonrpc": "2.0", "id": 1, "error": error} if method == "eth_call" else None)
    town.node.w3.middleware_onion.inject(change, layer=0)
    with pytest.raises(NodeFault, match="a question to a wallet failed"):
        town.ask(NOBODY, b"", block=block)


# -- answers on record


@pytest.fixture
def live(town: Town) -> LiveWallets:
    """Asks the town's wallets for the record."""
    return LiveWallets(town.wallets)


def test_an_answer_names_its_block_and_survives_json(town: Town, live: LiveWallets) -> None:
    """All that a second judge needs."""
    wallet = town.build(owned_by(town.owner))
    answer = live.ask(signer=wallet, digest=DIGEST, signature=signed(town.owner))
    block = town.wallets.block()
    assert (answer.signer, answer.digest, answer.valid) == (wallet, DIGEST, True)
    assert (answer.chain_id, answer.block_number, answer.block_hash) == (31337, block.number, block.hash)
    assert WalletAnswer.model_validate_json(answer.model_dump_json()) == answer


def test_a_second_judge_gets_the_same_answer_of_the_same_block(town: Town, live: LiveWallets) -> None:
    """Although the wallet says something else by now; and a record that was altered is found out."""
    wallet = town.build(init_code("LyingAttestor"))
    town.call(wallet, saying(YES))
    recorded = live.ask(signer=wallet, digest=DIGEST, signature=b"s")
    town.call(wallet, saying(b""))
    assert not live.ask(signer=wallet, digest=DIGEST, signature=b"s").valid
    assert live.ask_again(recorded, signature=b"s") == recorded

    for altered in ({"valid": False}, {"block_number": 1}, {"signature_hash": bytes(32)}):
        forged = recorded.model_copy(update=altered)
        assert live.ask_again(forged, signature=b"s") != forged


def test_a_judge_on_another_chain_is_told(town: Town, live: LiveWallets) -> None:
    """The same address may be somebody else's there."""
    answer = live.ask(signer=NOBODY, digest=DIGEST, signature=b"")
    with pytest.raises(WrongChain):
        live.ask_again(answer.model_copy(update={"chain_id": 1}), signature=b"")


def test_a_block_that_was_reorganised_away_leaves_the_record(town: Town, live: LiveWallets) -> None:
    """The node says that it lacks the block; the recorded answer stays what it was."""
    wallet = town.build(init_code("LyingAttestor"))
    fork = town.node.w3.manager.request_blocking("evm_snapshot", [])  # type: ignore[arg-type]
    town.call(wallet, saying(YES))
    recorded = live.ask(signer=wallet, digest=DIGEST, signature=b"")
    town.node.w3.manager.request_blocking("evm_revert", [fork])  # type: ignore[arg-type]

    with pytest.raises(NodeFault):
        live.ask_again(recorded, signature=b"")
    answer = RecordedAnswers([recorded], chain_id=31337).ask(signer=wallet, digest=DIGEST, signature=b"")
    assert answer == recorded
