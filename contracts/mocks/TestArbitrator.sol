// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";

/// @notice A court of one judge with appeals, as ERC-792 has it: anybody may judge. Each appeal doubles the cost.
contract TestArbitrator is IArbitrator {
    struct Trial {
        IArbitrable arbitrable;
        uint256 choices;
        uint256 paid;
        uint256 ruling;
        uint256 appeals;
        uint256 appealStart;
        uint256 appealEnd;
        DisputeStatus status;
    }

    uint256 public constant APPEAL_PERIOD = 3 days;

    uint256 public cost;
    Trial[] private _trials;

    error InsufficientPayment(uint256 value, uint256 cost);
    error InvalidStatus(DisputeStatus status);
    error InvalidRuling(uint256 ruling);
    error NotArbitrable(address sender);
    error OutsideAppealPeriod();

    constructor(uint256 cost_) {
        cost = cost_;
    }

    function setCost(uint256 cost_) external {
        cost = cost_;
    }

    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 disputeId) {
        if (msg.value < arbitrationCost(extraData)) revert InsufficientPayment(msg.value, cost);
        disputeId = _trials.length;
        Trial storage trial = _trials.push();
        (trial.arbitrable, trial.choices, trial.paid) = (IArbitrable(msg.sender), choices, msg.value);
        emit DisputeCreation(disputeId, trial.arbitrable);
    }

    /// @notice Gives a ruling that can be appealed.
    function giveRuling(uint256 disputeId, uint256 ruling) external {
        Trial storage trial = _trials[disputeId];
        if (ruling > trial.choices) revert InvalidRuling(ruling);
        if (trial.status != DisputeStatus.Waiting) revert InvalidStatus(trial.status);
        (trial.ruling, trial.status) = (ruling, DisputeStatus.Appealable);
        (trial.appealStart, trial.appealEnd) = (block.timestamp, block.timestamp + APPEAL_PERIOD);
        emit AppealPossible(disputeId, trial.arbitrable);
    }

    function appeal(uint256 disputeId, bytes calldata extraData) external payable {
        Trial storage trial = _trials[disputeId];
        if (msg.sender != address(trial.arbitrable)) revert NotArbitrable(msg.sender);
        if (trial.status != DisputeStatus.Appealable) revert InvalidStatus(trial.status);
        if (block.timestamp >= trial.appealEnd) revert OutsideAppealPeriod();
        uint256 needed = appealCost(disputeId, extraData);
        if (msg.value < needed) revert InsufficientPayment(msg.value, needed);
        (trial.status, trial.appealStart, trial.appealEnd) = (DisputeStatus.Waiting, 0, 0);
        ++trial.appeals;
        trial.paid += msg.value;
        emit AppealDecision(disputeId, trial.arbitrable);
    }

    /// @notice Makes the ruling final, when its appeal period is over.
    function executeRuling(uint256 disputeId) external {
        Trial storage trial = _trials[disputeId];
        if (trial.status != DisputeStatus.Appealable) revert InvalidStatus(trial.status);
        if (block.timestamp < trial.appealEnd) revert OutsideAppealPeriod();
        trial.status = DisputeStatus.Solved;
        trial.arbitrable.rule(disputeId, trial.ruling);
    }

    function arbitrationCost(bytes calldata) public view returns (uint256) {
        return cost;
    }

    function appealCost(uint256 disputeId, bytes calldata) public view returns (uint256) {
        return cost << (1 + _trials[disputeId].appeals);
    }

    function appealPeriod(uint256 disputeId) external view returns (uint256 start, uint256 end) {
        return (_trials[disputeId].appealStart, _trials[disputeId].appealEnd);
    }

    function disputeStatus(uint256 disputeId) external view returns (DisputeStatus status) {
        return _trials[disputeId].status;
    }

    function currentRuling(uint256 disputeId) external view returns (uint256 ruling) {
        return _trials[disputeId].ruling;
    }

    /// @notice All that is known of a dispute.
    function trialOf(uint256 disputeId) external view returns (Trial memory) {
        return _trials[disputeId];
    }
}
