// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {TestToken} from "../../demo/TestToken.sol";
import {Base} from "../Base.sol";
import {Oracle} from "./Oracle.sol";

/// @notice What the prover knows of the cheatcodes and `Vm` lacks: it can't deploy, but it can find the code.
interface Finder {
    function getCode(string calldata artifact) external view returns (bytes memory initCode);
}

/// @notice The forms of overloaded functions that take all milestones of a deal.
interface Whole {
    function attest(
        IEscrowTypes.Key calldata key,
        IEscrowTypes.Payout[] calldata payouts,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external;
    function release(IEscrowTypes.Key calldata key, IEscrowTypes.Payout[] calldata payouts) external;
    function refund(IEscrowTypes.Key calldata key, IEscrowTypes.Payout[] calldata payouts) external;
}

/// @notice The forms of the same functions that take some of them, with a proof.
interface Proven {
    function attest(
        IEscrowTypes.Key calldata key,
        IEscrowTypes.Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external;
    function release(IEscrowTypes.Key calldata key, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        external;
    function refund(IEscrowTypes.Key calldata key, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        external;
}

/// @notice Deals small enough to be proven about: two milestones, of two payouts and of one. Terms and amounts are
///         fixed; who calls what, when, with which signature and which share is not.
abstract contract Bounded is Base {
    /// @notice Every way in which a milestone can change.
    enum Verb {
        Attest,
        Release,
        Refund,
        Revoke,
        Settle,
        Dispute,
        Rule,
        Conclude
    }

    /// @notice What the parties have at one moment, and what is settled.
    struct Books {
        uint256 payer;
        uint256 payees;
        uint256 escrow;
        uint256 held;
        uint256 settled;
    }

    /// @notice What an attestor says of one deal.
    struct Words {
        uint128 bits;
        uint40 validUntil;
        bytes32 evidence;
    }

    address internal constant OTHER_PAYEE = address(0xA3);
    address internal constant BROKER = address(0xA4);

    uint40 internal constant START = 1_800_000_000;
    uint40 internal constant REVOCABLE_UNTIL = START + 10 days;
    uint40 internal constant DEADLINE_0 = START + 30 days;
    uint40 internal constant DEADLINE_1 = START + 60 days;
    uint40 internal constant VALID_UNTIL = START + 300 days;
    uint32 internal constant INSPECTION = 3 days;
    uint32 internal constant ARBITRATION = 7 days;
    uint128 internal constant AMOUNT_0 = 1030;
    uint128 internal constant AMOUNT_1 = 2000;
    uint128 internal constant LAPSE_0 = AMOUNT_0 / 2;
    uint256 internal constant BOTH = 3;
    bytes32 internal constant EVIDENCE = keccak256("evidence");

    IEscrow internal escrow;
    TestToken internal token;
    Oracle internal payer;
    Oracle internal payee;
    Oracle internal attestor;
    Oracle internal arbiter;

    /// @notice The two kinds of deal: paid at once when attested, and after an inspection.
    IEscrowTypes.Deal internal direct;
    IEscrowTypes.Deal internal inspected;

    function setUp() public virtual {
        vm.warp(START);
        escrow = _deployed();
        token = new TestToken("Test Dollar", "TUSD", 6);
        (payer, payee, attestor, arbiter) = (new Oracle(), new Oracle(), new Oracle(), new Oracle());
        token.mint(address(payer), 1_000_000);
        direct = _deal(0, 1);
        inspected = _deal(INSPECTION, 2);
        _open(direct);
        _open(inspected);
    }

    // ------------------------------------------------------------------------------------------------ deals

    function _deployed() internal returns (IEscrow) {
        bytes memory code = Finder(address(vm)).getCode("Escrow.sol:Escrow");
        address deployed;
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(deployed != address(0), "the escrow is deployed");
        return IEscrow(deployed);
    }

    function _deal(uint40 inspection, uint256 salt) internal view returns (IEscrowTypes.Deal memory deal) {
        deal.payer = address(payer);
        deal.token = address(token);
        deal.attestor = address(attestor);
        deal.inspectionPeriod = inspection;
        deal.conditions.arbiter = address(arbiter);
        deal.conditions.arbitrationPeriod = ARBITRATION;
        deal.conditions.lapseBps = 5000;
        deal.conditions.revocableUntil = REVOCABLE_UNTIL;
        deal.conditions.agreement = keccak256("agreement");
        deal.conditions.salt = salt;
    }

    function _open(IEscrowTypes.Deal memory deal) internal {
        vm.startPrank(address(payer));
        token.approve(address(escrow), type(uint256).max);
        escrow.open(deal, _payouts(BOTH));
        vm.stopPrank();
    }

    /// @notice The payouts of the milestones in a bitmap: 1, 2 or 3.
    function _payouts(uint256 bits) internal view returns (IEscrowTypes.Payout[] memory payouts) {
        IEscrowTypes.Payout[3] memory all = [
            IEscrowTypes.Payout(address(payee), AMOUNT_0 - 30, 0, DEADLINE_0, keccak256("terms 0")),
            IEscrowTypes.Payout(BROKER, 30, 0, 0, 0),
            IEscrowTypes.Payout(OTHER_PAYEE, AMOUNT_1, 1, DEADLINE_1, keccak256("terms 1"))
        ];
        uint256 first = bits == 2 ? 2 : 0;
        payouts = new IEscrowTypes.Payout[](bits == 1 ? 2 : 3 - first);
        for (uint256 i = 0; i < payouts.length; ++i) {
            payouts[i] = all[first + i];
        }
    }

    /// @notice One milestone is proven by the leaf of the other, both together by nothing.
    function _proof(uint256 bits) internal view returns (bytes32[] memory proof) {
        if (bits == BOTH) return proof;
        proof = new bytes32[](1);
        proof[0] = _leaf(BOTH - bits);
    }

    function _leaf(uint256 bit) private view returns (bytes32) {
        IEscrowTypes.Payout[] memory payouts = _payouts(bit);
        bytes memory hashes;
        for (uint256 i = 0; i < payouts.length; ++i) {
            bytes32 kind = keccak256("Payout(address to,uint128 amount)");
            hashes = bytes.concat(hashes, keccak256(abi.encode(kind, payouts[i].to, payouts[i].amount)));
        }
        bytes32 typehash = keccak256(
            "Milestone(uint16 index,uint40 deadline,bytes32 terms,Payout[] payouts)Payout(address to,uint128 amount)"
        );
        IEscrowTypes.Payout memory head = payouts[0];
        return keccak256(abi.encode(typehash, head.milestone, head.deadline, head.terms, keccak256(hashes)));
    }

    function _id(IEscrowTypes.Deal memory deal) internal view returns (bytes32) {
        (bytes32 left, bytes32 right) = (_leaf(1), _leaf(2));
        (bytes32 low, bytes32 high) = left < right ? (left, right) : (right, left);
        return escrow.dealId(deal, keccak256(bytes.concat(low, high)));
    }

    // ------------------------------------------------------------------------------------------------ signatures

    /// @notice The attestor says that the milestones of a bitmap are fulfilled.
    function _attest(IEscrowTypes.Deal memory deal, uint256 bits) internal {
        attestor.approve(_attestation(deal, Words(uint128(bits), VALID_UNTIL, EVIDENCE)));
    }

    function _attestation(IEscrowTypes.Deal memory deal, Words memory words) internal view returns (bytes32) {
        bytes32 typehash = keccak256("Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)");
        return _digest(keccak256(abi.encode(typehash, _id(deal), words.bits, words.evidence, words.validUntil)));
    }

    /// @notice What is signed for the functions that take a `Consent`.
    function _consent(bytes memory kind, IEscrowTypes.Deal memory deal, uint128 bits, uint40 validUntil)
        internal
        view
        returns (bytes32)
    {
        bytes32 typehash = keccak256(bytes.concat(kind, "(bytes32 deal,uint128 milestones,uint40 validUntil)"));
        return _digest(keccak256(abi.encode(typehash, _id(deal), bits, validUntil)));
    }

    /// @notice What is signed to split milestone 0.
    function _split(bytes memory kind, IEscrowTypes.Deal memory deal, uint128 toPayees, uint40 validUntil)
        internal
        view
        returns (bytes32)
    {
        bytes32 typehash =
            keccak256(bytes.concat(kind, "(bytes32 deal,uint8 milestone,uint128 toPayees,uint40 validUntil)"));
        return _digest(keccak256(abi.encode(typehash, _id(deal), uint8(0), toPayees, validUntil)));
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Escrow"),
                keccak256("1"),
                block.chainid,
                address(escrow)
            )
        );
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    // ------------------------------------------------------------------------------------------------ calls

    /// @notice A call about the milestones of a bitmap. `toPayees` is the share, where there is one.
    function _payload(Verb verb, IEscrowTypes.Deal memory deal, uint256 bits, uint128 toPayees)
        internal
        view
        returns (bytes memory)
    {
        IEscrowTypes.Payout[] memory payouts = _payouts(bits);
        bytes32[] memory proof = _proof(bits);
        if (verb == Verb.Revoke) return abi.encodeCall(IEscrow.revoke, (deal, payouts, proof));
        if (verb == Verb.Dispute) return abi.encodeCall(IEscrow.dispute, (deal, payouts, proof));
        if (verb == Verb.Rule) return abi.encodeCall(IEscrow.rule, (deal, payouts, proof, toPayees));
        IEscrowTypes.Key memory key = escrow.keyOf(deal);
        if (verb == Verb.Release) {
            if (bits == BOTH) return abi.encodeCall(Whole.release, (key, payouts));
            return abi.encodeCall(Proven.release, (key, payouts, proof));
        }
        if (verb == Verb.Refund) {
            if (bits == BOTH) return abi.encodeCall(Whole.refund, (key, payouts));
            return abi.encodeCall(Proven.refund, (key, payouts, proof));
        }
        if (verb == Verb.Conclude) return abi.encodeCall(IEscrow.conclude, (key, payouts, proof));
        if (verb == Verb.Settle) {
            return abi.encodeCall(IEscrow.settle, (key, payouts, proof, toPayees, VALID_UNTIL, "", ""));
        }
        return _attesting(deal, bits, Words(uint128(bits), VALID_UNTIL, EVIDENCE));
    }

    function _attesting(IEscrowTypes.Deal memory deal, uint256 bits, Words memory words)
        internal
        view
        returns (bytes memory)
    {
        IEscrowTypes.Key memory key = escrow.keyOf(deal);
        IEscrowTypes.Payout[] memory payouts = _payouts(bits);
        if (bits == BOTH) {
            return abi.encodeCall(Whole.attest, (key, payouts, words.bits, words.evidence, words.validUntil, ""));
        }
        return
            abi.encodeCall(
                Proven.attest, (key, payouts, _proof(bits), words.bits, words.evidence, words.validUntil, "")
            );
    }

    /// @notice Somebody makes a call at some time, which does not go back.
    function _try(address caller, uint40 time, bytes memory payload) internal returns (bool success) {
        vm.assume(time >= block.timestamp);
        vm.warp(time);
        vm.prank(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (success,) = address(escrow).call(payload);
    }

    /// @notice A call that goes through. How much gas there is, the prover leaves open: here it is enough.
    function _do(Verb verb, IEscrowTypes.Deal memory deal, uint256 bits, address caller, uint40 time) internal {
        vm.assume(_try(caller, time, _payload(verb, deal, bits, 0)));
    }

    // ------------------------------------------------------------------------------------------------ facts

    function _books(IEscrowTypes.Deal memory deal) internal view returns (Books memory books) {
        books.payer = token.balanceOf(address(payer));
        books.payees = token.balanceOf(address(payee)) + token.balanceOf(OTHER_PAYEE) + token.balanceOf(BROKER);
        books.escrow = token.balanceOf(address(escrow));
        (books.held, books.settled) = escrow.holding(_id(deal));
    }

    function _amount(uint256 bits) internal pure returns (uint256) {
        return (bits & 1 == 0 ? 0 : AMOUNT_0) + (bits & 2 == 0 ? 0 : AMOUNT_1);
    }
}
