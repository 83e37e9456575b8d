// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {Fixture} from "./Fixture.sol";
import {Tree} from "./Tree.sol";

/// @notice Which selections prove milestones of a deal, and which do not.
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

    function test_all_milestones_may_come_with_a_multiproof() public {
        Case memory c = _manyOpened(7);
        IEscrow.Selection memory selection = _select(c, 127);
        (selection.proof, selection.proofFlags) = Tree.multiproof(Tree.build(c.milestones), _indices(127));
        assertEq(selection.proofFlags.length, 6, "flags alone");
        vm.prank(payer);
        escrow.release(c.deal, selection);
        assertHolding(c, 0, 127);
    }

    function test_one_milestone_may_come_with_a_multiproof() public {
        Case memory c = _manyOpened(7);
        IEscrow.Selection memory selection = _select(c, 16);
        selection.proofFlags = new bool[](selection.proof.length);
        vm.prank(payer);
        escrow.release(c.deal, selection);
        assertHolding(c, 28 - 5, 16);
    }

    function test_an_empty_selection_does_nothing() public {
        Case memory c = _opened();
        IEscrow.Selection memory selection;
        _refused(c, selection, abi.encodeWithSelector(MerkleProof.MerkleProofInvalidMultiproof.selector));

        selection.proof = new bytes32[](1);
        selection.proof[0] = c.deal.milestones;
        _refused(c, selection, abi.encodeWithSelector(IEscrow.NothingToDo.selector, c.id));
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
    }

    function test_reverts_when_a_payout_is_dropped() public {
        Case memory c = _opened();
        c.milestones[0].payouts = _payouts(payee, AMOUNT_0 - 30);
        _refusedAlone(c);
    }

    function test_reverts_when_all_payouts_are_dropped() public {
        Case memory c = _opened();
        c.milestones[0].payouts = new IEscrow.Payout[](0);
        _refusedAlone(c);
    }

    function test_reverts_when_a_payout_is_added() public {
        Case memory c = _opened();
        c.milestones[1].payouts = _payouts(otherPayee, AMOUNT_1, stranger, 1);
        _refusedWithRoot(c, M1);
        _refusedWithRoot(c, M0 | M1);
        _refusedWithRoot(c, ALL);
    }

    function test_reverts_when_a_milestone_is_of_another_deal() public {
        Case memory other = _manyOpened(3);
        Case memory c = _opened();
        IEscrow.Selection memory selection = _select(other, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.RootMismatch.selector, other.deal.milestones, c.deal.milestones));
        vm.prank(payer);
        escrow.release(c.deal, selection);
    }

    // ------------------------------------------------------------------------------------------------ other proofs

    function test_reverts_when_a_sibling_is_wrong() public {
        Case memory c = _opened();
        IEscrow.Selection memory selection = _select(c, M0);
        selection.proof[0] ^= bytes32(uint256(1));
        _mismatched(c, selection);
    }

    function test_reverts_when_the_proof_is_of_another_milestone() public {
        Case memory c = _opened();
        IEscrow.Selection memory selection = _select(c, M0);
        selection.proof = _select(c, M2).proof;
        _mismatched(c, selection);
    }

    function test_reverts_when_the_proof_is_too_short_or_too_long() public {
        Case memory c = _opened();
        IEscrow.Selection memory selection = _select(c, M0);
        bytes32[] memory longer = new bytes32[](selection.proof.length + 1);
        for (uint256 i = 0; i < selection.proof.length; ++i) {
            longer[i] = selection.proof[i];
        }
        selection.proof = longer;
        _mismatched(c, selection);
        selection.proof = new bytes32[](0);
        _mismatched(c, selection);
    }

    function test_reverts_when_a_few_come_without_a_proof() public {
        Case memory c = _opened();
        IEscrow.Selection memory selection = _select(c, M0 | M1);
        (selection.proof, selection.proofFlags) = (new bytes32[](0), new bool[](0));
        _mismatched(c, selection);
    }

    function test_reverts_when_the_order_is_wrong() public {
        Case memory c = _opened();
        IEscrow.Selection memory selection = _select(c, ALL);
        (selection.milestones[0], selection.milestones[2]) = (selection.milestones[2], selection.milestones[0]);
        _mismatched(c, selection);
    }

    function test_reverts_when_flags_are_missing_or_too_many() public {
        Case memory c = _manyOpened(5);
        IEscrow.Selection memory selection = _select(c, 11);
        bytes memory reason = abi.encodeWithSelector(MerkleProof.MerkleProofInvalidMultiproof.selector);
        bool[] memory flags = selection.proofFlags;
        selection.proofFlags = new bool[](flags.length + 1);
        _refused(c, selection, reason);
        selection.proofFlags = new bool[](flags.length - 1);
        _refused(c, selection, reason);
        selection.proofFlags = new bool[](0);
        _refused(c, selection, reason);
    }

    /// @dev Every list of up to three milestones, in any order and with repetitions, of a deal of three, with every
    ///      proof of up to two nodes of its tree, and no flags or every pattern of them. Whatever is accepted settles
    ///      each milestone that it contains once, and nothing else.
    function test_no_malformed_selection_settles_anything_but_what_it_contains() public {
        Case memory c = _manyOpened(3);
        bytes32[] memory nodes = Tree.build(c.milestones);
        _start = vm.snapshotState();
        uint256 accepted;
        for (uint256 list = 0; list < 39; ++list) {
            (IEscrow.Selection memory selection, uint128 bits) = _repeated(c, list);
            for (uint256 siblings = 0; siblings < 31; ++siblings) {
                selection.proof = _picked(nodes, siblings);
                selection.proofFlags = new bool[](0);
                if (_accepted(c, selection, bits)) ++accepted;
                uint256 length = selection.milestones.length + selection.proof.length - 1;
                for (uint256 pattern = 0; length != 0 && pattern < 1 << length; ++pattern) {
                    selection.proofFlags = _flags(pattern, length);
                    if (_accepted(c, selection, bits)) ++accepted;
                }
            }
        }
        // Alone: each of three, with flags or without. Pairs: 01, 10, 02, 12. All: 012, 102, with flags or without.
        assertEq(accepted, 6 + 4 + 4, "the well-formed ones");
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
        returns (IEscrow.Selection memory selection, uint128 bits)
    {
        uint256 length = list < 3 ? 1 : list < 12 ? 2 : 3;
        uint256 digits = list < 3 ? list : list < 12 ? list - 3 : list - 12;
        selection.milestones = new IEscrow.Milestone[](length);
        for (uint256 i = 0; i < length; ++i) {
            selection.milestones[i] = c.milestones[digits % 3];
            bits |= uint128(1 << digits % 3);
            digits /= 3;
        }
    }

    /// @dev The list of none, one or two of five nodes with this number, from 0 to 30.
    function _picked(bytes32[] memory nodes, uint256 list) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](list < 1 ? 0 : list < 6 ? 1 : 2);
        if (proof.length == 1) proof[0] = nodes[list - 1];
        if (proof.length == 2) (proof[0], proof[1]) = (nodes[(list - 6) / 5], nodes[(list - 6) % 5]);
    }

    function _flags(uint256 pattern, uint256 length) private pure returns (bool[] memory flags) {
        flags = new bool[](length);
        for (uint256 i = 0; i < length; ++i) {
            flags[i] = pattern >> i & 1 == 1;
        }
    }

    function _accepted(Case memory c, IEscrow.Selection memory selection, uint128 bits) private returns (bool) {
        uint256 before = token.balanceOf(payee);
        vm.prank(payer);
        try escrow.release(c.deal, selection) {
            uint256 due = (bits & 1) + (bits & 2) + (bits >> 2 & 1) * 3;
            assertEq(token.balanceOf(payee) - before, due, "each is paid once");
            assertHolding(c, 6 - due, bits);
            vm.revertToState(_start);
            return true;
        } catch {
            return false;
        }
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function _refused(Case memory c, IEscrow.Selection memory selection, bytes memory reason) private {
        vm.startPrank(payer);
        vm.expectRevert(reason);
        escrow.release(c.deal, selection);
        vm.expectRevert(reason);
        escrow.refund(c.deal, selection);
        vm.expectRevert(reason);
        escrow.conclude(c.deal, selection);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        vm.expectRevert(reason);
        escrow.attest(c.deal, selection, ALL, EVIDENCE, VALID_UNTIL, signature);
        vm.stopPrank();
    }

    function _mismatched(Case memory c, IEscrow.Selection memory selection) private {
        vm.startPrank(payer);
        vm.expectPartialRevert(IEscrow.RootMismatch.selector);
        escrow.release(c.deal, selection);
        vm.expectPartialRevert(IEscrow.RootMismatch.selector);
        escrow.refund(c.deal, selection);
        vm.expectPartialRevert(IEscrow.RootMismatch.selector);
        escrow.conclude(c.deal, selection);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        vm.expectPartialRevert(IEscrow.RootMismatch.selector);
        escrow.attest(c.deal, selection, ALL, EVIDENCE, VALID_UNTIL, signature);
        vm.stopPrank();
    }

    /// @dev Milestone 0 was altered after the deal was opened: no selection with it counts any more.
    function _refusedAlone(Case memory c) private {
        _refusedWithRoot(c, M0);
        _refusedWithRoot(c, M0 | M2);
        _refusedWithRoot(c, ALL);
    }

    function _refusedWithRoot(Case memory c, uint128 bits) private {
        bytes32 root = Tree.build(c.milestones)[0];
        IEscrow.Selection memory selection = _select(c, bits);
        _refused(c, selection, abi.encodeWithSelector(IEscrow.RootMismatch.selector, root, c.deal.milestones));
    }
}
