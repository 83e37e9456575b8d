"""Quorums: sets, addresses and signatures, and that the contract agrees with the Python about every one of them."""

import re
from dataclasses import fields
from functools import cache
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_utils.address import to_checksum_address
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol import quorum as quorums
from escrow_chain.protocol.quorum import Member, Quorum
from escrow_chain.protocol.signatures import compact
from tests.p256 import P256Key

DIGEST = keccak(b"what the members sign")
KEYS = [PrivateKey(secret.to_bytes(32)) for secret in range(1, 7)]
ACCOUNTS = [Member(key.public_key.to_checksum_address()) for key in KEYS]
KEY_OF = dict(zip(ACCOUNTS, KEYS, strict=True))
PASSKEY = P256Key(7)
NOBODY = Member("0x" + "ee" * 20)

addresses = st.binary(min_size=20, max_size=20).filter(any).map(to_checksum_address)
members = st.builds(Member, addresses, st.one_of(st.just(b""), st.binary(max_size=70)))


@st.composite
def sets(draw: st.DrawFn) -> Quorum:
    """Any quorum."""
    chosen = draw(st.lists(members, min_size=1, max_size=32, unique_by=lambda member: member.id))
    return Quorum.of(draw(st.integers(1, len(chosen))), chosen)


def sign(member: Member, digest: bytes = DIGEST) -> bytes:
    """65 bytes, v 27 or 28."""
    signature = KEY_OF[member].sign_msg_hash(digest)
    return signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([27 + signature.v])


def no(member: Member, digest: bytes, signature: bytes) -> bool:
    """Contracts that never agree."""
    return False


# ---------------------------------------------------------------------------------------------------- sets


def test_a_set_has_one_form() -> None:
    """The order in which members are given makes no difference."""
    assert Quorum.of(2, ACCOUNTS) == Quorum.of(2, reversed(ACCOUNTS))
    assert Quorum.of(2, ACCOUNTS) != Quorum.of(3, ACCOUNTS)
    assert Member(ACCOUNTS[0].account.lower()) == ACCOUNTS[0]
    with pytest.raises(ValueError, match="not an address"):
        Member("0x1234")


@pytest.mark.parametrize(
    ("threshold", "given", "refusal"),
    [
        (1, [], quorums.InvalidMemberCount(0, 32)),
        (1, [Member(f"0x{index:040x}") for index in range(1, 34)], quorums.InvalidMemberCount(33, 32)),
        (0, ACCOUNTS, quorums.InvalidThreshold(0, 6)),
        (7, ACCOUNTS, quorums.InvalidThreshold(7, 6)),
        (1, [Member(NOBODY.account, bytes(513))], quorums.InvalidMemberLength(0, 533)),
        (1, [Member("0x" + "00" * 20)], quorums.ZeroMember(0)),
        (1, [Member("0x" + "00" * 20, b"key")], quorums.ZeroMember(0)),
        (1, [NOBODY, NOBODY], quorums.DuplicateMember(1, 0)),
        (1, [Member(NOBODY.account, b"key"), Member(ACCOUNTS[0].account, b"key")], quorums.DuplicateMember(1, 0)),
    ],
)
def test_what_the_factory_refuses_is_refused(threshold: int, given: list[Member], refusal: Exception) -> None:
    """With the contract's name and values, and by the contract too."""
    with pytest.raises(type(refusal)) as refused:
        Quorum.of(threshold, given)
    assert refused.value == refusal
    assert contract().refusal(threshold, [member.encoded for member in given]) == refusal


def test_members_out_of_order_are_refused() -> None:
    """Only `of` sorts."""
    first, second = sorted(ACCOUNTS[:2], key=lambda member: member.id)
    refusal = quorums.UnsortedMember(1, first.id, second.id)
    with pytest.raises(quorums.UnsortedMember) as refused:
        Quorum(1, (second, first))
    assert refused.value == refusal
    assert contract().refusal(1, [second.encoded, first.encoded]) == refusal


def test_of_several_faults_the_first_one_is_named() -> None:
    """Member by member, as the contract goes through them."""
    first, second = sorted(ACCOUNTS[:2], key=lambda member: member.id)
    faulty = (second, first, Member("0x" + "00" * 20))
    with pytest.raises(quorums.UnsortedMember) as refused:
        Quorum(1, faulty)
    assert contract().refusal(1, [member.encoded for member in faulty]) == refused.value
    with pytest.raises(quorums.ZeroMember) as zero:
        Quorum(1, faulty[::-1])
    assert contract().refusal(1, [member.encoded for member in faulty[::-1]]) == zero.value


