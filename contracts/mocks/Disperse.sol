// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice The bare minimum that a batch of payments can be: one pull, then pushes, nothing held and nothing checked.
contract Disperse {
    error TransferFailed();

    function disperse(IERC20 token, address[] calldata recipients, uint256[] calldata amounts) external {
        uint256 total = 0;
        for (uint256 i = 0; i < recipients.length; ++i) {
            total += amounts[i];
        }
        if (!token.transferFrom(msg.sender, address(this), total)) revert TransferFailed();
        for (uint256 i = 0; i < recipients.length; ++i) {
            if (!token.transfer(recipients[i], amounts[i])) revert TransferFailed();
        }
    }
}
