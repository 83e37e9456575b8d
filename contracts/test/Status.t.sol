// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What can be read, and what is kept in storage for it.
contract StatusTest is Fixture {
    function test_a_deal_that_was_never_opened_is_nothing() public view {
        for (uint256 i = 0; i < 256; ++i) {
            (IEscrowTypes.State state, uint40 ends) = escrow.status(keccak256("no deal"), uint8(i));
            assertEq(uint256(state), uint256(IEscrowTypes.State.None), "no state");
            assertEq(ends, 0, "no clock");
        }
        (uint128 held, uint128 settled) = escrow.holding(keccak256("no deal"));
        assertEq(held, 0, "holds nothing");
        assertEq(settled, 0, "settled nothing");
        assertEq(escrow.credit(address(token), payee), 0, "owes nothing");
    }

    function test_shows_every_state_side_by_side() public {
        Case memory c = _openedWithInspection();
        _attest(c, M1);
        _release(c, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
        assertHolding(c, AMOUNT_1 + AMOUNT_2, M0);
    }

    function test_time_alone_changes_no_state() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + 100 * 365 days);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
    }

    function test_a_finished_deal_stays_known() public {
        Case memory c = _opened();
        _release(c, ALL);
        assertHolding(c, 0, ALL);
        for (uint8 i = 0; i < 3; ++i) {
            assertStatus(c, i, IEscrowTypes.State.Settled, 0);
        }
    }

    function test_deals_do_not_touch_each_other() public {
        Case memory c = _openedWithInspection();
        Case memory other = _draft(address(token));
        (other.deal.conditions.salt, other.deal.inspectionPeriod) = (2, INSPECTION);
        _fund(other);
        _attest(other, M0);
        _release(other, M1);
        assertHolding(c, TOTAL, 0);
        for (uint8 i = 0; i < 3; ++i) {
            assertStatus(c, i, IEscrowTypes.State.Open, 0);
        }
    }

    function testFuzz_each_bit_is_its_own_milestone(uint256 count, uint128 bits) public {
        count = bound(count, 1, 128);
        bits &= uint128((1 << count) - 1);
        vm.assume(bits != 0);
        Case memory c = _draft(address(token));
        c.milestones = _many(count);
        _fund(c);
        _release(c, bits);
        uint256 held;
        for (uint8 i = 0; i < count; ++i) {
            bool settled = bits >> i & 1 == 1;
            assertStatus(c, i, settled ? IEscrowTypes.State.Settled : IEscrowTypes.State.Open, 0);
            if (!settled) held += i + 1;
        }
        assertHolding(c, held, bits);
    }

    // ------------------------------------------------------------------------------------------------ storage

    function test_a_deal_takes_one_slot_whatever_its_size() public {
        Case memory c = _draft(COIN);
        c.milestones = _many(128);
        vm.record();
        _fund(c);
        _release(c, type(uint128).max >> 1);
        assertEq(_slots(), 1, "one slot");
    }

    function test_a_clock_takes_a_second_slot_until_its_milestone_settles() public {
        Case memory c = _draft(COIN);
        c.deal.inspectionPeriod = INSPECTION;
        vm.record();
        _fund(c);
        _attest(c, ALL);
        assertEq(_slots(), 4, "one for the deal and one for each in inspection");
        _release(c, M0);
        assertEq(_slots(), 3, "a release takes one away");
        _refund(c, M1, otherPayee);
        assertEq(_slots(), 2, "a refund takes one away");
        vm.warp(START + INSPECTION);
        _conclude(c, M2);
        assertEq(_slots(), 1, "the clock takes one away");
    }

    function test_a_deal_without_clocks_reads_one_slot() public {
        Case memory c = _openedInCoin();
        vm.record();
        _release(c, M0);
        _attest(c, M1);
        vm.warp(DEADLINE_2);
        _conclude(c, M2);
        (bytes32[] memory reads,) = vm.accesses(address(escrow));
        for (uint256 i = 1; i < reads.length; ++i) {
            assertEq(reads[i], reads[0], "the same slot again");
        }
    }

    /// @dev How many different slots of the escrow, written since `vm.record`, are not zero.
    function _slots() private view returns (uint256 count) {
        (, bytes32[] memory writes) = vm.accesses(address(escrow));
        for (uint256 i = 0; i < writes.length; ++i) {
            bool first = true;
            for (uint256 j = 0; j < i; ++j) {
                if (writes[j] == writes[i]) first = false;
            }
            if (first && vm.load(address(escrow), writes[i]) != 0) ++count;
        }
    }
}
