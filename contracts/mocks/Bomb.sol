// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers every call, as a return or as a revert, with so many zeros that a copy of them is dear.
contract Bomb {
    uint256 private constant SIZE = 200_000;

    bool private immutable _REVERTS;

    constructor(bool reverts) {
        _REVERTS = reverts;
    }

    fallback() external payable {
        _explode(_REVERTS);
    }

    function _explode(bool reverts) private pure {
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            if reverts { revert(pointer, SIZE) }
            return(pointer, SIZE)
        }
    }
}
