// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {HostileCourt} from "../../mocks/HostileCourt.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice A hostile court decides its own cases, and nothing else.
contract HostileCourtTest is CourtFixture {
    HostileCourt private _hostile;

    function setUp() public override {
        super.setUp();
        _hostile = new HostileCourt();
        _hostile.tell(FEE, 7);
        arbiter = _deploy(address(_hostile), 2, FEE_PERIOD, COURT_PERIOD);
        _open();
    }

    function test_a_number_given_twice_is_refused() public {
        _submit();
        bytes32 first = caseId;
        _open();
        _bringBoth();
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.RepeatedDispute.selector, 7));
        arbiter.submit(caseId);
        assertStage(ICourtArbiter.Stage.Paid);
        vm.prank(address(_hostile));
        arbiter.rule(7, FOR_PAYEES);
        assertEq(uint256(arbiter.caseOf(first).stage), uint256(ICourtArbiter.Stage.Ruled), "the first one is ruled");
        vm.warp(ENDS);
        arbiter.returnDeposits(caseId);
        assertCredits(FEE, FEE + FEE);
    }

    function test_no_case_is_submitted_twice_by_reentering() public {
        _bringBoth();
        vm.deal(address(arbiter), 100 * FEE); // other cases' deposits, for all it knows
        _hostile.prepare(address(arbiter), abi.encodeCall(ICourtArbiter.submit, (caseId)), false);
        arbiter.submit(caseId);
        assertEq(_hostile.answer(), abi.encodeWithSelector(ICourtArbiter.NothingToDo.selector, caseId), "refused");
        assertEq(address(_hostile).balance, FEE, "paid once");
    }

    function test_no_ruling_before_the_dispute_is_known() public {
        _bringBoth();
        _hostile.prepare(address(arbiter), abi.encodeCall(arbiter.rule, (7, FOR_PAYEES)), false);
        arbiter.submit(caseId);
        assertEq(_hostile.answer(), abi.encodeWithSelector(ICourtArbiter.NotInCourt.selector, 7), "refused");
        assertStage(ICourtArbiter.Stage.InCourt);
    }

    function test_a_cost_that_rises_takes_no_other_deposits() public {
        _bringBoth();
        vm.deal(address(arbiter), 100 * FEE);
        _hostile.tell(2 * FEE + 1, 7);
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.InsufficientDeposits.selector, 2 * FEE, 2 * FEE + 1));
        arbiter.submit(caseId);
    }

    function test_an_appeal_that_rules_at_once_takes_no_other_deposits() public {
        _submit();
        _hostile.prepare(address(arbiter), abi.encodeCall(arbiter.rule, (7, FOR_PAYER)), true);
        arbiter.appeal{value: FEE}(caseId);
        assertStage(ICourtArbiter.Stage.Ruled);
        assertCredits(FEE, 0);
        assertEq(address(arbiter).balance, FEE, "what is owed");
    }

    function test_a_court_without_code_can_be_asked_for_nothing() public {
        arbiter = _deploy(address(0xC0DE), 2, FEE_PERIOD, COURT_PERIOD);
        _open();
        _dispute();
        vm.expectRevert();
        _bringAs(payee);
    }

    function _bringAs(address by) private {
        vm.prank(by);
        arbiter.bring{value: FEE}(deal, _payouts(), _proof());
    }
}
