// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The clocks: what anybody may settle, and from which second on.
contract ConcludeTest is Fixture {
    function test_returns_what_was_not_delivered_by_its_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0);
        _conclude(c, M0);
        assertBalance(c, payer, AMOUNT_0, "the payer has it back, fee included");
        assertBalance(c, stranger, 0, "who called gets nothing");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
    }

    function test_pays_what_was_delivered_when_its_inspection_is_over() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + INSPECTION);
        _conclude(c, M0);
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee is paid");
        assertBalance(c, broker, 30, "the fee is paid");
        assertBalance(c, stranger, 0, "who called gets nothing");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
    }

    function test_returns_and_pays_coin() public {
        Case memory c = _draft(COIN);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M2);
        vm.warp(DEADLINE_0);
        _conclude(c, ALL);
        assertBalance(c, payer, AMOUNT_0, "the payer has back what was late");
        assertBalance(c, payee, AMOUNT_2 - 50, "the payee has what was delivered");
        assertBalance(c, address(escrow), AMOUNT_1, "the rest is still held");
    }

    function test_emits_one_event_for_each_direction() public {
        Case memory c = _draft(COIN);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M2);
        vm.warp(DEADLINE_1);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Accepted(c.id, M2, AMOUNT_2);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Expired(c.id, M0 | M1, AMOUNT_0 + AMOUNT_1);
        vm.recordLogs();
        _conclude(c, ALL);
        assertEq(vm.getRecordedLogs().length, 2, "two events");
        assertHolding(c, 0, ALL);
    }

    function test_emits_only_what_happened() public {
        Case memory c = _draft(COIN);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M2);
        vm.warp(START + INSPECTION);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Accepted(c.id, M2, AMOUNT_2);
        vm.recordLogs();
        _conclude(c, M2);
        vm.warp(DEADLINE_0);
        _conclude(c, M0);
        assertEq(vm.getRecordedLogs().length, 2, "one event each");
    }

    function test_anybody_may_call() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M0);
        vm.warp(DEADLINE_0);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 before = vm.snapshotState();
            vm.prank(vm.addr(keys[i]));
            escrow.conclude(_key(c), selection.payouts, selection.proof);
            assertBalance(c, payer, AMOUNT_0, "it goes where the deal says");
            vm.revertToState(before);
        }
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        vm.warp(DEADLINE_2);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _conclude(c, ALL);
    }

    // ------------------------------------------------------------------------------------------------ clocks

    function test_reverts_when_the_deadline_is_one_second_away() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, ALL);
        assertHolding(c, TOTAL, 0);
    }

    function test_returns_at_any_time_after_the_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 + 1);
        _conclude(c, M0);
        vm.warp(DEADLINE_0 + 100 * 365 days);
        _conclude(c, M1);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_1, "the payer has it back");
    }

    function test_reverts_when_the_inspection_ends_in_a_second() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + INSPECTION - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, ALL);
    }

    function test_pays_at_any_time_after_the_inspection() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M1);
        vm.warp(START + INSPECTION + 1);
        _conclude(c, M0);
        vm.warp(START + 100 * 365 days);
        _conclude(c, M1);
        assertHolding(c, AMOUNT_2, M0 | M1);
        assertBalance(c, payer, 0, "nothing is returned");
    }

    function test_a_deadline_in_the_inspection_changes_nothing() public {
        Case memory c = _openedWithInspection();
        vm.warp(DEADLINE_0 - 1);
        _attest(c, M0);
        uint256 ends = DEADLINE_0 - 1 + INSPECTION;
        for (uint256 t = DEADLINE_0; t < ends; t += ends - 1 - DEADLINE_0) {
            vm.warp(t);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
            _conclude(c, M0);
        }
        vm.warp(ends);
        _conclude(c, M0);
        assertBalance(c, payee, AMOUNT_0 - 30, "delivered in time, so paid");
    }

    function test_the_longest_clocks_end_in_eleven_years() public {
        Case memory c = _draftTo(address(token), payee, 100);
        c.milestones[0].deadline = START + 3650 days;
        c.deal.inspectionPeriod = 365 days;
        _fund(c);
        vm.warp(START + 3650 days - 1);
        bytes memory signature = _sign(ATTESTOR_KEY, _digest(c.id, 1, EVIDENCE, type(uint40).max));
        escrow.attest(_key(c), _rows(c.milestones), 1, EVIDENCE, type(uint40).max, signature);
        vm.warp(START + 3650 days - 1 + 365 days);
        _conclude(c, 1);
        assertBalance(c, payee, 100, "paid with nobody's consent");
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_skips_what_no_clock_has_decided() public {
        Case memory c = _openedWithInspection();
        vm.warp(DEADLINE_0 - 1);
        _attest(c, M1);
        vm.warp(DEADLINE_0);
        _conclude(c, ALL);
        assertHolding(c, AMOUNT_1 + AMOUNT_2, M0);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, DEADLINE_0 - 1 + INSPECTION);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
    }

    function test_skips_what_is_settled_on_any_word() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        _release(c, M0);
        _refund(c, M1, otherPayee);
        vm.warp(DEADLINE_2);
        _conclude(c, ALL);
        assertHolding(c, 0, ALL);
        assertBalance(c, payee, AMOUNT_0 - 30, "paid once");
        assertBalance(c, payer, AMOUNT_1 + AMOUNT_2, "returned once");
    }

    function test_reverts_when_all_is_settled() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(DEADLINE_2);
        _conclude(c, ALL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, ALL);
        assertHolding(c, 0, ALL);
    }

    function testFuzz_a_second_belongs_to_one_clock_alone(uint256 delivered, uint256 now_) public {
        Case memory c = _openedWithInspection();
        delivered = bound(delivered, START, DEADLINE_0 - 1);
        now_ = bound(now_, delivered, DEADLINE_0 + 2 * INSPECTION);
        vm.warp(delivered);
        _attest(c, M0);
        vm.warp(now_);
        bool over = now_ >= delivered + INSPECTION;
        if (!over) vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, M0);
        assertBalance(c, payee, over ? AMOUNT_0 - 30 : 0, "paid from the end of the inspection on");
        assertBalance(c, payer, 0, "what was delivered is never returned by a clock");
    }
}
