// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title  The second form of ERC-3009
/// @notice Tokens whose holders may be contracts take the signature as bytes, as USDC does since its version 2.2.
interface IERC3009Bytes {
    /// @notice As `IERC3009.receiveWithAuthorization`, with a signature of a key or of an ERC-1271 contract.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
