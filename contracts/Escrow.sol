// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Funding} from "./Funding.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {Clock, ClockLib} from "./libraries/Clock.sol";
import {Holding} from "./libraries/Holding.sol";
import {Messages} from "./libraries/Messages.sol";
import {Part, PartLib} from "./libraries/Part.sol";
import {Terms} from "./libraries/Terms.sol";

/// @title  Escrow
/// @notice See `IEscrow`.
/// @dev    Every call that moves a deal goes the same way: the deal is found by the digest of its terms and of the root
///         that the selection proves, authority is checked, the new state is stored, the event is emitted, and only
///         then is money sent, payment by payment. What can't change now is skipped; if nothing can, the call reverts.
contract Escrow is Funding {
    using Messages for *;
    using PartLib for Part[];
    using Terms for *;

    /// @dev What a sender says needs no bitmap: the selection is the word.
    uint128 private constant ALL = type(uint128).max;

    // ------------------------------------------------------------------------------------------------ attest

    /// @inheritdoc IEscrow
    function attest(
        Key calldata key,
        Payout[] calldata payouts,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove();
        _attest(key, root, parts, attested, evidence, validUntil, signature);
    }

    /// @inheritdoc IEscrow
    function attest(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        _attest(key, root, parts, attested, evidence, validUntil, signature);
    }

    function _attest(
        Key calldata key,
        bytes32 root,
        Part[] memory parts,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) private {
        (bytes32 id, Holding stored) = _find(key.hash(root));
        _requireSigned(key.attestor, Messages.attestation(id, attested, evidence, validUntil), validUntil, signature);

        uint256 chosen;
        uint256 amount;
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (!_isOpen(id, stored, part) || block.timestamp >= part.deadline()) continue;
            chosen |= part.bit();
            amount += part.amount();
        }
        _requireNamed(chosen, attested);

        if (key.inspectionPeriod == 0) {
            _settle(id, stored, parts, chosen, amount);
            emit Delivered(id, uint128(chosen), evidence, uint128(amount));
            _pay(key.token, parts, chosen);
        } else {
            _wind(id, stored, parts, chosen, ClockLib.inspection(block.timestamp + key.inspectionPeriod));
            emit Delivered(id, uint128(chosen), evidence, 0);
        }
    }

    // ------------------------------------------------------------------------------------------------ release

    /// @inheritdoc IEscrow
    function release(Key calldata key, Payout[] calldata payouts) external {
        (bytes32 root, Part[] memory parts) = payouts.prove();
        _release(key, root, parts);
    }

    /// @inheritdoc IEscrow
    function release(Key calldata key, Payout[] calldata payouts, bytes32[] calldata proof) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        _release(key, root, parts);
    }

    /// @inheritdoc IEscrow
    function releaseWithSignature(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        Consent calldata consent
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(key.hash(root));
        _requireConsent(key.payer, Messages.RELEASE, id, consent);
        _release(id, stored, parts, key.token, consent.milestones);
    }

    function _release(Key calldata key, bytes32 root, Part[] memory parts) private {
        (bytes32 id, Holding stored) = _find(key.hash(root));
        if (msg.sender != key.payer) revert NotPayer(msg.sender, key.payer);
        _release(id, stored, parts, key.token, ALL);
    }

    function _release(bytes32 id, Holding stored, Part[] memory parts, address token, uint256 named) private {
        uint256 chosen;
        uint256 amount;
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (stored.isSettled(part.bit())) continue;
            chosen |= part.bit();
            amount += part.amount();
        }
        _requireNamed(chosen, named);
        _settle(id, stored, parts, chosen, amount);
        emit Released(id, uint128(chosen), uint128(amount));
        _pay(token, parts, chosen);
    }

    // ------------------------------------------------------------------------------------------------ refund

    /// @inheritdoc IEscrow
    function refund(Key calldata key, Payout[] calldata payouts) external {
        (bytes32 root, Part[] memory parts) = payouts.prove();
        (bytes32 id, Holding stored) = _find(key.hash(root));
        _refund(id, stored, parts, key, msg.sender, ALL);
    }

    /// @inheritdoc IEscrow
    function refund(Key calldata key, Payout[] calldata payouts, bytes32[] calldata proof) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(key.hash(root));
        _refund(id, stored, parts, key, msg.sender, ALL);
    }

    /// @inheritdoc IEscrow
    function refundWithSignature(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        Consent calldata consent
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(key.hash(root));
        address payee = parts.at(0).payee();
        _requireConsent(payee, Messages.REFUND, id, consent);
        _refund(id, stored, parts, key, payee, consent.milestones);
    }

    function _refund(bytes32 id, Holding stored, Part[] memory parts, Key calldata key, address speaker, uint256 named)
        private
    {
        uint256 chosen;
        uint256 amount;
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (stored.isSettled(part.bit())) continue;
            _requirePayee(speaker, part);
            chosen |= part.bit();
            amount += part.amount();
        }
        _requireNamed(chosen, named);
        _settle(id, stored, parts, chosen, amount);
        emit Refunded(id, uint128(chosen), uint128(amount));
        _push(key.token, key.payer, amount);
    }

    // ------------------------------------------------------------------------------------------------ revoke

    /// @inheritdoc IEscrow
    function revoke(Deal calldata deal, Payout[] calldata payouts, bytes32[] calldata proof) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(deal.hash(root));
        if (msg.sender != deal.payer) revert NotPayer(msg.sender, deal.payer);
        _revoke(id, stored, parts, deal, ALL);
    }

    /// @inheritdoc IEscrow
    function revokeWithSignature(
        Deal calldata deal,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        Consent calldata consent
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(deal.hash(root));
        _requireConsent(deal.payer, Messages.REVOCATION, id, consent);
        _revoke(id, stored, parts, deal, consent.milestones);
    }

    function _revoke(bytes32 id, Holding stored, Part[] memory parts, Deal calldata deal, uint256 named) private {
        uint256 chosen;
        uint256 amount;
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (!_isOpen(id, stored, part) || block.timestamp >= deal.conditions.revocableUntil) continue;
            chosen |= part.bit();
            amount += part.amount();
        }
        _requireNamed(chosen, named);
        _settle(id, stored, parts, chosen, amount);
        emit Revoked(id, uint128(chosen), uint128(amount));
        _push(deal.token, deal.payer, amount);
    }

    // ------------------------------------------------------------------------------------------------ settle

    /// @inheritdoc IEscrow
    function settle(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 toPayees,
        uint40 validUntil,
        bytes calldata payerSignature,
        bytes calldata payeeSignature
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(key.hash(root));
        Part part = _one(parts);
        uint8 index = part.index();
        address payee = part.payee();
        if (msg.sender != key.payer) {
            bytes32 message = Messages.split(Messages.PAYER_SETTLEMENT, id, index, toPayees, validUntil);
            _requireSigned(key.payer, message, validUntil, payerSignature);
        }
        if (msg.sender != payee) {
            bytes32 message = Messages.split(Messages.PAYEE_SETTLEMENT, id, index, toPayees, validUntil);
            _requireSigned(payee, message, validUntil, payeeSignature);
        }

        if (stored.isSettled(part.bit())) revert NothingToDo(id);
        _settle(id, stored, parts, part.bit(), part.amount());
        emit Agreed(id, index, toPayees, _rest(part, toPayees));
        _split(key.token, key.payer, part, toPayees);
    }

    // ------------------------------------------------------------------------------------------------ dispute

    /// @inheritdoc IEscrow
    function dispute(Deal calldata deal, Payout[] calldata payouts, bytes32[] calldata proof) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(deal.hash(root));
        _dispute(id, stored, parts, deal, msg.sender, ALL);
    }

    /// @inheritdoc IEscrow
    function disputeWithSignature(
        Deal calldata deal,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        address by,
        Consent calldata consent
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(deal.hash(root));
        bytes32 typehash = by == deal.payer ? Messages.PAYER_DISPUTE : Messages.PAYEE_DISPUTE;
        _requireConsent(by, typehash, id, consent);
        _dispute(id, stored, parts, deal, by, consent.milestones);
    }

    /// @dev The payer disputes what is delivered, a payee what is open. So the payees' share of a lapse, which is for
    ///      what had been delivered, follows from who disputed.
    function _dispute(bytes32 id, Holding stored, Part[] memory parts, Deal calldata deal, address by, uint256 named)
        private
    {
        Conditions calldata conditions = deal.conditions;
        if (conditions.arbiter == address(0)) revert NoArbiter(id);
        bool byPayer = by == deal.payer;
        uint256 chosen;
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (byPayer) {
                if (!_isInspected(id, stored, part)) continue;
            } else {
                if (!_isOpen(id, stored, part) || block.timestamp >= part.deadline()) continue;
                if (block.timestamp < conditions.revocableUntil) continue;
                _requirePayee(by, part);
            }
            chosen |= part.bit();
        }
        _requireNamed(chosen, named);
        uint256 ends = block.timestamp + conditions.arbitrationPeriod;
        _wind(id, stored, parts, chosen, ClockLib.arbitration(ends, byPayer ? conditions.lapseBps : 0));
        emit Disputed(id, uint128(chosen), by);
    }

    // ------------------------------------------------------------------------------------------------ rule

    /// @inheritdoc IEscrow
    function rule(Deal calldata deal, Payout[] calldata payouts, bytes32[] calldata proof, uint128 toPayees) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(deal.hash(root));
        if (msg.sender != deal.conditions.arbiter) revert NotArbiter(msg.sender, deal.conditions.arbiter);
        _rule(id, stored, parts, deal, toPayees);
    }

    /// @inheritdoc IEscrow
    function ruleWithSignature(
        Deal calldata deal,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 toPayees,
        uint40 validUntil,
        bytes calldata signature
    ) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(deal.hash(root));
        bytes32 message = Messages.split(Messages.RULING, id, _one(parts).index(), toPayees, validUntil);
        _requireSigned(deal.conditions.arbiter, message, validUntil, signature);
        _rule(id, stored, parts, deal, toPayees);
    }

    function _rule(bytes32 id, Holding stored, Part[] memory parts, Deal calldata deal, uint128 toPayees) private {
        Part part = _one(parts);
        Clock clock = _clock(id, stored, part);
        if (!clock.isDisputed() || block.timestamp >= clock.ends()) revert NothingToDo(id);
        _settle(id, stored, parts, part.bit(), part.amount());
        emit Ruled(id, part.index(), toPayees, _rest(part, toPayees));
        _split(deal.token, deal.payer, part, toPayees);
    }

    /// @dev What is left of a milestone for the payer.
    function _rest(Part part, uint256 toPayees) private pure returns (uint128) {
        if (toPayees > part.amount()) revert InvalidSplit(toPayees, part.amount());
        return uint128(part.amount() - toPayees);
    }

    // ------------------------------------------------------------------------------------------------ conclude

    /// @inheritdoc IEscrow
    function conclude(Key calldata key, Payout[] calldata payouts, bytes32[] calldata proof) external {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        (bytes32 id, Holding stored) = _find(key.hash(root));
        uint256 accepted;
        uint256 expired;
        uint256 lapsed;
        uint256[] memory shares = new uint256[](parts.length);
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (stored.isSettled(part.bit())) continue;
            Clock clock = _clock(id, stored, part);
            if (block.timestamp < (clock.isNone() ? part.deadline() : clock.ends())) continue;
            if (clock.isNone()) expired |= part.bit();
            else if (!clock.isDisputed()) accepted |= part.bit();
            else (lapsed, shares[i]) = (lapsed | part.bit(), part.amount() * clock.lapseBps() / MAX_BPS);
        }
        uint256 chosen = accepted | expired | lapsed;
        _settle(id, stored, parts, chosen, parts.sum(chosen));
        if (accepted != 0) {
            emit Accepted(id, uint128(accepted), uint128(parts.sum(accepted)));
            _pay(key.token, parts, accepted);
        }
        if (expired != 0) {
            uint256 amount = parts.sum(expired);
            emit Expired(id, uint128(expired), uint128(amount));
            _push(key.token, key.payer, amount);
        }
        for (uint256 i = 0; i < parts.length; ++i) {
            Part part = parts.at(i);
            if (lapsed & part.bit() == 0) continue;
            emit Lapsed(id, part.index(), uint128(shares[i]), uint128(part.amount() - shares[i]));
            _split(key.token, key.payer, part, shares[i]);
        }
    }

    // ------------------------------------------------------------------------------------------------ authority

    function _requirePayee(address speaker, Part part) private pure {
        address payee = part.payee();
        if (speaker != payee) revert NotPayee(speaker, payee, part.index());
    }

    function _requireNamed(uint256 chosen, uint256 named) private pure {
        if (chosen & ~named != 0) revert NotSigned(chosen, named);
    }

    function _requireConsent(address signer, bytes32 typehash, bytes32 id, Consent calldata consent) private view {
        bytes32 message = Messages.consent(typehash, id, consent.milestones, consent.validUntil);
        _requireSigned(signer, message, consent.validUntil, consent.signature);
    }

    function _requireSigned(address signer, bytes32 message, uint40 validUntil, bytes calldata signature) private view {
        if (block.timestamp >= validUntil) revert SignatureExpired(validUntil, block.timestamp);
        if (!signer.isSigned(_hashTypedDataV4(message), signature)) revert InvalidSignature(signer);
    }
}
