// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "../demo/TestToken.sol";

/// @notice Takes every call that it doesn't know, and does nothing: a permit or an authorization seems to work.
contract PhantomToken is TestToken {
    constructor() TestToken("Phantom Token", "PHT", 18) {}

    fallback() external {}
}
