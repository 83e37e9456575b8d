// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {TestToken} from "../demo/TestToken.sol";
import {People} from "./People.sol";
import {Tree} from "./Tree.sol";
import {Milestone, Share, Typed} from "./Typed.sol";

/// @notice An escrow, the people around it, and builders for deals, selections and attestations.
abstract contract Fixture is People {
    /// @notice A deal with everything that calls about it need.
    struct Case {
        IEscrowTypes.Deal deal;
        Milestone[] milestones;
        bytes32 root;
        bytes32 id;
    }

    /// @notice Milestones of a deal as calls take them: row by row, with the proof that they are the deal's.
    struct Selection {
        IEscrowTypes.Payout[] payouts;
        bytes32[] proof;
    }

    uint40 internal constant START = 1_800_000_000;
    uint32 internal constant INSPECTION = 3 days;
    uint32 internal constant ARBITRATION = 7 days;
    uint40 internal constant REVOCABLE_UNTIL = START + 10 days;
    uint40 internal constant VALID_UNTIL = START + 300 days;
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    address internal constant COIN = address(0);

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

    IEscrow internal escrow;
    TestToken internal token;

    function setUp() public virtual {
        vm.warp(START);
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        token = new TestToken("Test Dollar", "TUSD", 6);
    }

    // ------------------------------------------------------------------------------------------------ deals

    /// @notice A deal of three milestones, paid at once when attested. Change it, then `_seal` it.
    function _draft(address token_) internal view returns (Case memory c) {
        c.deal = IEscrowTypes.Deal({
            payer: payer,
            token: token_,
            attestor: attestor,
            inspectionPeriod: 0,
            conditions: IEscrowTypes.Conditions({
                arbiter: arbiter,
                arbitrationPeriod: ARBITRATION,
                lapseBps: 5000,
                revocableUntil: REVOCABLE_UNTIL,
                agreement: keccak256("agreement"),
                salt: 1
            })
        });
        c.milestones = new Milestone[](3);
        c.milestones[0] = _milestone(0, DEADLINE_0, _payouts(payee, AMOUNT_0 - 30, broker, 30));
        c.milestones[1] = _milestone(1, DEADLINE_1, _payouts(otherPayee, AMOUNT_1));
        c.milestones[2] = _milestone(2, DEADLINE_2, _payouts(payee, AMOUNT_2 - 50, broker, 50));
    }

    /// @notice A deal of one milestone that pays `to` alone.
    function _draftTo(address token_, address to, uint128 amount) internal view returns (Case memory c) {
        c = _draft(token_);
        c.milestones = new Milestone[](1);
        c.milestones[0] = _milestone(0, DEADLINE_0, _payouts(to, amount));
    }

    function _milestone(uint16 index, uint40 deadline, Share[] memory payouts)
        internal
        pure
        returns (Milestone memory)
    {
        return Milestone(index, deadline, keccak256(abi.encode("terms", index)), payouts);
    }

    function _payouts(address to, uint128 amount) internal pure returns (Share[] memory payouts) {
        payouts = new Share[](1);
        payouts[0] = Share(to, amount);
    }

    function _payouts(address to, uint128 amount, address other, uint128 fee)
        internal
        pure
        returns (Share[] memory payouts)
    {
        payouts = new Share[](2);
        payouts[0] = Share(to, amount);
        payouts[1] = Share(other, fee);
    }

    /// @notice Milestones that pay the payee 1, 2, 3 …, all with the same deadline.
    function _many(uint256 count) internal view returns (Milestone[] memory milestones) {
        milestones = new Milestone[](count);
        for (uint256 i = 0; i < count; ++i) {
            milestones[i] = _milestone(uint16(i), DEADLINE_0, _payouts(payee, uint128(i + 1)));
        }
    }

    /// @notice Fixes the root and the id after the last change to a draft.
    function _seal(Case memory c) internal view returns (Case memory) {
        c.root = Tree.build(c.milestones)[0];
        c.id = _id(c.deal, c.root);
        return c;
    }

    function _id(IEscrowTypes.Deal memory deal, bytes32 root) internal view returns (bytes32) {
        return Typed.digest(Typed.domain(block.chainid, address(escrow)), Typed.hash(deal, root));
    }

    /// @notice What everyday calls bring of a deal.
    function _key(Case memory c) internal pure returns (IEscrowTypes.Key memory) {
        IEscrowTypes.Deal memory deal = c.deal;
        return
            IEscrowTypes.Key(deal.payer, deal.token, deal.attestor, deal.inspectionPeriod, Typed.hash(deal.conditions));
    }

    /// @notice Milestones as calls take them: one row a payout, the first with the milestone's deadline and terms.
    function _rows(Milestone[] memory milestones) internal pure returns (IEscrowTypes.Payout[] memory rows) {
        uint256 count;
        for (uint256 i = 0; i < milestones.length; ++i) {
            count += milestones[i].payouts.length;
        }
        rows = new IEscrowTypes.Payout[](count);
        uint256 row;
        for (uint256 i = 0; i < milestones.length; ++i) {
            Milestone memory m = milestones[i];
            for (uint256 k = 0; k < m.payouts.length; ++k) {
                Share memory payout = m.payouts[k];
                (uint40 deadline, bytes32 terms) = k == 0 ? (m.deadline, m.terms) : (0, bytes32(0));
                rows[row] = IEscrowTypes.Payout(payout.to, payout.amount, m.index, deadline, terms);
                ++row;
            }
        }
    }

    function _total(Case memory c) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            total += _amount(c.milestones[i]);
        }
    }

    function _amount(Milestone memory milestone) internal pure returns (uint256 amount) {
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
        return escrow.open{value: value}(c.deal, _rows(c.milestones));
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

    /// @notice A deal whose milestones are all in inspection.
    function _delivered() internal returns (Case memory c) {
        c = _openedWithInspection();
        _attest(c, ALL);
    }

    /// @notice A deal whose milestones were all delivered, and disputed by the payer.
    function _disputed() internal returns (Case memory c) {
        c = _delivered();
        _dispute(c, ALL, payer);
    }

    // ------------------------------------------------------------------------------------------------ calls

    /// @notice The milestones of a bitmap, in the cheapest form of proof for their number.
    function _select(Case memory c, uint128 bits) internal pure returns (Selection memory selection) {
        uint256[] memory indices = _indices(bits);
        Milestone[] memory milestones = new Milestone[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            milestones[i] = c.milestones[indices[i]];
        }
        selection.payouts = _rows(milestones);
        if (indices.length == c.milestones.length) return selection;
        bytes32[] memory nodes = Tree.build(c.milestones);
        selection.proof = indices.length == 1 ? Tree.proof(nodes, indices[0]) : Tree.multiproof(nodes, indices);
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

    /// @notice Whether these are all milestones of a deal. Helpers then call the function without a proof, if there is.
    function _isWhole(Case memory c, uint128 bits) internal pure returns (bool) {
        return bits == type(uint128).max >> (128 - c.milestones.length);
    }

    function _release(Case memory c, uint128 bits) internal {
        Selection memory s = _select(c, bits);
        vm.prank(c.deal.payer);
        if (_isWhole(c, bits)) escrow.release(_key(c), s.payouts);
        else escrow.release(_key(c), s.payouts, s.proof);
    }

    function _refund(Case memory c, uint128 bits, address sender) internal {
        Selection memory s = _select(c, bits);
        vm.prank(sender);
        if (_isWhole(c, bits)) escrow.refund(_key(c), s.payouts);
        else escrow.refund(_key(c), s.payouts, s.proof);
    }

    function _revoke(Case memory c, uint128 bits) internal {
        Selection memory s = _select(c, bits);
        vm.prank(c.deal.payer);
        escrow.revoke(c.deal, s.payouts, s.proof);
    }

    function _dispute(Case memory c, uint128 bits, address sender) internal {
        Selection memory s = _select(c, bits);
        vm.prank(sender);
        escrow.dispute(c.deal, s.payouts, s.proof);
    }

    function _rule(Case memory c, uint8 index, uint128 toPayees) internal {
        Selection memory s = _select(c, uint128(1) << index);
        vm.prank(c.deal.conditions.arbiter);
        escrow.rule(c.deal, s.payouts, s.proof, toPayees);
    }

    /// @notice Payer and payee sign, and a stranger brings it. Both must be people of this fixture.
    function _settle(Case memory c, uint8 index, uint128 toPayees) internal {
        Selection memory s = _select(c, uint128(1) << index);
        bytes memory byPayer = _split(_keyFor(c.deal.payer), Typed.PAYER_SETTLEMENT, c.id, index, toPayees);
        bytes memory byPayee = _split(_keyFor(s.payouts[0].to), Typed.PAYEE_SETTLEMENT, c.id, index, toPayees);
        vm.prank(stranger);
        escrow.settle(_key(c), s.payouts, s.proof, toPayees, VALID_UNTIL, byPayer, byPayee);
    }

    function _conclude(Case memory c, uint128 bits) internal {
        Selection memory s = _select(c, bits);
        vm.prank(stranger);
        escrow.conclude(_key(c), s.payouts, s.proof);
    }

    /// @notice Signs an attestation for these milestones alone, and has a stranger bring it.
    function _attest(Case memory c, uint128 bits) internal {
        _bring(c, bits, bits, _attestation(ATTESTOR_KEY, c.id, bits));
    }

    /// @notice Brings a signature made for `attested` to the milestones in `bits`.
    function _bring(Case memory c, uint128 bits, uint128 attested, bytes memory signature) internal {
        Selection memory s = _select(c, bits);
        vm.prank(stranger);
        if (_isWhole(c, bits)) escrow.attest(_key(c), s.payouts, attested, EVIDENCE, VALID_UNTIL, signature);
        else escrow.attest(_key(c), s.payouts, s.proof, attested, EVIDENCE, VALID_UNTIL, signature);
    }

    // ------------------------------------------------------------------------------------------------ signatures

    function _attestation(uint256 key, bytes32 id, uint128 bits) internal view returns (bytes memory) {
        return _sign(key, _digest(id, bits, EVIDENCE, VALID_UNTIL));
    }

    function _digest(bytes32 id, uint128 bits, bytes32 evidence, uint40 validUntil) internal view returns (bytes32) {
        return _live(Typed.attestation(id, bits, evidence, validUntil));
    }

    /// @notice A signed word about the milestones of a bitmap. `typehash` is one of `Typed`.
    function _consent(uint256 key, bytes32 typehash, bytes32 id, uint128 bits)
        internal
        view
        returns (IEscrowTypes.Consent memory)
    {
        bytes32 digest = _live(Typed.consent(typehash, id, bits, VALID_UNTIL));
        return IEscrowTypes.Consent(bits, VALID_UNTIL, _sign(key, digest));
    }

    /// @notice A signature over the split of one milestone. `typehash` is one of `Typed`.
    function _split(uint256 key, bytes32 typehash, bytes32 id, uint8 index, uint128 toPayees)
        internal
        view
        returns (bytes memory)
    {
        return _sign(key, _live(Typed.split(typehash, id, index, toPayees, VALID_UNTIL)));
    }

    /// @notice What is signed of a message: its digest under the chain's present domain.
    function _live(bytes32 structHash) internal view returns (bytes32) {
        return Typed.digest(Typed.domain(block.chainid, address(escrow)), structHash);
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

    function assertStatus(Case memory c, uint8 index, IEscrowTypes.State state, uint256 ends) internal view {
        (IEscrowTypes.State state_, uint40 ends_) = escrow.status(c.id, index);
        assertEq(uint256(state_), uint256(state), "the state of a milestone");
        assertEq(ends_, ends, "the end of its clock");
    }

    function assertCredit(Case memory c, address owner, uint256 amount) internal view {
        assertEq(escrow.credit(c.deal.token, owner), amount, "what waits to be claimed");
    }
}
