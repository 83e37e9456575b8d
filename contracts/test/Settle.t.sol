// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {Typed} from "./Typed.sol";
import {Verbs} from "./Verbs.sol";

/// @notice Payer and payee agree on a split.
contract SettleTest is Verbs {
    function test_the_payer_brings_the_word_of_the_payee() public {
        Case memory c = _opened();
        _settle(c, M0, 515, payer, "", _payeeWord(PAYEE_KEY, c, 0, 515));
        _isSplitInHalf(c);
    }

    function test_the_payee_brings_the_word_of_the_payer() public {
        Case memory c = _opened();
        _settle(c, M0, 515, payee, _payerWord(PAYER_KEY, c, 0, 515), "");
        _isSplitInHalf(c);
    }

    function test_a_stranger_brings_both() public {
        Case memory c = _opened();
        _settle(c, M0, 515, stranger, _payerWord(PAYER_KEY, c, 0, 515), _payeeWord(PAYEE_KEY, c, 0, 515));
        _isSplitInHalf(c);
    }

    function test_who_is_both_needs_no_signature() public {
        Case memory c = _fund(_draftTo(address(token), payer, 100));
        _settle(c, 1, 40, payer, "", "");
        assertBalance(c, payer, 100, "both shares");
        assertHolding(c, 0, 1);
    }

    function test_a_stranger_brings_two_words_of_who_is_both() public {
        Case memory c = _fund(_draftTo(address(token), payer, 100));
        bytes memory byPayer = _payerWord(PAYER_KEY, c, 0, 40);
        bytes memory byPayee = _payeeWord(PAYER_KEY, c, 0, 40);
        _refusesSignature(c, 1, 40, byPayer, byPayer, payer); // one word is not the other
        _refusesSignature(c, 1, 40, byPayee, byPayee, payer);
        _settle(c, 1, 40, stranger, byPayer, byPayee);
        assertHolding(c, 0, 1);
    }

    function test_the_signature_of_who_calls_is_not_looked_at() public {
        Case memory c = _opened();
        _settle(c, M0, 515, payer, hex"badc0de0", _payeeWord(PAYEE_KEY, c, 0, 515));
        _settle(c, M1, 1, otherPayee, _payerWord(PAYER_KEY, c, 1, 1), hex"badc0de0");
        assertHolding(c, AMOUNT_2, M0 | M1);
    }

    function test_splits_coin() public {
        Case memory c = _openedInCoin();
        _settle(c, M0, 103, payer, "", _payeeWord(PAYEE_KEY, c, 0, 103));
        assertBalance(c, broker, 3, "a tenth of the fee");
        assertBalance(c, payee, 100, "the rest of the tenth");
        assertBalance(c, payer, AMOUNT_0 - 103, "the rest");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "nothing else moved");
    }

    function test_may_give_all_to_either_side() public {
        Case memory c = _opened();
        vm.recordLogs();
        _agree(c, M0, 0);
        assertEq(vm.getRecordedLogs().length, 2, "one event, one transfer");
        assertBalance(c, payer, AMOUNT_0, "all to the payer");
        _agree(c, M2, AMOUNT_2);
        assertEq(vm.getRecordedLogs().length, 3, "one event, two transfers");
        assertBalance(c, payee, AMOUNT_2 - 50, "all to the payee");
        assertBalance(c, broker, 50, "and the fee");
    }

    function test_emits_agreed_and_nothing_else() public {
        Case memory c = _openedInCoin();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Agreed(c.id, 2, 4000, 50);
        vm.recordLogs();
        _agree(c, M2, 4000);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    function test_a_payment_that_fails_becomes_a_credit_and_holds_up_nobody() public {
        BlockableToken blockable = new BlockableToken();
        Case memory c = _fund(_draft(address(blockable)));
        blockable.setAnswer(broker, BlockableToken.Answer.Reverts);
        blockable.setAnswer(payer, BlockableToken.Answer.ReturnsFalse);
        _agree(c, M0, 515);
        assertBalance(c, payee, 500, "paid");
        assertCredit(c, broker, 15);
        assertCredit(c, payer, 515);
    }

    // ------------------------------------------------------------------------------------------------ any time

    function test_splits_before_at_and_after_the_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _agree(c, M0, 1);
        vm.warp(DEADLINE_1);
        _agree(c, M1, 1);
        vm.warp(VALID_UNTIL - 1);
        _agree(c, M2, 1);
        assertHolding(c, 0, ALL);
    }

    function test_splits_what_is_in_inspection_and_what_is_through_it() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M2);
        _agree(c, M0, 515);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 2, IEscrowTypes.State.Delivered, START + INSPECTION);
        vm.warp(START + INSPECTION);
        _agree(c, M2, 1);
        assertHolding(c, AMOUNT_1, M0 | M2);
    }

    function test_splits_what_is_disputed_and_what_nobody_ruled_on() public {
        Case memory c = _disputedByPayer(M0 | M2);
        _agree(c, M0, 515);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 2, IEscrowTypes.State.Disputed, START + ARBITRATION);
        vm.warp(START + ARBITRATION);
        _agree(c, M2, 1);
        assertHolding(c, AMOUNT_1, M0 | M2);
    }

    // ------------------------------------------------------------------------------------------------ valid until

    function test_both_words_count_until_the_second_before_they_are_void() public {
        Case memory c = _opened();
        vm.warp(VALID_UNTIL - 1);
        _settle(c, M0, 1, stranger, _payerWord(PAYER_KEY, c, 0, 1), _payeeWord(PAYEE_KEY, c, 0, 1));
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_the_words_are_void() public {
        Case memory c = _opened();
        bytes memory byPayer = _payerWord(PAYER_KEY, c, 0, 1);
        bytes memory byPayee = _payeeWord(PAYEE_KEY, c, 0, 1);
        address[3] memory senders = [payer, payee, stranger];
        for (uint256 i = 0; i < 6; ++i) {
            uint256 now_ = VALID_UNTIL + i % 2;
            vm.warp(now_);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.SignatureExpired.selector, VALID_UNTIL, now_));
            _settle(c, M0, 1, senders[i / 2], byPayer, byPayee);
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_who_is_both_needs_no_time() public {
        Case memory c = _fund(_draftTo(address(token), payer, 100));
        vm.warp(VALID_UNTIL + 1);
        _settle(c, 1, 40, payer, "", "");
        assertHolding(c, 0, 1);
    }

    function test_reverts_when_a_word_is_valid_until_another_time() public {
        Case memory c = _opened();
        bytes memory word = _sign(PAYEE_KEY, _live(Typed.split(Typed.PAYEE_SETTLEMENT, c.id, 0, 515, VALID_UNTIL + 1)));
        _refusesPayee(c, word);
        word = _sign(PAYER_KEY, _live(Typed.split(Typed.PAYER_SETTLEMENT, c.id, 0, 515, VALID_UNTIL - 1)));
        _refusesPayer(c, word);
    }

    // ------------------------------------------------------------------------------------------------ other words

    function test_reverts_when_a_word_is_missing() public {
        Case memory c = _opened();
        _refusesPayee(c, "");
        _refusesPayer(c, "");
        _refusesSignature(c, M0, 515, "", _payeeWord(PAYEE_KEY, c, 0, 515), payer);
        _refusesSignature(c, M0, 515, _payerWord(PAYER_KEY, c, 0, 515), "", payee);
    }

    function test_reverts_when_a_word_is_of_another_amount() public {
        Case memory c = _opened();
        _refusesPayee(c, _payeeWord(PAYEE_KEY, c, 0, 516));
        _refusesPayer(c, _payerWord(PAYER_KEY, c, 0, 514));
    }

    function test_reverts_when_a_word_is_of_another_milestone() public {
        Case memory c = _opened();
        _refusesPayee(c, _payeeWord(PAYEE_KEY, c, 2, 515));
        _refusesPayer(c, _payerWord(PAYER_KEY, c, 2, 515));
    }

    function test_reverts_when_a_word_is_of_another_deal() public {
        Case memory other = _draft(address(token));
        other.deal.conditions.salt = 2;
        _fund(other);
        Case memory c = _opened();
        _refusesPayee(c, _payeeWord(PAYEE_KEY, other, 0, 515));
        _refusesPayer(c, _payerWord(PAYER_KEY, other, 0, 515));
    }

    function test_reverts_when_the_roles_are_exchanged() public {
        Case memory c = _opened();
        _refusesPayee(c, _payerWord(PAYEE_KEY, c, 0, 515));
        _refusesPayer(c, _payeeWord(PAYER_KEY, c, 0, 515));
    }

    function test_reverts_when_anybody_else_signs() public {
        Case memory c = _opened();
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] != PAYEE_KEY) _refusesPayee(c, _payeeWord(keys[i], c, 0, 515));
            if (keys[i] != PAYER_KEY) _refusesPayer(c, _payerWord(keys[i], c, 0, 515));
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_the_sender_counts_and_not_who_started_the_transaction() public {
        Case memory c = _opened();
        bytes memory byPayee = _payeeWord(PAYEE_KEY, c, 0, 515);
        Selection memory s = _select(c, M0);
        IEscrowTypes.Key memory key = _key(c);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, payer));
        vm.prank(stranger, payer);
        escrow.settle(key, s.payouts, s.proof, 515, VALID_UNTIL, "", byPayee);
    }

    // ------------------------------------------------------------------------------------------------ one milestone

    function test_reverts_when_several_milestones_are_selected() public {
        Case memory c = _opened();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 2));
        _settle(c, M0 | M2, 515, payer, "", _payeeWord(PAYEE_KEY, c, 0, 515));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 3));
        _settle(c, ALL, 515, payer, "", _payeeWord(PAYEE_KEY, c, 0, 515));
    }

    function test_reverts_when_the_payees_would_get_more_than_there_is() public {
        Case memory c = _opened();
        uint128[2] memory amounts = [AMOUNT_0 + 1, type(uint128).max];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSplit.selector, amounts[i], AMOUNT_0));
            _agree(c, M0, amounts[i]);
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _agree(c, M0, 1);
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_reverts_when_it_is_settled() public {
        Case memory c = _opened();
        _agree(c, M0, 515);
        _refusesSettled(c, M0, 515); // the same words again
        _release(c, M1);
        _refusesSettled(c, M1, 0);
        _refund(c, M2, payee);
        _refusesSettled(c, M2, AMOUNT_2);
        assertHolding(c, 0, ALL);
    }

    // ------------------------------------------------------------------------------------------------ calls

    /// @dev The payer brings what the payee of a milestone signed.
    function _agree(Case memory c, uint128 bits, uint128 toPayees) private {
        uint256 key = bits == M1 ? OTHER_PAYEE_KEY : PAYEE_KEY;
        uint8 index = bits == M0 ? 0 : bits == M1 ? 1 : 2;
        _settle(c, bits, toPayees, payer, "", _payeeWord(key, c, index, toPayees));
    }

    function _isSplitInHalf(Case memory c) private view {
        assertBalance(c, broker, 15, "half of the fee");
        assertBalance(c, payee, 500, "the rest of the half");
        assertBalance(c, payer, 515, "the other half");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "nothing else moved");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
    }

    function _refusesPayee(Case memory c, bytes memory word) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, payee));
        _settle(c, M0, 515, payer, "", word);
    }

    function _refusesPayer(Case memory c, bytes memory word) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, payer));
        _settle(c, M0, 515, payee, word, "");
    }

    function _refusesSignature(
        Case memory c,
        uint128 bits,
        uint128 toPayees,
        bytes memory byPayer,
        bytes memory byPayee,
        address whose
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, whose));
        _settle(c, bits, toPayees, stranger, byPayer, byPayee);
    }

    function _refusesSettled(Case memory c, uint128 bits, uint128 toPayees) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _agree(c, bits, toPayees);
    }
}
