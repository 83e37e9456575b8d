// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice How the rows of a call become milestones: those that stand together and have one index are one. All rows
///         are of the fixture's deal: 0 and 1 of its milestone 0, 2 of milestone 1, 3 and 4 of milestone 2.
contract RowsTest is Fixture {
    function test_reverts_when_the_rows_of_a_milestone_are_apart() public {
        _refused([0, 2, 1, 3, 4]);
        _refused([1, 2, 0, 3, 4]);
        _refused([0, 3, 1, 4, 2]);
        _refused([0, 2, 3, 4, 1]);
    }

    function test_reverts_when_a_fee_stands_before_the_payee() public {
        _refused([1, 0, 2, 3, 4]);
        _refused([0, 1, 2, 4, 3]);
    }

    function test_reverts_when_a_row_comes_twice() public {
        _refused([0, 1, 1, 2, 3]);
        _refused([0, 0, 1, 2, 3]);
        _refused([0, 1, 2, 2, 3]);
    }

    function test_reverts_when_a_milestone_comes_twice() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        rows = _pick(rows, [0, 1, 2, 0, 1]);
        _refused(c, rows);
    }

    function test_reverts_when_a_row_is_missing() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        for (uint256 left = 0; left < 5; ++left) {
            IEscrowTypes.Payout[] memory fewer = new IEscrowTypes.Payout[](4);
            for (uint256 i = 0; i < 4; ++i) {
                fewer[i] = rows[i < left ? i : i + 1];
            }
            _refused(c, fewer);
        }
    }

    function test_reverts_when_a_row_is_added() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        for (uint16 index = 0; index < 5; ++index) {
            for (uint256 place = 0; place < 6; ++place) {
                IEscrowTypes.Payout[] memory more = new IEscrowTypes.Payout[](6);
                for (uint256 i = 0; i < 6; ++i) {
                    if (i != place) more[i] = rows[i < place ? i : i - 1];
                }
                more[place] = IEscrowTypes.Payout(stranger, 1, index, 0, 0);
                _refused(c, more);
            }
        }
    }

    function test_reverts_when_a_row_is_said_to_be_of_another_milestone() public {
        Case memory c = _opened();
        for (uint256 place = 0; place < 5; ++place) {
            for (uint16 index = 0; index < 5; ++index) {
                IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
                if (rows[place].milestone == index) continue;
                rows[place].milestone = index;
                _refused(c, rows);
            }
        }
    }

    function test_reverts_when_a_milestone_is_split_in_two() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        (rows[1].milestone, rows[1].deadline, rows[1].terms) = (3, DEADLINE_0, rows[0].terms);
        _refused(c, rows);
    }

    /// @dev A fee's deadline and terms are no part of what is hashed. They are zero when a deal is opened; later, what
    ///      stands there changes nothing.
    function test_the_deadline_and_terms_of_a_fee_are_not_read_in_later_calls() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        (rows[1].deadline, rows[1].terms) = (1, keccak256("other"));
        (rows[4].deadline, rows[4].terms) = (type(uint40).max, rows[0].terms);
        vm.warp(DEADLINE_0);
        bytes32[] memory none;
        escrow.conclude(_key(c), rows, none);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        escrow.attest(_key(c), rows, ALL, EVIDENCE, VALID_UNTIL, signature);
        assertHolding(c, 0, ALL);
        assertBalance(c, payer, AMOUNT_0, "what was late is returned");
        assertBalance(c, payee, AMOUNT_2 - 50, "the payee has what was in time");
        assertBalance(c, broker, 50, "the fee is paid");
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function _refused(uint8[5] memory places) private {
        uint256 before = vm.snapshotState();
        Case memory c = _opened();
        _refused(c, _pick(_rows(c.milestones), places));
        vm.revertToState(before);
    }

    function _refused(Case memory c, IEscrowTypes.Payout[] memory rows) private {
        IEscrowTypes.Key memory key = _key(c);
        bytes32[] memory none;
        vm.startPrank(payer);
        vm.expectPartialRevert(IEscrowTypes.DealNotFound.selector);
        escrow.release(key, rows);
        vm.expectPartialRevert(IEscrowTypes.DealNotFound.selector);
        escrow.release(key, rows, none);
        vm.expectPartialRevert(IEscrowTypes.DealNotFound.selector);
        escrow.refund(key, rows);
        vm.expectPartialRevert(IEscrowTypes.DealNotFound.selector);
        escrow.conclude(key, rows, none);
        vm.expectPartialRevert(IEscrowTypes.DealNotFound.selector);
        escrow.attest(key, rows, ALL, EVIDENCE, VALID_UNTIL, "");
        vm.stopPrank();
    }

    function _pick(IEscrowTypes.Payout[] memory rows, uint8[5] memory places)
        private
        pure
        returns (IEscrowTypes.Payout[] memory picked)
    {
        picked = new IEscrowTypes.Payout[](5);
        for (uint256 i = 0; i < 5; ++i) {
            picked[i] = rows[places[i]];
        }
    }
}
