// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {Clock} from "./libraries/Clock.sol";
import {Holding} from "./libraries/Holding.sol";
import {Part, PartLib} from "./libraries/Part.sol";
import {Push} from "./libraries/Push.sol";
import {Terms} from "./libraries/Terms.sol";

/// @title  Ledger
/// @notice What the escrow holds for each deal, where each milestone stands, what is owed to whom, and the ways in
///         which any of it moves: finding a deal, settling its milestones, paying, returning, splitting, claiming.
abstract contract Ledger is IEscrow, EIP712 {
    using SafeERC20 for IERC20;
    using PartLib for Part[];
    using Terms for *;

    uint256 internal constant MAX_BPS = 10_000;

    /// @dev The domain of deal ids never changes; signatures of actions use the live one.
    bytes32 private immutable _DEAL_DOMAIN;

    mapping(bytes32 id => Holding) internal _holdings;
    mapping(bytes32 id => mapping(uint256 index => Clock)) private _clocks;
    mapping(address token => mapping(address owner => uint256)) private _credits;

    constructor() EIP712("Escrow", "1") {
        _DEAL_DOMAIN = _domainSeparatorV4();
    }

    // ------------------------------------------------------------------------------------------------ credits

    /// @inheritdoc IEscrow
    function claim(address token, address owner, address to) external {
        if (to != owner && msg.sender != owner) revert NotOwner(msg.sender, owner);
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        uint256 amount = _credits[token][owner];
        if (amount == 0) revert NothingToClaim(token, owner);

        _credits[token][owner] = 0;
        emit Claimed(token, owner, to, amount);
        if (token == address(0)) Address.sendValue(payable(to), amount);
        else IERC20(token).safeTransfer(to, amount);
    }

    // ------------------------------------------------------------------------------------------------ reading

    /// @inheritdoc IEscrow
    function dealId(Deal calldata deal, bytes32 milestones) external view returns (bytes32 id) {
        return _id(deal.hash(milestones));
    }

    /// @inheritdoc IEscrow
    function keyOf(Deal calldata deal) external pure returns (Key memory key) {
        return Key(deal.payer, deal.token, deal.attestor, deal.inspectionPeriod, deal.conditions.hash());
    }

    /// @inheritdoc IEscrow
    function status(bytes32 id, uint8 index) external view returns (State state, uint40 ends) {
        Holding stored = _holdings[id];
        if (!stored.exists()) return (State.None, 0);
        if (stored.isSettled(1 << index)) return (State.Settled, 0);
        Clock clock = _clocks[id][index];
        return (clock.state(), clock.ends());
    }

    /// @inheritdoc IEscrow
    function holding(bytes32 id) external view returns (uint128 held, uint128 settled) {
        Holding stored = _holdings[id];
        return (stored.held(), stored.settled());
    }

    /// @inheritdoc IEscrow
    function credit(address token, address owner) external view returns (uint256 amount) {
        return _credits[token][owner];
    }

    // ------------------------------------------------------------------------------------------------ finding

    function _id(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_DEAL_DOMAIN, structHash);
    }

    /// @dev The id is the hash of all terms and of the root that a selection proves: a deal that is found is the one
    ///      that was opened, and the selected milestones are its own, each once.
    function _find(bytes32 structHash) internal view returns (bytes32 id, Holding stored) {
        id = _id(structHash);
        stored = _holdings[id];
        if (!stored.exists()) revert DealNotFound(id);
    }

    function _clock(bytes32 id, Holding stored, Part part) internal view returns (Clock) {
        return stored.isClocked() ? _clocks[id][part.index()] : Clock.wrap(0);
    }

    /// @dev Neither delivered, nor disputed, nor settled.
    function _isOpen(bytes32 id, Holding stored, Part part) internal view returns (bool) {
        return !stored.isSettled(part.bit()) && _clock(id, stored, part).isNone();
    }

    /// @dev Delivered, and its inspection goes on.
    function _isInspected(bytes32 id, Holding stored, Part part) internal view returns (bool) {
        Clock clock = _clock(id, stored, part);
        return clock.state() == State.Delivered && block.timestamp < clock.ends();
    }

    /// @dev The one milestone that a call splits.
    function _one(Part[] memory parts) internal pure returns (Part part) {
        if (parts.length != 1) revert InvalidMilestoneCount(parts.length);
        return parts[0];
    }

    // ------------------------------------------------------------------------------------------------ effects

    /// @dev Gives the chosen milestones a clock.
    function _wind(bytes32 id, Holding stored, Part[] memory parts, uint256 chosen, Clock clock) internal {
        if (chosen == 0) revert NothingToDo(id);
        _holdings[id] = stored.clocked();
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (chosen & part.bit() != 0) _clocks[id][part.index()] = clock;
        }
    }

    /// @dev Settles the chosen milestones, of `amount` together, for ever.
    function _settle(bytes32 id, Holding stored, Part[] memory parts, uint256 chosen, uint256 amount) internal {
        if (chosen == 0) revert NothingToDo(id);
        _holdings[id] = stored.settle(chosen, amount);
        if (stored.isClocked()) _stop(id, parts, chosen);
    }

    function _stop(bytes32 id, Part[] memory parts, uint256 chosen) private {
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (chosen & part.bit() != 0) _clocks[id][part.index()] = Clock.wrap(0);
        }
    }

    // ------------------------------------------------------------------------------------------------ interactions

    /// @dev Pays the chosen milestones to their payees.
    function _pay(address token, Part[] memory parts, uint256 chosen) internal {
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (chosen & part.bit() == 0) continue;
            (uint256 place, uint256 end) = part.payouts();
            for (; place < end; place += PartLib.PAYOUT) {
                Payout calldata payout = PartLib.payoutAt(place);
                _push(token, payout.to, payout.amount);
            }
        }
    }

    /// @dev Pays `toPayees` of a milestone to its payees, and the rest to the payer. The payouts after the first are
    ///      paid in proportion, rounded down; the payee takes the remainder.
    function _split(address token, address payer, Part part, uint256 toPayees) internal {
        (uint256 first, uint256 end) = part.payouts();
        uint256 rest = toPayees;
        for (uint256 place = first + PartLib.PAYOUT; place < end; place += PartLib.PAYOUT) {
            Payout calldata payout = PartLib.payoutAt(place);
            uint256 fee = toPayees * payout.amount / part.amount();
            rest -= fee;
            if (fee != 0) _push(token, payout.to, fee);
        }
        if (rest != 0) _push(token, part.payee(), rest);
        if (toPayees != part.amount()) _push(token, payer, part.amount() - toPayees);
    }

    /// @dev Sends, or leaves a credit for `claim`.
    function _push(address token, address to, uint256 amount) internal {
        if (Push.tryPush(token, to, amount)) return;
        _credits[token][to] += amount;
        emit Credited(token, to, amount);
    }
}
