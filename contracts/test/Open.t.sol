// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Vm} from "./Base.sol";
import {Fixture} from "./Fixture.sol";
import {Milestone, Share} from "./Typed.sol";

/// @notice What `open` does. What it refuses is in OpenRefusals.t.sol.
contract OpenTest is Fixture {
    function test_takes_exactly_the_total_in_tokens_from_the_sender() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, payer);
        token.mint(payer, 5);

        _open(c, payer);

        assertBalance(c, payer, 5, "the rest stays with the payer");
        assertBalance(c, address(escrow), TOTAL, "the escrow holds the total");
    }

    function test_takes_exactly_the_total_in_coin_from_the_sender() public {
        Case memory c = _seal(_draft(COIN));
        _supply(c, payer);
        vm.deal(payer, payer.balance + 5);

        _open(c, payer);

        assertBalance(c, payer, 5, "the rest stays with the payer");
        assertBalance(c, address(escrow), TOTAL, "the escrow holds the total");
    }

    function test_returns_the_id_and_opens_every_milestone() public {
        Case memory c = _seal(_draft(address(token)));
        assertStatus(c, 0, IEscrowTypes.State.None, 0);
        _supply(c, payer);

        assertEq(_open(c, payer), c.id, "the id returned");

        assertHolding(c, TOTAL, 0);
        for (uint8 i = 0; i < 3; ++i) {
            assertStatus(c, i, IEscrowTypes.State.Open, 0);
        }
    }

    function test_emits_all_terms_and_nothing_else() public {
        Case memory c = _seal(_draft(COIN));
        _supply(c, stranger);

        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Opened(c.id, payer, c.deal, _rows(c.milestones));
        vm.recordLogs();
        _open(c, stranger);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics.length, 3, "id and payer can be searched for");
        assertEq(logs[0].topics[1], c.id, "the id is a topic");
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(payer))), "the payer is a topic");
    }

    function test_anybody_may_pay() public {
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            Case memory c = _draft(address(token));
            c.deal.conditions.salt = i;
            _seal(c);
            _supply(c, vm.addr(keys[i]));
            _open(c, vm.addr(keys[i]));
            assertHolding(c, TOTAL, 0);
            assertBalance(c, vm.addr(keys[i]), 0, "whoever opens pays");
        }
    }

    function test_a_stranger_may_pay_and_gets_no_rights() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, stranger);
        _open(c, stranger);
        Selection memory all = _select(c, ALL);

        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        escrow.release(_key(c), all.payouts, all.proof);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, stranger, payee, 0));
        escrow.refund(_key(c), all.payouts, all.proof);
        vm.stopPrank();

        _release(c, M1);
        assertBalance(c, otherPayee, AMOUNT_1, "the payer named in the deal may release");
        _refund(c, M0, payee);
        vm.warp(DEADLINE_2);
        _conclude(c, M2);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_2, "what is returned goes to the payer named in the deal");
        assertBalance(c, stranger, 0, "nothing goes to the stranger");
    }

    function test_takes_one_milestone() public {
        Case memory c = _fund(_draftTo(address(token), payee, 1));
        assertHolding(c, 1, 0);
        _release(c, 1);
        assertHolding(c, 0, 1);
        assertBalance(c, payee, 1, "one unit is paid");
    }

    function test_takes_128_milestones() public {
        Case memory c = _draft(address(token));
        c.milestones = _many(128);
        _fund(c);
        assertHolding(c, 128 * 129 / 2, 0);
        assertStatus(c, 127, IEscrowTypes.State.Open, 0);

        _release(c, type(uint128).max);
        assertHolding(c, 0, type(uint128).max);
        assertStatus(c, 127, IEscrowTypes.State.Settled, 0);
        assertBalance(c, payee, 128 * 129 / 2, "all are paid");
    }

    function test_takes_8_payouts() public {
        Case memory c = _draft(address(token));
        Share[] memory payouts = new Share[](8);
        for (uint256 i = 0; i < 8; ++i) {
            payouts[i] = Share(vm.addr(100 + i), uint128(i + 1));
        }
        c.milestones[1].payouts = payouts;
        _fund(c);
        assertHolding(c, AMOUNT_0 + 36 + AMOUNT_2, 0);

        _release(c, M1);
        for (uint256 i = 0; i < 8; ++i) {
            assertBalance(c, vm.addr(100 + i), i + 1, "each is paid");
        }
    }

    function test_takes_the_largest_total() public {
        uint128 largest = 2 ** 127 - 1;
        Case memory c = _fund(_draftTo(COIN, payee, largest));
        assertHolding(c, largest, 0);
        assertStatus(c, 0, IEscrowTypes.State.Open, 0);
        _release(c, 1);
        assertHolding(c, 0, 1);
        assertBalance(c, payee, largest, "all is paid");
    }

    function test_takes_the_longest_periods_and_the_largest_share() public {
        Case memory c = _draft(address(token));
        c.deal.inspectionPeriod = 365 days;
        c.deal.conditions.arbitrationPeriod = 365 days;
        c.deal.conditions.lapseBps = 10_000;
        _fund(c);
        assertHolding(c, TOTAL, 0);
    }

    function test_takes_the_nearest_and_the_farthest_deadline() public {
        Case memory c = _draft(address(token));
        c.milestones[0].deadline = START + 1;
        c.milestones[1].deadline = START + 3650 days;
        _fund(c);
        assertHolding(c, TOTAL, 0);
    }

    function test_needs_no_attestor_arbiter_or_period() public {
        Case memory c = _draft(address(token));
        (c.deal.attestor, c.deal.conditions.arbiter) = (address(0), address(0));
        (c.deal.conditions.revocableUntil, c.deal.conditions.arbitrationPeriod, c.deal.conditions.lapseBps) = (0, 0, 0);
        (c.deal.conditions.agreement, c.deal.conditions.salt) = (0, 0);
        _fund(c);
        assertHolding(c, TOTAL, 0);
    }

    function test_an_arbitration_period_without_an_arbiter_does_no_harm() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.arbiter = address(0);
        _fund(c);
        assertHolding(c, TOTAL, 0);
    }

    function test_equal_terms_with_another_salt_are_another_deal() public {
        Case memory c = _opened();
        Case memory other = _draft(address(token));
        other.deal.conditions.salt = 2;
        _fund(other);
        _release(c, ALL);
        assertHolding(c, 0, ALL);
        assertHolding(other, TOTAL, 0);
    }

    function test_equal_terms_with_other_milestones_are_another_deal() public {
        Case memory c = _opened();
        Case memory shorter = _draft(address(token));
        shorter.milestones = new Milestone[](2);
        (shorter.milestones[0], shorter.milestones[1]) = (c.milestones[0], c.milestones[1]);
        _fund(shorter);
        _release(c, ALL);
        assertHolding(c, 0, ALL);
        assertHolding(shorter, AMOUNT_0 + AMOUNT_1, 0);
    }

    function test_one_party_may_have_several_parts() public {
        Case memory c = _draftTo(address(token), payer, 100);
        (c.deal.attestor, c.deal.conditions.arbiter) = (payer, payer);
        c.milestones[0].payouts = _payouts(payer, 60, payer, 40);
        _fund(c);
        _release(c, 1);
        assertBalance(c, payer, 100, "both shares are paid");
    }

    function testFuzz_the_id_is_the_digest_of_the_terms(IEscrowTypes.Deal memory deal, bytes32 root) public view {
        assertEq(escrow.dealId(deal, root), _id(deal, root), "as computed independently");
    }

    function testFuzz_the_key_hashes_the_conditions(IEscrowTypes.Deal memory deal) public view {
        Case memory c;
        c.deal = deal;
        assertEq(abi.encode(escrow.keyOf(deal)), abi.encode(_key(c)), "as computed independently");
    }

    function testFuzz_any_number_of_milestones_hashes_to_its_tree(uint256 count, uint256 picked) public {
        count = bound(count, 1, 128);
        Case memory c = _draft(address(token));
        c.milestones = _many(count);
        _fund(c);
        assertHolding(c, count * (count + 1) / 2, 0);

        picked = bound(picked, 0, count - 1);
        _release(c, uint128(1 << picked));
        assertBalance(c, payee, picked + 1, "each of them can be proven");
    }
}
