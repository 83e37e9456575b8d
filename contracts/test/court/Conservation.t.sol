// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {CourtFixture} from "./CourtFixture.sol";

/// @notice Whatever is done in whatever order, the arbiter holds exactly what it owes, and in the end nothing is stuck.
contract CourtConservationTest is CourtFixture {
    uint256 private constant CASES = 3;

    IEscrow.Deal[] private _deals;
    bytes32[] private _ids;
    bytes32[] private _caseIds;

    function setUp() public override {
        super.setUp();
        arbiter = _deploy(address(court), 4, FEE_PERIOD, COURT_PERIOD);
        for (uint256 i = 0; i < CASES; ++i) {
            _open();
            _deals.push(deal);
            _ids.push(id);
            _caseIds.push(caseId);
            if (i == 0) _disputeDelivered();
            else _dispute();
        }
    }

    function testFuzz_it_holds_what_it_owes_and_all_comes_out(uint256 seed) public {
        for (uint256 step = 0; step < 60; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _select(seed % CASES);
            _step((seed >> 8) % 17, uint16(seed >> 16), seed >> 255 == 0 ? payer : payee);
            _check();
        }

        if (block.timestamp < ENDS) vm.warp(ENDS);
        for (uint256 i = 0; i < CASES; ++i) {
            _select(i);
            _call(stranger, 0, abi.encodeCall(arbiter.returnDeposits, (caseId)));
            assertEq(_case().deposits, 0, "no deposit is stuck");
            if (!_isSettled()) escrow.conclude(escrow.keyOf(deal), _payouts(), _proof());
            assertTrue(_isSettled(), "no milestone is stuck");
        }
        address[3] memory owners = [payer, payee, stranger];
        for (uint256 i = 0; i < owners.length; ++i) {
            _call(stranger, 0, abi.encodeCall(arbiter.claim, (owners[i], owners[i])));
        }
        assertEq(address(arbiter).balance, 0, "nothing is left");
    }

    function _step(uint256 kind, uint256 number, address party) private {
        if (kind < 4) _call(party, FEE + number % 5, abi.encodeCall(arbiter.bring, (deal, _payouts(), _proof())));
        else if (kind < 6) _call(stranger, 0, abi.encodeCall(arbiter.submit, (caseId)));
        else if (kind < 8) vm.warp(block.timestamp + number * 4);
        else if (kind < 10) _callCourt(abi.encodeCall(court.giveRuling, (_case().dispute, number % 5)));
        else if (kind < 12) _callCourt(abi.encodeCall(court.executeRuling, (_case().dispute)));
        else if (kind == 12) _call(stranger, 4 * FEE, abi.encodeCall(arbiter.appeal, (caseId)));
        else if (kind == 13) _call(stranger, 0, abi.encodeCall(arbiter.returnDeposits, (caseId)));
        else if (kind == 14) _call(stranger, 0, abi.encodeCall(arbiter.execute, (deal, _payouts(), _proof())));
        else if (kind == 15) _call(stranger, 0, abi.encodeCall(arbiter.claim, (party, party)));
        else if (number % 8 == 0) _refund();
        else court.setCost(FEE + number % 60);
    }

    /// @dev The parties settle it without the court.
    function _refund() private {
        if (_isSettled()) return;
        IEscrow.Key memory key = escrow.keyOf(deal);
        vm.prank(payee);
        escrow.refund(key, _payouts(), _proof());
    }

    function _isSettled() private view returns (bool) {
        (IEscrow.State state,) = escrow.status(id, 0);
        return state == IEscrowTypes.State.Settled;
    }

    function _select(uint256 i) private {
        (deal, id, caseId) = (_deals[i], _ids[i], _caseIds[i]);
    }

    /// @dev Calls the arbiter, which may refuse.
    function _call(address by, uint256 value, bytes memory call_) private returns (bool success) {
        vm.prank(by);
        // solhint-disable-next-line avoid-low-level-calls
        (success,) = address(arbiter).call{value: value}(call_);
    }

    function _callCourt(bytes memory call_) private returns (bool success) {
        // solhint-disable-next-line avoid-low-level-calls
        (success,) = address(court).call(call_);
    }

    function _check() private view {
        uint256 owed = arbiter.credit(payer) + arbiter.credit(payee) + arbiter.credit(stranger);
        for (uint256 i = 0; i < CASES; ++i) {
            owed += arbiter.caseOf(_caseIds[i]).deposits;
        }
        assertEq(address(arbiter).balance, owed, "it holds what it owes");
    }
}
