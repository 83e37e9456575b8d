// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AnsweringToken} from "../mocks/AnsweringToken.sol";
import {Bomb} from "../mocks/Bomb.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Which answers of a token or a recipient mean "paid", and which leave a credit.
contract PaymentsTest is Fixture {
    /// @notice What it costs to make the data of a `Bomb`; to copy it would cost as much again.
    uint256 private constant BOMB = 97_000;

    AnsweringToken private _answering;

    function setUp() public override {
        super.setUp();
        _answering = new AnsweringToken();
    }

    function test_pays_when_the_token_returns_true() public {
        _paid(abi.encode(true));
    }

    function test_pays_when_the_token_returns_nothing() public {
        _paid("");
    }

    function test_pays_when_the_token_returns_true_and_more() public {
        _paid(abi.encode(true, "and a long text that nobody asked for"));
    }

    function test_opens_with_a_token_that_returns_nothing() public {
        _answering.answer("", true);
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        _release(c, 1);
        assertBalance(c, payee, 100, "in and out");
    }

    function test_credits_when_the_token_returns_false() public {
        _credited(abi.encode(false));
    }

    function test_credits_when_the_token_returns_garbage() public {
        _credited(abi.encode(2));
        _credited(abi.encode(type(uint256).max));
        _credited(abi.encode(uint256(1) << 255));
    }

    function test_credits_when_the_answer_is_too_short() public {
        _credited(new bytes(1));
        _credited(hex"01");
        _credited(bytes.concat(new bytes(30), hex"01"));
    }

    function test_a_short_answer_is_not_completed_by_the_answer_before_it() public {
        Case memory c = _draftTo(address(_answering), payee, 100);
        c.milestones[0].payouts = _payouts(payee, 60, broker, 40);
        _fund(c);
        for (uint256 length = 1; length < 32; ++length) {
            uint256 before = vm.snapshotState();
            _answering.refuse(broker, new bytes(length));
            _release(c, 1);
            assertBalance(c, payee, 60, "the token said so in full");
            assertCredit(c, broker, 40);
            vm.revertToState(before);
        }
    }

    function test_credits_when_the_token_reverts() public {
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        _answering.revertWith("");
        _release(c, 1);
        assertCredit(c, payee, 100);
    }

    function test_credits_when_the_token_reverts_with_true() public {
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        _answering.revertWith(abi.encode(true));
        _release(c, 1);
        assertCredit(c, payee, 100);
    }

    function test_credits_when_the_code_of_the_token_vanished() public {
        bytes memory code = address(_answering).code;
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        vm.etch(address(_answering), "");
        _release(c, 1);
        assertCredit(c, payee, 100);

        vm.etch(address(_answering), code);
        escrow.claim(address(_answering), payee, payee);
        assertBalance(c, payee, 100, "paid when it is back");
    }

    function test_pays_accounts_without_code() public {
        Case memory c = _fund(_draftTo(COIN, address(0xdead), 100));
        _release(c, 1);
        assertBalance(c, address(0xdead), 100, "a new account");
    }

    function test_pays_an_account_that_self_destructs() public {
        vm.etch(payee, hex"61deadff"); // PUSH2 0xdead, SELFDESTRUCT
        Case memory c = _fund(_draftTo(COIN, payee, 100));
        _release(c, 1);
        assertBalance(c, address(0xdead), 100, "sent on by the recipient");
        assertCredit(c, payee, 0);
    }

    function test_what_a_recipient_throws_back_is_a_donation() public {
        vm.etch(payee, hex"33ff"); // CALLER, SELFDESTRUCT
        Case memory c = _fund(_draft(COIN));
        _release(c, M0);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertCredit(c, payee, 0);
        assertBalance(c, address(escrow), TOTAL - 30, "more than it holds for the deal");
        _release(c, M1);
        assertBalance(c, otherPayee, AMOUNT_1, "others are paid");
    }

    // ------------------------------------------------------------------------------------------------ bombs

    function test_a_bomb_of_return_data_is_not_copied() public {
        Case memory c = _fund(_draftTo(COIN, address(new Bomb(false)), 100));
        assertLe(_gasOfRelease(c), BOMB + 50_000, "it is made, and that is all");
        assertBalance(c, c.milestones[0].payouts[0].to, 100, "paid");
    }

    function test_a_bomb_of_revert_data_is_not_copied() public {
        Case memory c = _fund(_draftTo(COIN, address(new Bomb(true)), 100));
        assertLe(_gasOfRelease(c), BOMB + 50_000, "it is made, and that is all");
        assertCredit(c, c.milestones[0].payouts[0].to, 100);
    }

    function test_the_bomb_of_a_token_is_not_copied() public {
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        for (uint256 i = 0; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            vm.etch(address(_answering), address(new Bomb(i == 1)).code);
            assertLe(_gasOfRelease(c), BOMB + 50_000, "it is made, and that is all");
            assertCredit(c, payee, 100);
            vm.revertToState(before);
        }
    }

    function _gasOfRelease(Case memory c) private returns (uint256 used) {
        Selection memory selection = _select(c, 1);
        vm.prank(payer);
        used = gasleft();
        escrow.release(_key(c), selection.payouts, selection.proof);
        used -= gasleft();
    }

    // ------------------------------------------------------------------------------------------------ answers

    function _paid(bytes memory answer) private {
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        _answering.answer(answer, true);
        _release(c, 1);
        assertCredit(c, payee, 0);
        assertBalance(c, payee, 100, "paid");
    }

    function _credited(bytes memory answer) private {
        uint256 before = vm.snapshotState();
        Case memory c = _fund(_draftTo(address(_answering), payee, 100));
        _answering.answer(answer, false);
        _release(c, 1);
        assertCredit(c, payee, 100);
        assertHolding(c, 0, 1);
        vm.revertToState(before);
    }
}
