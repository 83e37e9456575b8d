// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";
import {Typed} from "./Typed.sol";

/// @notice Every word that can be signed: a deal in which it counts, whose word it is, and who carries it how.
/// @dev    Each word is about milestone 0 unless a test says otherwise, and each deal is one of its own.
abstract contract SignedFixture is Fixture {
    /// @notice The EIP-712 types of the escrow's messages.
    enum Word {
        Attestation,
        Release,
        Refund,
        Revocation,
        PayerDispute,
        PayeeDispute,
        PayerSettlement,
        PayeeSettlement,
        Ruling
    }

    /// @notice What is said, and about what it is brought.
    struct Saying {
        uint128 selected;
        uint128 named;
        uint128 toPayees;
        uint40 validUntil;
        bytes signature;
    }

    uint256 internal constant WORDS = 9;
    uint128 internal constant TO_PAYEES = 400;
    /// @notice The order of the curve secp256k1.
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    uint256 private _salt;

    // ------------------------------------------------------------------------------------------------ deals

    /// @notice A draft of a deal in which the word can count.
    function _draftFor(Word word) internal returns (Case memory c) {
        vm.warp(START);
        c = _draft(address(token));
        c.deal.conditions.salt = ++_salt;
        if (word == Word.PayerDispute || word == Word.Ruling) c.deal.inspectionPeriod = INSPECTION;
    }

    /// @notice Funds a draft, and brings it to where the word counts for all of its milestones.
    function _prepare(Word word, Case memory c) internal returns (Case memory) {
        _fund(c);
        if (word == Word.PayeeDispute) vm.warp(REVOCABLE_UNTIL);
        if (word == Word.PayerDispute || word == Word.Ruling) _attest(c, ALL);
        if (word == Word.Ruling) _dispute(c, ALL, c.deal.payer);
        return c;
    }

    function _ready(Word word) internal returns (Case memory) {
        return _prepare(word, _draftFor(word));
    }

    /// @notice Puts somebody else in the place of the one whose word it is.
    function _appoint(Word word, Case memory c, address signer) internal pure {
        if (word == Word.Attestation) c.deal.attestor = signer;
        else if (word == Word.Ruling) c.deal.conditions.arbiter = signer;
        else if (_isPayers(word)) c.deal.payer = signer;
        else c.milestones[0].payouts[0].to = signer;
    }

    function _signer(Word word, Case memory c) internal pure returns (address) {
        if (word == Word.Attestation) return c.deal.attestor;
        if (word == Word.Ruling) return c.deal.conditions.arbiter;
        return _isPayers(word) ? c.deal.payer : c.milestones[0].payouts[0].to;
    }

    function _isPayers(Word word) internal pure returns (bool) {
        if (word == Word.Release || word == Word.PayerSettlement) return true;
        return word == Word.Revocation || word == Word.PayerDispute;
    }

    // ------------------------------------------------------------------------------------------------ words

    /// @notice What is said of milestone 0, still to be signed.
    function _saying() internal pure returns (Saying memory) {
        return Saying(M0, M0, TO_PAYEES, VALID_UNTIL, "");
    }

    function _structHash(Word word, bytes32 id, Saying memory said) internal pure returns (bytes32) {
        if (word == Word.Attestation) return Typed.attestation(id, said.named, EVIDENCE, said.validUntil);
        if (_isSplit(word)) {
            uint8 index = uint8(_indices(said.named)[0]);
            return Typed.split(_typehash(word), id, index, said.toPayees, said.validUntil);
        }
        return Typed.consent(_typehash(word), id, said.named, said.validUntil);
    }

    function _isSplit(Word word) internal pure returns (bool) {
        return word == Word.PayerSettlement || word == Word.PayeeSettlement || word == Word.Ruling;
    }

    function _typehash(Word word) private pure returns (bytes32) {
        if (word == Word.Release) return Typed.RELEASE;
        if (word == Word.Refund) return Typed.REFUND;
        if (word == Word.Revocation) return Typed.REVOCATION;
        if (word == Word.PayerDispute) return Typed.PAYER_DISPUTE;
        if (word == Word.PayeeDispute) return Typed.PAYEE_DISPUTE;
        if (word == Word.PayerSettlement) return Typed.PAYER_SETTLEMENT;
        return word == Word.PayeeSettlement ? Typed.PAYEE_SETTLEMENT : Typed.RULING;
    }

    /// @notice Signs the word as it is said, with a key.
    function _say(Word word, Case memory c, Saying memory said, uint256 key) internal view returns (Saying memory) {
        said.signature = _sign(key, _live(_structHash(word, c.id, said)));
        return said;
    }

    /// @notice The word about milestone 0, signed by the one whose word it is.
    function _said(Word word, Case memory c) internal view returns (Saying memory) {
        return _say(word, c, _saying(), _keyFor(_signer(word, c)));
    }

    // ------------------------------------------------------------------------------------------------ carrying

    /// @notice A stranger brings a word. One side of a settlement brings that of the other.
    function _carry(Word word, Case memory c, Saying memory said) internal {
        address carrier = stranger;
        if (word == Word.PayerSettlement) carrier = c.milestones[0].payouts[0].to;
        if (word == Word.PayeeSettlement) carrier = c.deal.payer;
        _carry(word, c, said, carrier);
    }

    function _carry(Word word, Case memory c, Saying memory said, address carrier) internal {
        Selection memory s = _select(c, said.selected);
        IEscrowTypes.Key memory key = _key(c);
        IEscrowTypes.Consent memory consent = IEscrowTypes.Consent(said.named, said.validUntil, said.signature);
        vm.prank(carrier);
        if (word == Word.Attestation) {
            escrow.attest(key, s.payouts, s.proof, said.named, EVIDENCE, said.validUntil, said.signature);
        } else if (word == Word.Release) {
            escrow.releaseWithSignature(key, s.payouts, s.proof, consent);
        } else if (word == Word.Refund) {
            escrow.refundWithSignature(key, s.payouts, s.proof, consent);
        } else if (word == Word.Revocation) {
            escrow.revokeWithSignature(c.deal, s.payouts, s.proof, consent);
        } else if (_isSplit(word)) {
            _carrySplit(word, c, s, said);
        } else {
            escrow.disputeWithSignature(c.deal, s.payouts, s.proof, _signer(word, c), consent);
        }
    }

    function _carrySplit(Word word, Case memory c, Selection memory s, Saying memory said) private {
        (uint128 toPayees, uint40 until, bytes memory word_) = (said.toPayees, said.validUntil, said.signature);
        if (word == Word.Ruling) escrow.ruleWithSignature(c.deal, s.payouts, s.proof, toPayees, until, word_);
        else if (word == Word.PayerSettlement) escrow.settle(_key(c), s.payouts, s.proof, toPayees, until, word_, "");
        else escrow.settle(_key(c), s.payouts, s.proof, toPayees, until, "", word_);
    }

    // ------------------------------------------------------------------------------------------------ facts

    /// @notice Where the word leads a milestone.
    function _stateAfter(Word word) internal pure returns (IEscrowTypes.State) {
        bool disputes = word == Word.PayerDispute || word == Word.PayeeDispute;
        return disputes ? IEscrowTypes.State.Disputed : IEscrowTypes.State.Settled;
    }

    function assertDone(Word word, Case memory c) internal view {
        (IEscrowTypes.State state,) = escrow.status(c.id, 0);
        assertEq(uint256(state), uint256(_stateAfter(word)), "the word counts");
    }

    function assertRefused(Word word, Case memory c, Saying memory said) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, _signer(word, c)));
        _carry(word, c, said);
    }
}
