// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Burning} from "./Burning.sol";

/// @notice A wallet that burns gas when it is paid in coin.
contract BurningReceiver is Burning {
    receive() external payable {
        _useGas();
    }
}
