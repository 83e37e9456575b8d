// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {SignedFixture} from "./SignedFixture.sol";
import {Typed} from "./Typed.sol";

/// @notice Whoever carries a signed word, it does what its signer could have done, in its time and for what it names.
contract SignedTest is SignedFixture {
    // ------------------------------------------------------------------------------------------------ effects

    function test_a_signed_release_pays() public {
        Case memory c = _ready(Word.Release);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Released(c.id, M0, AMOUNT_0);
        _carry(Word.Release, c, _said(Word.Release, c));
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee is paid");
        assertBalance(c, broker, 30, "the fee is paid");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_a_signed_refund_returns() public {
        Case memory c = _ready(Word.Refund);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Refunded(c.id, M0, AMOUNT_0);
        _carry(Word.Refund, c, _said(Word.Refund, c));
        assertBalance(c, payer, AMOUNT_0, "the payer has it back");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_a_signed_revocation_returns() public {
        Case memory c = _ready(Word.Revocation);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Revoked(c.id, M0, AMOUNT_0);
        _carry(Word.Revocation, c, _said(Word.Revocation, c));
        assertBalance(c, payer, AMOUNT_0, "the payer has it back");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_a_signed_dispute_of_the_payer_stops_the_inspection() public {
        Case memory c = _ready(Word.PayerDispute);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Disputed(c.id, M0, payer);
        _carry(Word.PayerDispute, c, _said(Word.PayerDispute, c));
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + ARBITRATION);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertHolding(c, TOTAL, 0);
    }

    function test_a_signed_dispute_of_the_payee_stops_the_deadline() public {
        Case memory c = _ready(Word.PayeeDispute);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Disputed(c.id, M0, payee);
        _carry(Word.PayeeDispute, c, _said(Word.PayeeDispute, c));
        assertStatus(c, 0, IEscrowTypes.State.Disputed, REVOCABLE_UNTIL + ARBITRATION);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
        assertHolding(c, TOTAL, 0);
    }

    function test_a_signed_ruling_splits() public {
        Case memory c = _ready(Word.Ruling);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Ruled(c.id, 0, TO_PAYEES, AMOUNT_0 - TO_PAYEES);
        _carry(Word.Ruling, c, _said(Word.Ruling, c));
        uint256 fee = uint256(TO_PAYEES) * 30 / AMOUNT_0;
        assertBalance(c, payee, TO_PAYEES - fee, "the payee has the rest of the share");
        assertBalance(c, broker, fee, "the fee is in proportion");
        assertBalance(c, payer, AMOUNT_0 - TO_PAYEES, "the payer has the rest");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_a_word_changes_no_other_milestone() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            (IEscrowTypes.State before, uint40 ends) = escrow.status(c.id, 1);
            _carry(word, c, _said(word, c));
            assertStatus(c, 1, before, ends);
            assertStatus(c, 2, before, ends);
        }
    }

    // ------------------------------------------------------------------------------------------------ carriers

    function test_anybody_may_carry_it() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            if (word == Word.PayerSettlement || word == Word.PayeeSettlement) continue; // the sender is a side of it
            uint256[7] memory keys = _keys();
            for (uint256 k = 0; k < keys.length; ++k) {
                Case memory c = _ready(word);
                _carry(word, c, _said(word, c), vm.addr(keys[k]));
                assertDone(word, c);
            }
            Case memory last = _ready(word);
            _carry(word, last, _said(word, last), address(new TestWallet(stranger)));
            assertDone(word, last);
        }
    }

    function test_reverts_when_anybody_but_the_right_one_signed() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            uint256[7] memory keys = _keys();
            for (uint256 k = 0; k < keys.length; ++k) {
                if (vm.addr(keys[k]) == _signer(word, c)) continue;
                assertRefused(word, c, _say(word, c, _saying(), keys[k]));
            }
            _carry(word, c, _said(word, c));
            assertDone(word, c);
        }
    }

    // ------------------------------------------------------------------------------------------------ times

    function test_counts_until_the_second_before_its_time_is_over() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _saying();
            uint40 end = uint40(block.timestamp) + 1 hours;
            said.validUntil = end;
            _say(word, c, said, _keyFor(_signer(word, c)));
            for (uint256 late = 0; late < 2; ++late) {
                vm.warp(end + late);
                vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.SignatureExpired.selector, end, end + late));
                _carry(word, c, said);
            }
            vm.warp(end - 1);
            _carry(word, c, said);
            assertDone(word, c);
        }
    }

    function test_an_expired_word_of_anybody_is_called_expired() public {
        Case memory c = _ready(Word.Release);
        Saying memory said = _say(Word.Release, c, _saying(), STRANGER_KEY);
        vm.warp(VALID_UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.SignatureExpired.selector, VALID_UNTIL, VALID_UNTIL));
        _carry(Word.Release, c, said);
    }

    // ------------------------------------------------------------------------------------------------ bitmaps

    function _aboutSeveral() private pure returns (Word[6] memory) {
        return [Word.Attestation, Word.Release, Word.Refund, Word.Revocation, Word.PayerDispute, Word.PayeeDispute];
    }

    function test_reverts_when_a_selected_milestone_is_not_named() public {
        Word[6] memory words = _aboutSeveral();
        for (uint256 i = 0; i < words.length; ++i) {
            Case memory c = _ready(words[i]);
            Saying memory said = _said(words[i], c);
            said.selected = M0 | M2;
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M0 | M2, M0));
            _carry(words[i], c, said);
            said.selected = M2;
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M2, M0));
            _carry(words[i], c, said);
        }
    }

    function test_a_word_that_names_nothing_does_nothing() public {
        Case memory c = _ready(Word.Release);
        Saying memory said = _saying();
        said.named = 0;
        _say(Word.Release, c, said, PAYER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M0, 0));
        _carry(Word.Release, c, said);
    }

    function test_a_milestone_that_is_skipped_need_not_be_named() public {
        Word[6] memory words = _aboutSeveral();
        for (uint256 i = 0; i < words.length; ++i) {
            Case memory c = _ready(words[i]);
            _release(c, M1);
            Saying memory said = _saying();
            (said.selected, said.named) = (ALL, M0);
            _say(words[i], c, said, _keyFor(_signer(words[i], c)));
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M0 | M2, M0));
            _carry(words[i], c, said);

            _release(c, M2);
            _carry(words[i], c, said);
            assertDone(words[i], c);
        }
    }

    function test_a_word_may_be_carried_in_parts() public {
        Word[6] memory words = _aboutSeveral();
        for (uint256 i = 0; i < words.length; ++i) {
            Case memory c = _ready(words[i]);
            Saying memory said = _saying();
            (said.selected, said.named) = (M2, M0 | M2);
            _say(words[i], c, said, _keyFor(_signer(words[i], c)));
            _carry(words[i], c, said);
            said.selected = M0 | M2;
            _carry(words[i], c, said);
            assertDone(words[i], c);
        }
    }

    function test_a_split_is_of_one_milestone() public {
        Case memory c = _ready(Word.Ruling);
        Saying memory said = _said(Word.Ruling, c);
        said.selected = M0 | M2;
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 2));
        _carry(Word.Ruling, c, said);
    }

    // ------------------------------------------------------------------------------------------------ payees

    function test_a_payee_gives_back_only_what_is_the_payees_own() public {
        Case memory c = _ready(Word.Refund);
        Saying memory said = _saying();
        (said.selected, said.named) = (ALL, ALL);
        _say(Word.Refund, c, said, PAYEE_KEY);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, payee, otherPayee, 1));
        _carry(Word.Refund, c, said);
    }

    function test_the_payee_of_the_first_milestone_speaks_even_if_it_is_skipped() public {
        Case memory c = _ready(Word.Refund);
        _release(c, M1);
        Selection memory s = _select(c, M1 | M2);
        IEscrowTypes.Consent memory consent = _consent(PAYEE_KEY, Typed.REFUND, c.id, M1 | M2);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, otherPayee));
        escrow.refundWithSignature(_key(c), s.payouts, s.proof, consent);
        consent = _consent(OTHER_PAYEE_KEY, Typed.REFUND, c.id, M1 | M2);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, otherPayee, payee, 2));
        escrow.refundWithSignature(_key(c), s.payouts, s.proof, consent);
    }

    // ------------------------------------------------------------------------------------------------ disputes

    function test_a_stranger_disputes_nothing_with_an_own_signature() public {
        Case memory c = _ready(Word.PayeeDispute);
        Selection memory s = _select(c, M0);
        IEscrowTypes.Consent memory consent = _consent(STRANGER_KEY, Typed.PAYEE_DISPUTE, c.id, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, stranger, payee, 0));
        escrow.disputeWithSignature(c.deal, s.payouts, s.proof, stranger, consent);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, payee));
        escrow.disputeWithSignature(c.deal, s.payouts, s.proof, payee, consent);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, address(0)));
        escrow.disputeWithSignature(c.deal, s.payouts, s.proof, address(0), consent);
    }

    function test_who_is_payer_and_payee_disputes_as_the_payer() public {
        Case memory c = _draftFor(Word.PayerDispute);
        c.milestones[0].payouts[0].to = payer;
        _prepare(Word.PayerDispute, c);
        assertRefused(Word.PayerDispute, c, _say(Word.PayeeDispute, c, _saying(), PAYER_KEY));
        _carry(Word.PayerDispute, c, _said(Word.PayerDispute, c));
        assertDone(Word.PayerDispute, c);
    }

    function test_reverts_when_the_deal_has_no_arbiter() public {
        Case memory c = _draftFor(Word.PayeeDispute);
        (c.deal.conditions.arbiter, c.deal.conditions.arbitrationPeriod) = (address(0), 0);
        _prepare(Word.PayeeDispute, c);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NoArbiter.selector, c.id));
        _carry(Word.PayeeDispute, c, _said(Word.PayeeDispute, c));
    }
}
