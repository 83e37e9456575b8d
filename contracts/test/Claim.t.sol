// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {BurningReceiver} from "../mocks/BurningReceiver.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {Vm} from "./Base.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What waits for its owner after a payment failed, and who may take it where.
contract ClaimTest is Fixture {
    BlockableToken private _token;
    TestWallet private _wallet;

    function setUp() public override {
        super.setUp();
        _token = new BlockableToken();
        _wallet = new TestWallet(stranger);
        _wallet.setRefusing(true);
    }

    function test_a_payment_that_fails_becomes_a_credit() public {
        Case memory c = _draft(address(_token));
        _fund(c);
        _token.setAnswer(payee, BlockableToken.Answer.Reverts);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Released(c.id, M0, AMOUNT_0);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Credited(address(_token), payee, AMOUNT_0 - 30);
        _release(c, M0);
        assertCredit(c, payee, AMOUNT_0 - 30);
        assertCredit(c, broker, 0);
        assertBalance(c, broker, 30, "the fee was paid");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertBalance(c, address(escrow), TOTAL - 30, "it is still here");
    }

    function test_a_payment_that_succeeds_leaves_no_credit() public {
        Case memory c = _openedInCoin();
        _release(c, ALL);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            assertCredit(c, vm.addr(keys[i]), 0);
        }
    }

    function test_a_return_that_fails_becomes_a_credit_of_the_payer() public {
        Case memory c = _fund(_draft(address(_token)));
        _token.setAnswer(payer, BlockableToken.Answer.Reverts);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Credited(address(_token), payer, AMOUNT_0);
        _refund(c, M0, payee);
        vm.warp(DEADLINE_2);
        _conclude(c, ALL);
        assertCredit(c, payer, TOTAL);
        assertHolding(c, 0, ALL);
    }

    // ------------------------------------------------------------------------------------------------ whose, where

    function test_anybody_may_push_it_to_its_owner() public {
        Case memory c = _credited();
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 before = vm.snapshotState();
            vm.expectEmit(address(escrow));
            emit IEscrowTypes.Claimed(address(_token), payee, payee, 100);
            vm.prank(vm.addr(keys[i]));
            escrow.claim(address(_token), payee, payee);
            assertBalance(c, payee, 100, "the owner has it");
            assertBalance(c, address(escrow), 0, "nothing is left");
            assertCredit(c, payee, 0);
            vm.revertToState(before);
        }
    }

    function test_its_owner_may_take_it_anywhere() public {
        Case memory c = _credited();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Claimed(address(_token), payee, stranger, 100);
        vm.prank(payee);
        escrow.claim(address(_token), payee, stranger);
        assertBalance(c, stranger, 100, "where the owner said");
        assertCredit(c, payee, 0);
    }

    function test_reverts_when_anybody_else_sends_it_elsewhere() public {
        _credited();
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == PAYEE_KEY) continue;
            address sender = vm.addr(keys[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotOwner.selector, sender, payee));
            vm.prank(sender);
            escrow.claim(address(_token), payee, sender);
        }
        assertEq(escrow.credit(address(_token), payee), 100, "it still waits");
    }

    function test_reverts_when_its_owner_only_started_the_transaction() public {
        _credited();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotOwner.selector, stranger, payee));
        vm.prank(stranger, payee);
        escrow.claim(address(_token), payee, stranger);
    }

    function test_reverts_when_it_would_go_nowhere() public {
        _credited();
        vm.startPrank(payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(0)));
        escrow.claim(address(_token), payee, address(0));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(escrow)));
        escrow.claim(address(_token), payee, address(escrow));
    }

    function test_reverts_when_nothing_is_owed() public {
        _credited();
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, address(_token), stranger));
        escrow.claim(address(_token), stranger, stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, address(token), payee));
        escrow.claim(address(token), payee, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, COIN, payee));
        escrow.claim(COIN, payee, payee);
    }

    function test_reverts_when_it_was_claimed() public {
        _credited();
        escrow.claim(address(_token), payee, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, address(_token), payee));
        escrow.claim(address(_token), payee, payee);
    }

    // ------------------------------------------------------------------------------------------------ amounts

    function test_credits_of_one_owner_add_up_over_deals() public {
        for (uint128 i = 1; i <= 3; ++i) {
            Case memory c = _draftTo(address(_token), payee, 100 * i);
            c.deal.conditions.salt = i;
            _fund(c);
            _token.setAnswer(payee, BlockableToken.Answer.Reverts);
            _release(c, 1);
        }
        assertEq(escrow.credit(address(_token), payee), 600, "the sum waits");
        _token.setAnswer(payee, BlockableToken.Answer.Pays);
        escrow.claim(address(_token), payee, payee);
        assertEq(_token.balanceOf(payee), 600, "the sum is paid");
    }

    function test_credits_of_tokens_and_owners_do_not_mix() public {
        _credited();
        _release(_fund(_draftTo(COIN, address(_wallet), 7)), 1);
        Case memory other = _fund(_draftTo(address(_token), otherPayee, 30));
        _token.setAnswer(otherPayee, BlockableToken.Answer.Reverts);
        _release(other, 1);

        assertEq(escrow.credit(address(_token), payee), 100, "the payee's tokens");
        assertEq(escrow.credit(address(_token), otherPayee), 30, "the other payee's tokens");
        assertEq(escrow.credit(COIN, address(_wallet)), 7, "the coin");
        assertEq(escrow.credit(address(_token), address(_wallet)), 0, "no tokens");
        assertEq(escrow.credit(COIN, payee), 0, "no coin");

        escrow.claim(address(_token), payee, payee);
        assertEq(_token.balanceOf(payee), 100, "only the own credit");
        assertEq(escrow.credit(address(_token), otherPayee), 30, "the other one still waits");
    }

    function test_a_donation_belongs_to_nobody() public {
        _token.mint(address(escrow), 1000);
        vm.deal(address(escrow), 1000);
        Case memory c = _credited();
        escrow.claim(address(_token), payee, payee);
        assertBalance(c, payee, 100, "the credit and no more");
        assertBalance(c, address(escrow), 1000, "the donation stays");
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, COIN, payee));
        escrow.claim(COIN, payee, payee);
    }

    // ------------------------------------------------------------------------------------------------ failing

    function test_a_claim_that_fails_keeps_the_credit() public {
        Case memory c = _credited();
        _token.setAnswer(payee, BlockableToken.Answer.Reverts);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(_token)));
        escrow.claim(address(_token), payee, payee);
        assertCredit(c, payee, 100);
        assertBalance(c, address(escrow), 100, "and what backs it");
    }

    function test_a_claim_of_coin_that_fails_keeps_the_credit() public {
        Case memory c = _fund(_draftTo(COIN, address(_wallet), 100));
        _release(c, 1);
        vm.expectRevert(Errors.FailedCall.selector);
        escrow.claim(COIN, address(_wallet), address(_wallet));
        assertCredit(c, address(_wallet), 100);

        _wallet.setRefusing(false);
        escrow.claim(COIN, address(_wallet), address(_wallet));
        assertBalance(c, address(_wallet), 100, "paid when it accepts");
        assertBalance(c, address(escrow), 0, "nothing is left");
    }

    function test_an_owner_that_cannot_receive_coin_may_send_it_elsewhere() public {
        Case memory c = _fund(_draftTo(COIN, address(_wallet), 100));
        _release(c, 1);
        vm.prank(address(_wallet));
        escrow.claim(COIN, address(_wallet), stranger);
        assertBalance(c, stranger, 100, "where the owner said");
    }

    function test_a_claim_has_no_gas_cap() public {
        BurningReceiver greedy = new BurningReceiver();
        greedy.burn(400_000);
        Case memory c = _fund(_draftTo(COIN, address(greedy), 100));
        _release(c, 1);
        assertCredit(c, address(greedy), 100);
        escrow.claim(COIN, address(greedy), address(greedy));
        assertBalance(c, address(greedy), 100, "paid");
    }

    function test_reverts_when_the_token_answers_a_claim_with_nothing_there() public {
        Case memory c = _credited();
        vm.etch(address(_token), "");
        vm.expectRevert();
        escrow.claim(address(_token), payee, payee);
        assertCredit(c, payee, 100);
    }

    function test_emits_one_event() public {
        Case memory c = _fund(_draftTo(COIN, address(_wallet), 100));
        _release(c, 1);
        _wallet.setRefusing(false);
        vm.recordLogs();
        escrow.claim(COIN, address(_wallet), address(_wallet));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics.length, 3, "token and owner can be searched for");
    }

    /// @dev A deal whose payee was blocked when it was paid, and is no more.
    function _credited() private returns (Case memory c) {
        c = _fund(_draftTo(address(_token), payee, 100));
        _token.setAnswer(payee, BlockableToken.Answer.Reverts);
        _release(c, 1);
        _token.setAnswer(payee, BlockableToken.Answer.Pays);
    }
}
