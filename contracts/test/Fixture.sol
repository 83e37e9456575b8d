// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {Base} from "./Base.sol";
import {Tree} from "./Tree.sol";
import {Typed} from "./Typed.sol";

/// @notice An escrow, the people around it, and builders for deals, selections and attestations.
abstract contract Fixture is Base {
    /// @notice A deal with everything that calls about it need.
    struct Case {
        IEscrow.Deal deal;
        IEscrow.Milestone[] milestones;
        bytes32 id;
    }

    uint40 internal constant START = 1_800_000_000;
    uint32 internal constant INSPECTION = 3 days;
    uint40 internal constant VALID_UNTIL = START + 300 days;
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    address internal constant COIN = address(0);

    uint256 internal constant PAYER_KEY = 0xA1;
    uint256 internal constant PAYEE_KEY = 0xA2;
    uint256 internal constant OTHER_PAYEE_KEY = 0xA3;
    uint256 internal constant BROKER_KEY = 0xA4;
    uint256 internal constant ATTESTOR_KEY = 0xA5;
    uint256 internal constant ARBITER_KEY = 0xA6;
    uint256 internal constant STRANGER_KEY = 0xA7;

    // Milestone 0 pays the payee and the broker, 1 the other payee alone, 2 the payee and the broker.
    uint128 internal constant M0 = 1;
    uint128 internal constant M1 = 2;
    uint128 internal constant M2 = 4;
    uint128 internal constant ALL = 7;
    uint128 internal constant AMOUNT_0 = 1030;
    uint128 internal constant AMOUNT_1 = 2000;
    uint128 internal constant AMOUNT_2 = 4050;
    uint128 internal constant TOTAL = AMOUNT_0 + AMOUNT_1 + AMOUNT_2;
    uint40 internal constant DEADLINE_0 = START + 30 days;
    uint40 internal constant DEADLINE_1 = START + 60 days;
    uint40 internal constant DEADLINE_2 = START + 90 days;

    address internal payer = vm.addr(PAYER_KEY);
    address internal payee = vm.addr(PAYEE_KEY);
    address internal otherPayee = vm.addr(OTHER_PAYEE_KEY);
    address internal broker = vm.addr(BROKER_KEY);
    address internal attestor = vm.addr(ATTESTOR_KEY);
    address internal arbiter = vm.addr(ARBITER_KEY);
    address internal stranger = vm.addr(STRANGER_KEY);

    IEscrow internal escrow;
    TestToken internal token;

    function setUp() public virtual {
        vm.warp(START);
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        token = new TestToken("Test Dollar", "TUSD", 6);
    }

    /// @notice The key of every kind of actor.
    function _keys() internal pure returns (uint256[7] memory) {
        return [PAYER_KEY, PAYEE_KEY, OTHER_PAYEE_KEY, BROKER_KEY, ATTESTOR_KEY, ARBITER_KEY, STRANGER_KEY];
    }

    // ------------------------------------------------------------------------------------------------ deals

    /// @notice A deal of three milestones, paid at once when attested. Change it, then `_seal` it.
    function _draft(address token_) internal view returns (Case memory c) {
        c.deal = IEscrow.Deal({
            payer: payer,
            token: token_,
            attestor: attestor,
            arbiter: arbiter,
            revocableUntil: START + 10 days,
            inspectionPeriod: 0,
            arbitrationPeriod: 7 days,
            lapseBps: 5000,
            agreement: keccak256("agreement"),
            milestones: 0,
            salt: 1
        });
        c.milestones = new IEscrow.Milestone[](3);
        c.milestones[0] = _milestone(0, DEADLINE_0, _payouts(payee, AMOUNT_0 - 30, broker, 30));
        c.milestones[1] = _milestone(1, DEADLINE_1, _payouts(otherPayee, AMOUNT_1));
        c.milestones[2] = _milestone(2, DEADLINE_2, _payouts(payee, AMOUNT_2 - 50, broker, 50));
    }

    /// @notice A deal of one milestone that pays `to` alone.
    function _draftTo(address token_, address to, uint128 amount) internal view returns (Case memory c) {
        c = _draft(token_);
        c.milestones = new IEscrow.Milestone[](1);
        c.milestones[0] = _milestone(0, DEADLINE_0, _payouts(to, amount));
    }

    function _milestone(uint8 index, uint40 deadline, IEscrow.Payout[] memory payouts)
        internal
        pure
        returns (IEscrow.Milestone memory)
    {
        return IEscrow.Milestone(index, deadline, keccak256(abi.encode("terms", index)), payouts);
    }

    function _payouts(address to, uint128 amount) internal pure returns (IEscrow.Payout[] memory payouts) {
        payouts = new IEscrow.Payout[](1);
        payouts[0] = IEscrow.Payout(to, amount);
    }

    function _payouts(address to, uint128 amount, address other, uint128 fee)
        internal
        pure
        returns (IEscrow.Payout[] memory payouts)
    {
        payouts = new IEscrow.Payout[](2);
        payouts[0] = IEscrow.Payout(to, amount);
        payouts[1] = IEscrow.Payout(other, fee);
    }

    /// @notice Milestones that pay the payee 1, 2, 3 …, all with the same deadline.
    function _many(uint256 count) internal view returns (IEscrow.Milestone[] memory milestones) {
        milestones = new IEscrow.Milestone[](count);
        for (uint256 i = 0; i < count; ++i) {
            milestones[i] = _milestone(uint8(i), DEADLINE_0, _payouts(payee, uint128(i + 1)));
        }
    }

    /// @notice Fixes the root and the id after the last change to a draft.
    function _seal(Case memory c) internal view returns (Case memory) {
        c.deal.milestones = Tree.build(c.milestones)[0];
        c.id = _id(c.deal);
        return c;
    }

    function _id(IEscrow.Deal memory deal) internal view returns (bytes32) {
        return Typed.digest(Typed.domain(block.chainid, address(escrow)), Typed.hash(deal));
    }

    function _total(Case memory c) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            total += _amount(c.milestones[i]);
        }
    }

    function _amount(IEscrow.Milestone memory milestone) internal pure returns (uint256 amount) {
        for (uint256 i = 0; i < milestone.payouts.length; ++i) {
            amount += milestone.payouts[i].amount;
        }
    }

    // ------------------------------------------------------------------------------------------------ opening

    /// @notice Gives `sender` exactly what a deal costs, and lets the escrow take it.
    function _supply(Case memory c, address sender) internal {
        if (c.deal.token == COIN) {
            vm.deal(sender, sender.balance + _total(c));
        } else {
            TestToken(c.deal.token).mint(sender, _total(c));
            vm.prank(sender);
            TestToken(c.deal.token).approve(address(escrow), type(uint256).max);
        }
    }

    /// @notice One call to `open`, with the value that the deal asks for.
    function _open(Case memory c, address sender) internal returns (bytes32) {
        uint256 value = c.deal.token == COIN ? _total(c) : 0;
        vm.prank(sender);
        return escrow.open{value: value}(c.deal, c.milestones);
    }

    /// @notice Seals a draft and has the payer fund it.
    function _fund(Case memory c) internal returns (Case memory) {
        _seal(c);
        _supply(c, c.deal.payer);
        _open(c, c.deal.payer);
        return c;
    }

    function _opened() internal returns (Case memory) {
        return _fund(_draft(address(token)));
    }

    function _openedInCoin() internal returns (Case memory) {
        return _fund(_draft(COIN));
    }

    function _openedWithInspection() internal returns (Case memory c) {
        c = _draft(address(token));
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
    }

    // ------------------------------------------------------------------------------------------------ calls

    /// @notice The milestones of a bitmap, in the cheapest form of proof for their number.
    function _select(Case memory c, uint128 bits) internal pure returns (IEscrow.Selection memory selection) {
        uint256[] memory indices = _indices(bits);
        selection.milestones = new IEscrow.Milestone[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            selection.milestones[i] = c.milestones[indices[i]];
        }
        if (indices.length == c.milestones.length) return selection;
        bytes32[] memory nodes = Tree.build(c.milestones);
        if (indices.length == 1) selection.proof = Tree.proof(nodes, indices[0]);
        else (selection.proof, selection.proofFlags) = Tree.multiproof(nodes, indices);
    }

    function _indices(uint128 bits) internal pure returns (uint256[] memory indices) {
        uint256 count;
        for (uint128 rest = bits; rest != 0; rest &= rest - 1) {
            ++count;
        }
        indices = new uint256[](count);
        uint128 left = bits;
        for (uint256 k = 0; k < count; ++k) {
            indices[k] = _lowest(left);
            left &= left - 1;
        }
    }

    function _lowest(uint128 bits) private pure returns (uint256 index) {
        while (bits >> index & 1 == 0) ++index;
    }

    function _release(Case memory c, uint128 bits) internal {
        vm.prank(c.deal.payer);
        escrow.release(c.deal, _select(c, bits));
    }

    function _refund(Case memory c, uint128 bits, address sender) internal {
        vm.prank(sender);
        escrow.refund(c.deal, _select(c, bits));
    }

    function _conclude(Case memory c, uint128 bits) internal {
        vm.prank(stranger);
        escrow.conclude(c.deal, _select(c, bits));
    }

    /// @notice Signs an attestation for these milestones alone, and has a stranger bring it.
    function _attest(Case memory c, uint128 bits) internal {
        _bring(c, bits, bits, _attestation(ATTESTOR_KEY, c.id, bits));
    }

    /// @notice Brings a signature made for `attested` to the milestones in `bits`.
    function _bring(Case memory c, uint128 bits, uint128 attested, bytes memory signature) internal {
        vm.prank(stranger);
        escrow.attest(c.deal, _select(c, bits), attested, EVIDENCE, VALID_UNTIL, signature);
    }

    // ------------------------------------------------------------------------------------------------ signatures

    function _attestation(uint256 key, bytes32 id, uint128 bits) internal view returns (bytes memory) {
        return _sign(key, _digest(id, bits, EVIDENCE, VALID_UNTIL));
    }

    function _digest(bytes32 id, uint128 bits, bytes32 evidence, uint40 validUntil) internal view returns (bytes32) {
        bytes32 live = Typed.domain(block.chainid, address(escrow));
        return Typed.digest(live, Typed.attestation(id, bits, evidence, validUntil));
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, s, bytes1(v));
    }

    // ------------------------------------------------------------------------------------------------ facts

    function _balance(address token_, address owner) internal view returns (uint256) {
        return token_ == COIN ? owner.balance : TestToken(token_).balanceOf(owner);
    }

    function assertBalance(Case memory c, address owner, uint256 amount, string memory what) internal view {
        assertEq(_balance(c.deal.token, owner), amount, what);
    }

    function assertHolding(Case memory c, uint256 held, uint256 settled) internal view {
        (uint128 held_, uint128 settled_) = escrow.holding(c.id);
        assertEq(held_, held, "what the deal holds");
        assertEq(settled_, settled, "what is settled");
    }

    function assertStatus(Case memory c, uint8 index, IEscrow.State state, uint256 ends) internal view {
        (IEscrow.State state_, uint40 ends_) = escrow.status(c.id, index);
        assertEq(uint256(state_), uint256(state), "the state of a milestone");
        assertEq(ends_, ends, "the end of its clock");
    }

    function assertCredit(Case memory c, address owner, uint256 amount) internal view {
        assertEq(escrow.credit(c.deal.token, owner), amount, "what waits to be claimed");
    }
}
