// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "./IArbitrator.sol";

/// @title  What a court's interface shows its jurors, after ERC-1497
interface IEvidence {
    /// @notice The question to the jurors and the meaning of their choices, as a file.
    event MetaEvidence(uint256 indexed metaEvidenceId, string evidence);

    /// @notice A piece of evidence, as a file.
    event Evidence(
        IArbitrator indexed arbitrator, uint256 indexed evidenceGroupId, address indexed party, string evidence
    );

    /// @notice Which question and which evidence belong to a dispute.
    event Dispute(
        IArbitrator indexed arbitrator, uint256 indexed disputeId, uint256 metaEvidenceId, uint256 evidenceGroupId
    );
}
