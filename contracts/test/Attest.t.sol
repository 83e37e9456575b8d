// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What a valid attestation does, and when. Whose signature is valid is in Attestation.t.sol.
contract AttestTest is Fixture {
    function test_pays_payee_and_fees_at_once_without_an_inspection() public {
        Case memory c = _opened();
        _attest(c, M0);
        assertBalance(c, payee, AMOUNT_0 - 30, "the payee is paid");
        assertBalance(c, broker, 30, "the fee is paid");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "the rest is still held");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
        assertStatus(c, 0, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
    }

    function test_pays_in_coin() public {
        Case memory c = _openedInCoin();
        _attest(c, ALL);
        assertBalance(c, payee, AMOUNT_0 - 30 + AMOUNT_2 - 50, "the payee is paid");
        assertBalance(c, otherPayee, AMOUNT_1, "the other payee is paid");
        assertBalance(c, broker, 80, "the fees are paid");
        assertBalance(c, address(escrow), 0, "nothing is left");
    }

    function test_emits_delivered_with_what_was_paid_and_nothing_else() public {
        Case memory c = _openedInCoin();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Delivered(c.id, M0 | M2, EVIDENCE, AMOUNT_0 + AMOUNT_2);
        vm.recordLogs();
        _attest(c, M0 | M2);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
    }

    function test_starts_the_inspection_and_moves_no_money() public {
        Case memory c = _openedWithInspection();
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Delivered(c.id, M0, EVIDENCE, 0);
        vm.recordLogs();
        _attest(c, M0);
        assertEq(vm.getRecordedLogs().length, 1, "one event");
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 1, IEscrowTypes.State.Open, 0);
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "all is still held");
    }

    function test_each_inspection_has_its_own_end() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + 1 days);
        _attest(c, M1 | M2);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, START + 1 days + INSPECTION);
        assertStatus(c, 2, IEscrowTypes.State.Delivered, START + 1 days + INSPECTION);
    }

    function test_anybody_may_bring_it() public {
        Case memory c = _opened();
        Selection memory selection = _select(c, M1);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M1);
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 before = vm.snapshotState();
            vm.prank(vm.addr(keys[i]));
            escrow.attest(_key(c), selection.payouts, selection.proof, M1, EVIDENCE, VALID_UNTIL, signature);
            assertBalance(c, otherPayee, AMOUNT_1, "the payee is paid whoever brought it");
            vm.revertToState(before);
        }
    }

    // ------------------------------------------------------------------------------------------------ bitmap

    function test_any_part_of_the_bitmap_may_be_brought_and_the_rest_later() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        _bring(c, M1, ALL, signature);
        assertHolding(c, TOTAL - AMOUNT_1, M1);
        _bring(c, M0 | M2, ALL, signature);
        assertHolding(c, 0, ALL);
        assertBalance(c, otherPayee, AMOUNT_1, "each was paid once");
        assertBalance(c, broker, 80, "each was paid once");
    }

    function test_bits_beyond_the_last_milestone_do_no_harm() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, type(uint128).max);
        _bring(c, ALL, type(uint128).max, signature);
        assertHolding(c, 0, ALL);
    }

    function test_reverts_when_a_milestone_is_not_in_the_bitmap() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0 | M2);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, ALL, M0 | M2));
        _bring(c, ALL, M0 | M2, signature);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M1, M0 | M2));
        _bring(c, M1, M0 | M2, signature);
    }

    function test_reverts_when_the_bitmap_is_empty() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M2, 0));
        _bring(c, M2, 0, signature);
    }

    function test_a_milestone_that_is_skipped_needs_no_bit() public {
        Case memory c = _opened();
        _release(c, M1);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0 | M2);
        _bring(c, ALL, M0 | M2, signature);
        assertHolding(c, 0, ALL);
        assertBalance(c, otherPayee, AMOUNT_1, "it was not paid again");
    }

    function test_a_milestone_past_its_deadline_needs_no_bit() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0);
        _bring(c, M0 | M1, M1, _attestation(ATTESTOR_KEY, c.id, M1));
        assertHolding(c, AMOUNT_0 + AMOUNT_2, M1);
    }

    function test_a_delivered_milestone_needs_no_bit() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + 1);
        _bring(c, M0 | M1, M1, _attestation(ATTESTOR_KEY, c.id, M1));
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 1, IEscrowTypes.State.Delivered, START + 1 + INSPECTION);
    }

    // ------------------------------------------------------------------------------------------------ clocks

    function test_pays_until_the_second_before_the_deadline() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_0 - 1);
        _attest(c, M0);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_the_deadline_is_reached() public {
        Case memory c = _opened();
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(DEADLINE_0 + late);
            bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
            _bring(c, M0, M0, signature);
        }
    }

    function test_starts_no_inspection_from_the_deadline_on() public {
        Case memory c = _openedWithInspection();
        vm.warp(DEADLINE_0);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, M0, M0, signature);
        vm.warp(DEADLINE_0 - 1);
        _bring(c, M0, M0, signature);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, DEADLINE_0 - 1 + INSPECTION);
    }

    function test_a_milestone_past_its_deadline_is_skipped() public {
        Case memory c = _opened();
        vm.warp(DEADLINE_1);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Delivered(c.id, M2, EVIDENCE, AMOUNT_2);
        _attest(c, ALL);
        assertHolding(c, AMOUNT_0 + AMOUNT_1, M2);
        assertBalance(c, payee, AMOUNT_2 - 50, "only what was in time is paid");
    }

    function test_counts_until_the_second_before_it_is_void() public {
        Case memory c = _opened();
        uint40 validUntil = START + 100;
        vm.warp(validUntil - 1);
        _attestUntil(c, validUntil);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_it_is_void() public {
        Case memory c = _opened();
        uint40 validUntil = START + 100;
        for (uint256 late = 0; late < 2; ++late) {
            vm.warp(validUntil + late);
            vm.expectRevert(
                abi.encodeWithSelector(IEscrowTypes.SignatureExpired.selector, validUntil, validUntil + late)
            );
            _attestUntil(c, validUntil);
        }
    }

    // ------------------------------------------------------------------------------------------------ once

    function test_reverts_when_all_of_it_was_paid() public {
        Case memory c = _opened();
        _attest(c, M0 | M1);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0 | M1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, M0 | M1, M0 | M1, signature);
        assertHolding(c, AMOUNT_2, M0 | M1);
    }

    function test_reverts_when_all_of_it_was_returned() public {
        Case memory c = _opened();
        _refund(c, M0, payee);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, M0, M0, signature);
    }

    function test_a_second_delivery_does_not_restart_the_inspection() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(START + 1 days);
        bytes memory signature = _sign(ATTESTOR_KEY, _digest(c.id, M0, keccak256("more"), VALID_UNTIL));
        Selection memory selection = _select(c, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        escrow.attest(_key(c), selection.payouts, selection.proof, M0, keccak256("more"), VALID_UNTIL, signature);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
    }

    function test_a_repeated_delivery_touches_only_what_is_new() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        _release(c, M1);
        vm.warp(START + 1 days);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Delivered(c.id, M2, EVIDENCE, 0);
        _attest(c, ALL);
        assertStatus(c, 0, IEscrowTypes.State.Delivered, START + INSPECTION);
        assertStatus(c, 1, IEscrowTypes.State.Settled, 0);
        assertStatus(c, 2, IEscrowTypes.State.Delivered, START + 1 days + INSPECTION);
    }

    // ------------------------------------------------------------------------------------------------ authority

    function test_reverts_when_the_deal_was_never_opened() public {
        Case memory c = _seal(_draft(address(token)));
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealNotFound.selector, c.id));
        _bring(c, M0, M0, signature);
    }

    function test_reverts_when_anybody_else_signs() public {
        Case memory c = _opened();
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == ATTESTOR_KEY) continue;
            bytes memory signature = _attestation(keys[i], c.id, M0);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
            _bring(c, M0, M0, signature);
        }
    }

    function test_without_an_attestor_nobody_can_attest() public {
        Case memory c = _draft(address(token));
        c.deal.attestor = address(0);
        _fund(c);
        bytes[4] memory signatures = [
            bytes(""),
            new bytes(65),
            bytes.concat(new bytes(64), bytes1(uint8(27))),
            bytes.concat(bytes32(uint256(1)), bytes32(uint256(1)), bytes1(uint8(29)))
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, address(0)));
            _bring(c, M0, M0, signatures[i]);
        }
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes memory signature = _attestation(keys[i], c.id, M0);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, address(0)));
            _bring(c, M0, M0, signature);
        }
    }

    function _attestUntil(Case memory c, uint40 validUntil) private {
        bytes memory signature = _sign(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, validUntil));
        Selection memory selection = _select(c, M0);
        escrow.attest(_key(c), selection.payouts, selection.proof, M0, EVIDENCE, validUntil, signature);
    }
}
