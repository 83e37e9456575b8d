// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";

/// @notice What a milestone waits for that is delivered or disputed; zero for any other.
/// @dev    bits 0–39 when that is over, unix time | 40–55 disputed: the payees' share if nobody rules, in 1/10,000 |
///         56 whether it is disputed, rather than delivered.
type Clock is uint256;

using ClockLib for Clock global;

/// @notice Makes and reads a `Clock`.
library ClockLib {
    uint256 private constant DISPUTED = 1 << 56;

    /// @notice The clock of an inspection that is over at `end`, a unix time below 2**40.
    function inspection(uint256 end) internal pure returns (Clock) {
        return Clock.wrap(end);
    }

    /// @notice The clock of an arbitration that is over at `end`, with the payees' `share` of a lapse, in 1/10,000.
    function arbitration(uint256 end, uint256 share) internal pure returns (Clock) {
        return Clock.wrap(DISPUTED | (share << 40) | end);
    }

    /// @notice Whether there is none: the milestone is open, or settled.
    function isNone(Clock self) internal pure returns (bool) {
        return Clock.unwrap(self) == 0;
    }

    /// @notice Whether the milestone is disputed.
    function isDisputed(Clock self) internal pure returns (bool) {
        return Clock.unwrap(self) & DISPUTED != 0;
    }

    /// @notice Unix time at which the inspection or the arbitration is over.
    function ends(Clock self) internal pure returns (uint40) {
        // forge-lint: disable-next-line(unsafe-typecast) the lowest 40 bits
        return uint40(Clock.unwrap(self));
    }

    /// @notice The payees' share if nobody rules, in 1/10,000.
    function lapseBps(Clock self) internal pure returns (uint256) {
        return (Clock.unwrap(self) >> 40) & 0xffff;
    }

    /// @notice Where the milestone stands.
    function state(Clock self) internal pure returns (IEscrowTypes.State) {
        if (isNone(self)) return IEscrowTypes.State.Open;
        return isDisputed(self) ? IEscrowTypes.State.Disputed : IEscrowTypes.State.Delivered;
    }
}
