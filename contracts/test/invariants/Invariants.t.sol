// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {Verbs} from "../Verbs.sol";
import {Handler} from "./Handler.sol";
import {Observer} from "./Observer.sol";

/// @notice What holds whoever does what, in any order.
/// forge-config: default.invariant.fail-on-revert = true
contract EscrowInvariants is Verbs {
    /// @notice What forge may call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private _handler;

    function setUp() public override {
        _handler = new Handler();
        _handler.setUp();
        escrow = _handler.underTest();
        for (uint256 seed = 0; seed < 3; ++seed) {
            _handler.open(seed);
        }
    }

    /// @dev Read by forge.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev Read by forge. Deals and what makes milestones wait come more than once, so that they come more often.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[20] memory selectors = [
            Handler.pass.selector,
            Handler.turn.selector,
            Handler.donate.selector,
            Handler.open.selector,
            Handler.open.selector,
            Handler.attest.selector,
            Handler.attest.selector,
            Handler.attest.selector,
            Handler.attest.selector,
            Handler.release.selector,
            Handler.refund.selector,
            Handler.revoke.selector,
            Handler.settle.selector,
            Handler.dispute.selector,
            Handler.dispute.selector,
            Handler.dispute.selector,
            Handler.dispute.selector,
            Handler.rule.selector,
            Handler.conclude.selector,
            Handler.claim.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), new bytes4[](selectors.length));
        for (uint256 i = 0; i < selectors.length; ++i) {
            targets[0].selectors[i] = selectors[i];
        }
    }

    /// @dev One function: forge runs a campaign for each.
    function invariant_money_is_accounted_for_and_milestones_only_move_forward() external view {
        _holds();
    }

    /// @dev Then the clocks end every deal, with nobody's consent.
    function afterInvariant() external {
        _handler.end();
        for (uint256 i = 0; i < _handler.count(); ++i) {
            (bytes32 id,) = _handler.dealAt(i);
            (uint128 held,) = escrow.holding(id);
            assertEq(held, 0, "ended by the clocks");
        }
        _holds();
    }

    /// @dev What the invariants are worth: random calls do go every way that there is.
    function test_random_calls_go_every_way() external {
        bytes4[] memory selectors = this.targetSelectors()[0].selectors;
        for (uint256 seed = 3; seed < 600; ++seed) {
            uint256 choice = uint256(keccak256(abi.encode(seed)));
            bytes memory call_ = abi.encodeWithSelector(selectors[choice % selectors.length], choice);
            // solhint-disable-next-line avoid-low-level-calls
            (bool success,) = address(_handler).call(call_);
            assertTrue(success, "an action never fails, whatever the escrow says");
        }
        for (uint256 from = 1; from < 4; ++from) {
            for (uint256 to = from + 1; to < 5; ++to) {
                assertGe(_handler.moves(from, to), 1, "every move forward was made");
            }
        }
        assertGe(_handler.owed(), 1, "a payment failed, and waits");
        assertGe(_handler.claimed(), 1, "a credit was claimed");
        _holds();
    }

    // ------------------------------------------------------------------------------------------------ what holds

    function _holds() private view {
        for (uint256 i = 0; i < 3; ++i) {
            address token_ = _handler.tokenAt(i);
            assertEq(
                _balance(token_, address(escrow)), _handler.due(token_), "held, owed and donated, to the last unit"
            );
        }
        for (uint256 i = 0; i < _handler.count(); ++i) {
            (bytes32 id, uint256 size) = _handler.dealAt(i);
            _settlesOnce(id, size);
        }
        _movesForward();
        assertEq(_handler.unnamed(), "", "no panic, no bare revert, no refusal that belongs to another call");
    }

    function _settlesOnce(bytes32 id, uint256 size) private view {
        uint256 left;
        for (uint256 i = 0; i < size; ++i) {
            Observer.Seen memory seen = _handler.seen(id, i);
            bool settled = seen.state == IEscrowTypes.State.Settled;
            assertEq(seen.settlements, settled ? 1 : 0, "a milestone settles once");
            assertEq(seen.toPayees + seen.toPayer, settled ? seen.amount : 0, "to payees and payer: its amount");
            if (!settled) left += seen.amount;
        }
        (uint128 held,) = escrow.holding(id);
        assertEq(held, left, "a deal holds what has not settled");
    }

    /// @dev None, Open, Delivered, Disputed, Settled: all begin open, some leave out a state, none goes back.
    function _movesForward() private view {
        for (uint256 from = 0; from < 5; ++from) {
            for (uint256 to = 0; to < 5; ++to) {
                bool forward = from == 0 ? to == 1 : from < to;
                if (!forward) assertEq(_handler.moves(from, to), 0, "never back, and never past the beginning");
            }
        }
    }
}
