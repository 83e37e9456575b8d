// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {AuthorizationToken} from "../mocks/AuthorizationToken.sol";
import {BurningReceiver} from "../mocks/BurningReceiver.sol";
import {EatingAttestor} from "../mocks/EatingAttestor.sol";
import {TestToken} from "../demo/TestToken.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {AuthorizationFixture} from "./AuthorizationFixture.sol";
import {Typed} from "./Typed.sol";

/// @notice The part of Multicall3 that lets each call fail by itself.
interface IMulticall3 {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results);
}

/// @notice Unrelated deals go through Multicall3 in one transaction: no call hinders another.
/// @dev    Multicall3 is its own code: see `foreign/`.
contract MulticallTest is AuthorizationFixture {
    IMulticall3 private _multicall;
    uint256 private _salt;

    function setUp() public override {
        super.setUp();
        token = TestToken(address(new AuthorizationToken()));
        _multicall = IMulticall3(vm.deployCode("contracts/test/foreign/Multicall3.json"));
    }

    // ------------------------------------------------------------------------------------------------ batches

    function test_one_transaction_carries_every_kind_of_signed_call() public {
        Case memory attested = _fund(_another());
        Case memory released = _fund(_another());
        Case memory refunded = _fund(_another());
        Case memory revoked = _fund(_another());
        Case memory disputed = _another();
        disputed.deal.inspectionPeriod = INSPECTION;
        _fund(disputed);
        _attest(disputed, ALL);
        Case memory opened = _sealed(_another());

        bytes[] memory calls = new bytes[](6);
        calls[0] = _attestCall(attested, ATTESTOR_KEY);
        calls[1] = _releaseCall(released, PAYER_KEY);
        calls[2] = _refundCall(refunded);
        calls[3] = _revokeCall(revoked);
        calls[4] = _disputeCall(disputed);
        calls[5] = _openCall(opened);
        _allSucceed(_send(calls));

        assertHolding(attested, 0, ALL);
        assertHolding(released, 0, ALL);
        assertHolding(refunded, TOTAL - AMOUNT_1, M1);
        assertHolding(revoked, 0, ALL);
        assertStatus(disputed, 2, IEscrowTypes.State.Disputed, START + ARBITRATION);
        assertHolding(opened, TOTAL, 0);
    }

    function test_one_transaction_concludes_many_deals() public {
        Case[5] memory cases;
        bytes[] memory calls = new bytes[](5);
        for (uint256 i = 0; i < 5; ++i) {
            cases[i] = _fund(_another());
            Selection memory s = _select(cases[i], ALL);
            calls[i] = abi.encodeCall(IEscrow.conclude, (_key(cases[i]), s.payouts, s.proof));
        }
        vm.warp(DEADLINE_2);
        _release(cases[2], ALL);
        IMulticall3.Result[] memory results = _send(calls);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(results[i].success, i != 2, "only what is settled fails");
            assertHolding(cases[i], 0, ALL);
        }
        assertEq(results[2].returnData, _nothing(cases[2]), "and says why");
        assertEq(token.balanceOf(payer), 4 * TOTAL, "the others went back");
    }

    function test_one_transaction_opens_many_deals() public {
        Case[4] memory cases;
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            cases[i] = _sealed(_another());
            calls[i] = _openCall(cases[i]);
        }
        cases[1].deal.conditions.salt = 77; // not what its payer signed
        _seal(cases[1]);
        (uint8 v, bytes32 r, bytes32 s) = _parts(_authorize(cases[0], PAYER_KEY).signature);
        calls[1] = _openCall(cases[1], v, r, s);
        IMulticall3.Result[] memory results = _send(calls);
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(results[i].success, i != 1, "only what was not signed fails");
            assertHolding(cases[i], i == 1 ? 0 : TOTAL, 0);
            if (i != 1) assertEq(results[i].returnData, abi.encode(cases[i].id), "the id of the deal");
        }
        assertEq(token.balanceOf(payer), TOTAL, "what was not opened was not taken");
    }

    function test_a_deal_is_opened_and_delivered_in_one_transaction() public {
        Case memory c = _sealed(_another());
        bytes[] memory calls = new bytes[](2);
        (calls[0], calls[1]) = (_openCall(c), _attestCall(c, ATTESTOR_KEY));
        _allSucceed(_send(calls));
        assertHolding(c, 0, ALL);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "paid");
    }

    // ------------------------------------------------------------------------------------------------ failures

    function test_a_call_that_fails_leaves_the_others() public {
        Case[4] memory cases;
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            cases[i] = _fund(_another());
            calls[i] = _attestCall(cases[i], i == 1 ? STRANGER_KEY : ATTESTOR_KEY);
        }
        IMulticall3.Result[] memory results = _send(calls);
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(results[i].success, i != 1, "only the one that is not the attestor's fails");
            assertHolding(cases[i], i == 1 ? TOTAL : 0, i == 1 ? 0 : ALL);
        }
        bytes memory reason = abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor);
        assertEq(results[1].returnData, reason, "and says why");
    }

    function test_a_call_that_may_not_fail_takes_the_others_back() public {
        Case memory good = _fund(_another());
        Case memory bad = _fund(_another());
        IMulticall3.Call3[] memory calls = new IMulticall3.Call3[](2);
        calls[0] = IMulticall3.Call3(address(escrow), false, _attestCall(good, ATTESTOR_KEY));
        calls[1] = IMulticall3.Call3(address(escrow), false, _attestCall(bad, STRANGER_KEY));
        vm.expectRevert(bytes("Multicall3: call failed"));
        _multicall.aggregate3(calls);
        assertHolding(good, TOTAL, 0);
        assertHolding(bad, TOTAL, 0);
    }

    function test_a_call_that_is_repeated_or_came_first_does_no_harm() public {
        Case memory c = _fund(_another());
        Case memory other = _fund(_another());
        bytes[] memory calls = new bytes[](3);
        (calls[0], calls[1]) = (_attestCall(c, ATTESTOR_KEY), _attestCall(c, ATTESTOR_KEY));
        calls[2] = _attestCall(other, ATTESTOR_KEY);
        IMulticall3.Result[] memory results = _send(calls);
        assertTrue(results[0].success && !results[1].success && results[2].success, "once each");
        assertEq(results[1].returnData, _nothing(c), "and says why");
        assertEq(token.balanceOf(payee), 2 * (AMOUNT_0 + AMOUNT_2 - 80), "paid once each");
    }

    function test_recipients_that_refuse_or_burn_gas_hinder_no_other_deal() public {
        TestWallet refusing = new TestWallet(stranger);
        refusing.setRefusing(true);
        BurningReceiver burning = new BurningReceiver();
        burning.burn(type(uint256).max);
        address[3] memory recipients = [address(refusing), address(burning), otherPayee];
        Case[3] memory cases;
        bytes[] memory calls = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            cases[i] = _draftTo(COIN, recipients[i], 100);
            cases[i].deal.conditions.salt = ++_salt;
            _fund(cases[i]);
            calls[i] = _attestCall(cases[i], ATTESTOR_KEY);
        }
        _allSucceed(_send(calls));
        assertCredit(cases[0], address(refusing), 100);
        assertCredit(cases[1], address(burning), 100);
        assertBalance(cases[2], otherPayee, 100, "the good one is paid");
    }

    /// @dev Whoever sends the batch again, or each call alone, loses nothing but gas: `escrow_chain.chain.batch` does.
    function test_a_signer_that_eats_all_gas_starves_the_calls_behind_it_and_no_more() public {
        Case memory hostile = _another();
        hostile.deal.attestor = address(new EatingAttestor());
        _fund(hostile);
        Case memory good = _fund(_another());
        bytes[] memory calls = new bytes[](2);
        (calls[0], calls[1]) = (_attestCall(hostile, ATTESTOR_KEY), _attestCall(good, ATTESTOR_KEY));
        uint256 before = vm.snapshotState();
        IMulticall3.Result[] memory results = _send(calls, 2_000_000);
        assertFalse(results[0].success || results[1].success, "nothing is left for the good one");
        assertHolding(hostile, TOTAL, 0);
        assertHolding(good, TOTAL, 0);

        vm.revertToState(before);
        (calls[0], calls[1]) = (calls[1], calls[0]);
        results = _send(calls, 2_000_000);
        assertTrue(results[0].success && !results[1].success, "what comes before it is done");
        assertHolding(good, 0, ALL);
    }

    // ------------------------------------------------------------------------------------------------ authority

    function test_a_batch_has_no_authority_of_its_own() public {
        Case memory c = _fund(_another());
        Selection memory s = _select(c, M0);
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeWithSignature(
            "release((address,address,address,uint40,bytes32),(address,uint128,uint16,uint40,bytes32)[],bytes32[])",
            _key(c),
            s.payouts,
            s.proof
        );
        calls[1] = abi.encodeCall(IEscrow.revoke, (c.deal, s.payouts, s.proof));
        calls[2] = abi.encodeCall(IEscrow.dispute, (c.deal, s.payouts, s.proof));
        calls[3] = abi.encodeCall(IEscrow.rule, (c.deal, s.payouts, s.proof, AMOUNT_0));
        IMulticall3.Call3[] memory all = new IMulticall3.Call3[](4);
        for (uint256 i = 0; i < 4; ++i) {
            all[i] = IMulticall3.Call3(address(escrow), true, calls[i]);
        }
        vm.warp(REVOCABLE_UNTIL - 1);
        vm.prank(payer, payer);
        IMulticall3.Result[] memory results = _multicall.aggregate3(all);
        for (uint256 i = 0; i < 4; ++i) {
            assertFalse(results[i].success, "the sender is Multicall3, not the payer");
        }
        bytes memory reason = abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, address(_multicall), payer);
        assertEq(results[0].returnData, reason, "and says so");
        assertHolding(c, TOTAL, 0);
    }

    // ------------------------------------------------------------------------------------------------ calls

    function _another() private returns (Case memory c) {
        c = _draft(address(token));
        c.deal.conditions.salt = ++_salt;
    }

    function _sealed(Case memory c) private returns (Case memory) {
        token.mint(c.deal.payer, TOTAL);
        return _seal(c);
    }

    function _send(bytes[] memory calls) private returns (IMulticall3.Result[] memory) {
        return _send(calls, gasleft());
    }

    function _send(bytes[] memory calls, uint256 limit) private returns (IMulticall3.Result[] memory) {
        IMulticall3.Call3[] memory all = new IMulticall3.Call3[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            all[i] = IMulticall3.Call3(address(escrow), true, calls[i]);
        }
        vm.prank(stranger);
        return _multicall.aggregate3{gas: limit}(all);
    }

    function _allSucceed(IMulticall3.Result[] memory results) private pure {
        for (uint256 i = 0; i < results.length; ++i) {
            assertTrue(results[i].success, "every call succeeds");
        }
    }

    function _nothing(Case memory c) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id);
    }

    function _attestCall(Case memory c, uint256 key) private view returns (bytes memory) {
        Selection memory s = _select(c, _all(c));
        return abi.encodeWithSignature(
            "attest((address,address,address,uint40,bytes32),(address,uint128,uint16,uint40,bytes32)[],bytes32[],"
            "uint128,bytes32,uint40,bytes)",
            _key(c),
            s.payouts,
            s.proof,
            _all(c),
            EVIDENCE,
            VALID_UNTIL,
            _attestation(key, c.id, _all(c))
        );
    }

    function _all(Case memory c) private pure returns (uint128) {
        return uint128((1 << c.milestones.length) - 1);
    }

    function _releaseCall(Case memory c, uint256 key) private view returns (bytes memory) {
        Selection memory s = _select(c, ALL);
        IEscrowTypes.Consent memory consent = _consent(key, Typed.RELEASE, c.id, ALL);
        return abi.encodeCall(IEscrow.releaseWithSignature, (_key(c), s.payouts, s.proof, consent));
    }

    function _refundCall(Case memory c) private view returns (bytes memory) {
        Selection memory s = _select(c, M1);
        IEscrowTypes.Consent memory consent = _consent(OTHER_PAYEE_KEY, Typed.REFUND, c.id, M1);
        return abi.encodeCall(IEscrow.refundWithSignature, (_key(c), s.payouts, s.proof, consent));
    }

    function _revokeCall(Case memory c) private view returns (bytes memory) {
        Selection memory s = _select(c, ALL);
        IEscrowTypes.Consent memory consent = _consent(PAYER_KEY, Typed.REVOCATION, c.id, ALL);
        return abi.encodeCall(IEscrow.revokeWithSignature, (c.deal, s.payouts, s.proof, consent));
    }

    function _disputeCall(Case memory c) private view returns (bytes memory) {
        Selection memory s = _select(c, ALL);
        IEscrowTypes.Consent memory consent = _consent(PAYER_KEY, Typed.PAYER_DISPUTE, c.id, ALL);
        return abi.encodeCall(IEscrow.disputeWithSignature, (c.deal, s.payouts, s.proof, payer, consent));
    }

    function _openCall(Case memory c) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = _parts(_authorize(c, PAYER_KEY).signature);
        return _openCall(c, v, r, s);
    }

    function _openCall(Case memory c, uint8 v, bytes32 r, bytes32 s) private pure returns (bytes memory) {
        return abi.encodeWithSignature(
            "openWithAuthorization((address,address,address,uint40,(address,uint32,uint16,uint40,bytes32,uint256)),"
            "(address,uint128,uint16,uint40,bytes32)[],uint256,uint256,uint8,bytes32,bytes32)",
            c.deal,
            _rows(c.milestones),
            uint256(START - 1),
            uint256(VALID_UNTIL),
            v,
            r,
            s
        );
    }
}
