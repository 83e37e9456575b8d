// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Makes one prepared call when money moves, and passes its failure on or keeps it for the test to see.
abstract contract Reentering {
    bytes public answer;
    uint256 public calls;
    address private _target;
    bytes private _call;
    bool private _passesOn;

    function prepare(address target, bytes calldata call_, bool passesOn) external {
        (_target, _call, _passesOn) = (target, call_, passesOn);
    }

    function _reenter() internal {
        if (_target == address(0)) return;
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer_) = _target.call(_call);
        if (!success && _passesOn) {
            assembly ("memory-safe") {
                revert(add(answer_, 0x20), mload(answer_))
            }
        }
        (answer, calls) = (answer_, calls + 1);
    }
}
