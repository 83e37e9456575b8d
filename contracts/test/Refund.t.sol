// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The payee gives up.
contract RefundTest is Fixture {
    function test_returns_a_milestone_in_full_to_the_payer() public {
        Case memory c = _opened();
        _refund(c, M0, payee);
        assertBalance(c, payer, AMOUNT_0, "the fee is returned too");
        assertBalance(c, payee, 0, "the payee gets nothing");
        assertBalance(c, broker, 0, "the broker gets nothing");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "the rest is still held");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
    }

    function test_returns_coin() public {
        Case memory c = _openedInCoin();
        _refund(c, M0 | M2, payee);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_2, "the payer has it back");
        assertBalance(c, address(escrow), AMOUNT_1, "the rest is still held");
    }

    function test_emits_refunded_and_nothing_else() public {
        Case memory c = _openedInCoin();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Refunded(c.id, M0 | M2, AMOUNT_0 + AMOUNT_2);
        vm.recordLogs();
        _refund(c, M0 | M2, payee);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    function test_returns_several_milestones_in_one_payment() public {
        Case memory c = _opened();
        vm.recordLogs();
        _refund(c, M0 | M2, payee);
        assertEq(vm.getRecordedLogs().length, 2, "one settlement, one transfer");
    }

    function test_returns_to_the_payer_whoever_funded() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, stranger);
        _open(c, stranger);
        _refund(c, M1, otherPayee);
        assertBalance(c, payer, AMOUNT_1, "the payer of the deal has it");
        assertBalance(c, stranger, 0, "who funded has nothing");
    }

    function test_reverts_when_anybody_but_the_payee_calls() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == PAYEE_KEY) continue;
            address sender = vm.addr(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, sender, payee, 0));
            vm.prank(sender);
            escrow.refund(_key(c), selection.payouts, selection.proof);
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_one_milestone_is_of_another_payee() public {
        Case memory c = _opened();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, payee, otherPayee, 1));
        _refund(c, ALL, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, otherPayee, payee, 0));
        _refund(c, ALL, otherPayee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, otherPayee, payee, 2));
        _refund(c, M1 | M2, otherPayee);
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_payee_of_another_deal_calls() public {
        Case memory other = _draftTo(address(token), stranger, 100);
        other.deal.conditions.salt = 2;
        _fund(other);
        Case memory c = _fund(_draftTo(address(token), payee, 100));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, stranger, payee, 0));
        _refund(c, 1, stranger);

        Selection memory foreign = _select(other, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, _id(c.deal, other.root)));
        vm.prank(stranger);
        escrow.refund(_key(c), foreign.payouts, foreign.proof);
    }

    function test_reverts_when_the_payee_only_started_the_transaction() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, stranger, payee, 0));
        vm.prank(stranger, payee);
        escrow.refund(_key(c), selection.payouts, selection.proof);
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _refund(c, M0, payee);
    }

    // ------------------------------------------------------------------------------------------------ any time

    function test_returns_before_at_and_after_the_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _refund(c, M0, payee);
        vm.warp(DEADLINE_1);
        _refund(c, M1, otherPayee);
        vm.warp(DEADLINE_2 + 3650 days);
        _refund(c, M2, payee);
        assertHolding(c, 0, ALL);
        assertBalance(c, payer, TOTAL, "the payer has all of it back");
    }

    function test_returns_what_is_in_inspection_and_what_is_through_it() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M2);
        _refund(c, M0, payee);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        vm.warp(START + INSPECTION);
        _refund(c, M2, payee);
        assertHolding(c, AMOUNT_1, M0 | M2);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_2, "the payer has it back");
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_skips_what_is_settled_and_needs_no_right_to_it() public {
        Case memory c = _opened();
        _release(c, M1);
        _attest(c, M0);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Refunded(c.id, M2, AMOUNT_2);
        _refund(c, ALL, payee);
        assertHolding(c, 0, ALL);
        assertBalance(c, payer, AMOUNT_2, "only what was left is returned");
        assertBalance(c, otherPayee, AMOUNT_1, "what was paid stays paid");
    }

    function test_reverts_when_all_is_settled() public {
        Case memory c = _opened();
        _refund(c, M0, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _refund(c, M0, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _refund(c, M0, stranger);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }
}
