// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";

/// @notice EIP-712 as its text says it, for the types of the escrow: written without a look at the contract's own.
library Typed {
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

    function hash(IEscrow.Payout memory payout) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256("Payout(address to,uint128 amount)"),
                bytes32(uint256(uint160(payout.to))),
                bytes32(uint256(payout.amount))
            )
        );
    }

    function hash(IEscrow.Milestone memory milestone) internal pure returns (bytes32) {
        bytes memory payouts;
        for (uint256 i = 0; i < milestone.payouts.length; ++i) {
            payouts = bytes.concat(payouts, hash(milestone.payouts[i]));
        }
        return keccak256(
            bytes.concat(
                keccak256(
                    "Milestone(uint8 index,uint40 deadline,bytes32 terms,Payout[] payouts)"
                    "Payout(address to,uint128 amount)"
                ),
                bytes32(uint256(milestone.index)),
                bytes32(uint256(milestone.deadline)),
                milestone.terms,
                keccak256(payouts)
            )
        );
    }

    function hash(IEscrow.Deal memory deal) internal pure returns (bytes32) {
        bytes memory parties = bytes.concat(
            bytes32(uint256(uint160(deal.payer))),
            bytes32(uint256(uint160(deal.token))),
            bytes32(uint256(uint160(deal.attestor))),
            bytes32(uint256(uint160(deal.arbiter)))
        );
        bytes memory periods = bytes.concat(
            bytes32(uint256(deal.revocableUntil)),
            bytes32(uint256(deal.inspectionPeriod)),
            bytes32(uint256(deal.arbitrationPeriod)),
            bytes32(uint256(deal.lapseBps))
        );
        return keccak256(
            bytes.concat(
                keccak256(
                    "Deal(address payer,address token,address attestor,address arbiter,uint40 revocableUntil,"
                    "uint32 inspectionPeriod,uint32 arbitrationPeriod,uint16 lapseBps,bytes32 agreement,"
                    "bytes32 milestones,uint256 salt)"
                ),
                parties,
                periods,
                deal.agreement,
                deal.milestones,
                bytes32(deal.salt)
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
}
