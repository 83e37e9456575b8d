// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";

/// @notice The hashes of a deal's terms: EIP-712 struct hashes, and the Merkle root over its milestones.
library Terms {
    bytes32 private constant PAYOUT_TYPEHASH = keccak256("Payout(address to,uint128 amount)");
    bytes32 private constant MILESTONE_TYPEHASH = keccak256(
        "Milestone(uint8 index,uint40 deadline,bytes32 terms,Payout[] payouts)Payout(address to,uint128 amount)"
    );
    bytes32 private constant DEAL_TYPEHASH = keccak256(
        "Deal(address payer,address token,address attestor,address arbiter,uint40 revocableUntil,"
        "uint32 inspectionPeriod,uint32 arbitrationPeriod,uint16 lapseBps,bytes32 agreement,bytes32 milestones,"
        "uint256 salt)"
    );

    /// @notice EIP-712 struct hash of a deal.
    function hash(IEscrow.Deal calldata deal) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEAL_TYPEHASH, deal));
    }

    /// @notice EIP-712 struct hash of a milestone: its leaf in the tree. At least 160 bytes are hashed, so no leaf can
    ///         pass for an inner node, which hashes 64.
    function hash(IEscrow.Milestone calldata milestone) internal pure returns (bytes32) {
        uint256 count = milestone.payouts.length;
        bytes32[] memory hashes = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            hashes[i] = keccak256(abi.encode(PAYOUT_TYPEHASH, milestone.payouts[i]));
        }
        return keccak256(
            abi.encode(
                MILESTONE_TYPEHASH,
                milestone.index,
                milestone.deadline,
                milestone.terms,
                keccak256(abi.encodePacked(hashes))
            )
        );
    }

    /// @notice What all payouts of a milestone add up to.
    function amount(IEscrow.Milestone calldata milestone) internal pure returns (uint256 sum) {
        uint256 count = milestone.payouts.length;
        for (uint256 i = 0; i < count; ++i) {
            sum += milestone.payouts[i].amount;
        }
    }

    /// @notice The root of all milestones of a deal, in index order; `milestones` is not empty.
    /// @dev    The heap of OpenZeppelin's StandardMerkleTree, filled from the leaves: the first two nodes not yet
    ///         paired become the next one, until one is left.
    function root(IEscrow.Milestone[] calldata milestones) internal pure returns (bytes32) {
        uint256 count = milestones.length;
        bytes32[] memory nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; ++i) {
            nodes[i] = hash(milestones[i]);
        }
        for (uint256 i = count; i < nodes.length; ++i) {
            uint256 left = 2 * (i - count);
            nodes[i] = Hashes.commutativeKeccak256(nodes[left], nodes[left + 1]);
        }
        return nodes[nodes.length - 1];
    }

    /// @notice The root that a selection of milestones proves.
    function root(IEscrow.Selection calldata selection) internal pure returns (bytes32) {
        IEscrow.Milestone[] calldata milestones = selection.milestones;
        if (selection.proofFlags.length == 0) {
            if (milestones.length == 1) return MerkleProof.processProofCalldata(selection.proof, hash(milestones[0]));
            if (selection.proof.length == 0 && milestones.length != 0) return root(milestones);
        }
        bytes32[] memory leaves = new bytes32[](milestones.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = hash(milestones[i]);
        }
        return MerkleProof.processMultiProofCalldata(selection.proof, selection.proofFlags, leaves);
    }
}
