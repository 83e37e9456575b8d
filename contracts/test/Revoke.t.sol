// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {Verbs} from "./Verbs.sol";

/// @notice The payer takes back what nobody has delivered, while the deal is revocable.
contract RevokeTest is Verbs {
    function test_returns_an_open_milestone_in_full_to_the_payer() public {
        Case memory c = _opened();
        _revoke(c, M0, payer);
        assertBalance(c, payer, AMOUNT_0, "the fee is returned too");
        assertBalance(c, payee, 0, "the payee gets nothing");
        assertBalance(c, broker, 0, "the broker gets nothing");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "the rest is still held");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
        assertStatus(c, 2, IEscrowTypes.State.Open, 0);
    }

    function test_returns_coin() public {
        Case memory c = _openedInCoin();
        _revoke(c, M0 | M2, payer);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_2, "the payer has it back");
        assertBalance(c, address(escrow), AMOUNT_1, "the rest is still held");
    }

    function test_emits_revoked_and_nothing_else() public {
        Case memory c = _openedInCoin();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Revoked(c.id, M0 | M2, AMOUNT_0 + AMOUNT_2);
        vm.recordLogs();
        _revoke(c, M0 | M2, payer);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    function test_returns_several_milestones_in_one_payment() public {
        Case memory c = _opened();
        vm.recordLogs();
        _revoke(c, ALL, payer);
        assertEq(vm.getRecordedLogs().length, 2, "one event, one transfer");
        assertBalance(c, payer, TOTAL, "all of it");
    }

    function test_returns_to_the_payer_whoever_funded() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, stranger);
        _open(c, stranger);
        _revoke(c, ALL, payer);
        assertBalance(c, payer, TOTAL, "the payer of the deal has it");
        assertBalance(c, stranger, 0, "who funded has nothing");
    }

    function test_a_return_that_fails_becomes_a_credit_of_the_payer() public {
        BlockableToken blockable = new BlockableToken();
        Case memory c = _fund(_draft(address(blockable)));
        blockable.setAnswer(payer, BlockableToken.Answer.Reverts);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Revoked(c.id, ALL, TOTAL);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Credited(address(blockable), payer, TOTAL);
        _revoke(c, ALL, payer);
        assertCredit(c, payer, TOTAL);
        assertHolding(c, 0, ALL);
    }

    // ------------------------------------------------------------------------------------------------ authority

    function test_reverts_when_anybody_but_the_payer_calls() public {
        Case memory c = _opened();
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == PAYER_KEY) continue;
            address sender = vm.addr(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, sender, payer));
            _revoke(c, ALL, sender);
        }
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_anybody_else_calls_even_if_nothing_can_be_revoked() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, payee, payer));
        _revoke(c, M0, payee);
    }

    function test_reverts_when_the_payer_only_started_the_transaction() public {
        Case memory c = _opened();
        Selection memory s = _select(c, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        vm.prank(stranger, payer);
        escrow.revoke(c.deal, s.payouts, s.proof);
    }

    function test_reverts_when_the_payer_of_another_deal_calls() public {
        Case memory other = _draft(address(token));
        (other.deal.payer, other.deal.conditions.salt) = (stranger, 2);
        _fund(other);
        Case memory c = _opened();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        _revoke(c, M0, stranger);
        c.deal.payer = stranger;
        _refusesUnknown(c, stranger);
    }

    function test_reverts_when_the_deal_was_never_opened() public {
        _refusesUnknown(_seal(_draft(address(token))), payer);
    }

    function test_reverts_when_the_conditions_are_altered() public {
        Case memory c = _opened();
        c.deal.conditions.revocableUntil = type(uint40).max;
        _refusesUnknown(c, payer);
    }

    // ------------------------------------------------------------------------------------------------ clocks

    function test_returns_until_the_second_before_it_ends() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL - 1);
        _revoke(c, M0, payer);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_the_end_is_reached() public {
        Case memory c = _opened();
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(REVOCABLE_UNTIL + late);
            _refusesToRevoke(c, ALL);
        }
    }

    function test_reverts_when_the_deal_is_not_revocable() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.revocableUntil = 0;
        _fund(c);
        _refusesToRevoke(c, ALL);
    }

    function test_returns_after_the_deadline_while_it_is_revocable() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.revocableUntil = DEADLINE_1;
        _fund(c);
        vm.warp(DEADLINE_0);
        _revoke(c, M0, payer);
        assertBalance(c, payer, AMOUNT_0, "as conclude would do");
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_skips_what_is_delivered_disputed_or_settled() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Revoked(c.id, M1 | M2, AMOUNT_1 + AMOUNT_2);
        _revoke(c, ALL, payer);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        _dispute(c, M0, payer);
        _refusesToRevoke(c, ALL);
        assertStatus(c, 0, IEscrowTypes.State.Disputed, START + ARBITRATION);
        assertHolding(c, AMOUNT_0, M1 | M2);
    }

    function test_reverts_when_all_is_delivered() public {
        Case memory c = _openedWithInspection();
        _attest(c, ALL);
        _refusesToRevoke(c, ALL);
    }

    function test_reverts_when_all_is_settled() public {
        Case memory c = _opened();
        _revoke(c, M0, payer);
        _refund(c, M1, otherPayee);
        _refusesToRevoke(c, M0 | M1);
        assertHolding(c, AMOUNT_2, M0 | M1);
        assertBalance(c, payer, AMOUNT_0 + AMOUNT_1, "returned once");
    }

    function test_what_was_revoked_is_never_paid() public {
        Case memory c = _opened();
        _revoke(c, M0, payer);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, M0, M0, signature);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _release(c, M0);
        assertBalance(c, payee, 0, "nothing was paid");
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function _refusesToRevoke(Case memory c, uint128 bits) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _revoke(c, bits, c.deal.payer);
    }

    function _refusesUnknown(Case memory c, address sender) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, _altered(c)));
        _revoke(c, ALL, sender);
    }
}
