// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "../demo/TestToken.sol";

/// @notice Answers a transfer with any bytes it is told to, as a return or as a revert, and moves money or not.
contract AnsweringToken is TestToken {
    bytes private _answer = abi.encode(true);
    bool private _moves = true;
    bool private _reverts;
    mapping(address to => bytes) private _refusals;

    constructor() TestToken("Answering Token", "ANS", 18) {}

    function answer(bytes calldata answer_, bool moves) external {
        (_answer, _moves, _reverts) = (answer_, moves, false);
    }

    function revertWith(bytes calldata answer_) external {
        (_answer, _reverts) = (answer_, true);
    }

    /// @notice Transfers to one recipient move nothing, and return these bytes.
    function refuse(address to, bytes calldata answer_) external {
        _refusals[to] = answer_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (_refusals[to].length != 0) _finish(_refusals[to], false);
        if (_moves) super.transfer(to, amount);
        _finish(_answer, _reverts);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (_moves) super.transferFrom(from, to, amount);
        _finish(_answer, _reverts);
    }

    function _finish(bytes memory words, bool reverts) private pure {
        assembly ("memory-safe") {
            if reverts { revert(add(words, 0x20), mload(words)) }
            return(add(words, 0x20), mload(words))
        }
    }
}
