// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A valid call with one bit changed is refused, or (an offset that points to an equal word, the padding of a
///         signature) does exactly the same.
contract CalldataTest is Fixture {
    function test_no_bit_of_a_release_can_be_changed_to_effect() public {
        Case memory c = _opened();
        _flipEveryByte(c, payer, abi.encodeCall(IEscrow.release, (c.deal, _select(c, M0 | M2))));
    }

    function test_no_bit_of_a_refund_can_be_changed_to_effect() public {
        Case memory c = _opened();
        _flipEveryByte(c, otherPayee, abi.encodeCall(IEscrow.refund, (c.deal, _select(c, M1))));
    }

    function test_no_bit_of_a_conclusion_can_be_changed_to_effect() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(DEADLINE_2);
        _flipEveryByte(c, stranger, abi.encodeCall(IEscrow.conclude, (c.deal, _select(c, ALL))));
    }

    function test_no_bit_of_an_attestation_can_be_changed_to_effect() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        bytes memory call_ =
            abi.encodeCall(IEscrow.attest, (c.deal, _select(c, M0), M0, EVIDENCE, VALID_UNTIL, signature));
        _flipEveryByte(c, stranger, call_);
    }

    function test_no_bit_of_an_opening_can_be_changed() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, payer);
        bytes memory call_ = abi.encodeCall(IEscrow.open, (c.deal, c.milestones));
        uint256 before = vm.snapshotState();
        for (uint256 i = 8; i < 2 * call_.length; ++i) {
            _flip(call_, i);
            if (_made(payer, call_)) {
                assertTrue(_isOfTheDeal(i / 2), "only a deal with other terms, which has another id");
                assertHolding(c, 0, 0);
                vm.revertToState(before);
            }
            _flip(call_, i);
        }
    }

    /// @dev Flips the lowest and the highest bit of every byte of a call's arguments, one at a time.
    function _flipEveryByte(Case memory c, address sender, bytes memory call_) private {
        uint256 before = vm.snapshotState();
        assertTrue(_made(sender, call_), "the call as it was");
        bytes32 effect = _effect(c);
        vm.revertToState(before);
        for (uint256 i = 8; i < 2 * call_.length; ++i) {
            _flip(call_, i);
            if (_made(sender, call_)) {
                assertEq(_effect(c), effect, "the same effect");
                vm.revertToState(before);
            }
            _flip(call_, i);
        }
    }

    function _flip(bytes memory call_, uint256 place) private pure {
        call_[place / 2] ^= place % 2 == 0 ? bytes1(0x01) : bytes1(0x80);
    }

    function _made(address sender, bytes memory call_) private returns (bool success) {
        vm.prank(sender);
        // solhint-disable-next-line avoid-low-level-calls
        (success,) = address(escrow).call(call_);
    }

    /// @dev The words of the deal, but not its root of the milestones.
    function _isOfTheDeal(uint256 place) private pure returns (bool) {
        uint256 word = (place - 4) / 32;
        return word < 11 && word != 9;
    }

    /// @dev All that a call can have changed.
    function _effect(Case memory c) private view returns (bytes32) {
        (uint128 held, uint128 settled) = escrow.holding(c.id);
        uint256[4] memory balances =
            [token.balanceOf(payer), token.balanceOf(payee), token.balanceOf(otherPayee), token.balanceOf(broker)];
        return keccak256(abi.encode(held, settled, balances));
    }
}
