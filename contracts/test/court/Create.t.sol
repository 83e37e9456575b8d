// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {Vm} from "../Base.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice What an arbiter is made of.
contract CourtCreateTest is CourtFixture {
    function test_says_what_it_was_made_of() public view {
        assertEq(address(arbiter.escrow()), address(escrow), "escrow");
        assertEq(address(arbiter.arbitrator()), address(court), "court");
        assertEq(arbiter.arbitratorExtraData(), EXTRA_DATA, "extra data");
        assertEq(arbiter.choices(), 2, "choices");
        assertEq(arbiter.feePeriod(), FEE_PERIOD, "fee period");
        assertEq(arbiter.courtPeriod(), COURT_PERIOD, "court period");
    }

    function test_emits_the_question_to_the_jurors() public {
        vm.recordLogs();
        _deploy(address(court), 2, FEE_PERIOD, COURT_PERIOD);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics[0], keccak256("MetaEvidence(uint256,string)"), "of ERC-1497");
        assertEq(logs[0].topics[1], bytes32(0), "number 0");
        assertEq(abi.decode(logs[0].data, (string)), QUESTION, "the file");
    }

    function test_reverts_when_there_is_no_choice() public {
        for (uint16 choices = 0; choices < 2; ++choices) {
            vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.InvalidChoices.selector, choices));
            this.deploy(choices, FEE_PERIOD, COURT_PERIOD);
        }
    }

    function test_reverts_when_a_period_is_shorter_than_three_days() public {
        _refused(3 days - 1, 3 days);
        _refused(3 days, 3 days - 1);
        this.deploy(2, 3 days, 3 days);
    }

    function test_reverts_when_both_periods_are_longer_than_any_arbitration() public {
        _refused(300 days, 65 days + 1);
        _refused(type(uint32).max, type(uint32).max);
        this.deploy(2, 300 days, 65 days);
    }

    function deploy(uint16 choices, uint32 feePeriod, uint32 courtPeriod) external returns (ICourtArbiter) {
        return _deploy(address(court), choices, feePeriod, courtPeriod);
    }

    function _refused(uint32 feePeriod, uint32 courtPeriod) private {
        vm.expectRevert(abi.encodeWithSelector(ICourtArbiter.InvalidPeriods.selector, feePeriod, courtPeriod));
        this.deploy(2, feePeriod, courtPeriod);
    }
}
