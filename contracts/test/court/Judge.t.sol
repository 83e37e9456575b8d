// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "../../interfaces/IArbitrable.sol";
import {IArbitrator} from "../../interfaces/IArbitrator.sol";
import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {TestArbitrator} from "../../mocks/TestArbitrator.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice What goes to the court and comes from it: submit, appeal, rule, evidence.
contract CourtJudgeTest is CourtFixture {
    // ------------------------------------------------------------------------------------------------ submit

    function test_anybody_submits_when_both_have_paid() public {
        _bringBoth();
        vm.expectEmit(address(arbiter));
        emit IEvidence.Dispute(court, 0, 0, uint256(caseId));
        vm.prank(stranger);
        arbiter.submit(caseId);

        assertStage(ICourtArbiter.Stage.InCourt);
        assertEq(_case().deposits, FEE, "one fee is left");
        assertEq(address(arbiter).balance, FEE, "and held");
        TestArbitrator.Trial memory trial = court.trialOf(0);
        assertEq(address(trial.arbitrable), address(arbiter), "in the arbiter's name");
        assertEq(trial.choices, 2, "choices");
        assertEq(trial.paid, FEE, "paid");
    }

    function test_a_fee_that_changed_is_paid_from_both_deposits() public {
        _bringBoth();
        court.setCost(2 * FEE + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.InsufficientDeposits.selector, 2 * FEE, 2 * FEE + 1));
        arbiter.submit(caseId);
        court.setCost(2 * FEE);
        arbiter.submit(caseId);
        assertEq(_case().deposits, 0, "nothing is left");
        _judge(FOR_PAYEES);
        assertCredits(0, 0);
    }

    function test_submit_reverts_unless_both_have_paid_and_it_is_not_in_court() public {
        bytes memory reason = abi.encodeWithSelector(ICourtArbiter.NothingToDo.selector, caseId);
        vm.expectRevert(reason);
        arbiter.submit(caseId);
        _dispute();
        _bring(payee, FEE);
        vm.expectRevert(reason);
        arbiter.submit(caseId);
        _bring(payer, FEE);
        arbiter.submit(caseId);
        vm.expectRevert(reason);
        arbiter.submit(caseId);
        _judge(FOR_PAYER);
        vm.expectRevert(reason);
        arbiter.submit(caseId);
    }

    function test_submit_reverts_when_the_milestone_was_settled() public {
        _bringBoth();
        IEscrow.Key memory key = escrow.keyOf(deal);
        vm.prank(payer);
        escrow.release(key, _payouts(), _proof());
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotDisputed.selector, id, 0));
        arbiter.submit(caseId);
    }

    function test_submit_reverts_when_the_arbitration_is_over() public {
        _bringBoth();
        vm.warp(ENDS);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotDisputed.selector, id, 0));
        arbiter.submit(caseId);
        vm.warp(ENDS - 1);
        arbiter.submit(caseId);
    }

    // ------------------------------------------------------------------------------------------------ appeal

    function test_anybody_appeals_at_own_cost() public {
        _submit();
        court.giveRuling(0, FOR_PAYER);
        vm.warp(START + court.APPEAL_PERIOD() - 1);
        vm.expectEmit(address(arbiter));
        emit ICourtArbiter.Appealed(caseId, stranger, 2 * FEE);
        vm.prank(stranger);
        arbiter.appeal{value: 2 * FEE + 3}(caseId);

        assertEq(court.trialOf(0).paid, 3 * FEE, "the court is paid");
        assertEq(arbiter.credit(stranger), 3, "the rest is credited");
        assertEq(_case().deposits, FEE, "the deposits are untouched");
        assertEq(uint256(court.disputeStatus(0)), uint256(IArbitrator.DisputeStatus.Waiting), "judged anew");
    }

    /// @dev The first dispute's number is what an empty word says.
    function test_an_appeal_is_of_the_cases_own_dispute() public {
        _submit();
        bytes32 first = caseId;
        _open();
        _submit();
        assertEq(_case().dispute, 1, "the second dispute");
        court.giveRuling(0, FOR_PAYER);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotAppealable.selector, START, 0, 0));
        arbiter.appeal{value: 2 * FEE}(caseId);

        arbiter.appeal{value: 2 * FEE}(first);
        assertEq(court.trialOf(0).paid, 3 * FEE, "the first one is appealed, and its next appeal dearer");
        assertEq(court.trialOf(1).paid, FEE, "the second one is not");
        court.giveRuling(1, FOR_PAYER);
        arbiter.appeal{value: 2 * FEE}(caseId);
        assertEq(court.trialOf(1).paid, 3 * FEE, "until it is, at its own cost");
    }

    function test_nothing_is_credited_where_nothing_is_left_over() public {
        _dispute();
        vm.recordLogs();
        _bring(payee, FEE);
        assertEq(vm.getRecordedLogs().length, 1, "only the case that is brought");
        assertEq(arbiter.credit(payee), 0, "and no credit");
    }

    function test_appeal_reverts_outside_the_appeal_period() public {
        _submit();
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotAppealable.selector, START, 0, 0));
        arbiter.appeal{value: 2 * FEE}(caseId);
        court.giveRuling(0, FOR_PAYER);
        uint256 end = START + court.APPEAL_PERIOD();
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotAppealable.selector, end, START, end));
        arbiter.appeal{value: 2 * FEE}(caseId);
        vm.warp(START - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotAppealable.selector, START - 1, START, end));
        arbiter.appeal{value: 2 * FEE}(caseId);
    }

    function test_appeal_reverts_when_the_cost_is_not_all_there() public {
        _submit();
        court.giveRuling(0, FOR_PAYER);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.InsufficientFee.selector, 2 * FEE - 1, 2 * FEE));
        arbiter.appeal{value: 2 * FEE - 1}(caseId);
    }

    function test_appeal_reverts_when_the_arbitration_is_over() public {
        _submit();
        vm.warp(ENDS - 1);
        court.giveRuling(0, FOR_PAYER);
        vm.warp(ENDS);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.TooLate.selector, ENDS, ENDS));
        arbiter.appeal{value: 2 * FEE}(caseId);
        vm.warp(ENDS - 1);
        arbiter.appeal{value: 2 * FEE}(caseId);
    }

    function test_appeal_reverts_when_it_is_not_in_court() public {
        bytes memory reason = abi.encodeWithSelector(ICourtArbiter.NothingToDo.selector, caseId);
        _bringBoth();
        vm.expectRevert(reason);
        arbiter.appeal{value: FEE}(caseId);
        arbiter.submit(caseId);
        _judge(FOR_PAYER);
        vm.expectRevert(reason);
        arbiter.appeal{value: FEE}(caseId);
    }

    // ------------------------------------------------------------------------------------------------ rule

    function test_the_court_rules_when_the_appeal_period_is_over() public {
        _submit();
        court.giveRuling(0, FOR_PAYEES);
        vm.warp(START + court.APPEAL_PERIOD() - 1);
        vm.expectRevert(TestArbitrator.OutsideAppealPeriod.selector);
        court.executeRuling(0);
        vm.warp(START + court.APPEAL_PERIOD());
        vm.expectEmit(address(arbiter));
        emit IArbitrable.Ruling(court, 0, FOR_PAYEES);
        court.executeRuling(0);

        assertStage(ICourtArbiter.Stage.Ruled);
        assertEq(_case().ruling, FOR_PAYEES, "ruling");
        assertCredits(0, FEE);
        assertEq(_case().deposits, 0, "nothing is left");
    }

    function test_the_winner_has_the_deposit_that_is_left() public {
        _submit();
        _judge(FOR_PAYER);
        assertCredits(FEE, 0);
    }

    function test_a_court_that_refuses_has_the_deposit_shared_to_the_last_unit() public {
        _submit();
        _judge(0);
        assertCredits(26, 25); // of 51
        assertEq(address(arbiter).balance, FEE, "none is burnt");
    }

    function test_a_ruling_that_is_no_choice_counts_as_refused() public {
        _submit();
        _rule(0, 3);
        assertEq(_case().ruling, 0, "refused");
        assertCredits(26, 25);
    }

    function test_a_late_ruling_is_taken_and_decides_nothing() public {
        _submit();
        vm.warp(ENDS);
        _rule(0, FOR_PAYEES);
        assertStage(ICourtArbiter.Stage.Ruled);
        assertCredits(26, 25);
    }

    function test_a_ruling_just_in_time_decides() public {
        _submit();
        vm.warp(ENDS - 1);
        _rule(0, FOR_PAYEES);
        assertCredits(0, FEE);
        _execute();
        assertSplit(0, TO_PAYEE, TO_BROKER);
    }

    function test_rule_reverts_when_the_sender_is_not_the_court() public {
        _submit();
        address[3] memory others = [payer, payee, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotCourt.selector, others[i], court));
            vm.prank(others[i]);
            arbiter.rule(0, FOR_PAYEES);
        }
    }

    function test_rule_reverts_when_the_dispute_is_unknown() public {
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotInCourt.selector, 0));
        _rule(0, FOR_PAYEES);
        _submit();
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotInCourt.selector, 1));
        _rule(1, FOR_PAYEES);
    }

    function test_rule_reverts_when_it_has_ruled() public {
        _submit();
        _rule(0, FOR_PAYEES);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NotInCourt.selector, 0));
        _rule(0, FOR_PAYER);
        assertEq(_case().ruling, FOR_PAYEES, "the first one stands");
    }

    // ------------------------------------------------------------------------------------------------ evidence

    function test_anybody_submits_evidence() public {
        vm.expectEmit(address(arbiter));
        emit IEvidence.Evidence(court, uint256(caseId), stranger, "/ipfs/photo.json");
        vm.prank(stranger);
        arbiter.submitEvidence(caseId, "/ipfs/photo.json");
    }
}