def test_refusals_are_the_factory_s_errors() -> None:
    """Each by its name, with its fields in their order; none is left over."""
    found = {
        entry["name"]: [re.sub("[A-Z]", lambda upper: "_" + upper[0].lower(), each["name"]) for each in entry["inputs"]]
        for entry in load("AttestorQuorumFactory").abi
        if entry["type"] == "error"
    }
    known = {kind.__name__: [each.name for each in fields(kind)] for kind in quorums.QuorumRefusal.__subclasses__()}  # type: ignore[arg-type]
    others = {"Create2EmptyBytecode", "FailedDeployment", "InsufficientBalance"}
    assert {name: given for name, given in found.items() if name not in others} == known


# ---------------------------------------------------------------------------------------------------- signatures


def test_assembled_signatures_are_accepted() -> None:
    """Whoever of the members signed, in whatever order and form they came."""
    quorum = Quorum.of(2, ACCOUNTS)
    signatures = quorum.assemble(DIGEST, {ACCOUNTS[4]: compact(sign(ACCOUNTS[4])), ACCOUNTS[1]: sign(ACCOUNTS[1])})
    assert len(signatures) == 2 * 67
    assert quorum.accepts(DIGEST, signatures, no)
    assert not quorum.accepts(keccak(b"else"), signatures, no)
    assert contract().accepts(quorum, DIGEST, signatures)


def test_of_more_than_enough_the_cheapest_are_taken() -> None:
    """Keys before contracts, short before long."""
    wallet, passkey = Member("0x" + "aa" * 20), Member("0x" + "bb" * 20, PASSKEY.public)
    quorum = Quorum.of(2, [wallet, passkey, *ACCOUNTS])
    signed = {wallet: bytes(64), passkey: bytes(500), ACCOUNTS[3]: sign(ACCOUNTS[3])}
    expected = {wallet: bytes(64), ACCOUNTS[3]: sign(ACCOUNTS[3])}
    assert quorum.assemble(DIGEST, signed) == quorum.assemble(DIGEST, expected)
    signed |= {ACCOUNTS[0]: sign(ACCOUNTS[0])}
    assert quorum.accepts(DIGEST, quorum.assemble(DIGEST, signed), no)


def test_what_is_no_key_s_signature_is_passed_on_as_it_is() -> None:
    """65 bytes may be a contract's own."""
    quorum = Quorum.of(1, ACCOUNTS[:1])
    others = sign(ACCOUNTS[1])
    assert quorum.assemble(DIGEST, {ACCOUNTS[0]: others}) == b"\x00\x00\x41" + others


def test_what_can_t_be_assembled_is_named() -> None:
    """With the values that show why."""
    quorum = Quorum.of(2, ACCOUNTS)
    with pytest.raises(quorums.TooFewSignatures, match="1 members signed, and 2 have to") as few:
        quorum.assemble(DIGEST, {ACCOUNTS[0]: b""})
    assert few.value == quorums.TooFewSignatures(1, 2)
    with pytest.raises(quorums.NotAMember, match="is no member") as stranger:
        quorum.assemble(DIGEST, {NOBODY: b""})
    assert stranger.value == quorums.NotAMember(NOBODY.account, b"")
    with pytest.raises(quorums.SignatureTooLong, match="65535 are taken") as long:
        quorum.assemble(DIGEST, {ACCOUNTS[0]: bytes(65_536)})
    assert long.value == quorums.SignatureTooLong(quorum.members.index(ACCOUNTS[0]), 65_536)


# ---------------------------------------------------------------------------------------------------- and the contract


class Contract:
    """The contracts, in an EVM of this process."""

    def __init__(self) -> None:
        pyrevm = pytest.importorskip("pyrevm", reason="no wheel for this Python")
        self._evm = pyrevm.EVM(pyrevm.Env(), spec_id="CANCUN")
        self._sender = to_checksum_address("0x" + "d0" * 20)
        self.factory = self._deploy("AttestorQuorumFactory")
        self.p256, self.web_authn = self._deploy("P256Verifier"), self._deploy("WebAuthnVerifier")

    def create(self, quorum: Quorum) -> str:
        """Creates a quorum, and gives its address."""
        return self._create(quorum.threshold, [member.encoded for member in quorum.members])

    def refusal(self, threshold: int, encoded: list[bytes]) -> Exception | None:
        """What the factory refuses a set with."""
        try:
            self._create(threshold, encoded)
        except RuntimeError as failed:
            output = bytes.fromhex(re.search("output: 0x([0-9a-f]*)", str(failed))[1])  # type: ignore[index]
        else:
            return None
        for entry in load("AttestorQuorumFactory").abi:
            types = [field["type"] for field in entry.get("inputs", ())]
            if entry["type"] == "error" and keccak(f"{entry['name']}({','.join(types)})".encode())[:4] == output[:4]:
                return getattr(quorums, entry["name"])(*decode(types, output[4:]))  # type: ignore[no-any-return]
        raise AssertionError(output)

    def accepts(self, quorum: Quorum, digest: bytes, signatures: bytes) -> bool:
        """What the quorum itself says. It never reverts."""
        call = keccak(b"isValidSignature(bytes32,bytes)")[:4] + encode(["bytes32", "bytes"], [digest, signatures])
        answer = self._evm.message_call(self._sender, self.create(quorum), call, is_static=True)
        assert answer[:4] in (bytes.fromhex("1626ba7e"), b"\xff" * 4)
        return bool(answer[:4] != b"\xff" * 4)

    def read(self, where: str, name: str, kind: str) -> Any:
        """What a function without arguments returns."""
        return decode([kind], self._evm.message_call(self._sender, where, keccak(f"{name}()".encode())[:4]))[0]

    def _create(self, threshold: int, encoded: list[bytes]) -> str:
        call = keccak(b"create(uint256,bytes[])")[:4] + encode(["uint256", "bytes[]"], [threshold, encoded])
        created = self._evm.message_call(self._sender, self.factory, call)
        return to_checksum_address(decode(["address"], created)[0])

    def _deploy(self, name: Any) -> str:
        return to_checksum_address(self._evm.deploy(self._sender, load(name).init_code))


