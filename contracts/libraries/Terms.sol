// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Part} from "./Part.sol";

/// @notice The hashes of a deal's terms: EIP-712 struct hashes, and the Merkle root over its milestones.
/// @dev    Everyday calls hash calldata as it stands. Whether each field fits its type is checked once, when a deal
///         is opened: calldata that doesn't is then of no deal.
library Terms {
    bytes32 private constant PAYOUT_TYPEHASH = keccak256("Payout(address to,uint128 amount)");
    bytes32 private constant MILESTONE_TYPEHASH = keccak256(
        "Milestone(uint16 index,uint40 deadline,bytes32 terms,Payout[] payouts)Payout(address to,uint128 amount)"
    );
    bytes32 private constant CONDITIONS_TYPEHASH = keccak256(
        "Conditions(address arbiter,uint32 arbitrationPeriod,uint16 lapseBps,uint40 revocableUntil,bytes32 agreement,"
        "uint256 salt)"
    );
    bytes32 private constant DEAL_TYPEHASH = keccak256(
        "Deal(address payer,address token,address attestor,uint40 inspectionPeriod,Conditions conditions,"
        "bytes32 milestones)Conditions(address arbiter,uint32 arbitrationPeriod,uint16 lapseBps,uint40 revocableUntil,"
        "bytes32 agreement,uint256 salt)"
    );

    /// @notice EIP-712 struct hash of a deal's conditions.
    function hash(IEscrowTypes.Conditions calldata conditions) internal pure returns (bytes32 digest) {
        bytes32 typehash = CONDITIONS_TYPEHASH;
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, typehash)
            calldatacopy(add(pointer, 0x20), conditions, 0xc0) // the six fields, as they stand
            digest := keccak256(pointer, 0xe0)
        }
    }

    /// @notice EIP-712 struct hash of a deal with the root over its milestones.
    function hash(IEscrowTypes.Deal calldata deal, bytes32 milestones) internal pure returns (bytes32 digest) {
        bytes32 typehash = DEAL_TYPEHASH;
        bytes32 conditions = hash(deal.conditions);
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, typehash)
            calldatacopy(add(pointer, 0x20), deal, 0x80) // the four fields before the conditions, as they stand
            mstore(add(pointer, 0xa0), conditions)
            mstore(add(pointer, 0xc0), milestones)
            digest := keccak256(pointer, 0xe0)
        }
    }

    /// @notice The same of a deal whose conditions are hashed already.
    function hash(IEscrowTypes.Key calldata key, bytes32 milestones) internal pure returns (bytes32 digest) {
        bytes32 typehash = DEAL_TYPEHASH;
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, typehash)
            calldatacopy(add(pointer, 0x20), key, 0xa0) // the five fields of a key, as they stand
            mstore(add(pointer, 0xc0), milestones)
            digest := keccak256(pointer, 0xe0)
        }
    }

    /// @notice The root over all milestones of a deal, in order, and each of them in one word.
    function prove(IEscrowTypes.Payout[] calldata payouts) internal pure returns (bytes32 root, Part[] memory parts) {
        bytes32[] memory leaves;
        (leaves, parts) = unpack(payouts);
        root = fold(leaves);
    }

    /// @notice The root that selected milestones prove, and each of them in one word.
    /// @dev    A multiproof takes every leaf once, and no node of a deal's tree occurs twice: so no milestone comes
    ///         twice in a selection that proves a deal's root.
    function prove(IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 root, Part[] memory parts)
    {
        bytes32[] memory leaves;
        (leaves, parts) = unpack(payouts);
        if (leaves.length == 1) root = MerkleProof.processProofCalldata(proof, leaves[0]);
        else if (proof.length == 0) root = fold(leaves);
        else root = _multiproof(leaves, proof[:proof.length - 1], uint256(proof[proof.length - 1]));
    }

    /// @notice Milestones as leaves of the tree (their EIP-712 struct hashes), and in one word each.
    /// @dev    160 bytes are hashed, so no leaf can pass for an inner node, which hashes 64.
    function unpack(IEscrowTypes.Payout[] calldata payouts)
        internal
        pure
        returns (bytes32[] memory leaves, Part[] memory parts)
    {
        if (payouts.length == 0) revert IEscrowTypes.InvalidMilestoneCount(0);
        (bytes32 milestoneTypehash, bytes32 payoutTypehash) = (MILESTONE_TYPEHASH, PAYOUT_TYPEHASH);
        assembly ("memory-safe") {
            // In memory: five words to hash from, the hashes of a milestone's payouts, the leaves, the parts. There is
            // room for as many of each as there are payouts.
            let scratch := mload(0x40)
            leaves := add(add(scratch, 0xa0), shl(5, payouts.length))
            parts := add(leaves, shl(5, add(payouts.length, 1)))
            mstore(0x40, add(parts, shl(5, add(payouts.length, 1))))

            let leaf := leaves
            let part := parts
            let row := payouts.offset
            for { let left := payouts.length } left {} {
                let first := row
                let next := add(scratch, 0xa0)
                let amount := 0
                mstore(scratch, payoutTypehash)
                for {} 1 {} {
                    calldatacopy(add(scratch, 0x20), row, 0x40) // to, amount
                    mstore(next, keccak256(scratch, 0x60))
                    next := add(next, 0x20)
                    amount := add(amount, mload(add(scratch, 0x40)))
                    row := add(row, 0xa0)
                    left := sub(left, 1)
                    if iszero(left) { break }
                    if sub(calldataload(add(row, 0x40)), calldataload(add(first, 0x40))) { break } // another milestone's
                }

                mstore(scratch, milestoneTypehash)
                calldatacopy(add(scratch, 0x20), add(first, 0x40), 0x60) // milestone, deadline, terms
                mstore(add(scratch, 0x80), keccak256(add(scratch, 0xa0), sub(next, add(scratch, 0xa0))))
                leaf := add(leaf, 0x20)
                mstore(leaf, keccak256(scratch, 0xa0))
                part := add(part, 0x20)
                mstore(
                    part,
                    or(
                        or(mload(add(scratch, 0x20)), shl(8, mload(add(scratch, 0x40)))),
                        or(or(shl(48, first), shl(80, row)), shl(128, amount))
                    )
                )
            }
            let count := shr(5, sub(leaf, leaves))
            mstore(leaves, count)
            mstore(parts, count)
        }
    }

    /// @notice The root over leaves, one or more, which are overwritten.
    /// @dev    The heap of OpenZeppelin's StandardMerkleTree, filled from the leaves: the first two nodes not yet paired
    ///         become the next one, until one is left. Leaf i is at place i, parent i too: leaf i was read by then.
    function fold(bytes32[] memory nodes) internal pure returns (bytes32 root) {
        uint256 count = nodes.length;
        root = _at(nodes, 0);
        unchecked {
            for (uint256 i = 1; i < count; ++i) {
                uint256 right = 2 * i - 1;
                root = Hashes.commutativeKeccak256(
                    _at(nodes, right <= count ? right - 1 : right - 1 - count),
                    _at(nodes, right < count ? right : right - count)
                );
                assembly ("memory-safe") {
                    mstore(add(nodes, shl(5, i)), root)
                }
            }
        }
    }

    function _at(bytes32[] memory nodes, uint256 index) private pure returns (bytes32 node) {
        assembly ("memory-safe") {
            node := mload(add(add(nodes, 0x20), shl(5, index)))
        }
    }

    /// @dev Bit i of `flags`: whether step i takes two known nodes, rather than one and a sibling.
    function _multiproof(bytes32[] memory leaves, bytes32[] calldata siblings, uint256 flags)
        private
        pure
        returns (bytes32)
    {
        bool[] memory list = new bool[](leaves.length + siblings.length - 1);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = (flags >> i) & 1 == 1;
        }
        return MerkleProof.processMultiProof(siblings, list, leaves);
    }
}
