// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "./IArbitrable.sol";

/// @title  A court on chain, after ERC-792
interface IArbitrator {
    /// @notice Where a dispute stands: no ruling yet, one that can be appealed, or the final one.
    enum DisputeStatus {
        Waiting,
        Appealable,
        Solved
    }

    /// @notice A dispute was created.
    event DisputeCreation(uint256 indexed disputeId, IArbitrable indexed arbitrable);
    /// @notice A ruling was given that can be appealed.
    event AppealPossible(uint256 indexed disputeId, IArbitrable indexed arbitrable);
    /// @notice The current ruling was appealed.
    event AppealDecision(uint256 indexed disputeId, IArbitrable indexed arbitrable);

    /// @notice Creates a dispute of the caller's, for at least `arbitrationCost(extraData)`.
    /// @param choices   How many rulings there are to choose from, besides refusing.
    /// @param extraData What the court wants to know: in Kleros the subcourt and the number of jurors.
    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 disputeId);

    /// @notice Appeals the current ruling, for at least `appealCost(disputeId, extraData)`. The dispute's creator calls
    ///         it.
    function appeal(uint256 disputeId, bytes calldata extraData) external payable;

    /// @notice What a dispute costs, in the chain's coin.
    function arbitrationCost(bytes calldata extraData) external view returns (uint256 cost);

    /// @notice What an appeal costs, in the chain's coin.
    function appealCost(uint256 disputeId, bytes calldata extraData) external view returns (uint256 cost);

    /// @notice When the current ruling can be appealed; zeros if that is not known or not possible.
    function appealPeriod(uint256 disputeId) external view returns (uint256 start, uint256 end);

    /// @notice Where a dispute stands.
    function disputeStatus(uint256 disputeId) external view returns (DisputeStatus status);

    /// @notice The ruling that was given, or will be if nobody appeals.
    function currentRuling(uint256 disputeId) external view returns (uint256 ruling);
}
