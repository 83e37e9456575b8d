// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {BurningReceiver} from "../../mocks/BurningReceiver.sol";
import {ReentrantReceiver} from "../../mocks/ReentrantReceiver.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice What becomes of the deposits: returnDeposits and claim.
contract CourtDepositsTest is CourtFixture {
    // ------------------------------------------------------------------------------------------------ returnDeposits

    function test_who_paid_alone_has_it_back_when_the_fee_period_is_over() public {
        _dispute();
        _bring(payer, FEE);
        vm.warp(START + FEE_PERIOD - 1);
        _refused();
        vm.warp(START + FEE_PERIOD);
        vm.expectEmit(address(arbiter));
        emit ICourtArbiter.Credited(payer, FEE);
        vm.prank(stranger);
        arbiter.returnDeposits(caseId);
        assertCredits(FEE, 0);
        _refused(); // once
    }

    function test_who_paid_alone_has_it_back_when_the_milestone_was_settled() public {
        _dispute();
        _bring(payee, FEE);
        _settle();
        arbiter.returnDeposits(caseId);
        assertCredits(0, FEE);
    }

    function test_both_have_it_back_when_the_milestone_was_settled_before_the_court_began() public {
        _bringBoth();
        _refused();
        _settle();
        arbiter.returnDeposits(caseId);
        assertCredits(FEE, FEE);
        _refused();
    }

    function test_both_have_it_back_when_nobody_submitted() public {
        _bringBoth();
        vm.warp(ENDS - 1);
        _refused();
        vm.warp(ENDS);
        arbiter.returnDeposits(caseId);
        assertCredits(FEE, FEE);
    }

    function test_it_is_shared_when_the_court_is_silent() public {
        _submit();
        vm.warp(ENDS - 1);
        _refused();
        vm.warp(ENDS);
        arbiter.returnDeposits(caseId);
        assertCredits(26, 25);
        _rule(0, FOR_PAYEES); // the court is not kept from ruling
        assertStage(ICourtArbiter.Stage.Ruled);
        assertCredits(26, 25);
    }

    function test_who_gives_in_while_in_court_does_not_escape_the_ruling() public {
        _submit();
        _settle();
        _refused();
        _judge(FOR_PAYEES);
        assertCredits(0, FEE);
    }

    function test_reverts_when_there_is_nothing() public {
        _refused();
        _submit();
        _judge(FOR_PAYER);
        vm.warp(ENDS);
        _refused();
    }

    // ------------------------------------------------------------------------------------------------ claim

    function test_anybody_pushes_a_credit_to_its_owner() public {
        _submit();
        _judge(FOR_PAYEES);
        vm.expectEmit(address(arbiter));
        emit ICourtArbiter.Claimed(payee, payee, FEE);
        vm.prank(stranger);
        arbiter.claim(payee, payee);
        assertEq(payee.balance, 1 ether, "whole again");
        assertCredits(0, 0);
    }

    function test_the_owner_claims_to_any_address() public {
        _submit();
        _judge(FOR_PAYEES);
        vm.prank(payee);
        arbiter.claim(payee, address(0xBEEF));
        assertEq(address(0xBEEF).balance, FEE, "there");
    }

    function test_claim_reverts_when_another_redirects_it() public {
        _submit();
        _judge(FOR_PAYEES);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotOwner.selector, stranger, payee));
        vm.prank(stranger);
        arbiter.claim(payee, stranger);
    }

    function test_claim_reverts_when_it_would_be_lost() public {
        _submit();
        _judge(FOR_PAYEES);
        address[2] memory lost = [address(0), address(arbiter)];
        for (uint256 i = 0; i < lost.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, lost[i]));
            vm.prank(payee);
            arbiter.claim(payee, lost[i]);
        }
    }

    function test_claim_reverts_when_nothing_is_owed() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, address(0), payee));
        arbiter.claim(payee, payee);
    }

    function test_a_party_that_takes_no_money_blocks_nobody() public {
        BurningReceiver burning = new BurningReceiver();
        burning.burn(type(uint256).max);
        (payee, payer) = (address(burning), payer);
        vm.deal(payee, 1 ether);
        _open();
        _submit();
        _judge(0);
        assertCredits(26, 25);
        arbiter.claim(payer, payer);
        vm.expectRevert();
        arbiter.claim{gas: 200_000}(payee, payee);
        vm.prank(payee);
        arbiter.claim(payee, stranger);
        assertEq(stranger.balance, 1 ether + 25, "redirected");
    }

    function test_a_credit_is_claimed_once_even_by_who_reenters() public {
        ReentrantReceiver reentrant = new ReentrantReceiver();
        payee = address(reentrant);
        vm.deal(payee, 1 ether);
        _open();
        _bringBoth();
        arbiter.submit(caseId);
        _judge(FOR_PAYEES);
        vm.deal(address(arbiter), 10 * FEE); // somebody else's, for all it knows
        reentrant.prepare(address(arbiter), abi.encodeCall(ICourtArbiter.claim, (payee, payee)), false);
        arbiter.claim(payee, payee);
        assertEq(payee.balance, 1 ether, "once");
        bytes4 nothing = IEscrowTypes.NothingToClaim.selector;
        assertEq(reentrant.answer(), abi.encodeWithSelector(nothing, address(0), payee), "refused");
    }

    function test_coin_that_nobody_asked_for_is_refused() public {
        (bool success,) = address(arbiter).call{value: 1}("");
        assertFalse(success, "refused");
    }

    function _settle() private {
        IEscrow.Key memory key = escrow.keyOf(deal);
        vm.prank(payer);
        escrow.release(key, _payouts(), _proof());
    }

    function _refused() private {
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.NothingToDo.selector, caseId));
        arbiter.returnDeposits(caseId);
    }
}
