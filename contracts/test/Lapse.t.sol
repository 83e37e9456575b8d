// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {Verbs} from "./Verbs.sol";

/// @notice The arbiter never ruled: anybody concludes.
contract LapseTest is Verbs {
    function test_splits_what_had_been_delivered_as_the_deal_says() public {
        Case memory c = _disputedByPayer(M0 | M1);
        vm.warp(START + ARBITRATION);
        _conclude(c, M0);
        assertBalance(c, broker, 15, "half of the fee");
        assertBalance(c, payee, 500, "the rest of the half");
        assertBalance(c, payer, 515, "the other half");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Disputed, START + ARBITRATION);
    }

    function test_returns_what_had_not_been_delivered_whatever_the_share() public {
        uint16[3] memory shares = [uint16(0), 5000, 10_000];
        for (uint256 i = 0; i < shares.length; ++i) {
            Case memory c = _draft(address(token));
            (c.deal.conditions.lapseBps, c.deal.conditions.salt) = (shares[i], 100 + i);
            _fund(c);
            vm.warp(REVOCABLE_UNTIL);
            _dispute(c, M0, payee);
            vm.warp(REVOCABLE_UNTIL + ARBITRATION);
            vm.expectEmit(address(escrow));
            emit IEscrowTypes.Lapsed(c.id, 0, 0, AMOUNT_0);
            _conclude(c, M0);
            assertBalance(c, payer, (i + 1) * AMOUNT_0, "all of it");
            assertBalance(c, payee, 0, "nothing");
            assertBalance(c, broker, 0, "nothing");
            vm.warp(START);
        }
    }

    function test_returns_to_the_last_unit_what_had_not_been_delivered() public {
        Case memory c = _fund(_draftTo(address(token), payee, 10_000)); // a basis point of it is a unit
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, 1, payee);
        vm.warp(REVOCABLE_UNTIL + ARBITRATION);
        _conclude(c, 1);
        assertBalance(c, payer, 10_000, "all of it");
    }

    function test_the_payees_share_may_be_nothing_or_all() public {
        Case memory c = _disputedWithShare(0);
        vm.recordLogs();
        _conclude(c, M0);
        assertEq(vm.getRecordedLogs().length, 2, "one event, one transfer");
        assertBalance(c, payer, AMOUNT_0, "all to the payer");

        c = _disputedWithShare(10_000);
        _conclude(c, M0);
        assertEq(vm.getRecordedLogs().length, 3, "one event, two transfers");
        assertBalance(c, payer, AMOUNT_0, "no more to the payer");
        assertBalance(c, payee, AMOUNT_0 - 30, "all to the payee");
        assertBalance(c, broker, 30, "and the fee");
    }

    function testFuzz_the_payees_share_is_rounded_down(uint16 bps, uint128 amount) public {
        bps = uint16(bound(bps, 0, 10_000));
        amount = uint128(bound(amount, 1, type(uint128).max / 2));
        Case memory c = _draftTo(address(token), payee, amount);
        (c.deal.conditions.lapseBps, c.deal.inspectionPeriod) = (bps, INSPECTION);
        _fund(c);
        _attest(c, 1);
        _dispute(c, 1, payer);
        vm.warp(START + ARBITRATION);
        _conclude(c, 1);
        uint256 share = uint256(amount) * bps / 10_000;
        assertBalance(c, payee, share, "rounded down");
        assertBalance(c, payer, amount - share, "the rest, to the last unit");
        assertBalance(c, address(escrow), 0, "nothing is left");
    }

    function test_emits_lapsed_for_each_milestone_and_nothing_else() public {
        Case memory c = _draft(COIN);
        (c.deal.inspectionPeriod, c.deal.conditions.lapseBps) = (INSPECTION, 3333);
        _fund(c);
        _attest(c, ALL);
        _dispute(c, ALL, payer);
        vm.warp(START + ARBITRATION);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Lapsed(c.id, 0, 343, 687);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Lapsed(c.id, 1, 666, 1334);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Lapsed(c.id, 2, 1349, 2701);
        vm.recordLogs();
        _conclude(c, ALL);
        assertEq(vm.getRecordedLogs().length, 3, "three events");
        assertBalance(c, broker, 9 + 16, "3333 / 10,000 of each fee, rounded down twice");
        assertBalance(c, payee, 343 - 9 + 1349 - 16, "the remainder of each share");
        assertBalance(c, otherPayee, 666, "a share without a fee");
        assertBalance(c, payer, 687 + 1334 + 2701, "the rest");
        assertHolding(c, 0, ALL);
    }

    function test_anybody_may_call() public {
        Case memory c = _disputedByPayer(M0);
        vm.warp(START + ARBITRATION);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 before = vm.snapshotState();
            _conclude(c, M0, vm.addr(keys[i]));
            assertBalance(c, payee, 500, "the same whoever called");
            vm.revertToState(before);
        }
    }

    function test_a_payment_that_fails_becomes_a_credit_and_holds_up_nobody() public {
        BlockableToken blockable = new BlockableToken();
        Case memory c = _draft(address(blockable));
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M0 | M1);
        _dispute(c, M0 | M1, payer);
        blockable.setAnswer(payee, BlockableToken.Answer.Reverts);
        vm.warp(START + ARBITRATION);
        _conclude(c, M0 | M1);
        assertCredit(c, payee, 500);
        assertBalance(c, otherPayee, 1000, "paid");
        assertBalance(c, payer, 515 + 1000, "paid");
    }

    // ------------------------------------------------------------------------------------------------ clocks

    function test_reverts_until_the_second_before_the_arbitration_ends() public {
        Case memory c = _disputedByPayer(M0);
        vm.warp(START + ARBITRATION - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, M0);
        vm.warp(START + ARBITRATION);
        _conclude(c, M0);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_the_deadline_of_what_is_disputed_returns_nothing() public {
        Case memory c = _openedWithInspection();
        vm.warp(DEADLINE_0 - 1);
        _attest(c, M0);
        _dispute(c, M0, payer);
        vm.warp(DEADLINE_0 + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, M0);
        vm.warp(DEADLINE_0 - 1 + ARBITRATION);
        _conclude(c, M0);
        assertBalance(c, payee, 500, "split, not returned");
    }

    function test_each_arbitration_has_its_own_end() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M1);
        _dispute(c, M0, payer);
        vm.warp(START + 1 days);
        _dispute(c, M1, payer);
        vm.warp(START + ARBITRATION);
        _conclude(c, M0 | M1);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        vm.warp(START + 1 days + ARBITRATION);
        _conclude(c, M0 | M1);
        assertHolding(c, AMOUNT_2, M0 | M1);
    }

    // ------------------------------------------------------------------------------------------------ side by side

    function test_one_call_settles_what_three_clocks_have_decided() public {
        Case memory c = _mixed();
        vm.warp(REVOCABLE_UNTIL + ARBITRATION);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Accepted(c.id, 1, 101);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Expired(c.id, 2, 102);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Lapsed(c.id, 2, 51, 52);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Lapsed(c.id, 3, 0, 104);
        vm.recordLogs();
        _conclude(c, 63);
        assertEq(vm.getRecordedLogs().length, 4 + 5, "four events, five transfers");
        assertBalance(c, payee, 101 + 51 + 105, "accepted, half of a lapse, and what was released");
        assertBalance(c, payer, 102 + 52 + 104, "expired, half of a lapse, and what was not delivered");
        assertHolding(c, 106, 31);
        assertStatus(c, 5, IEscrowTypes.State.Open, 0);
        assertBalance(c, address(escrow), 106, "what no clock has decided");
    }

    function test_one_call_skips_what_the_clocks_have_not_decided() public {
        Case memory c = _mixed();
        vm.warp(REVOCABLE_UNTIL + ARBITRATION - 1);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Accepted(c.id, 1, 101);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Expired(c.id, 2, 102);
        _conclude(c, 63);
        assertHolding(c, 103 + 104 + 106, 1 | 2 | 16);
        assertStatus(c, 2, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
        assertStatus(c, 3, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_reverts_when_it_lapsed() public {
        Case memory c = _disputedByPayer(M0);
        vm.warp(START + ARBITRATION);
        _conclude(c, M0);
        vm.warp(DEADLINE_0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, M0);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_skips_what_was_ruled() public {
        Case memory c = _disputedByPayer(M0 | M1);
        _rule(c, M0, 0, arbiter);
        vm.warp(START + ARBITRATION);
        _conclude(c, M0 | M1);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_1 / 2, "the ruling stands");
        assertBalance(c, payee, 0, "the ruling stands");
        assertBalance(c, otherPayee, AMOUNT_1 / 2, "the other one lapsed");
    }

    // ------------------------------------------------------------------------------------------------ deals

    function _disputedWithShare(uint16 bps) private returns (Case memory c) {
        vm.warp(START);
        c = _draft(address(token));
        (c.deal.conditions.lapseBps, c.deal.conditions.salt) = (bps, 100 + bps);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M0);
        _dispute(c, M0, payer);
        vm.warp(START + ARBITRATION);
        vm.getRecordedLogs();
    }

    /// @dev Six milestones of 101 to 106: delivered, overdue, disputed by the payer, disputed by the payee, released,
    ///      open. The arbitrations end together at `REVOCABLE_UNTIL + ARBITRATION`.
    function _mixed() private returns (Case memory c) {
        c = _draftOf(6, INSPECTION);
        c.milestones[1].deadline = REVOCABLE_UNTIL + 2;
        _fund(c);
        vm.warp(REVOCABLE_UNTIL);
        _attest(c, 1 | 4);
        _dispute(c, 4, payer);
        _dispute(c, 8, payee);
        _release(c, 16);
    }
}
