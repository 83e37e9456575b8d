// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Reentering} from "./Reentering.sol";
import {TestToken} from "../demo/TestToken.sol";

/// @notice A token that reenters when it is moved, as one with hooks for senders and recipients does, and when it is to
///         permit something.
contract HookToken is TestToken, Reentering {
    constructor() TestToken("Hook Token", "HOOK", 18) {}

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external {
        _reenter();
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0)) _reenter();
    }
}
