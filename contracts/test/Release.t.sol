// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The payer pays.
contract ReleaseTest is Fixture {
    function test_pays_payee_and_fees() public {
        Case memory c = _opened();
        _release(c, M0);
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee is paid");
        assertBalance(c, broker, 30, "the fee is paid");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "the rest is still held");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
    }

    function test_pays_in_coin() public {
        Case memory c = _openedInCoin();
        _release(c, M0 | M1);
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee is paid");
        assertBalance(c, broker, 30, "the fee is paid");
        assertBalance(c, otherPayee, AMOUNT_1, "the other payee is paid");
        assertBalance(c, address(escrow), AMOUNT_2, "the rest is still held");
    }

    function test_emits_released_and_nothing_else() public {
        Case memory c = _openedInCoin();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Released(c.id, M0 | M1, AMOUNT_0 + AMOUNT_1);
        vm.recordLogs();
        _release(c, M0 | M1);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    function test_reverts_when_anybody_but_the_payer_calls() public {
        Case memory c = _opened();
        Selection memory all = _select(c, ALL);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == PAYER_KEY) continue;
            address sender = vm.addr(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, sender, payer));
            vm.prank(sender);
            escrow.release(_key(c), all.payouts);
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_payer_of_another_deal_calls() public {
        Case memory other = _draft(address(token));
        (other.deal.payer, other.deal.conditions.salt) = (stranger, 2);
        _fund(other);
        Case memory c = _opened();
        Selection memory all = _select(c, ALL);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        escrow.release(_key(c), all.payouts);

        c.deal.payer = stranger;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, _id(c.deal, c.root)));
        escrow.release(_key(c), all.payouts);
    }

    function test_reverts_when_the_payer_only_started_the_transaction() public {
        Case memory c = _opened();
        Selection memory all = _select(c, ALL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        vm.prank(stranger, payer);
        escrow.release(_key(c), all.payouts);
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _release(c, ALL);
    }

    // ------------------------------------------------------------------------------------------------ any time

    function test_pays_before_at_and_after_the_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _release(c, M0);
        vm.warp(DEADLINE_1);
        _release(c, M1);
        vm.warp(DEADLINE_2 + 3650 days);
        _release(c, M2);
        assertHolding(c, 0, ALL);
    }

    function test_pays_what_is_in_inspection_and_what_is_through_it() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M1);
        _release(c, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, START + INSPECTION);
        vm.warp(START + INSPECTION);
        _release(c, M1);
        assertHolding(c, AMOUNT_2, M0 | M1);
        assertBalance(c, payee, AMOUNT_0 - 30, "paid in the inspection");
        assertBalance(c, otherPayee, AMOUNT_1, "paid after it");
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_skips_what_is_settled_on_any_word() public {
        Case memory c = _opened();
        _attest(c, M0);
        _refund(c, M1, otherPayee);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Released(c.id, M2, AMOUNT_2);
        _release(c, ALL);
        assertHolding(c, 0, ALL);
        assertBalance(c, payee, AMOUNT_0 - 30 + AMOUNT_2 - 50, "each was paid once");
        assertBalance(c, otherPayee, 0, "what was given up is not paid");
        assertBalance(c, payer, AMOUNT_1, "it was returned");
    }

    function test_reverts_when_all_is_settled() public {
        Case memory c = _opened();
        _release(c, M0 | M1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _release(c, M0 | M1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _release(c, M0);
        assertHolding(c, AMOUNT_2, M0 | M1);
    }
}
