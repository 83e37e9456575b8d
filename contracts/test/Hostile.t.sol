// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {AnsweringToken} from "../mocks/AnsweringToken.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {Bomb} from "../mocks/Bomb.sol";
import {BurningReceiver} from "../mocks/BurningReceiver.sol";
import {RebasingToken} from "../mocks/RebasingToken.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {Fixture} from "./Fixture.sol";
import {Milestone} from "./Typed.sol";

/// @notice A hostile party or token harms only the deals that name it.
contract HostileTest is Fixture {
    function test_bad_recipients_do_not_block_the_good_ones() public {
        BurningReceiver burning = new BurningReceiver();
        burning.burn(type(uint256).max);
        address[4] memory bad = [address(_refusing()), address(burning), address(new Bomb(true)), address(token)];
        Case memory c = _draft(COIN);
        c.milestones = new Milestone[](5);
        for (uint8 i = 0; i < 4; ++i) {
            c.milestones[i] = _milestone(i, DEADLINE_0, _payouts(bad[i], 100, payee, 10));
        }
        c.milestones[4] = _milestone(4, DEADLINE_0, _payouts(otherPayee, 100));
        _fund(c);
        _release(c, 31);

        for (uint256 i = 0; i < 4; ++i) {
            assertCredit(c, bad[i], 100);
        }
        assertBalance(c, payee, 40, "paid after each bad one");
        assertBalance(c, otherPayee, 100, "paid");
        assertHolding(c, 0, 31);
    }

    function test_a_blocked_payee_does_not_block_a_batch() public {
        BlockableToken blockable = new BlockableToken();
        Case memory c = _fund(_draft(address(blockable)));
        blockable.setAnswer(payee, BlockableToken.Answer.Reverts);
        _attest(c, ALL);
        assertCredit(c, payee, AMOUNT_0 + AMOUNT_2 - 80);
        assertBalance(c, broker, 80, "the broker is paid");
        assertBalance(c, otherPayee, AMOUNT_1, "the other payee is paid");
    }

    function test_a_payer_that_cannot_be_paid_blocks_no_clock() public {
        Case memory c = _draft(COIN);
        c.deal.payer = address(_refusing());
        c.deal.inspectionPeriod = INSPECTION;
        _seal(c);
        _supply(c, stranger);
        _open(c, stranger);
        _attest(c, M0);
        vm.warp(DEADLINE_2);
        _conclude(c, ALL);
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee is paid");
        assertCredit(c, c.deal.payer, AMOUNT_1 + AMOUNT_2);
    }

    function test_a_frozen_escrow_owes_everything_until_it_is_thawed() public {
        AnsweringToken freezing = new AnsweringToken();
        Case memory c = _fund(_draft(address(freezing)));
        Case memory other = _openedInCoin();
        freezing.revertWith("");
        _release(c, M0 | M1);
        _refund(c, M2, payee);
        assertCredit(c, payee, AMOUNT_0 - 30);
        assertCredit(c, broker, 30);
        assertCredit(c, otherPayee, AMOUNT_1);
        assertCredit(c, payer, AMOUNT_2);
        _release(other, ALL);
        assertBalance(other, address(escrow), 0, "deals in other tokens go on");

        freezing.answer(abi.encode(true), true);
        address[4] memory owners = [payee, broker, otherPayee, payer];
        for (uint256 i = 0; i < 4; ++i) {
            escrow.claim(address(freezing), owners[i], owners[i]);
        }
        assertBalance(c, address(escrow), 0, "all is paid in the end");
    }

    function test_a_token_that_loses_value_harms_only_itself() public {
        RebasingToken rebasing = new RebasingToken();
        Case memory sound = _opened();
        Case memory c = _fund(_draft(address(rebasing)));
        rebasing.halve(address(escrow));

        _release(c, M1);
        assertBalance(c, otherPayee, AMOUNT_1, "who comes first is paid");
        _release(c, M0 | M2);
        assertCredit(c, payee, AMOUNT_2 - 50);
        assertBalance(c, payee, AMOUNT_0 - 30, "what is there is paid, the rest is owed");
        assertHolding(c, 0, ALL);

        _release(sound, ALL);
        assertBalance(sound, address(escrow), 0, "the sound token is paid in full");
        assertBalance(sound, payee, AMOUNT_0 + AMOUNT_2 - 80, "the sound token is paid in full");
    }

    function test_an_attestor_of_one_deal_has_no_say_in_another() public {
        Case memory other = _draft(address(token));
        (other.deal.attestor, other.deal.conditions.salt) = (stranger, 2);
        _fund(other);
        Case memory c = _opened();
        bytes memory signature = _attestation(STRANGER_KEY, c.id, ALL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, ALL, ALL, signature);
        _bring(other, ALL, ALL, _attestation(STRANGER_KEY, other.id, ALL));
        assertHolding(c, TOTAL, 0);
    }

    function _refusing() private returns (TestWallet wallet) {
        wallet = new TestWallet(stranger);
        wallet.setRefusing(true);
    }

    // ------------------------------------------------------------------------------------------------ donations

    function test_donations_change_nothing() public {
        Case memory c = _opened();
        Case memory inCoin = _openedInCoin();
        token.mint(address(escrow), 12_345);
        vm.deal(address(escrow), address(escrow).balance + 12_345);
        assertHolding(c, TOTAL, 0);
        assertHolding(inCoin, TOTAL, 0);
        _release(c, ALL);
        _refund(inCoin, M0 | M2, payee);
        vm.warp(DEADLINE_1);
        _conclude(inCoin, M1);
        assertBalance(c, address(escrow), 12_345, "no token leaves with a deal");
        assertBalance(inCoin, address(escrow), 12_345, "no coin leaves with a deal");
        assertBalance(inCoin, payer, TOTAL, "exactly what was held");
    }

    function test_coin_that_is_just_sent_is_refused() public {
        vm.deal(stranger, 2);
        vm.startPrank(stranger);
        (bool success,) = address(escrow).call{value: 1}("");
        assertFalse(success, "there is no deal that it could belong to");
        (success,) = address(escrow).call{value: 1}(abi.encodeCall(IEscrow.claim, (COIN, stranger, stranger)));
        assertFalse(success, "only open takes coin");
    }

    // ------------------------------------------------------------------------------------------------ races

    function test_a_bulk_call_that_was_partly_made_before_does_the_rest() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        _bring(c, M1, ALL, signature);
        _bring(c, ALL, ALL, signature);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, ALL, ALL, signature);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "paid once");
        assertBalance(c, otherPayee, AMOUNT_1, "paid once");
        assertBalance(c, broker, 80, "paid once");
    }

    function test_nobody_can_block_a_bulk_release_by_giving_up() public {
        Case memory c = _opened();
        _refund(c, M1, otherPayee);
        _release(c, ALL);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "the others are paid");
        assertBalance(c, payer, AMOUNT_1, "what was given up is returned");
    }

    function test_a_bulk_conclusion_that_was_made_one_by_one_does_no_harm() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(DEADLINE_2);
        _conclude(c, M2);
        _conclude(c, M0);
        _conclude(c, ALL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _conclude(c, ALL);
        assertBalance(c, payer, AMOUNT_1 + AMOUNT_2, "returned once");
        assertBalance(c, payee, AMOUNT_0 - 30, "paid once");
    }
}
