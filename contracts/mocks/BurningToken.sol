// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Burning} from "./Burning.sol";
import {TestToken} from "../demo/TestToken.sol";

/// @notice A token that burns gas before each transfer.
contract BurningToken is TestToken, Burning {
    constructor() TestToken("Burning Token", "BRN", 18) {}

    function transfer(address to, uint256 amount) public override returns (bool) {
        _useGas();
        return super.transfer(to, amount);
    }
}
