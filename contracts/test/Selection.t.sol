// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";
import {Tree} from "./Tree.sol";
import {Milestone, Share, Typed} from "./Typed.sol";

/// @notice Which selections prove milestones of a deal, and which do not. Rows out of place are in Rows.t.sol.
contract SelectionTest is Fixture {
    uint256 private _start;

    function test_every_part_of_a_small_deal_can_be_selected() public {
        for (uint256 count = 1; count <= 6; ++count) {
            Case memory c = _manyOpened(count);
            for (uint128 bits = 1; bits < 1 << count; ++bits) {
                uint256 before = vm.snapshotState();
                _release(c, bits);
                (, uint128 settled) = escrow.holding(c.id);
                assertEq(settled, bits, "exactly what was selected");
                vm.revertToState(before);
            }
        }
    }

    function test_all_milestones_may_come_with_an_empty_proof_or_a_multiproof() public {
        Case memory c = _manyOpened(7);
        Selection memory selection = _select(c, 127);
        uint256 before = vm.snapshotState();
        vm.prank(payer);
        escrow.release(_key(c), selection.payouts, selection.proof);
        assertHolding(c, 0, 127);
        vm.revertToState(before);

        selection.proof = Tree.multiproof(Tree.build(c.milestones), _indices(127));
        assertEq(selection.proof.length, 1, "flags alone");
        vm.prank(payer);
        escrow.release(_key(c), selection.payouts, selection.proof);
        assertHolding(c, 0, 127);
    }

    function test_one_milestone_takes_no_flags() public {
        Case memory c = _manyOpened(7);
        Selection memory selection = _select(c, 16);
        selection.proof = _with(selection.proof, 0);
        _mismatched(c, selection);
    }

    function test_flags_beyond_the_last_step_do_no_harm() public {
        Case memory c = _manyOpened(5);
        Selection memory selection = _select(c, 11);
        uint256 steps = 3 + selection.proof.length - 2;
        selection.proof[selection.proof.length - 1] |= bytes32(type(uint256).max << steps);
        vm.prank(payer);
        escrow.release(_key(c), selection.payouts, selection.proof);
        assertHolding(c, 15 - 1 - 2 - 4, 11);
    }

    function test_reverts_when_nothing_is_selected() public {
        Case memory c = _opened();
        Selection memory selection;
        bytes memory reason = abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 0);
        _refused(c, selection, reason);
        selection.proof = _with(selection.proof, c.root);
        _refused(c, selection, reason);
        selection.proof = _with(selection.proof, 0);
        _refused(c, selection, reason);
    }

    // ------------------------------------------------------------------------------------------------ other terms

    function test_reverts_when_an_amount_is_altered() public {
        Case memory c = _opened();
        ++c.milestones[0].payouts[0].amount;
        _refusedAlone(c);
    }

    function test_reverts_when_a_recipient_is_altered() public {
        Case memory c = _opened();
        c.milestones[0].payouts[0].to = stranger;
        _refusedAlone(c);
    }

    function test_reverts_when_a_deadline_is_altered() public {
        Case memory c = _opened();
        c.milestones[0].deadline = START;
        _refusedAlone(c);
    }

    function test_reverts_when_the_terms_are_altered() public {
        Case memory c = _opened();
        c.milestones[0].terms = keccak256("other");
        _refusedAlone(c);
    }

    function test_reverts_when_an_index_is_altered() public {
        Case memory c = _opened();
        c.milestones[0].index = 5;
        _refusedAlone(c);
        c.milestones[0].index = 256;
        _refusedAlone(c);
    }

    function test_reverts_when_a_payout_is_dropped() public {
        Case memory c = _opened();
        c.milestones[0].payouts = _payouts(payee, AMOUNT_0 - 30);
        _refusedAlone(c);
    }

    function test_reverts_when_all_payouts_are_dropped() public {
        Case memory c = _opened();
        c.milestones[0].payouts = new Share[](0);
        _mismatched(c, _select(c, M0 | M1));
        _mismatched(c, _select(c, ALL));
        bytes memory reason = abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 0);
        _refused(c, _select(c, M0), reason);
    }

    function test_reverts_when_a_payout_is_added() public {
        Case memory c = _opened();
        c.milestones[1].payouts = _payouts(otherPayee, AMOUNT_1, stranger, 1);
        _refusedWithRoot(c, M1);
        _refusedWithRoot(c, M0 | M1);
        _refusedWithRoot(c, ALL);
    }

    function test_reverts_when_payouts_change_places() public {
        Case memory c = _opened();
        c.milestones[0].payouts = _payouts(broker, 30, payee, AMOUNT_0 - 30);
        _refusedAlone(c);
    }

    function test_reverts_when_a_milestone_is_of_another_deal() public {
        Case memory other = _draft(address(token));
        (other.milestones, other.deal.conditions.salt) = (_many(3), 2);
        _fund(other);
        Case memory c = _opened();
        _refused(c, _select(other, M0), _notFound(c, other.root));
        _refused(c, _select(other, M0 | M1), _notFound(c, other.root));
        _refused(c, _select(other, ALL), _notFound(c, other.root));
    }

    function test_the_milestones_tell_deals_of_equal_terms_apart() public {
        Case memory c = _opened();
        Case memory other = _manyOpened(3);
        _release(other, M0);
        assertHolding(other, 5, M0);
        assertHolding(c, TOTAL, 0);
    }

    // ------------------------------------------------------------------------------------------------ other proofs

    function test_reverts_when_a_sibling_is_wrong() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0);
        selection.proof[0] ^= bytes32(uint256(1));
        _mismatched(c, selection);
        selection = _select(c, M0 | M1);
        selection.proof[0] ^= bytes32(uint256(1));
        _mismatched(c, selection);
    }

    function test_reverts_when_the_proof_is_of_another_milestone() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0);
        selection.proof = _select(c, M2).proof;
        _mismatched(c, selection);
    }

    function test_reverts_when_the_proof_is_too_short_or_too_long() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0);
        selection.proof = _with(selection.proof, 0);
        _mismatched(c, selection);
        selection.proof = new bytes32[](0);
        _refused(c, selection, _notFound(c, Typed.hash(c.milestones[0])));
    }

    function test_reverts_when_a_few_come_without_a_proof() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0 | M1);
        selection.proof = new bytes32[](0);
        Milestone[] memory few = new Milestone[](2);
        (few[0], few[1]) = (c.milestones[0], c.milestones[1]);
        _refused(c, selection, _notFound(c, Tree.build(few)[0]));
    }

    function test_reverts_when_the_order_is_wrong() public {
        Case memory c = _opened();
        (c.milestones[0], c.milestones[2]) = (c.milestones[2], c.milestones[0]);
        _refusedWithRoot(c, ALL);
    }

    function test_no_other_flags_prove_a_selection() public {
        Case memory c = _manyOpened(5);
        Selection memory selection = _select(c, 11);
        uint256 last = selection.proof.length - 1;
        uint256 flags = uint256(selection.proof[last]);
        _start = vm.snapshotState();
        uint256 steps = 3 + last - 1;
        assertTrue(flags < 1 << steps, "one for each step");
        for (uint256 pattern = 0; pattern < 1 << steps; ++pattern) {
            selection.proof[last] = bytes32(pattern);
            assertEq(_accepted(c, selection, 11, 7), pattern == flags, "these flags alone");
        }
    }

    /// @dev Every list of up to three milestones, in any order and with repetitions, of a deal of three, with every
    ///      proof of up to two nodes of its tree, and no flags or every pattern of them. Whatever is accepted settles
    ///      each milestone that it contains once, and nothing else.
    function test_no_malformed_selection_settles_anything_but_what_it_contains() public {
        Case memory c = _manyOpened(3);
        bytes32[] memory nodes = Tree.build(c.milestones);
        _start = vm.snapshotState();
        (uint256 plain, uint256 flagged, uint256 byChance) = (0, 0, 0);
        for (uint256 list = 0; list < 39; ++list) {
            (Selection memory selection, uint128 bits, uint256 due) = _repeated(c, list);
            for (uint256 siblings = 0; siblings < 31; ++siblings) {
                bytes32[] memory picked = _picked(nodes, siblings);
                selection.proof = picked;
                bool several = selection.payouts.length > 1;
                if (_accepted(c, selection, bits, due)) {
                    if (several && picked.length != 0) ++byChance; // the last node was read as flags
                    else ++plain;
                }
                uint256 steps = selection.payouts.length + picked.length - 1;
                for (uint256 pattern = 0; pattern < 1 << steps; ++pattern) {
                    selection.proof = _with(picked, bytes32(pattern));
                    if (_accepted(c, selection, bits, due)) ++flagged;
                }
            }
        }
        assertEq(plain, 3 + 2, "each of three alone, and all as 012 or 102");
        assertEq(flagged, 4 + 2, "the pairs 01, 10, 02, 12, and all as 012 or 102");
        assertLe(byChance, 4 * 5, "a pair and its sibling, with any of five nodes behind");
    }

    // ------------------------------------------------------------------------------------------------ builders

    function _manyOpened(uint256 count) private returns (Case memory c) {
        c = _draft(address(token));
        c.milestones = _many(count);
        _fund(c);
    }

    /// @dev The list of one, two or three of the deal's three milestones with this number, from 0 to 38.
    function _repeated(Case memory c, uint256 list)
        private
        pure
        returns (Selection memory selection, uint128 bits, uint256 due)
    {
        uint256 length = list < 3 ? 1 : list < 12 ? 2 : 3;
        uint256 digits = list < 3 ? list : list < 12 ? list - 3 : list - 12;
        Milestone[] memory milestones = new Milestone[](length);
        for (uint256 i = 0; i < length; ++i) {
            milestones[i] = c.milestones[digits % 3];
            bits |= uint128(1 << digits % 3);
            digits /= 3;
        }
        selection.payouts = _rows(milestones);
        due = (bits & 1) + (bits & 2) + (bits >> 2 & 1) * 3;
    }

    /// @dev The list of none, one or two of five nodes with this number, from 0 to 30.
    function _picked(bytes32[] memory nodes, uint256 list) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](list < 1 ? 0 : list < 6 ? 1 : 2);
        if (proof.length == 1) proof[0] = nodes[list - 1];
        if (proof.length == 2) (proof[0], proof[1]) = (nodes[(list - 6) / 5], nodes[(list - 6) % 5]);
    }

    /// @dev A proof with one word more behind it.
    function _with(bytes32[] memory proof, bytes32 word) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) {
            longer[i] = proof[i];
        }
        longer[proof.length] = word;
    }

    /// @dev Whether a release of these is accepted. If so, it must have paid `due` and settled `bits`, and is undone.
    function _accepted(Case memory c, Selection memory selection, uint128 bits, uint256 due) private returns (bool) {
        uint256 before = token.balanceOf(payee);
        uint256 total = _total(c);
        vm.prank(payer);
        try escrow.release(_key(c), selection.payouts, selection.proof) {
            assertEq(token.balanceOf(payee) - before, due, "each is paid once");
            assertHolding(c, total - due, bits);
            vm.revertToState(_start);
            return true;
        } catch {
            return false;
        }
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function _notFound(Case memory c, bytes32 root) private view returns (bytes memory) {
        return abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, _id(c.deal, root));
    }

    /// @dev Refused by every call that anybody makes every day. A reason of four bytes is of any deal.
    function _refused(Case memory c, Selection memory s, bytes memory reason) private {
        IEscrowTypes.Key memory key = _key(c);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        vm.startPrank(payer);
        _expect(reason);
        escrow.release(key, s.payouts, s.proof);
        _expect(reason);
        escrow.refund(key, s.payouts, s.proof);
        _expect(reason);
        escrow.conclude(key, s.payouts, s.proof);
        _expect(reason);
        escrow.attest(key, s.payouts, s.proof, ALL, EVIDENCE, VALID_UNTIL, signature);
        if (s.proof.length == 0) {
            _expect(reason);
            escrow.release(key, s.payouts);
            _expect(reason);
            escrow.refund(key, s.payouts);
            _expect(reason);
            escrow.attest(key, s.payouts, ALL, EVIDENCE, VALID_UNTIL, signature);
        }
        vm.stopPrank();
    }

    function _expect(bytes memory reason) private {
        if (reason.length == 4) vm.expectPartialRevert(bytes4(reason));
        else vm.expectRevert(reason);
    }

    function _mismatched(Case memory c, Selection memory selection) private {
        _refused(c, selection, abi.encodePacked(IEscrowTypes.DealNotFound.selector));
    }

    /// @dev Milestone 0 was altered after the deal was opened: no selection with it counts any more.
    function _refusedAlone(Case memory c) private {
        _refusedWithRoot(c, M0);
        _refusedWithRoot(c, M0 | M2);
        _refusedWithRoot(c, ALL);
    }

    function _refusedWithRoot(Case memory c, uint128 bits) private {
        _refused(c, _select(c, bits), _notFound(c, Tree.build(c.milestones)[0]));
    }
}
