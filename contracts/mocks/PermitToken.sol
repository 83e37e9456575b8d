// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice A token with ERC-2612 permits. Anybody may mint any amount of it.
contract PermitToken is ERC20("Permit Token", "PRM"), ERC20Permit("Permit Token") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