@cache
def contract() -> Contract:
    """One for all examples."""
    return Contract()


@given(sets())
@settings(max_examples=50, deadline=None)
def test_any_set_is_where_it_was_foretold_and_can_be_read(quorum: Quorum) -> None:
    """Address, threshold and members are those of the contract; equal ones are found again."""
    where = contract().create(quorum)
    assert where == quorum.address(factory=contract().factory, code=load("AttestorQuorum").runtime_code)
    assert contract().read(where, "threshold", "uint256") == quorum.threshold
    found = contract().read(where, "members", "bytes[]")
    assert tuple(Member.decode(each) for each in found) == quorum.members
    assert contract().create(quorum) == where


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_contract_and_python_accept_the_same(data: st.DataObject) -> None:
    """Signatures of some members in some order, some of them false, cut and changed: both say the same."""
    quorum = Quorum.of(data.draw(st.integers(1, 4)), ACCOUNTS[:4])
    parts = data.draw(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["true", "true", "true", "false", "other", "long"])))
    )
    signatures = b""
    for index, kind in parts:
        member = quorum.members[index % 4]
        given = sign(member, keccak(b"else") if kind == "false" else DIGEST)
        signature = {"other": b"\x01" * 64, "long": given}.get(kind, compact(given))
        signatures += bytes([index]) + len(signature).to_bytes(2) + signature
    signatures = signatures[: data.draw(st.integers(max(0, len(signatures) - 3), len(signatures)))]
    signatures += data.draw(st.sampled_from([b"", b"", b"", b"\x00"]))
    assert contract().accepts(quorum, DIGEST, signatures) == quorum.accepts(DIGEST, signatures, no)


@given(st.integers(1, 4), st.sets(st.sampled_from(ACCOUNTS[:4])))
@settings(max_examples=60, deadline=None)
def test_whatever_is_assembled_is_accepted(threshold: int, signing: set[Member]) -> None:
    """If enough have signed, and only then is there anything to bring."""
    quorum = Quorum.of(threshold, ACCOUNTS[:4])
    signed = {member: sign(member) for member in signing}
    if len(signing) < threshold:
        with pytest.raises(quorums.TooFewSignatures):
            quorum.assemble(DIGEST, signed)
    else:
        assert contract().accepts(quorum, DIGEST, quorum.assemble(DIGEST, signed))


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_bytes_are_accepted_for_nothing(signatures: bytes) -> None:
    """Neither here nor there."""
    quorum = Quorum.of(1, ACCOUNTS[:2])
    assert not quorum.accepts(DIGEST, signatures, no)
    assert not contract().accepts(quorum, DIGEST, signatures)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
@settings(max_examples=10, deadline=None)
def test_keys_of_every_kind_sign_together(digest: bytes, other: bytes) -> None:
    """A key, a P-256 key and a passkey; over this digest only. The EVM here has no precompile for P-256."""
    assume(digest != other)
    p256 = Member(contract().p256, PASSKEY.public)
    passkey = Member(contract().web_authn, P256Key(8).public)
    quorum = Quorum.of(3, [ACCOUNTS[0], p256, passkey])
    signed = {ACCOUNTS[0]: sign(ACCOUNTS[0], digest), p256: PASSKEY.sign(digest), passkey: P256Key(8).assertion(digest)}
    assert contract().accepts(quorum, digest, quorum.assemble(digest, signed))
    assert not contract().accepts(quorum, other, quorum.assemble(digest, signed))
    assert quorum.accepts(digest, quorum.assemble(digest, signed), lambda *_: True)
    for member in (p256, passkey):
        forged = signed | {member: (P256Key(9).sign if member == p256 else P256Key(9).assertion)(digest)}
        assert not contract().accepts(quorum, digest, quorum.assemble(digest, forged))
