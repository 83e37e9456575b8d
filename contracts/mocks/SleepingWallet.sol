// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A wallet that agrees to everything once it was woken. Until then it uses all the gas that it is asked with,
///         nearly all while it wakes up, and a lot for every answer.
contract SleepingWallet is IERC1271 {
    uint256 private constant ANSWER_GAS = 2_500_000;

    bool private _awake;

    function wake() external {
        // Fails, and leaves a 64th part of the gas.
        // solhint-disable-next-line avoid-low-level-calls
        (bool awake,) = address(this).staticcall(abi.encodeCall(IERC1271.isValidSignature, (0, "")));
        _awake = !awake;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 available = gasleft();
        if (!_awake) _eat();
        while (available - gasleft() < ANSWER_GAS) continue;
        return IERC1271.isValidSignature.selector;
    }

    function _eat() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
