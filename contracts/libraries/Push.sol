// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";

/// @notice Payments that can fail without harming others: capped gas, no return data copied, no revert.
library Push {
    /// @notice Gas a recipient of coin may use: enough for a Safe or another contract wallet.
    uint256 internal constant COIN_GAS = 100_000;
    /// @notice Gas a token may use for one transfer.
    uint256 internal constant TOKEN_GAS = 500_000;
    /// @dev What a call costs before its own gas starts: cold account, value, a new account, and the code around it.
    uint256 private constant CALL_OVERHEAD = 40_000;

    /// @notice Sends `amount` of `token` (zero: coin) to `to`. False if the payment was refused.
    /// @dev    Reverts with `InsufficientGas` rather than starve a payment that would otherwise have gone through.
    function tryPush(address token, address to, uint256 amount) internal returns (bool) {
        return token == address(0) ? _tryCoin(to, amount) : _tryToken(token, to, amount);
    }

    function _tryCoin(address to, uint256 amount) private returns (bool success) {
        _requireGas(COIN_GAS);
        assembly ("memory-safe") {
            success := call(COIN_GAS, to, amount, 0x00, 0x00, 0x00, 0x00)
        }
    }

    /// @dev Success is what SafeERC20 calls success: `true` returned, or nothing at all by something that has code.
    function _tryToken(address token, address to, uint256 amount) private returns (bool success) {
        _requireGas(TOKEN_GAS);
        bytes4 selector = IERC20.transfer.selector;
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, selector)
            mstore(add(pointer, 0x04), to)
            mstore(add(pointer, 0x24), amount)
            success := call(TOKEN_GAS, token, 0, pointer, 0x44, 0x00, 0x20)
            switch returndatasize()
            case 0 { success := and(success, gt(extcodesize(token), 0)) }
            default { success := and(success, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))) }
        }
    }

    /// @dev A call passes on at most 63/64 of what is left (EIP-150).
    function _requireGas(uint256 cap) private view {
        uint256 required = cap + cap / 63 + CALL_OVERHEAD;
        uint256 available = gasleft();
        if (available < required) revert IEscrowTypes.InsufficientGas(available, required);
    }
}
