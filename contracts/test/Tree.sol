// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Milestone, Typed} from "./Typed.sol";

/// @notice The heap of OpenZeppelin's StandardMerkleTree and its proofs, as the JavaScript package makes them: the root
///         at 0, the children of k at 2k + 1 and 2k + 2, the leaves at the end in reverse order.
library Tree {
    function build(Milestone[] memory milestones) internal pure returns (bytes32[] memory nodes) {
        uint256 count = milestones.length;
        nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; ++i) {
            nodes[position(count, i)] = Typed.hash(milestones[i]);
        }
        for (uint256 k = count - 1; k > 0; --k) {
            nodes[k - 1] = pair(nodes[2 * k - 1], nodes[2 * k]);
        }
    }

    function position(uint256 count, uint256 index) internal pure returns (uint256) {
        return 2 * count - 2 - index;
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function proof(bytes32[] memory nodes, uint256 index) internal pure returns (bytes32[] memory siblings) {
        uint256 leaf = position((nodes.length + 1) / 2, index);
        uint256 depth;
        for (uint256 k = leaf; k > 0; k = (k - 1) / 2) {
            ++depth;
        }
        siblings = new bytes32[](depth);
        for ((uint256 i, uint256 k) = (0, leaf); k > 0; (i, k) = (i + 1, (k - 1) / 2)) {
            siblings[i] = nodes[sibling(k)];
        }
    }

    /// @notice The siblings, and as the last word the flags as a bitmap.
    /// @param indices Rising, at least one.
    function multiproof(bytes32[] memory nodes, uint256[] memory indices)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        uint256[] memory queue = new uint256[](nodes.length + indices.length);
        uint256 tail = indices.length;
        for (uint256 i = 0; i < tail; ++i) {
            queue[i] = position((nodes.length + 1) / 2, indices[i]);
        }
        siblings = new bytes32[](nodes.length);
        uint256 flags;
        (uint256 head, uint256 taken, uint256 steps) = (0, 0, 0);
        while (queue[head] > 0) {
            uint256 k = queue[head];
            bool paired = head + 1 < tail && queue[head + 1] == sibling(k);
            if (paired) flags |= 1 << steps;
            queue[tail] = (k - 1) / 2;
            if (!paired) siblings[taken] = nodes[sibling(k)];
            (head, taken) = paired ? (head + 2, taken) : (head + 1, taken + 1);
            (tail, steps) = (tail + 1, steps + 1);
        }
        siblings[taken] = bytes32(flags);
        assembly ("memory-safe") {
            mstore(siblings, add(taken, 1))
        }
    }

    function sibling(uint256 k) private pure returns (uint256) {
        return k % 2 == 1 ? k + 1 : k - 1;
    }
}
