// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {Verbs} from "./Verbs.sol";

/// @notice The arbiter splits one disputed milestone.
contract RuleTest is Verbs {
    function test_splits_what_the_payer_disputed() public {
        Case memory c = _disputedByPayer(M0 | M1);
        _rule(c, M0, 515, arbiter);
        assertBalance(c, broker, 15, "half of the fee");
        assertBalance(c, payee, 500, "the rest of the half");
        assertBalance(c, payer, 515, "the other half");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "nothing else moved");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Disputed, START + ARBITRATION);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
    }

    function test_splits_what_the_payee_disputed() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, M1, otherPayee);
        _rule(c, M1, 1, arbiter);
        assertBalance(c, otherPayee, 1, "as ruled");
        assertBalance(c, payer, AMOUNT_1 - 1, "as ruled");
        assertStatus(c, 1, IEscrowTypes.State.Settled, 0);
    }

    function test_splits_coin() public {
        Case memory c = _draft(COIN);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M0);
        _dispute(c, M0, payer);
        _rule(c, M0, 103, arbiter);
        assertBalance(c, broker, 3, "a tenth of the fee");
        assertBalance(c, payee, 100, "the rest of the tenth");
        assertBalance(c, payer, AMOUNT_0 - 103, "the rest");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "nothing else moved");
    }

    function test_may_give_all_to_the_payees() public {
        Case memory c = _disputedByPayer(M0);
        vm.recordLogs();
        _rule(c, M0, AMOUNT_0, arbiter);
        assertEq(vm.getRecordedLogs().length, 3, "one event, two transfers");
        assertBalance(c, payee, AMOUNT_0 - 30, "in full");
        assertBalance(c, broker, 30, "in full");
        assertBalance(c, payer, 0, "nothing");
    }

    function test_may_give_all_to_the_payer() public {
        Case memory c = _disputedByPayer(M0);
        vm.recordLogs();
        _rule(c, M0, 0, arbiter);
        assertEq(vm.getRecordedLogs().length, 2, "one event, one transfer");
        assertBalance(c, payer, AMOUNT_0, "in full");
        assertBalance(c, payee, 0, "nothing");
        assertBalance(c, broker, 0, "nothing");
    }

    function test_emits_ruled_and_nothing_else() public {
        Case memory c = _draft(COIN);
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, ALL);
        _dispute(c, ALL, payer);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Ruled(c.id, 2, 4000, 50);
        vm.recordLogs();
        _rule(c, M2, 4000, arbiter);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    function test_a_payment_that_fails_becomes_a_credit_and_holds_up_nobody() public {
        BlockableToken blockable = new BlockableToken();
        Case memory c = _draft(address(blockable));
        c.deal.inspectionPeriod = INSPECTION;
        _fund(c);
        _attest(c, M0);
        _dispute(c, M0, payer);
        blockable.setAnswer(payee, BlockableToken.Answer.Reverts);
        blockable.setAnswer(payer, BlockableToken.Answer.ReturnsFalse);
        _rule(c, M0, 515, arbiter);
        assertBalance(c, broker, 15, "paid");
        assertCredit(c, payee, 500);
        assertCredit(c, payer, 515);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    // ------------------------------------------------------------------------------------------------ authority

    function test_reverts_when_anybody_but_the_arbiter_calls() public {
        Case memory c = _disputedByPayer(M0);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == ARBITER_KEY) continue;
            address sender = vm.addr(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotArbiter.selector, sender, arbiter));
            _rule(c, M0, 0, sender);
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_arbiter_only_started_the_transaction() public {
        Case memory c = _disputedByPayer(M0);
        Selection memory s = _select(c, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotArbiter.selector, stranger, arbiter));
        vm.prank(stranger, arbiter);
        escrow.rule(c.deal, s.payouts, s.proof, 0);
    }

    function test_reverts_when_there_is_no_arbiter() public {
        Case memory c = _draft(address(token));
        (c.deal.conditions.arbiter, c.deal.conditions.arbitrationPeriod) = (address(0), 0);
        _fund(c);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotArbiter.selector, arbiter, address(0)));
        _rule(c, M0, 0, arbiter);
    }

    function test_reverts_when_the_arbiter_of_another_deal_calls() public {
        Case memory c = _disputedByPayer(M0);
        c.deal.conditions.arbiter = stranger;
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, _altered(c)));
        _rule(c, M0, 0, stranger);
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _rule(c, M0, 0, arbiter);
    }

    // ------------------------------------------------------------------------------------------------ one milestone

    function test_reverts_when_several_milestones_are_selected() public {
        Case memory c = _disputedByPayer(ALL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 2));
        _rule(c, M0 | M2, 0, arbiter);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 3));
        _rule(c, ALL, 0, arbiter);
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_payees_would_get_more_than_there_is() public {
        Case memory c = _disputedByPayer(M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSplit.selector, AMOUNT_0 + 1, AMOUNT_0));
        _rule(c, M0, AMOUNT_0 + 1, arbiter);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSplit.selector, type(uint128).max, AMOUNT_0));
        _rule(c, M0, type(uint128).max, arbiter);
        assertHolding(c, TOTAL, 0);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + ARBITRATION);
    }

    // ------------------------------------------------------------------------------------------------ clocks

    function test_rules_until_the_second_before_the_arbitration_ends() public {
        Case memory c = _disputedByPayer(M0);
        vm.warp(START + ARBITRATION - 1);
        _rule(c, M0, 0, arbiter);
        assertBalance(c, payer, AMOUNT_0, "as ruled");
    }

    function test_reverts_when_the_arbitration_is_over() public {
        Case memory c = _disputedByPayer(M0);
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(START + ARBITRATION + late);
            _refusesToRule(c, M0);
        }
    }

    function test_the_deadline_does_not_bind_the_arbiter() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _dispute(c, M0, payee);
        vm.warp(DEADLINE_0 + 1);
        _rule(c, M0, AMOUNT_0, arbiter);
        assertBalance(c, payee, AMOUNT_0 - 30, "as ruled");
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_reverts_when_nobody_disputed() public {
        Case memory c = _openedWithInspection();
        _refusesToRule(c, M0);
        _attest(c, M0);
        _refusesToRule(c, M0);
        _attest(c, M1);
        _dispute(c, M1, payer); // another milestone's dispute
        _refusesToRule(c, M0);
        _refusesToRule(c, M2);
    }

    function test_reverts_when_it_was_ruled() public {
        Case memory c = _disputedByPayer(M0);
        _rule(c, M0, 500, arbiter);
        _refusesToRule(c, M0);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_it_was_settled_on_another_word() public {
        Case memory c = _disputedByPayer(M0 | M1);
        _release(c, M0);
        _refund(c, M1, otherPayee);
        _refusesToRule(c, M0);
        _refusesToRule(c, M1);
    }

    function _refusesToRule(Case memory c, uint128 bits) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _rule(c, bits, 1, arbiter);
    }
}
