// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice Who may bring which milestone, when, and for how much.
contract CourtBringTest is CourtFixture {
    function test_the_first_party_begins_a_case() public {
        _dispute();
        vm.expectEmit(address(arbiter));
        emit ICourtArbiter.Brought(caseId, id, 0, payee, FEE, ICourtArbiter.Stage.Begun);
        _bring(payee, FEE);

        ICourtArbiter.Case memory self = _case();
        assertStage(ICourtArbiter.Stage.Begun);
        assertEq(self.deal, id, "deal");
        assertEq(self.milestone, 0, "milestone");
        assertEq(self.payer, payer, "payer");
        assertEq(self.payee, payee, "payee");
        assertEq(self.first, payee, "first");
        assertEq(self.feeEnds, START + FEE_PERIOD, "the other's time");
        assertEq(self.courtEnds, ENDS, "the court's time");
        assertEq(self.fee, FEE, "fee");
        assertEq(self.deposits, FEE, "deposits");
        assertEq(address(arbiter).balance, FEE, "held");
    }

    function test_the_other_party_pays_the_same() public {
        _dispute();
        _bring(payer, FEE);
        court.setCost(FEE * 3); // who comes second is not asked for more, nor kept from paying
        vm.warp(START + FEE_PERIOD - 1);
        vm.expectEmit(address(arbiter));
        emit ICourtArbiter.Brought(caseId, id, 0, payee, FEE, ICourtArbiter.Stage.Paid);
        _bring(payee, FEE);
        assertStage(ICourtArbiter.Stage.Paid);
        assertEq(_case().first, payer, "first");
        assertEq(_case().deposits, 2 * FEE, "deposits");
    }

    function test_what_is_sent_above_the_fee_is_credited() public {
        _dispute();
        _bring(payee, FEE + 5);
        _bring(payer, FEE + 7);
        assertCredits(7, 5);
        assertEq(_case().deposits, 2 * FEE, "deposits");
    }

    function test_each_milestone_is_a_case_of_its_own() public {
        _dispute();
        _bring(payee, FEE);
        IEscrow.Payout[] memory other = _otherPayouts();
        bytes32[] memory proof = _proofBy(_payouts());
        vm.startPrank(payee);
        escrow.dispute(deal, other, proof);
        bytes32 otherId = arbiter.bring{value: FEE}(deal, other, proof);
        vm.stopPrank();
        assertEq(otherId, arbiter.caseIdOf(id, 1), "its id");
        assertTrue(otherId != caseId, "another case");
        assertEq(arbiter.caseOf(otherId).milestone, 1, "milestone");
    }

    function test_a_court_may_be_free() public {
        court.setCost(0);
        _dispute();
        _bring(payee, 0);
        assertStage(ICourtArbiter.Stage.Begun);
        _bring(payer, 0);
        arbiter.submit(caseId);
        _judge(FOR_PAYEES);
        _execute();
        assertEq(payee.balance, 1 ether + TO_PAYEE, "paid");
    }

    function test_it_begins_while_the_other_and_the_court_have_time() public {
        vm.warp(START + 7 days);
        _dispute();
        uint256 latest = START + 7 days + ARBITRATION - FEE_PERIOD - COURT_PERIOD;
        vm.warp(latest + 1);
        bytes4 late = ICourtArbiter.TooLate.selector;
        uint256 ends = START + 7 days + ARBITRATION;
        _refused(payee, FEE, abi.encodeWithSelector(late, ends + 1, ends));
        vm.warp(latest);
        _bring(payee, FEE);
    }

    function test_reverts_when_the_fee_is_not_all_there() public {
        _dispute();
        _refused(payee, FEE - 1, abi.encodeWithSelector(ICourtArbiter.InsufficientFee.selector, FEE - 1, FEE));
        _bring(payee, FEE);
        _refused(payer, FEE - 1, abi.encodeWithSelector(ICourtArbiter.InsufficientFee.selector, FEE - 1, FEE));
    }

    function test_reverts_when_the_sender_is_no_party() public {
        _dispute();
        _refused(stranger, FEE, abi.encodeWithSelector(ICourtArbiter.NotParty.selector, stranger));
        vm.deal(broker, FEE);
        _refused(broker, FEE, abi.encodeWithSelector(ICourtArbiter.NotParty.selector, broker));
    }

    function test_reverts_when_the_sender_has_paid() public {
        _dispute();
        _bring(payee, FEE);
        _refused(payee, FEE, abi.encodeWithSelector(ICourtArbiter.AlreadyPaid.selector, payee));
        _bring(payer, FEE);
        _refused(payee, FEE, abi.encodeWithSelector(ICourtArbiter.AlreadyPaid.selector, payee));
        _refused(payer, FEE, abi.encodeWithSelector(ICourtArbiter.AlreadyPaid.selector, payer));
    }

    function test_reverts_when_the_fee_period_is_over() public {
        _dispute();
        _bring(payee, FEE);
        uint256 end = START + FEE_PERIOD;
        vm.warp(end);
        _refused(payer, FEE, abi.encodeWithSelector(ICourtArbiter.TooLate.selector, end, end));
    }

    function test_reverts_when_the_milestone_is_not_disputed() public {
        bytes memory reason = abi.encodeWithSelector(ICourtArbiter.NotDisputed.selector, id, 0);
        _refused(payer, FEE, reason); // open
        _attest();
        _refused(payer, FEE, reason); // delivered
        vm.prank(payer);
        escrow.dispute(deal, _payouts(), _proof());
        _bring(payer, FEE);
        IEscrow.Key memory key = escrow.keyOf(deal);
        vm.prank(payer);
        escrow.release(key, _payouts(), _proof());
        _refused(payee, FEE, reason); // settled
    }

    function test_reverts_when_the_arbitration_is_over() public {
        _dispute();
        vm.warp(ENDS);
        _refused(payer, FEE, abi.encodeWithSelector(ICourtArbiter.NotDisputed.selector, id, 0));
    }

    function test_reverts_when_the_deal_names_another_arbiter() public {
        arbiter = _deploy(address(court), 2, FEE_PERIOD, COURT_PERIOD);
        _dispute();
        bytes4 other = IEscrowTypes.NotArbiter.selector;
        _refused(payee, FEE, abi.encodeWithSelector(other, arbiter, deal.conditions.arbiter));
    }

    function test_reverts_when_the_deal_or_the_milestone_is_made_up() public {
        _dispute();
        ++deal.conditions.salt;
        IEscrow.Payout[] memory payouts = _payouts();
        bytes32[] memory proof = _proof();
        vm.expectPartialRevert(ICourtArbiter.NotDisputed.selector);
        vm.prank(payee);
        arbiter.bring{value: FEE}(deal, payouts, proof);

        --deal.conditions.salt;
        payouts[0].to = stranger;
        vm.expectPartialRevert(ICourtArbiter.NotDisputed.selector);
        vm.prank(stranger);
        arbiter.bring{value: FEE}(deal, payouts, proof);
    }

    function test_reverts_when_there_is_not_exactly_one_milestone() public {
        IEscrow.Payout[] memory all = new IEscrow.Payout[](2);
        (all[0], all[1]) = (_payouts()[0], _otherPayouts()[0]);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 2));
        arbiter.bring(deal, all, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 0));
        arbiter.bring(deal, new IEscrow.Payout[](0), new bytes32[](0));
    }

    function _refused(address by, uint256 value, bytes memory reason) private {
        IEscrow.Payout[] memory payouts = _payouts();
        bytes32[] memory proof = _proof();
        vm.expectRevert(reason);
        vm.prank(by);
        arbiter.bring{value: value}(deal, payouts, proof);
    }
}
