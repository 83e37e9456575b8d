// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";

/// @notice OpenZeppelin's verifier of P-256 signatures, compiled here so that it has one address on every chain.
// solhint-disable-next-line no-empty-blocks
contract P256Verifier is ERC7913P256Verifier {}
