// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice What becomes of the milestone: whole courses of a dispute, to the last unit.
contract CourtExecuteTest is CourtFixture {
    function test_a_dispute_is_judged_appealed_judged_again_and_paid() public {
        _disputeDelivered();
        _bring(payer, FEE);
        _bring(payee, FEE);
        arbiter.submit(caseId);
        court.giveRuling(0, FOR_PAYER);
        _refused();
        vm.prank(payee);
        arbiter.appeal{value: 2 * FEE}(caseId);
        court.giveRuling(0, FOR_PAYEES);
        vm.warp(block.timestamp + court.APPEAL_PERIOD());
        _refused(); // the ruling is not final before the court says so
        court.executeRuling(0);
        vm.prank(stranger);
        arbiter.execute(deal, _payouts(), _proof());

        assertSplit(0, TO_PAYEE - 2 * FEE, TO_BROKER); // the appeal is not returned
        assertCredits(0, FEE);
        vm.prank(payee);
        arbiter.claim(payee, payee);
        assertEq(payee.balance, 1 ether + TO_PAYEE - 2 * FEE, "the winner's fee is returned");
        assertEq(address(arbiter).balance, 0, "nothing is left");
    }

    function test_the_payer_wins() public {
        _submit();
        _judge(FOR_PAYER);
        _execute();
        assertSplit(AMOUNT, 0, 0);
    }

    function test_rulings_are_even_steps() public {
        uint16[4] memory shares = [0, 333, 667, 1001];
        for (uint16 ruling = 1; ruling <= 4; ++ruling) {
            uint256 snapshot = vm.snapshotState();
            arbiter = _deploy(address(court), 4, FEE_PERIOD, COURT_PERIOD);
            _open();
            _submit();
            _judge(ruling);
            uint256 before = payer.balance;
            _execute();
            assertEq(payer.balance - before, AMOUNT - shares[ruling - 1], "the rest goes back");
            assertEq(arbiter.credit(payee), FEE * (ruling - 1) / 3, "and so goes the deposit");
            assertEq(arbiter.credit(payer) + arbiter.credit(payee), FEE, "to the last unit");
            vm.revertToState(snapshot);
        }
    }

    function test_a_court_that_refuses_leaves_it_to_the_deal() public {
        _disputeDelivered();
        _bring(payer, FEE);
        _bring(payee, FEE);
        arbiter.submit(caseId);
        _judge(0);
        _refused();
        vm.warp(ENDS);
        _conclude();
        assertSplit(751, 226, 24); // a quarter of 1001 is 250
    }

    function test_who_pays_alone_wins_by_default() public {
        _dispute();
        _bring(payee, FEE);
        vm.warp(START + FEE_PERIOD - 1);
        _refused();
        vm.warp(START + FEE_PERIOD);
        _execute();
        assertEq(payee.balance, 1 ether - FEE + TO_PAYEE, "paid");
        assertEq(broker.balance, TO_BROKER, "the broker too");
    }

    function test_a_payer_who_pays_alone_wins_by_default() public {
        _dispute();
        _bring(payer, FEE);
        vm.warp(START + FEE_PERIOD);
        _execute();
        assertEq(payer.balance, 1 ether - FEE + AMOUNT, "returned");
    }

    function test_the_default_holds_after_its_deposit_was_returned() public {
        _dispute();
        _bring(payee, FEE);
        vm.warp(ENDS - 1);
        arbiter.returnDeposits(caseId);
        _execute();
        assertEq(payee.balance, 1 ether - FEE + TO_PAYEE, "paid");
        assertCredits(0, FEE);
    }

    function test_no_default_when_both_have_paid() public {
        _bringBoth();
        vm.warp(START + FEE_PERIOD);
        _refused();
        arbiter.submit(caseId);
        _refused();
    }

    function test_a_court_that_fails_wins_nobody_the_case() public {
        // Even if it can't be asked what it costs, the other party can pay, and so there is no default.
        _disputeDelivered();
        _bring(payer, FEE);
        vm.etch(address(court), hex"5f5ffd"); // reverts, whatever it is asked
        _bring(payee, FEE);
        vm.warp(START + FEE_PERIOD);
        _refused();
        vm.expectRevert();
        arbiter.submit(caseId);
        vm.warp(ENDS);
        arbiter.returnDeposits(caseId);
        assertCredits(FEE, FEE);
        _conclude();
        assertSplit(751, 226, 24);
    }

    function test_a_court_that_is_late_has_it_lapse() public {
        _disputeDelivered();
        _bring(payer, FEE);
        _bring(payee, FEE);
        arbiter.submit(caseId);
        vm.warp(ENDS);
        _rule(0, FOR_PAYEES);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, id));
        _execute();
        _conclude();
        assertSplit(751, 226, 24);
        assertCredits(26, 25);
    }

    function test_reverts_when_it_was_executed() public {
        _submit();
        _judge(FOR_PAYEES);
        _execute();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, id));
        _execute();
    }

    function test_reverts_when_the_parties_settled_before() public {
        _submit();
        IEscrow.Key memory key = escrow.keyOf(deal);
        vm.prank(payee);
        escrow.refund(key, _payouts(), _proof());
        _judge(FOR_PAYEES);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, id));
        _execute();
        assertSplit(AMOUNT, 0, 0);
        assertCredits(0, FEE); // the court's ruling decides about the deposit alone
    }

    function test_reverts_when_it_is_another_milestone_or_deal() public {
        _submit();
        _judge(FOR_PAYEES);
        bytes32[] memory proof = _proofBy(_payouts());
        vm.prank(payee);
        escrow.dispute(deal, _otherPayouts(), proof);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NothingToDo.selector, arbiter.caseIdOf(id, 1)));
        arbiter.execute(deal, _otherPayouts(), proof);
        IEscrow.Payout[] memory payouts = _payouts();
        ++payouts[0].amount;
        vm.expectPartialRevert(ICourtArbiter.NothingToDo.selector);
        arbiter.execute(deal, payouts, _proof());
    }

    function test_nobody_rules_by_a_signature_of_the_arbiter() public {
        _dispute();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, arbiter));
        escrow.ruleWithSignature(deal, _payouts(), _proof(), AMOUNT, START + 1, new bytes(65));
    }

    function _conclude() private {
        escrow.conclude(escrow.keyOf(deal), _payouts(), _proof());
    }

    function _refused() private {
        IEscrow.Payout[] memory payouts = _payouts();
        bytes32[] memory proof = _proof();
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NothingToDo.selector, caseId));
        arbiter.execute(deal, payouts, proof);
    }
}
