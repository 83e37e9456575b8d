// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IERC3009Bytes} from "./interfaces/IERC3009Bytes.sol";
import {Ledger} from "./Ledger.sol";
import {HoldingLib} from "./libraries/Holding.sol";
import {Terms} from "./libraries/Terms.sol";

/// @title  Funding
/// @notice The ways to open a deal. All check and record it alike, then take exactly its total, and measure what came.
abstract contract Funding is Ledger, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeERC20 for IERC20;
    using Terms for *;

    uint256 private constant MAX_MILESTONES = 128;
    uint256 private constant MAX_PAYOUTS = 8;
    uint256 private constant MAX_PERIOD = 365 days;
    uint256 private constant MAX_DEADLINE = 3650 days;

    /// @inheritdoc IEscrow
    function open(Deal calldata deal, Payout[] calldata payouts) external payable nonReentrant returns (bytes32 id) {
        uint256 total;
        (id, total) = _record(deal, payouts);
        uint256 value = deal.token == address(0) ? total : 0;
        if (msg.value != value) revert InvalidValue(msg.value, value);
        if (deal.token != address(0)) _pull(deal.token, _balance(deal.token), total);
    }

    /// @inheritdoc IEscrow
    function openWithPermit(
        Deal calldata deal,
        Payout[] calldata payouts,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (bytes32 id) {
        uint256 total;
        (id, total) = _record(deal, payouts);
        uint256 before = _balance(deal.token);
        // A permit that somebody else brought first has done its work: what counts is the allowance.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(deal.token).permit(msg.sender, address(this), total, deadline, v, r, s) {} catch {}
        _pull(deal.token, before, total);
    }

    /// @inheritdoc IEscrow
    function openWithAuthorization(
        Deal calldata deal,
        Payout[] calldata payouts,
        uint256 validAfter,
        uint256 validBefore,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (bytes32 id) {
        uint256 total;
        (id, total) = _record(deal, payouts);
        uint256 before = _balance(deal.token);
        IERC3009(deal.token)
            .receiveWithAuthorization(deal.payer, address(this), total, validAfter, validBefore, id, v, r, s);
        _measure(deal.token, before, total);
    }

    /// @inheritdoc IEscrow
    function openWithAuthorization(
        Deal calldata deal,
        Payout[] calldata payouts,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external nonReentrant returns (bytes32 id) {
        uint256 total;
        (id, total) = _record(deal, payouts);
        uint256 before = _balance(deal.token);
        IERC3009Bytes(deal.token)
            .receiveWithAuthorization(deal.payer, address(this), total, validAfter, validBefore, id, signature);
        _measure(deal.token, before, total);
    }

    // ------------------------------------------------------------------------------------------------ effects

    /// @dev Checks a deal, and records it as funded: the caller must then take `total`. The hashes are of calldata as it
    ///      stands; the event reads every field, and so refuses any that doesn't fit its type.
    function _record(Deal calldata deal, Payout[] calldata payouts) private returns (bytes32 id, uint256 total) {
        _checkDeal(deal);
        total = _checkMilestones(deal.token, payouts);
        (bytes32 root,) = payouts.prove();
        id = _id(deal.hash(root));
        if (_holdings[id].exists()) revert DealExists(id);

        _holdings[id] = HoldingLib.opened(total);
        emit Opened(id, deal.payer, deal, payouts);
    }

    // ------------------------------------------------------------------------------------------------ interactions

    /// @dev Takes tokens that the sender has approved.
    function _pull(address token, uint256 before, uint256 total) private {
        IERC20(token).safeTransferFrom(msg.sender, address(this), total);
        _measure(token, before, total);
    }

    function _balance(address token) private view returns (uint256) {
        if (token.code.length == 0) revert InvalidToken(token);
        return IERC20(token).balanceOf(address(this));
    }

    /// @dev What arrived since the token was first called is measured, not believed.
    function _measure(address token, uint256 before, uint256 total) private view {
        uint256 received = IERC20(token).balanceOf(address(this)).saturatingSub(before);
        if (received < total) revert TokenShortfall(token, received, total);
    }

    // ------------------------------------------------------------------------------------------------ checks

    function _checkDeal(Deal calldata deal) private view {
        Conditions calldata conditions = deal.conditions;
        if (deal.payer == address(0) || deal.payer == address(this)) revert InvalidPayer(deal.payer);
        if (deal.payer == deal.token) revert InvalidPayer(deal.payer);
        if (deal.inspectionPeriod > MAX_PERIOD) revert InvalidPeriod(deal.inspectionPeriod, MAX_PERIOD);
        if (conditions.arbitrationPeriod > MAX_PERIOD) {
            revert InvalidPeriod(conditions.arbitrationPeriod, MAX_PERIOD);
        }
        if (conditions.lapseBps > MAX_BPS) revert InvalidShare(conditions.lapseBps);
        if (conditions.arbiter == address(0)) {
            if (deal.inspectionPeriod != 0) revert InspectionWithoutArbiter(deal.inspectionPeriod);
        } else {
            if (conditions.arbitrationPeriod == 0) revert ArbiterWithoutPeriod(conditions.arbiter);
        }
    }

    /// @dev The milestones are numbered from 0, each has 1 to 8 payouts, and only the first one says its terms.
    function _checkMilestones(address token, Payout[] calldata payouts) private view returns (uint256 total) {
        uint256 count = 0;
        uint256 shares = 0;
        for (uint256 i = 0; i < payouts.length; ++i) {
            Payout calldata payout = payouts[i];
            uint256 deadline = payout.deadline;
            if (payout.milestone == count) {
                if (deadline <= block.timestamp || deadline > block.timestamp + MAX_DEADLINE) {
                    revert InvalidDeadline(count, deadline, block.timestamp);
                }
                (count, shares) = (count + 1, 1);
            } else {
                if (uint256(payout.milestone) + 1 != count) revert InvalidIndex(i, payout.milestone);
                if (deadline != 0 || payout.terms != 0) revert RepeatedTerms(i);
                if (++shares > MAX_PAYOUTS) revert InvalidPayoutCount(count - 1, shares);
            }
            (address to, uint256 amount) = (payout.to, payout.amount);
            if (to == address(0) || to == address(this) || to == token) revert InvalidRecipient(to);
            if (amount == 0) revert ZeroPayout(i);
            total += amount;
        }
        if (count == 0 || count > MAX_MILESTONES) revert InvalidMilestoneCount(count);
        if (total > HoldingLib.MAX_HELD) revert TotalTooLarge(total);
    }
}
