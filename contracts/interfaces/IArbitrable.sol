// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "./IArbitrator.sol";

/// @title  What brings disputes to a court, after ERC-792
interface IArbitrable {
    /// @notice The court gave its final ruling.
    event Ruling(IArbitrator indexed arbitrator, uint256 indexed disputeId, uint256 ruling);

    /// @notice Takes the final ruling of a dispute. The court calls it, when all appeals are exhausted.
    /// @param ruling One of the choices, from 1; zero: the court refused to arbitrate.
    function rule(uint256 disputeId, uint256 ruling) external;
}
