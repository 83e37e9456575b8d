// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";

/// @notice A selected milestone in one word.
/// @dev    bits 0–7 index | 8–47 deadline | 48–79 where its payouts begin in calldata | 80–111 where they end | 128–255
///         what they add up to, in minor units.
type Part is uint256;

using PartLib for Part global;

/// @notice Reads of a `Part`.
library PartLib {
    /// @notice What a payout takes in calldata, in bytes.
    uint256 internal constant PAYOUT = 0xa0;

    /// @notice Its place in the deal.
    function index(Part self) internal pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast) the lowest 8 bits
        return uint8(Part.unwrap(self));
    }

    /// @notice Its bit in a bitmap of milestones.
    function bit(Part self) internal pure returns (uint256) {
        return uint256(1) << index(self);
    }

    /// @notice Unix time from which, undelivered, it goes back to the payer.
    function deadline(Part self) internal pure returns (uint256) {
        return (Part.unwrap(self) >> 8) & 0xffffffffff;
    }

    /// @notice Where its payouts begin and end in calldata: see `payoutAt`.
    function payouts(Part self) internal pure returns (uint256 first, uint256 end) {
        first = (Part.unwrap(self) >> 48) & 0xffffffff;
        end = (Part.unwrap(self) >> 80) & 0xffffffff;
    }

    /// @notice The payout at a place in calldata.
    function payoutAt(uint256 place) internal pure returns (IEscrowTypes.Payout calldata payout) {
        assembly ("memory-safe") {
            payout := place
        }
    }

    /// @notice The payee: whom its first payout is for.
    function payee(Part self) internal pure returns (address) {
        (uint256 first,) = payouts(self);
        return payoutAt(first).to;
    }

    /// @notice What its payouts add up to, in minor units.
    function amount(Part self) internal pure returns (uint256) {
        return Part.unwrap(self) >> 128;
    }

    /// @notice The part at place `i` of several, which has to be there.
    function at(Part[] memory parts, uint256 i) internal pure returns (Part part) {
        assembly ("memory-safe") {
            part := mload(add(add(parts, 0x20), shl(5, i)))
        }
    }

    /// @notice What the chosen ones of several add up to.
    /// @param  chosen Bitmap of milestones.
    function sum(Part[] memory parts, uint256 chosen) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = at(parts, i);
            if (chosen & bit(part) != 0) total += amount(part);
        }
    }
}
