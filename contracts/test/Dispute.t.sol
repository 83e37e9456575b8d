// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Verbs} from "./Verbs.sol";

/// @notice The payer disputes what is delivered, the payee what is not.
contract DisputeTest is Verbs {
    function test_the_payer_stops_the_inspection() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M1);
        vm.warp(START + 1 days);
        _dispute(c, M0, payer);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + 1 days + ARBITRATION);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "all is still held");
    }

    function test_the_payee_stops_the_deadline() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, M0 | M2, payee);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
        assertStatus(c, 2, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "all is still held");
    }

    function test_emits_who_disputed_what_and_nothing_else() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M1);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Disputed(c.id, M0 | M1, payer);
        vm.recordLogs();
        _dispute(c, ALL, payer);
        assertEq(vm.getRecordedLogs().length, 1, "one event");

        vm.warp(REVOCABLE_UNTIL);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Disputed(c.id, M2, payee);
        vm.recordLogs();
        _dispute(c, M2, payee);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    // ------------------------------------------------------------------------------------------------ the payer's

    function test_the_payer_may_until_the_second_before_the_inspection_ends() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + INSPECTION - 1);
        _dispute(c, M0, payer);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + INSPECTION - 1 + ARBITRATION);
    }

    function test_reverts_when_the_inspection_is_over() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(START + INSPECTION + late);
            _refusesToDispute(c, M0, payer);
        }
    }

    function test_reverts_when_the_payer_disputes_what_is_open() public {
        Case memory c = _openedWithInspection();
        _refusesToDispute(c, ALL, payer);
        vm.warp(REVOCABLE_UNTIL);
        _refusesToDispute(c, ALL, payer);
        vm.warp(DEADLINE_2);
        _refusesToDispute(c, ALL, payer);
    }

    function test_the_payer_may_after_the_deadline_of_what_was_delivered_before_it() public {
        Case memory c = _openedWithInspection();
        vm.warp(DEADLINE_0 - 1);
        _attest(c, M0);
        vm.warp(DEADLINE_0 + 1);
        _dispute(c, M0, payer);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, DEADLINE_0 + 1 + ARBITRATION);
    }

    // ------------------------------------------------------------------------------------------------ the payee's

    function test_reverts_when_the_payee_disputes_on_day_one() public {
        Case memory c = _opened();
        _refusesToDispute(c, M0, payee);
        vm.warp(REVOCABLE_UNTIL - 1);
        _refusesToDispute(c, M0, payee);
    }

    function test_the_payee_may_on_day_one_when_the_deal_is_not_revocable() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.revocableUntil = 0;
        _fund(c);
        _dispute(c, M0, payee);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + ARBITRATION);
    }

    function test_the_payee_may_until_the_second_before_the_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _dispute(c, M0, payee);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, DEADLINE_0 - 1 + ARBITRATION);
    }

    function test_reverts_when_the_deadline_is_reached() public {
        Case memory c = _opened();
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(DEADLINE_0 + late);
            _refusesToDispute(c, M0, payee);
        }
    }

    function test_the_payee_never_may_when_the_deal_is_revocable_until_the_deadline() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.revocableUntil = DEADLINE_0;
        _fund(c);
        vm.warp(DEADLINE_0 - 1);
        _refusesToDispute(c, M0, payee);
        vm.warp(DEADLINE_0);
        _refusesToDispute(c, M0, payee);
    }

    function test_reverts_when_the_payee_disputes_what_is_delivered() public {
        Case memory c = _openedWithInspection();
        vm.warp(REVOCABLE_UNTIL);
        _attest(c, M0);
        _refusesToDispute(c, M0, payee);
        vm.warp(REVOCABLE_UNTIL + INSPECTION);
        _refusesToDispute(c, M0, payee);
    }

    function test_reverts_when_one_milestone_is_of_another_payee() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, payee, otherPayee, 1));
        _dispute(c, ALL, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, otherPayee, payee, 2));
        _dispute(c, M1 | M2, otherPayee);
    }

    function test_reverts_when_anybody_but_payer_and_payee_calls() public {
        Case memory c = _openedWithInspection();
        _attest(c, M1);
        vm.warp(REVOCABLE_UNTIL);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == PAYER_KEY || keys[i] == PAYEE_KEY) continue;
            address sender = vm.addr(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, sender, payee, 0));
            _dispute(c, M0, sender);
            _refusesToDispute(c, M1, sender); // what is delivered is the payer's to dispute
        }
    }

    function test_reverts_when_the_payee_only_started_the_transaction() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL);
        Selection memory s = _select(c, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, stranger, payee, 0));
        vm.prank(stranger, payee);
        escrow.dispute(c.deal, s.payouts, s.proof);
    }

    // ------------------------------------------------------------------------------------------------ who is both

    function test_who_is_payer_and_payee_disputes_as_the_payer() public {
        Case memory c = _draftTo(address(token), payer, 100);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        vm.warp(REVOCABLE_UNTIL);
        _refusesToDispute(c, 1, payer); // open: no word of the payer stops the deadline
        _attest(c, 1);
        _dispute(c, 1, payer);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
    }

    // ------------------------------------------------------------------------------------------------ the deal's

    function test_reverts_when_there_is_no_arbiter() public {
        Case memory c = _draft(address(token));
        (c.deal.conditions.arbiter, c.deal.conditions.arbitrationPeriod) = (address(0), 0);
        _fund(c);
        vm.warp(REVOCABLE_UNTIL);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NoArbiter.selector, c.id));
            _dispute(c, M0, vm.addr(keys[i]));
        }
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _dispute(c, M0, payee);
    }

    function test_reverts_when_the_conditions_are_altered() public {
        Case memory c = _opened();
        c.deal.conditions.revocableUntil = 0;
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, _altered(c)));
        _dispute(c, M0, payee);
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_the_payer_skips_what_is_open_disputed_settled_or_through_its_inspection() public {
        Case memory c = _fund(_draftOf(5, INSPECTION));
        _attest(c, 1);
        vm.warp(START + INSPECTION - 1);
        _attest(c, 2 | 4 | 8);
        _dispute(c, 2, payer);
        _release(c, 4);
        vm.warp(START + INSPECTION);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Disputed(c.id, 8, payer);
        _dispute(c, 31, payer);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 1, IEscrowTypes.State.Disputed, START + INSPECTION - 1 + ARBITRATION);
        assertStatus(c, 2, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 3, IEscrowTypes.State.Disputed, START + INSPECTION + ARBITRATION);
        assertStatus(c, 4, IEscrowTypes.State.Open, 0);
    }

    function test_the_payee_skips_what_is_delivered_disputed_settled_or_past_its_deadline() public {
        Case memory c = _draftOf(5, 60 days);
        c.milestones[3].deadline = REVOCABLE_UNTIL + 1;
        _fund(c);
        _attest(c, 1);
        _release(c, 4);
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, 2, payee);
        vm.warp(REVOCABLE_UNTIL + 1);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Disputed(c.id, 16, payee);
        _dispute(c, 31, payee);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + 60 days);
        assertStatus(c, 1, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
        assertStatus(c, 2, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 3, IEscrowTypes.State.Open, 0);
        assertStatus(c, 4, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + 1 + ARBITRATION);
    }

    function test_skips_milestones_of_others_that_cannot_be_disputed() public {
        Case memory c = _opened();
        _release(c, M1);
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, ALL, payee);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
        assertStatus(c, 1, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 2, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
    }

    function test_a_second_dispute_does_not_restart_the_arbitration() public {
        Case memory c = _disputedByPayer(M0);
        vm.warp(START + 1);
        _refusesToDispute(c, M0, payer);
        _refusesToDispute(c, M0, payee);
        vm.warp(START + ARBITRATION);
        _refusesToDispute(c, M0, payer);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + ARBITRATION);
    }

    function test_reverts_when_all_is_settled() public {
        Case memory c = _opened();
        _release(c, M0);
        vm.warp(REVOCABLE_UNTIL);
        _refusesToDispute(c, M0, payee);
        _refusesToDispute(c, M0, payer);
        _refusesToDispute(c, M0, stranger);
    }

    // ------------------------------------------------------------------------------------------------ what it stops

    function test_no_attestation_and_no_deadline_counts_for_what_is_disputed() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _dispute(c, M0, payee);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, M0, M0, signature);
        vm.warp(DEADLINE_0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, M0);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, DEADLINE_0 - 1 + ARBITRATION);
    }

    function test_no_inspection_ends_for_what_is_disputed() public {
        Case memory c = _disputedByPayer(M0);
        vm.warp(START + INSPECTION);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, M0);
    }

    function test_payer_and_payee_may_still_end_it_alone() public {
        Case memory c = _disputedByPayer(M0 | M1);
        _release(c, M0);
        assertBalance(c, payee, AMOUNT_0 - 30, "released");
        _refund(c, M1, otherPayee);
        assertBalance(c, payer, AMOUNT_1, "refunded");
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Settled, 0);
        assertHolding(c, AMOUNT_2, M0 | M1);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function _refusesToDispute(Case memory c, uint128 bits, address sender) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _dispute(c, bits, sender);
    }
}
