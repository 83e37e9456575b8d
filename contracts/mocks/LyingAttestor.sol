// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers every question with any bytes it is told to, as a return or as a revert.
contract LyingAttestor {
    bytes private _words;
    bool private _reverts;

    fallback() external {
        _answer(_words, _reverts);
    }

    function say(bytes calldata words, bool reverts) external {
        (_words, _reverts) = (words, reverts);
    }

    function _answer(bytes memory words, bool reverts) private pure {
        assembly ("memory-safe") {
            if reverts { revert(add(words, 0x20), mload(words)) }
            return(add(words, 0x20), mload(words))
        }
    }
}
