// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BurningReceiver} from "../mocks/BurningReceiver.sol";
import {BurningToken} from "../mocks/BurningToken.sol";
import {Calls} from "./Calls.sol";

/// @notice A recipient of coin and a token that look at the gas they are given, and use it up.
abstract contract Burners is Calls {
    /// @notice The caps of a payment, and what the EVM adds to every call with value.
    uint256 internal constant COIN_GAS = 100_000;
    uint256 internal constant TOKEN_GAS = 500_000;
    uint256 internal constant STIPEND = 2300;
    /// @notice What the escrow sets aside for the call itself.
    uint256 internal constant OVERHEAD = 40_000;
    /// @notice What the code of the mocks uses, at most, before it looks at the gas.
    uint256 internal constant COIN_ENTRY = 300;
    uint256 internal constant TOKEN_ENTRY = 900;

    BurningReceiver internal _receiver;
    BurningToken internal _burning;

    function setUp() public virtual override {
        super.setUp();
        _receiver = new BurningReceiver();
        _burning = new BurningToken();
    }
}
