// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {HookToken} from "../mocks/HookToken.sol";
import {Reentering} from "../mocks/Reentering.sol";
import {ReentrantReceiver} from "../mocks/ReentrantReceiver.sol";
import {Fixture} from "./Fixture.sol";

/// @notice While money moves, every function that could move more is closed.
contract ReentrancyTest is Fixture {
    bytes4 private constant CLOSED = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    HookToken private _hook;
    ReentrantReceiver private _receiver;

    function setUp() public override {
        super.setUp();
        _hook = new HookToken();
        _receiver = new ReentrantReceiver();
    }

    function test_a_recipient_of_coin_finds_every_function_closed() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        bytes[6] memory calls = _calls(address(_receiver));
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _receiver.prepare(address(escrow), calls[i], false);
            _release(c, 1);
            _assertRefusedInside(_receiver);
            assertBalance(c, address(_receiver), 100, "paid all the same");
            assertCredit(c, address(_receiver), 0);
            vm.revertToState(before);
        }
    }

    function test_a_recipient_of_coin_that_insists_gets_a_credit() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        bytes[6] memory calls = _calls(address(_receiver));
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _receiver.prepare(address(escrow), calls[i], true);
            _release(c, 1);
            assertCredit(c, address(_receiver), 100);
            assertHolding(c, 0, 1);
            vm.revertToState(before);
        }
    }

    function test_a_token_finds_every_function_closed_in_a_payment() public {
        Case memory c = _fund(_draftTo(address(_hook), payee, 100));
        bytes[6] memory calls = _calls(address(_hook));
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _hook.prepare(address(escrow), calls[i], false);
            _release(c, 1);
            _assertRefusedInside(_hook);
            assertBalance(c, payee, 100, "paid all the same");
            vm.revertToState(before);
        }
    }

    function test_a_token_finds_every_function_closed_while_a_deal_is_opened() public {
        Case memory c = _seal(_draftTo(address(_hook), payee, 100));
        _supply(c, payer);
        bytes[6] memory calls = _calls(address(_hook));
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _hook.prepare(address(escrow), calls[i], false);
            _open(c, payer);
            _assertRefusedInside(_hook);
            assertHolding(c, 100, 0);
            vm.revertToState(before);

            _hook.prepare(address(escrow), calls[i], true);
            vm.expectRevert(CLOSED);
            _open(c, payer);
            vm.revertToState(before);
        }
    }

    function test_a_token_finds_every_function_closed_while_a_credit_is_claimed() public {
        Case memory c = _fund(_draftTo(address(_hook), payee, 100));
        bytes[6] memory calls = _calls(address(_hook));
        _hook.prepare(address(escrow), calls[0], true);
        _release(c, 1);
        assertCredit(c, payee, 100);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _hook.prepare(address(escrow), calls[i], true);
            vm.expectRevert(CLOSED);
            escrow.claim(address(_hook), payee, payee);
            assertCredit(c, payee, 100);

            _hook.prepare(address(escrow), calls[i], false);
            escrow.claim(address(_hook), payee, payee);
            _assertRefusedInside(_hook);
            assertBalance(c, payee, 100, "claimed once");
            vm.revertToState(before);
        }
    }

    function test_a_recipient_of_a_claim_cannot_claim_twice() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        vm.deal(address(escrow), 1000);
        bytes memory again = abi.encodeCall(IEscrow.claim, (COIN, address(_receiver), address(_receiver)));
        _receiver.prepare(address(escrow), again, true);
        _release(c, 1);
        assertCredit(c, address(_receiver), 100);

        _receiver.prepare(address(escrow), again, false);
        escrow.claim(COIN, address(_receiver), address(_receiver));
        _assertRefusedInside(_receiver);
        assertBalance(c, address(_receiver), 100, "claimed once");
    }

    function test_returns_and_clocks_are_as_closed() public {
        Case memory c = _fund(_draft(address(_hook)));
        bytes[6] memory calls = _calls(address(_hook));
        _hook.prepare(address(escrow), calls[1], false);
        _attest(c, M0);
        _assertRefusedInside(_hook);
        _refund(c, M1, otherPayee);
        _assertRefusedInside(_hook);
        vm.warp(DEADLINE_2);
        _conclude(c, M2);
        _assertRefusedInside(_hook);
        assertEq(_hook.calls(), 4, "every transfer tried");
    }

    function test_who_looks_during_a_payment_sees_it_settled() public {
        Case memory c = _fund(_draft(address(_hook)));
        _hook.prepare(address(escrow), abi.encodeCall(IEscrow.holding, (c.id)), false);
        _release(c, M1);
        assertEq(_hook.answer(), abi.encode(AMOUNT_0 + AMOUNT_2, M1), "the state before the payment");
        _hook.prepare(address(escrow), abi.encodeCall(IEscrow.status, (c.id, 0)), false);
        _refund(c, M0, payee);
        assertEq(_hook.answer(), abi.encode(IEscrow.State.Settled, 0), "the state before the return");
    }

    function test_who_looks_during_a_claim_sees_no_credit() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        bytes memory look = abi.encodeCall(IEscrow.credit, (COIN, address(_receiver)));
        _receiver.prepare(address(escrow), abi.encodeCall(IEscrow.claim, (COIN, payee, payee)), true);
        _release(c, 1);
        _receiver.prepare(address(escrow), look, false);
        escrow.claim(COIN, address(_receiver), address(_receiver));
        assertEq(_receiver.answer(), abi.encode(0), "nothing waits any more");
    }

    function _assertRefusedInside(Reentering caller) private view {
        assertTrue(caller.calls() > 0, "the call was made");
        assertEq(caller.answer(), abi.encodeWithSelector(CLOSED), "and refused by the guard");
    }

    /// @dev One call to each function about a deal in which `party` has every part.
    function _calls(address party) private returns (bytes[6] memory calls) {
        Case memory c = _draftTo(address(token), party, 100);
        (c.deal.payer, c.deal.salt) = (party, 2);
        _seal(c);
        _supply(c, payer);
        _open(c, payer);
        IEscrow.Selection memory selection = _select(c, 1);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, 1);
        calls[1] = abi.encodeCall(IEscrow.release, (c.deal, selection));
        calls[2] = abi.encodeCall(IEscrow.refund, (c.deal, selection));
        calls[3] = abi.encodeCall(IEscrow.attest, (c.deal, selection, 1, EVIDENCE, VALID_UNTIL, signature));
        calls[4] = abi.encodeCall(IEscrow.conclude, (c.deal, selection));
        calls[5] = abi.encodeCall(IEscrow.claim, (COIN, party, party));
        c.deal.salt = 3;
        calls[0] = abi.encodeCall(IEscrow.open, (c.deal, c.milestones));
    }
}
