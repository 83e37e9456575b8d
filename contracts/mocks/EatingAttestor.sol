// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers no question, and uses all the gas that it is asked with.
contract EatingAttestor {
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
