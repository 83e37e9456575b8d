// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A deal's one slot: what is still held, and which milestones settled.
/// @dev    bits 0–126 held, in minor units | bit 127 a milestone had a clock | bits 128–255 bitmap of the settled.
///         The clock bit spares deals that never had a clock the read of a cold slot. Never zero once opened: a deal
///         holds something until a milestone settles, and remembers that for ever.
type Holding is uint256;

using HoldingLib for Holding global;

/// @notice Reads and moves on a `Holding`. Pure: storing is the caller's.
library HoldingLib {
    uint256 internal constant MAX_HELD = (1 << 127) - 1;
    uint256 private constant CLOCKED = 1 << 127;

    /// @notice A fresh deal's slot. `total` is at most `MAX_HELD`.
    function opened(uint256 total) internal pure returns (Holding) {
        return Holding.wrap(total);
    }

    /// @notice Whether a deal was ever opened.
    function exists(Holding self) internal pure returns (bool) {
        return Holding.unwrap(self) != 0;
    }

    /// @notice What is still held, in minor units.
    function held(Holding self) internal pure returns (uint128) {
        // forge-lint: disable-next-line(unsafe-typecast) masked to 127 bits
        return uint128(Holding.unwrap(self) & MAX_HELD);
    }

    /// @notice Bitmap of the settled milestones.
    function settled(Holding self) internal pure returns (uint128) {
        // forge-lint: disable-next-line(unsafe-typecast) shifted to 128 bits
        return uint128(Holding.unwrap(self) >> 128);
    }

    /// @notice Whether the milestone with this bit settled.
    function isSettled(Holding self, uint256 bit) internal pure returns (bool) {
        return Holding.unwrap(self) & (bit << 128) != 0;
    }

    /// @notice Whether any milestone of the deal was ever given a clock.
    function isClocked(Holding self) internal pure returns (bool) {
        return Holding.unwrap(self) & CLOCKED != 0;
    }

    /// @notice The same, with the milestones of a bitmap settled and their `amount` gone.
    /// @dev    Checked: a deal never pays more than it holds.
    function settle(Holding self, uint256 milestones, uint256 amount) internal pure returns (Holding) {
        uint256 rest = held(self) - amount;
        return Holding.wrap((Holding.unwrap(self) & ~MAX_HELD) | rest | (milestones << 128));
    }

    /// @notice The same, with the mark that a milestone has a clock.
    function clocked(Holding self) internal pure returns (Holding) {
        return Holding.wrap(Holding.unwrap(self) | CLOCKED);
    }
}
