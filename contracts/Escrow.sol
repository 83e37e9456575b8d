// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {Holding, HoldingLib} from "./libraries/Holding.sol";
import {Push} from "./libraries/Push.sol";
import {Terms} from "./libraries/Terms.sol";

/// @title  Escrow
/// @notice See `IEscrow`.
/// @dev    Every call that moves a deal goes the same way: the deal is found by the digest of its terms, the selection
///         is proven against its root, authority is checked, the new state is stored, the event is emitted, and only
///         then is money sent, payment by payment. What can't change now is skipped; if nothing can, the call reverts.
contract Escrow is IEscrow, EIP712, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeERC20 for IERC20;
    using Terms for *;

    /// @notice While a milestone is delivered and in inspection.
    struct Clock {
        State state;
        uint40 ends;
    }

    uint256 private constant MAX_MILESTONES = 128;
    uint256 private constant MAX_PAYOUTS = 8;
    uint256 private constant MAX_BPS = 10_000;
    uint256 private constant MAX_PERIOD = 365 days;
    uint256 private constant MAX_DEADLINE = 3650 days;
    bytes32 private constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)");

    /// @dev The domain of deal ids never changes; signatures of actions use the live one.
    bytes32 private immutable _DEAL_DOMAIN;

    mapping(bytes32 id => Holding) private _holdings;
    mapping(bytes32 id => mapping(uint256 index => Clock)) private _clocks;
    mapping(address token => mapping(address owner => uint256)) private _credits;

    constructor() EIP712("Escrow", "1") {
        _DEAL_DOMAIN = _domainSeparatorV4();
    }

    // ------------------------------------------------------------------------------------------------ funding

    /// @inheritdoc IEscrow
    function open(Deal calldata deal, Milestone[] calldata milestones)
        external
        payable
        nonReentrant
        returns (bytes32 id)
    {
        _checkDeal(deal);
        uint256 total = _checkMilestones(milestones);
        bytes32 root = milestones.root();
        if (root != deal.milestones) revert RootMismatch(root, deal.milestones);
        id = dealId(deal);
        if (_holdings[id].exists()) revert DealExists(id);

        _holdings[id] = HoldingLib.opened(total);
        emit Opened(id, deal.payer, deal, milestones);
        _pull(deal.token, total);
    }

    // ------------------------------------------------------------------------------------------------ settling

    /// @inheritdoc IEscrow
    function attest(
        Deal calldata deal,
        Selection calldata selection,
        uint128 milestones,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external nonReentrant {
        (bytes32 id, Holding stored, Milestone[] calldata selected) = _find(deal, selection);
        _checkAttestation(deal.attestor, id, milestones, evidence, validUntil, signature);

        uint256 fulfilled;
        uint256 amount;
        for (uint256 i = 0; i < selected.length; ++i) {
            Milestone calldata milestone = selected[i];
            uint256 bit = 1 << milestone.index;
            if ((stored.settled() | fulfilled) & bit != 0) continue;
            if (block.timestamp >= milestone.deadline) continue;
            if (_clock(id, stored, milestone.index).state == State.Delivered) continue;
            if (milestones & bit == 0) revert NotAttested(milestone.index, milestones);
            fulfilled |= bit;
            amount += milestone.amount();
        }
        if (fulfilled == 0) revert NothingToDo(id);

        emit Delivered(id, uint128(fulfilled), evidence);
        if (deal.inspectionPeriod == 0) {
            _settle(id, stored, selected, fulfilled, amount);
            _pay(id, deal.token, selected, fulfilled, amount, Reason.Attested);
        } else {
            _inspect(id, stored, selected, fulfilled, block.timestamp + deal.inspectionPeriod);
        }
    }

    /// @inheritdoc IEscrow
    function release(Deal calldata deal, Selection calldata selection) external nonReentrant {
        (bytes32 id, Holding stored, Milestone[] calldata selected) = _find(deal, selection);
        if (msg.sender != deal.payer) revert NotPayer(msg.sender, deal.payer);

        uint256 chosen;
        uint256 amount;
        for (uint256 i = 0; i < selected.length; ++i) {
            Milestone calldata milestone = selected[i];
            uint256 bit = 1 << milestone.index;
            if ((stored.settled() | chosen) & bit != 0) continue;
            chosen |= bit;
            amount += milestone.amount();
        }
        _settle(id, stored, selected, chosen, amount);
        _pay(id, deal.token, selected, chosen, amount, Reason.Released);
    }

    /// @inheritdoc IEscrow
    function refund(Deal calldata deal, Selection calldata selection) external nonReentrant {
        (bytes32 id, Holding stored, Milestone[] calldata selected) = _find(deal, selection);

        uint256 chosen;
        uint256 amount;
        for (uint256 i = 0; i < selected.length; ++i) {
            Milestone calldata milestone = selected[i];
            uint256 bit = 1 << milestone.index;
            if ((stored.settled() | chosen) & bit != 0) continue;
            address payee = milestone.payouts[0].to;
            if (msg.sender != payee) revert NotPayee(msg.sender, payee, milestone.index);
            chosen |= bit;
            amount += milestone.amount();
        }
        _settle(id, stored, selected, chosen, amount);
        _return(id, deal, chosen, amount, Reason.Refunded);
    }

    /// @inheritdoc IEscrow
    function conclude(Deal calldata deal, Selection calldata selection) external nonReentrant {
        (bytes32 id, Holding stored, Milestone[] calldata selected) = _find(deal, selection);

        uint256 inspected;
        uint256 paid;
        uint256 expired;
        uint256 returned;
        for (uint256 i = 0; i < selected.length; ++i) {
            Milestone calldata milestone = selected[i];
            uint256 bit = 1 << milestone.index;
            if ((stored.settled() | inspected | expired) & bit != 0) continue;
            Clock memory clock = _clock(id, stored, milestone.index);
            if (clock.state == State.Delivered) {
                if (block.timestamp < clock.ends) continue;
                inspected |= bit;
                paid += milestone.amount();
            } else if (block.timestamp >= milestone.deadline) {
                expired |= bit;
                returned += milestone.amount();
            }
        }
        _settle(id, stored, selected, inspected | expired, paid + returned);
        if (inspected != 0) _pay(id, deal.token, selected, inspected, paid, Reason.InspectionOver);
        if (expired != 0) _return(id, deal, expired, returned, Reason.DeadlinePassed);
    }

    /// @inheritdoc IEscrow
    function claim(address token, address owner, address to) external nonReentrant {
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
    function dealId(Deal calldata deal) public view returns (bytes32 id) {
        return MessageHashUtils.toTypedDataHash(_DEAL_DOMAIN, deal.hash());
    }

    /// @inheritdoc IEscrow
    function status(bytes32 id, uint8 index) external view returns (State state, uint40 ends) {
        Holding stored = _holdings[id];
        if (!stored.exists()) return (State.None, 0);
        if (stored.settled() & (1 << index) != 0) return (State.Settled, 0);
        Clock memory clock = _clock(id, stored, index);
        return clock.state == State.None ? (State.Open, 0) : (clock.state, clock.ends);
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

    // ------------------------------------------------------------------------------------------------ checks

    function _checkDeal(Deal calldata deal) private view {
        if (deal.payer == address(0) || deal.payer == address(this)) revert InvalidPayer(deal.payer);
        if (deal.inspectionPeriod > MAX_PERIOD) revert InvalidPeriod(deal.inspectionPeriod, MAX_PERIOD);
        if (deal.arbitrationPeriod > MAX_PERIOD) revert InvalidPeriod(deal.arbitrationPeriod, MAX_PERIOD);
        if (deal.lapseBps > MAX_BPS) revert InvalidShare(deal.lapseBps);
        if (deal.arbiter == address(0)) {
            if (deal.inspectionPeriod != 0) revert InspectionWithoutArbiter(deal.inspectionPeriod);
        } else {
            if (deal.arbitrationPeriod == 0) revert ArbiterWithoutPeriod(deal.arbiter);
        }
    }

    function _checkMilestones(Milestone[] calldata milestones) private view returns (uint256 total) {
        uint256 count = milestones.length;
        if (count == 0 || count > MAX_MILESTONES) revert InvalidMilestoneCount(count);
        for (uint256 i = 0; i < count; ++i) {
            Milestone calldata milestone = milestones[i];
            if (milestone.index != i) revert InvalidIndex(milestone.index, i);
            if (milestone.deadline <= block.timestamp || milestone.deadline > block.timestamp + MAX_DEADLINE) {
                revert InvalidDeadline(i, milestone.deadline, block.timestamp);
            }
            total += _checkPayouts(i, milestone.payouts);
        }
        if (total > HoldingLib.MAX_HELD) revert TotalTooLarge(total);
    }

    function _checkPayouts(uint256 index, Payout[] calldata payouts) private view returns (uint256 sum) {
        uint256 count = payouts.length;
        if (count == 0 || count > MAX_PAYOUTS) revert InvalidPayoutCount(index, count);
        for (uint256 i = 0; i < count; ++i) {
            Payout calldata payout = payouts[i];
            if (payout.to == address(0) || payout.to == address(this)) revert InvalidRecipient(payout.to);
            if (payout.amount == 0) revert ZeroPayout(index, i);
            sum += payout.amount;
        }
    }

    /// @dev The key first, then the contract: an account that EIP-7702 gave code keeps signing with its key. A zero
    ///      attestor recovers from nothing and has no code, so nobody speaks for it.
    function _checkAttestation(
        address attestor,
        bytes32 id,
        uint128 milestones,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) private view {
        if (block.timestamp >= validUntil) revert AttestationExpired(validUntil, block.timestamp);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, id, milestones, evidence, validUntil)));
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && signer == attestor) return;
        if (SignatureChecker.isValidERC1271SignatureNowCalldata(attestor, digest, signature)) return;
        revert InvalidAttestation(attestor);
    }

    // ------------------------------------------------------------------------------------------------ effects

    /// @dev Finds a deal by its terms, and proves that the selected milestones are its own.
    function _find(Deal calldata deal, Selection calldata selection)
        private
        view
        returns (bytes32 id, Holding stored, Milestone[] calldata selected)
    {
        id = dealId(deal);
        stored = _holdings[id];
        if (!stored.exists()) revert DealNotFound(id);
        bytes32 root = selection.root();
        if (root != deal.milestones) revert RootMismatch(root, deal.milestones);
        selected = selection.milestones;
    }

    function _clock(bytes32 id, Holding stored, uint256 index) private view returns (Clock memory clock) {
        if (stored.isClocked()) clock = _clocks[id][index];
    }

    function _inspect(bytes32 id, Holding stored, Milestone[] calldata milestones, uint256 chosen, uint256 ends)
        private
    {
        _holdings[id] = stored.clocked();
        for (uint256 i = 0; i < milestones.length; ++i) {
            uint256 index = milestones[i].index;
            // forge-lint: disable-next-line(unsafe-typecast) a time below 2**40 and a period of at most a year
            if (chosen & (1 << index) != 0) _clocks[id][index] = Clock(State.Delivered, uint40(ends));
        }
    }

    function _settle(bytes32 id, Holding stored, Milestone[] calldata milestones, uint256 chosen, uint256 amount)
        private
    {
        if (chosen == 0) revert NothingToDo(id);
        _holdings[id] = stored.settle(chosen, amount);
        if (!stored.isClocked()) return;
        for (uint256 i = 0; i < milestones.length; ++i) {
            uint256 index = milestones[i].index;
            if (chosen & (1 << index) != 0) delete _clocks[id][index];
        }
    }

    // ------------------------------------------------------------------------------------------------ interactions

    /// @dev Takes exactly `total` from the sender. What arrived is measured, not believed.
    function _pull(address token, uint256 total) private {
        uint256 value = token == address(0) ? total : 0;
        if (msg.value != value) revert InvalidValue(msg.value, value);
        if (token == address(0)) return;

        if (token.code.length == 0) revert InvalidToken(token);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), total);
        uint256 received = IERC20(token).balanceOf(address(this)).saturatingSub(before);
        if (received < total) revert TokenShortfall(token, received, total);
    }

    /// @dev Pays the chosen milestones to their payees. A bit is spent as it is paid, so that a milestone that is
    ///      selected twice is paid once.
    function _pay(
        bytes32 id,
        address token,
        Milestone[] calldata milestones,
        uint256 chosen,
        uint256 amount,
        Reason reason
    ) private {
        emit Settled(id, uint128(chosen), uint128(amount), 0, reason);
        for (uint256 i = 0; i < milestones.length; ++i) {
            uint256 bit = 1 << milestones[i].index;
            if (chosen & bit == 0) continue;
            chosen ^= bit;
            Payout[] calldata payouts = milestones[i].payouts;
            for (uint256 j = 0; j < payouts.length; ++j) {
                _push(token, payouts[j].to, payouts[j].amount);
            }
        }
    }

    /// @dev Returns milestones to the payer, in one payment.
    function _return(bytes32 id, Deal calldata deal, uint256 chosen, uint256 amount, Reason reason) private {
        emit Settled(id, uint128(chosen), 0, uint128(amount), reason);
        _push(deal.token, deal.payer, amount);
    }

    /// @dev Sends, or leaves a credit for `claim`.
    function _push(address token, address to, uint256 amount) private {
        if (Push.tryPush(token, to, amount)) return;
        _credits[token][to] += amount;
        emit Credited(token, to, amount);
    }
}
