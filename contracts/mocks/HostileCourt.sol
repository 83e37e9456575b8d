// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {ReentrantReceiver} from "./ReentrantReceiver.sol";

/// @notice A court that costs and answers what it was told to, and reenters when a dispute is created or appealed.
contract HostileCourt is IArbitrator, ReentrantReceiver {
    uint256 public cost;
    uint256 public nextDispute;

    function tell(uint256 cost_, uint256 nextDispute_) external {
        (cost, nextDispute) = (cost_, nextDispute_);
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256 disputeId) {
        _reenter();
        return nextDispute;
    }

    function appeal(uint256, bytes calldata) external payable {
        _reenter();
    }

    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return cost;
    }

    function appealCost(uint256, bytes calldata) external view returns (uint256) {
        return cost;
    }

    function appealPeriod(uint256) external pure returns (uint256 start, uint256 end) {
        return (0, type(uint256).max);
    }

    function disputeStatus(uint256) external pure returns (DisputeStatus status) {
        return DisputeStatus.Appealable;
    }

    function currentRuling(uint256) external pure returns (uint256 ruling) {
        return 0;
    }
}
