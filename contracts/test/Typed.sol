// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";

/// @notice A milestone as EIP-712 has it: with its payouts inside.
struct Milestone {
    uint16 index;
    uint40 deadline;
    bytes32 terms;
    Share[] payouts;
}

/// @notice A payout inside its milestone.
struct Share {
    address to;
    uint128 amount;
}

/// @notice EIP-712 as its text says it, for the types of the escrow: written without a look at the contract's own.
library Typed {
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

    function domain(uint256 chainId, address verifier) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Escrow"),
                keccak256("1"),
                chainId,
                verifier
            )
        );
    }

    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", separator, structHash));
    }

    function hash(Share memory payout) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256("Payout(address to,uint128 amount)"),
                bytes32(uint256(uint160(payout.to))),
                bytes32(uint256(payout.amount))
            )
        );
    }

    function hash(Milestone memory milestone) internal pure returns (bytes32) {
        bytes memory payouts;
        for (uint256 i = 0; i < milestone.payouts.length; ++i) {
            payouts = bytes.concat(payouts, hash(milestone.payouts[i]));
        }
        return keccak256(
            bytes.concat(
                keccak256(
                    "Milestone(uint16 index,uint40 deadline,bytes32 terms,Payout[] payouts)"
                    "Payout(address to,uint128 amount)"
                ),
                bytes32(uint256(milestone.index)),
                bytes32(uint256(milestone.deadline)),
                milestone.terms,
                keccak256(payouts)
            )
        );
    }

    function hash(IEscrowTypes.Conditions memory conditions) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256(
                    "Conditions(address arbiter,uint32 arbitrationPeriod,uint16 lapseBps,uint40 revocableUntil,"
                    "bytes32 agreement,uint256 salt)"
                ),
                bytes32(uint256(uint160(conditions.arbiter))),
                bytes32(uint256(conditions.arbitrationPeriod)),
                bytes32(uint256(conditions.lapseBps)),
                bytes32(uint256(conditions.revocableUntil)),
                conditions.agreement,
                bytes32(conditions.salt)
            )
        );
    }

    /// @param root Merkle root over the hashes of the deal's milestones.
    function hash(IEscrowTypes.Deal memory deal, bytes32 root) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256(
                    "Deal(address payer,address token,address attestor,uint40 inspectionPeriod,Conditions conditions,"
                    "bytes32 milestones)"
                    "Conditions(address arbiter,uint32 arbitrationPeriod,uint16 lapseBps,uint40 revocableUntil,"
                    "bytes32 agreement,uint256 salt)"
                ),
                bytes32(uint256(uint160(deal.payer))),
                bytes32(uint256(uint160(deal.token))),
                bytes32(uint256(uint160(deal.attestor))),
                bytes32(uint256(deal.inspectionPeriod)),
                hash(deal.conditions),
                root
            )
        );
    }

    function attestation(bytes32 id, uint128 milestones, bytes32 evidence, uint40 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            bytes.concat(
                keccak256("Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)"),
                id,
                bytes32(uint256(milestones)),
                evidence,
                bytes32(uint256(validUntil))
            )
        );
    }

    /// @notice Struct hash of a word about some milestones, of one of the types above.
    function consent(bytes32 typehash, bytes32 id, uint128 milestones, uint40 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(bytes.concat(typehash, id, bytes32(uint256(milestones)), bytes32(uint256(validUntil))));
    }

    /// @notice Struct hash of a word that splits one milestone, of one of the types above.
    function split(bytes32 typehash, bytes32 id, uint8 milestone, uint128 toPayees, uint40 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            bytes.concat(
                typehash, id, bytes32(uint256(milestone)), bytes32(uint256(toPayees)), bytes32(uint256(validUntil))
            )
        );
    }
}
