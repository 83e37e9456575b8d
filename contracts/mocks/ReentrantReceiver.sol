// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Reentering} from "./Reentering.sol";

/// @notice A wallet that reenters when it is paid in coin.
contract ReentrantReceiver is Reentering {
    receive() external payable {
        _reenter();
    }
}
