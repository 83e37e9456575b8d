// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice Agrees to everything where gas has no price, as in an estimate, and eats all of it where it has one.
contract TwoFacedAttestor is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        if (tx.gasprice == 0) return IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            invalid()
        }
    }
}
