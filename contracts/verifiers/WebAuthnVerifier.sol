// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ERC7913WebAuthnVerifier
} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";

/// @notice OpenZeppelin's verifier of WebAuthn (passkey) signatures, compiled here so that it has one address on every
///         chain. The authenticator must have verified its user.
// solhint-disable-next-line no-empty-blocks
contract WebAuthnVerifier is ERC7913WebAuthnVerifier {}
