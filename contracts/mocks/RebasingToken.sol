// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "../demo/TestToken.sol";

/// @notice Takes part of anybody's balance away when it is told to.
contract RebasingToken is TestToken {
    constructor() TestToken("Rebasing Token", "RBS", 18) {}

    function halve(address account) external {
        _burn(account, balanceOf(account) / 2);
    }
}
