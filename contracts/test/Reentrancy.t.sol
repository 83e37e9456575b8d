// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {HookToken} from "../mocks/HookToken.sol";
import {Reentering} from "../mocks/Reentering.sol";
import {ReentrantReceiver} from "../mocks/ReentrantReceiver.sol";
import {Calls} from "./Calls.sol";
import {Typed} from "./Typed.sol";

/// @notice Whoever calls back while money moves finds everything settled that the call settles, and gains nothing; and
///         while a deal is opened, no other can be.
contract ReentrancyTest is Calls {
    string private constant DEAL = "(address,address,address,uint40,(address,uint32,uint16,uint40,bytes32,uint256))";
    string private constant TERMS = "(address,uint128,uint16,uint40,bytes32)[],uint256,uint256";
    bytes4 private constant CLOSED = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    HookToken private _hook;
    ReentrantReceiver private _receiver;

    function setUp() public override {
        super.setUp();
        _hook = new HookToken();
        _receiver = new ReentrantReceiver();
        _hook.mint(address(escrow), 1000); // of others, and within reach if anything were
        vm.deal(address(escrow), 1000);
    }

    // ------------------------------------------------------------------------------------------------ the same deal

    function test_a_recipient_of_coin_cannot_settle_again_what_it_is_paid_for() public {
        Case memory c = _draftTo(COIN, address(_receiver), 100);
        c.deal.payer = address(_receiver);
        _supply(_seal(c), stranger);
        _open(c, stranger);
        bytes[6] memory calls = _settling(c);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _warmUp();
            _receiver.prepare(address(escrow), calls[i], false);
            _release(c, 1);
            assertEq(_receiver.answer(), _nothingToDo(c), "it is settled already");
            assertBalance(c, address(_receiver), 100, "paid once");
            assertBalance(c, address(escrow), 1000, "with nobody else's money");
            assertCredit(c, address(_receiver), 0);
            vm.revertToState(before);
        }
    }

    function test_a_recipient_of_coin_that_insists_gets_a_credit_and_no_more() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        bytes[6] memory calls = _settling(c);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _receiver.prepare(address(escrow), calls[i], true);
            _release(c, 1);
            assertCredit(c, address(_receiver), 100);
            assertBalance(c, address(_receiver), 0, "not paid as well");
            assertHolding(c, 0, 1);
            vm.revertToState(before);
        }
    }

    function test_a_token_cannot_have_settled_again_what_is_being_paid() public {
        Case memory c = _hooked();
        bytes[6] memory calls = _settling(c);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _callBack(calls[i]);
            _release(c, ALL);
            assertEq(_receiver.answer(), _nothingToDo(c), "it is settled already");
            assertEq(_hook.calls(), 5, "every payment tried");
            assertHolding(c, 0, ALL);
            assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "paid once");
            assertBalance(c, otherPayee, AMOUNT_1, "paid once");
            assertBalance(c, broker, 80, "paid once");
            assertBalance(c, address(escrow), 1000, "with nobody else's money");
            vm.revertToState(before);
        }
    }

    function test_a_token_cannot_have_settled_again_what_is_returned_attested_or_concluded() public {
        Case memory c = _hooked();
        _callBack(_releaseCall(c, M1));
        _refund(c, M1, otherPayee);
        assertEq(_receiver.answer(), _nothingToDo(c), "it is returned already");
        assertBalance(c, otherPayee, 0, "and not paid");
        _callBack(_releaseCall(c, M0));
        _attest(c, M0);
        assertEq(_receiver.answer(), _nothingToDo(c), "it is paid already");
        _callBack(_releaseCall(c, M2));
        vm.warp(DEADLINE_2);
        _conclude(c, M2);
        assertEq(_receiver.answer(), _nothingToDo(c), "it is returned already");
        assertEq(_hook.calls(), 4, "every transfer tried");
        assertBalance(c, address(_receiver), AMOUNT_1 + AMOUNT_2, "the payer has back what was returned");
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee has what was attested");
        assertBalance(c, address(escrow), 1000, "with nobody else's money");
    }

    // ------------------------------------------------------------------------------------------------ other deals

    function test_a_payment_inside_a_payment_finds_too_little_gas() public {
        Case memory paid = _fund(_draftTo(COIN, address(_receiver), 100));
        Case memory moved = _fund(_draftTo(address(_hook), payee, 100));
        _tryOther(paid, _receiver);
        _tryOther(moved, _hook);
    }

    /// @dev While `c` is released, calls back about another deal, in which the caller has every part.
    function _tryOther(Case memory c, Reentering caller) private {
        Case memory other = _owned(address(caller), address(token));
        bytes[6] memory calls = _settling(other);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (i == 3) continue; // no clock has decided anything
            uint256 before = vm.snapshotState();
            if (c.deal.token == COIN) _warmUp();
            caller.prepare(address(escrow), calls[i], false);
            _release(c, 1);
            assertEq(_selector(caller.answer()), bytes32(IEscrowTypes.InsufficientGas.selector), "refused");
            assertBalance(c, c.milestones[0].payouts[0].to, 100, "paid all the same");
            assertHolding(other, 100, 0);
            vm.revertToState(before);
        }
    }

    function test_another_deal_may_be_settled_while_one_is_opened() public {
        Case memory other = _owned(address(_hook), address(token));
        bytes[6] memory calls = _settling(other);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (i == 3) continue; // no clock has decided anything
            uint256 before = vm.snapshotState();
            _hook.prepare(address(escrow), calls[i], true);
            Case memory c = _fund(_draftTo(address(_hook), payee, 100));
            assertHolding(c, 100, 0);
            assertBalance(c, address(escrow), 1100, "all that it holds has come");
            assertHolding(other, 0, 1);
            assertBalance(other, address(_hook), 100, "settled once");
            assertBalance(other, address(escrow), 0, "settled once");
            vm.revertToState(before);
        }
    }

    function test_another_deal_may_be_settled_while_a_credit_is_claimed() public {
        Case memory c = _creditedIn(address(_hook));
        Case memory other = _owned(address(_hook), address(token));
        _hook.prepare(address(escrow), _releaseCall(other, 1), true);
        escrow.claim(address(_hook), payee, payee);
        assertBalance(c, payee, 100, "claimed once");
        assertBalance(c, address(escrow), 1000, "with nobody else's money");
        assertBalance(other, address(_hook), 100, "settled once");
        assertHolding(other, 0, 1);
    }

    // ------------------------------------------------------------------------------------------------ opening

    function test_nothing_can_be_opened_while_a_deal_is_opened() public {
        Case memory c = _seal(_draftTo(address(_hook), payee, 100));
        _supply(c, payer);
        bytes[4] memory calls = _opening(address(token));
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            _hook.prepare(address(escrow), calls[i], false);
            _open(c, payer);
            assertTrue(_hook.calls() == 1, "the call was made");
            assertEq(_hook.answer(), abi.encodeWithSelector(CLOSED), "and refused by the guard");
            assertHolding(c, 100, 0);
            vm.revertToState(before);

            _hook.prepare(address(escrow), calls[i], true);
            vm.expectRevert(CLOSED);
            _open(c, payer);
            vm.revertToState(before);
        }
    }

    function test_a_deal_may_be_opened_while_another_is_paid() public {
        Case memory c = _fund(_draftTo(address(_hook), payee, 100));
        Case memory other = _funder(address(token));
        _hook.prepare(address(escrow), _openCall(other), true);
        _release(c, 1);
        assertBalance(c, payee, 100, "paid once");
        assertHolding(other, 100, 0);
        assertBalance(other, address(escrow), 100, "and all that it holds has come");
        assertBalance(other, address(_hook), 0, "from who opened it");
    }

    /// @dev It is recorded before it is paid for; what goes out in between is missing in the end.
    function test_a_deal_cannot_be_settled_before_it_is_paid_for() public {
        Case memory c = _unpaid();
        bytes[6] memory calls = _settling(c);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (i == 1 || i == 3) continue; // it is not the payee, and no clock has decided anything
            _callBack(calls[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(_hook), 0, 100));
            _open(c, stranger);
        }
    }

    /// @dev Whoever could, would borrow what the escrow holds for others until the end of the transaction.
    function test_a_permit_cannot_have_a_deal_settled_before_it_is_paid_for() public {
        Case memory c = _unpaid();
        bytes[6] memory calls = _settling(c);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (i == 1 || i == 3) continue; // as above
            _callBack(calls[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(_hook), 0, 100));
            vm.prank(stranger);
            escrow.openWithPermit(c.deal, _rows(c.milestones), VALID_UNTIL, 27, 0, 0);
        }
    }

    function test_a_credit_that_is_claimed_while_a_deal_is_opened_does_not_pay_for_it() public {
        Case memory c = _creditedIn(address(_hook));
        Case memory other = _seal(_funder(address(_hook)));
        _hook.prepare(address(escrow), abi.encodeCall(IEscrow.claim, (address(_hook), payee, payee)), false);
        _supply(other, stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(_hook), 0, 100));
        _open(other, stranger);
        assertCredit(c, payee, 100);
    }

    // ------------------------------------------------------------------------------------------------ claims

    function test_a_token_cannot_have_a_credit_claimed_twice() public {
        Case memory c = _creditedIn(address(_hook));
        bytes memory again = abi.encodeCall(IEscrow.claim, (address(_hook), payee, payee));
        bytes memory reason = abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, address(_hook), payee);
        _hook.prepare(address(escrow), again, true);
        vm.expectRevert(reason);
        escrow.claim(address(_hook), payee, payee);
        assertCredit(c, payee, 100);

        _hook.prepare(address(escrow), again, false);
        escrow.claim(address(_hook), payee, payee);
        assertEq(_hook.answer(), reason, "nothing waits any more");
        assertBalance(c, payee, 100, "claimed once");
        assertBalance(c, address(escrow), 1000, "with nobody else's money");
    }

    function test_a_recipient_of_a_claim_cannot_claim_twice() public {
        bytes memory again = abi.encodeCall(IEscrow.claim, (COIN, address(_receiver), address(_receiver)));
        _receiver.prepare(address(escrow), again, true);
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        _release(c, 1);
        assertCredit(c, address(_receiver), 100);

        _receiver.prepare(address(escrow), again, false);
        escrow.claim(COIN, address(_receiver), address(_receiver));
        assertEq(
            _receiver.answer(),
            abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, COIN, address(_receiver)),
            "nothing waits any more"
        );
        assertBalance(c, address(_receiver), 100, "claimed once");
        assertBalance(c, address(escrow), 1000, "with nobody else's money");
    }

    // ------------------------------------------------------------------------------------------------ looking

    function test_who_looks_during_a_payment_sees_it_settled() public {
        Case memory c = _fund(_draft(address(_hook)));
        _hook.prepare(address(escrow), abi.encodeCall(IEscrow.holding, (c.id)), false);
        _release(c, M1);
        assertEq(_hook.answer(), abi.encode(AMOUNT_0 + AMOUNT_2, M1), "the state before the payment");
        _hook.prepare(address(escrow), abi.encodeCall(IEscrow.status, (c.id, 0)), false);
        _refund(c, M0, payee);
        assertEq(_hook.answer(), abi.encode(IEscrowTypes.State.Settled, 0), "the state before the return");
    }

    function test_who_looks_during_a_claim_sees_no_credit() public {
        bytes memory look = abi.encodeCall(IEscrow.credit, (COIN, address(_receiver)));
        _receiver.prepare(address(escrow), abi.encodeCall(IEscrow.claim, (COIN, payee, payee)), true);
        _release(_fund(_draftTo(COIN, address(_receiver), 100)), 1);
        _receiver.prepare(address(escrow), look, false);
        escrow.claim(COIN, address(_receiver), address(_receiver));
        assertEq(_receiver.answer(), abi.encode(0), "nothing waits any more");
    }

    // ------------------------------------------------------------------------------------------------ builders

    /// @dev The fixture's deal in the hooking token; its payer calls when the token says so.
    function _hooked() private returns (Case memory c) {
        c = _draft(address(_hook));
        c.deal.payer = address(_receiver);
        _supply(_seal(c), stranger);
        _open(c, stranger);
    }

    /// @dev A deal of the same two, which a stranger is about to fund.
    function _unpaid() private returns (Case memory c) {
        c = _draftTo(address(_hook), payee, 100);
        c.deal.payer = address(_receiver);
        _supply(_seal(c), stranger);
    }

    /// @dev Whenever the token is moved, it has the receiver make this call.
    function _callBack(bytes memory call_) private {
        _hook.prepare(address(_receiver), "", false);
        _receiver.prepare(address(escrow), call_, false);
    }

    /// @dev A deal in which one party pays itself.
    function _owned(address party, address token_) private returns (Case memory c) {
        c = _draftTo(token_, party, 100);
        (c.deal.payer, c.deal.conditions.salt) = (party, 2);
        _supply(_seal(c), stranger);
        _open(c, stranger);
    }

    /// @dev A deal that the hooking token can pay for.
    function _funder(address token_) private returns (Case memory c) {
        c = _draftTo(token_, payee, 100);
        c.deal.conditions.salt = 3;
        _supply(_seal(c), address(_hook));
    }

    /// @dev The payee was to be paid 100, and its payment failed.
    function _creditedIn(address token_) private returns (Case memory c) {
        c = _fund(_draftTo(token_, payee, 100));
        Reentering(token_).prepare(address(escrow), hex"", true);
        _release(c, 1);
        assertCredit(c, payee, 100);
    }

    /// @dev Every call by which the payer, the payee or anybody could settle milestone 0.
    function _settling(Case memory c) private view returns (bytes[6] memory calls) {
        Selection memory s = _select(c, M0);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        calls[0] = _releaseCall(c, M0);
        calls[1] = _refundCall(c, M0);
        calls[2] = _attestCall(c, M0, M0, VALID_UNTIL, signature);
        calls[3] = _concludeCall(c, M0);
        calls[4] = abi.encodeCall(IEscrow.revoke, (c.deal, s.payouts, s.proof));
        bytes memory payees = _split(PAYEE_KEY, Typed.PAYEE_SETTLEMENT, c.id, 0, 1);
        calls[5] = abi.encodeCall(IEscrow.settle, (_key(c), s.payouts, s.proof, 1, VALID_UNTIL, "", payees));
    }

    /// @dev The ways to open a deal.
    function _opening(address token_) private returns (bytes[4] memory calls) {
        Case memory c = _funder(token_);
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        calls[0] = _openCall(c);
        calls[1] = abi.encodeCall(IEscrow.openWithPermit, (c.deal, rows, VALID_UNTIL, 27, c.root, c.root));
        string memory start = string.concat("openWithAuthorization(", DEAL, ",", TERMS, ",");
        string memory parted = string.concat(start, "uint8,bytes32,bytes32)");
        calls[2] = abi.encodeWithSignature(parted, c.deal, rows, 0, VALID_UNTIL, 27, c.root, c.root);
        calls[3] = abi.encodeWithSignature(string.concat(start, "bytes)"), c.deal, rows, 0, VALID_UNTIL, "");
    }

    /// @dev Has the receiver write an answer, so that the next one is cheap enough for the gas of a payment.
    function _warmUp() private {
        _receiver.prepare(address(escrow), abi.encodeCall(IEscrow.claim, (COIN, payee, payee)), false);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success,) = address(_receiver).call("");
        assertTrue(success && _receiver.answer().length != 0, "the answer is written");
    }

    function _nothingToDo(Case memory c) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id);
    }

    function _selector(bytes memory answer) private pure returns (bytes32) {
        return bytes32(bytes4(answer));
    }
}
