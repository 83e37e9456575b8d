// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @notice What people sign: one EIP-712 type for each action and role, so that no word is taken for another.
library Messages {
    bytes32 internal constant RELEASE = keccak256("Release(bytes32 deal,uint128 milestones,uint40 validUntil)");
    bytes32 internal constant REFUND = keccak256("Refund(bytes32 deal,uint128 milestones,uint40 validUntil)");
    bytes32 internal constant REVOCATION = keccak256("Revocation(bytes32 deal,uint128 milestones,uint40 validUntil)");
    bytes32 internal constant PAYER_DISPUTE =
        keccak256("PayerDispute(bytes32 deal,uint128 milestones,uint40 validUntil)");
    bytes32 internal constant PAYEE_DISPUTE =
        keccak256("PayeeDispute(bytes32 deal,uint128 milestones,uint40 validUntil)");
    bytes32 internal constant PAYER_SETTLEMENT =
        keccak256("PayerSettlement(bytes32 deal,uint8 milestone,uint128 toPayees,uint40 validUntil)");
    bytes32 internal constant PAYEE_SETTLEMENT =
        keccak256("PayeeSettlement(bytes32 deal,uint8 milestone,uint128 toPayees,uint40 validUntil)");
    bytes32 internal constant RULING =
        keccak256("Ruling(bytes32 deal,uint8 milestone,uint128 toPayees,uint40 validUntil)");
    bytes32 private constant ATTESTATION =
        keccak256("Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)");

    /// @notice Struct hash of an attestation.
    function attestation(bytes32 id, uint128 milestones, bytes32 evidence, uint40 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ATTESTATION, id, milestones, evidence, validUntil));
    }

    /// @notice Struct hash of a message of one of the types about some milestones.
    function consent(bytes32 typehash, bytes32 id, uint128 milestones, uint40 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(typehash, id, milestones, validUntil));
    }

    /// @notice Struct hash of a message of one of the types that split one milestone.
    function split(bytes32 typehash, bytes32 id, uint8 milestone, uint128 toPayees, uint40 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(typehash, id, milestone, toPayees, validUntil));
    }

    /// @notice Whether `signer` signed `digest`.
    /// @dev    A key's signature has 65 bytes, or the 64 of ERC-2098. The key first, then the contract: an account that
    ///         EIP-7702 gave code keeps signing with its key. The zero address recovers from nothing and has no code, so
    ///         nobody speaks for it.
    function isSigned(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = signature.length == 64
            ? ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]))
            : ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
