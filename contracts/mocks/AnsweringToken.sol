// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "./TestToken.sol";

/// @notice Answers a transfer with any bytes it is told to, as a return or as a revert, and moves money or not.
contract AnsweringToken is TestToken {
    bytes private _answer = abi.encode(true);
    bool private _moves = true;
    bool private _reverts;

    constructor() TestToken("Answering Token", "ANS", 18) {}

    function answer(bytes calldata answer_, bool moves) external {
        (_answer, _moves, _reverts) = (answer_, moves, false);
    }

    function revertWith(bytes calldata answer_) external {
        (_answer, _reverts) = (answer_, true);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (_moves) super.transfer(to, amount);
        _finish();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (_moves) super.transferFrom(from, to, amount);
        _finish();
    }

    function _finish() private view {
        (bytes memory words, bool reverts) = (_answer, _reverts);
        assembly ("memory-safe") {
            if reverts { revert(add(words, 0x20), mload(words)) }
            return(add(words, 0x20), mload(words))
        }
    }
}
