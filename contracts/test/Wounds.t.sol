// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {AuthorizationToken} from "../mocks/AuthorizationToken.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {BurningReceiver} from "../mocks/BurningReceiver.sol";
import {FeeToken} from "../mocks/FeeToken.sol";
import {PermitToken} from "../mocks/PermitToken.sol";
import {ReentrantReceiver} from "../mocks/ReentrantReceiver.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {AuthorizationFixture} from "./AuthorizationFixture.sol";
import {Share, Typed} from "./Typed.sol";

/// @notice The ways in which other escrows were hurt, each by its name, tried on this one.
contract WoundsTest is AuthorizationFixture {
    uint64 private constant FORK = 777_777;

    // ------------------------------------------------------------------------------------------------ recipients

    function test_a_payee_who_blocks_a_batch() public {
        Case memory c = _opened();
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, M0, payee);
        _refund(c, M1, otherPayee);
        _attest(c, ALL);
        assertHolding(c, AMOUNT_0, M1 | M2);
        assertBalance(c, payee, AMOUNT_2 - 50, "what was not blocked is paid");
    }

    function test_one_bad_payee_reverts_a_whole_batch() public {
        TestWallet bad = new TestWallet(stranger);
        bad.setRefusing(true);
        Case memory c = _draft(COIN);
        c.milestones[1].payouts[0].to = address(bad);
        _fund(c);
        _attest(c, ALL);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "the good ones are paid");
        assertCredit(c, address(bad), AMOUNT_1);
        assertHolding(c, 0, ALL);
    }

    function test_a_blocklisted_recipient_strands_or_blocks_money() public {
        BlockableToken blockable = new BlockableToken();
        Case memory c = _fund(_draft(address(blockable)));
        blockable.setAnswer(payee, BlockableToken.Answer.Reverts);
        blockable.setAnswer(payer, BlockableToken.Answer.ReturnsFalse);
        _release(c, M0);
        _refund(c, M1, otherPayee);
        assertBalance(c, broker, 30, "nobody else is blocked");
        assertCredit(c, payee, AMOUNT_0 - 30);
        assertCredit(c, payer, AMOUNT_1);
        vm.prank(payee);
        escrow.claim(c.deal.token, payee, stranger);
        vm.prank(payer);
        escrow.claim(c.deal.token, payer, broker);
        assertBalance(c, stranger, AMOUNT_0 - 30, "nothing is stranded");
        assertBalance(c, broker, 30 + AMOUNT_1, "nothing is stranded");
    }

    function test_eight_gas_burning_recipients() public {
        Case memory c = _draft(COIN);
        c.milestones[1].payouts = new Share[](8);
        for (uint256 i = 0; i < 8; ++i) {
            BurningReceiver burning = new BurningReceiver();
            burning.burn(type(uint256).max);
            c.milestones[1].payouts[i] = Share(address(burning), 250);
        }
        _fund(c);
        Selection memory s = _select(c, ALL);
        vm.prank(payer);
        escrow.release{gas: 1_500_000}(_key(c), s.payouts);
        for (uint256 i = 0; i < 8; ++i) {
            assertCredit(c, c.milestones[1].payouts[i].to, 250);
        }
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "the good ones are paid");
    }

    function test_a_contract_wallet_paid_with_too_little_gas_and_marked_as_paid() public {
        BurningReceiver wallet = new BurningReceiver();
        wallet.burn(80_000);
        Case memory c = _fund(_draftTo(COIN, address(wallet), 100));
        _attest(c, M0);
        assertBalance(c, address(wallet), 100, "a wallet that needs gas is paid");

        c = _draftTo(COIN, address(wallet), 100);
        c.deal.conditions.salt = 2;
        _fund(c);
        wallet.burn(200_000);
        _attest(c, M0);
        assertBalance(c, address(wallet), 100, "one that needs too much is not");
        assertCredit(c, address(wallet), 100);
        escrow.claim(COIN, address(wallet), address(wallet));
        assertBalance(c, address(wallet), 200, "and is owed until it is");
    }

    function test_a_payment_starved_of_gas_on_purpose() public {
        BurningReceiver wallet = new BurningReceiver();
        wallet.need(100_000);
        Case memory c = _fund(_draftTo(COIN, address(wallet), 100));
        Selection memory s = _select(c, M0);
        uint256 refused;
        for (uint256 limit = 110_000; limit < 400_000; limit += 2999) {
            uint256 before = vm.snapshotState();
            vm.prank(payer);
            try escrow.release{gas: limit}(_key(c), s.payouts) {
                assertBalance(c, address(wallet), 100, "whoever succeeds has paid");
                assertCredit(c, address(wallet), 0);
            } catch {
                ++refused;
            }
            vm.revertToState(before);
        }
        assertTrue(refused > 5 && refused < 90, "the limits reach from refused to paid");
    }

    function test_a_claim_that_is_replayed() public {
        ReentrantReceiver wallet = new ReentrantReceiver();
        Case memory c = _fund(_draftTo(COIN, address(wallet), 100));
        Case memory others = _openedInCoin();
        wallet.prepare(address(wallet), hex"ff", true); // refuses, for now
        _attest(c, M0);
        assertCredit(c, address(wallet), 100);

        wallet.prepare(address(escrow), abi.encodeCall(escrow.claim, (COIN, address(wallet), address(wallet))), false);
        escrow.claim(COIN, address(wallet), address(wallet));
        bytes memory nothing = abi.encodeWithSelector(IEscrowTypes.NothingToClaim.selector, COIN, address(wallet));
        assertEq(wallet.answer(), nothing, "not from within");
        vm.expectRevert(nothing);
        escrow.claim(COIN, address(wallet), address(wallet));
        assertBalance(c, address(wallet), 100, "paid once");
        assertBalance(others, address(escrow), TOTAL, "from nobody else's money");
    }

    // ------------------------------------------------------------------------------------------------ signatures

    function test_a_replayed_attestation() public {
        Case memory c = _opened();
        Case memory other = _draft(address(token));
        other.deal.conditions.salt = 2;
        _fund(other);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        _bring(c, M0, M0, signature);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _bring(c, M0, M0, signature);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotSigned.selector, M2, M0));
        _bring(c, M2, M0, signature);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(other, M0, M0, signature);
        assertBalance(c, payee, AMOUNT_0 - 30, "paid once");
    }

    function test_signatures_without_a_chain_id() public {
        Case memory c = _opened();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,address verifyingContract)"),
                keccak256("Escrow"),
                keccak256("1"),
                address(escrow)
            )
        );
        bytes32 message = Typed.attestation(c.id, M0, EVIDENCE, VALID_UNTIL);
        bytes memory without = _sign(ATTESTOR_KEY, Typed.digest(domain, message));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, M0, M0, without);
        bytes32 elsewhere = Typed.domain(block.chainid + 1, address(escrow));
        bytes memory another = _sign(ATTESTOR_KEY, Typed.digest(elsewhere, message));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, M0, M0, another);
    }

    function test_a_fork_with_another_chain_id() public {
        Case memory c = _opened();
        IEscrowTypes.Consent memory consent = _consent(PAYER_KEY, Typed.RELEASE, c.id, M0);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.chainId(FORK);
        Selection memory s = _select(c, M0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, payer));
        escrow.releaseWithSignature(_key(c), s.payouts, s.proof, consent);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, M0, M0, signature);
        _release(c, M0);
        _attest(c, M1);
        vm.warp(DEADLINE_2);
        _conclude(c, M2);
        assertHolding(c, 0, ALL);
    }

    function test_a_direct_token_call_with_a_stolen_authorization() public {
        AuthorizationToken authorized = new AuthorizationToken();
        authorized.mint(payer, TOTAL);
        Case memory c = _seal(_draft(address(authorized)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        (uint8 v, bytes32 r, bytes32 s) = _parts(a.signature);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(escrow)));
        IERC3009(address(authorized))
            .receiveWithAuthorization(payer, address(escrow), TOTAL, a.validAfter, a.validBefore, c.id, v, r, s);
        _openByKey(c, a);
        assertHolding(c, TOTAL, 0);
    }

    function test_a_permit_that_is_front_run() public {
        PermitToken permits = new PermitToken();
        permits.mint(payer, TOTAL);
        Case memory c = _seal(_draft(address(permits)));
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message =
            keccak256(abi.encode(typehash, payer, address(escrow), TOTAL, permits.nonces(payer), VALID_UNTIL));
        (uint8 v, bytes32 r, bytes32 s) = _parts(_sign(PAYER_KEY, Typed.digest(permits.DOMAIN_SEPARATOR(), message)));
        vm.prank(stranger);
        IERC20Permit(permits).permit(payer, address(escrow), TOTAL, VALID_UNTIL, v, r, s);
        vm.prank(payer);
        escrow.openWithPermit(c.deal, _rows(c.milestones), VALID_UNTIL, v, r, s);
        assertHolding(c, TOTAL, 0);
    }

    function test_tx_origin() public {
        Case memory c = _opened();
        Selection memory s = _select(c, M0);
        vm.prank(stranger, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        escrow.release(_key(c), s.payouts, s.proof);
        vm.prank(stranger, payee);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayee.selector, stranger, payee, 0));
        escrow.refund(_key(c), s.payouts, s.proof);
        vm.prank(stranger, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        escrow.revoke(c.deal, s.payouts, s.proof);
        vm.prank(payer, stranger);
        escrow.release(_key(c), s.payouts, s.proof);
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    // ------------------------------------------------------------------------------------------------ races and clocks

    function test_a_dispute_on_day_one() public {
        Case memory c = _openedWithInspection();
        bytes memory nothing = abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id);
        vm.expectRevert(nothing);
        _dispute(c, ALL, payer);
        vm.expectRevert(nothing);
        _dispute(c, M0, payee);
        vm.warp(REVOCABLE_UNTIL - 1);
        vm.expectRevert(nothing);
        _dispute(c, M0, payee);
        _revoke(c, ALL);
        assertBalance(c, payer, TOTAL, "the payer's right was not taken away");
    }

    function test_a_front_run_bulk_call() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, ALL);
        _bring(c, M1, ALL, signature);
        _bring(c, ALL, ALL, signature);
        assertHolding(c, 0, ALL);
        assertBalance(c, otherPayee, AMOUNT_1, "paid once");
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "paid once");
    }

    function test_a_payment_reference_taken_by_a_stranger_with_one_unit() public {
        Case memory c = _seal(_draft(COIN));
        vm.deal(stranger, TOTAL);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidValue.selector, 1, TOTAL));
        escrow.open{value: 1}(c.deal, _rows(c.milestones));

        _open(c, stranger); // who takes it pays it
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
        _open(c, payer);
        Selection memory s = _select(c, M0);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NotPayer.selector, stranger, payer));
        escrow.revoke(c.deal, s.payouts, s.proof);
        _revoke(c, ALL);
        assertBalance(c, payer, 2 * uint256(TOTAL), "and owns nothing of it");
    }

    function test_an_arbiter_who_vanishes() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0 | M1);
        _dispute(c, M0 | M1, payer);
        vm.warp(REVOCABLE_UNTIL);
        _dispute(c, M2, payee);
        vm.warp(REVOCABLE_UNTIL + ARBITRATION);
        _conclude(c, ALL);
        assertHolding(c, 0, ALL);
        assertBalance(c, otherPayee, AMOUNT_1 / 2, "half, as the deal says");
        assertBalance(c, payer, AMOUNT_0 / 2 + AMOUNT_1 / 2 + AMOUNT_2, "what was not delivered goes back");
    }

    function testFuzz_refused_rulings_burning_an_odd_unit(uint128 toPayees) public {
        Case memory c = _openedWithInspection();
        _attest(c, ALL);
        _dispute(c, ALL, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSplit.selector, AMOUNT_0 + 1, AMOUNT_0));
        _rule(c, 0, AMOUNT_0 + 1);
        assertHolding(c, TOTAL, 0);
        toPayees = uint128(bound(toPayees, 0, AMOUNT_0));
        _rule(c, 0, toPayees);
        uint256 paid = token.balanceOf(payee) + token.balanceOf(broker);
        assertEq(paid, toPayees, "the payees have all that they were given");
        assertBalance(c, payer, AMOUNT_0 - toPayees, "the payer has the rest");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_0, "no unit is left over");
    }

    // ------------------------------------------------------------------------------------------------ accounting

    function test_fee_on_transfer_tokens_credited_in_full() public {
        FeeToken fee = new FeeToken(1);
        Case memory c = _seal(_draft(address(fee)));
        fee.mint(address(escrow), 10 * TOTAL);
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(fee), TOTAL - 1, TOTAL));
        _open(c, payer);
    }

    function test_donations_that_break_accounting() public {
        Case memory c = _opened();
        Case memory inCoin = _openedInCoin();
        token.mint(address(escrow), 12_345);
        vm.deal(address(escrow), address(escrow).balance + 12_345);
        Case memory next = _draft(address(token));
        next.deal.conditions.salt = 2;
        _seal(next);
        vm.expectRevert(); // a donation funds nobody's deal
        _open(next, stranger);
        _release(c, ALL);
        _release(inCoin, ALL);
        assertBalance(c, address(escrow), 12_345, "exactly what was given");
        assertBalance(inCoin, address(escrow), 12_345, "exactly what was given");
    }

    // ------------------------------------------------------------------------------------------------ collisions

    function test_hash_collisions_of_payouts_regrouped_between_neighbouring_milestones() public {
        Case memory c = _opened();
        Case memory regrouped = _draft(address(token));
        regrouped.milestones[0].payouts = _payouts(payee, AMOUNT_0 - 30);
        regrouped.milestones[1].payouts = _payouts(broker, 30, otherPayee, AMOUNT_1);
        _seal(regrouped);
        assertTrue(regrouped.id != c.id, "another deal");
        _isUnknown(c, _rows(regrouped.milestones));
        _release(c, M0);
        assertBalance(c, broker, 30, "each milestone pays its own");
        assertBalance(c, otherPayee, 0, "and no other's");
    }

    function test_hash_collisions_of_rows_moved_between_milestones() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        for (uint256 i = 0; i < rows.length; ++i) {
            for (uint256 k = i + 1; k < rows.length; ++k) {
                IEscrowTypes.Payout[] memory moved = _rows(c.milestones);
                (moved[i], moved[k]) = (moved[k], moved[i]);
                _isUnknown(c, moved);
                moved = _rows(c.milestones);
                (moved[i].to, moved[k].to) = (moved[k].to, moved[i].to);
                if (moved[i].to != rows[i].to) _isUnknown(c, moved);
                moved = _rows(c.milestones);
                (moved[i].amount, moved[k].amount) = (moved[k].amount, moved[i].amount);
                _isUnknown(c, moved);
            }
            IEscrowTypes.Payout[] memory relabelled = _rows(c.milestones);
            relabelled[i].milestone = (relabelled[i].milestone + 1) % 3;
            _isUnknown(c, relabelled);
        }
    }

    function test_hash_collisions_of_rows_left_out_or_repeated() public {
        Case memory c = _opened();
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        for (uint256 i = 0; i < rows.length; ++i) {
            IEscrowTypes.Payout[] memory fewer = new IEscrowTypes.Payout[](rows.length - 1);
            IEscrowTypes.Payout[] memory more = new IEscrowTypes.Payout[](rows.length + 1);
            for (uint256 k = 0; k < rows.length; ++k) {
                if (k != i) fewer[k < i ? k : k - 1] = rows[k];
                more[k <= i ? k : k + 1] = rows[k];
            }
            more[i + 1] = rows[i];
            _isUnknown(c, fewer);
            _isUnknown(c, more);
        }
    }

    function _isUnknown(Case memory c, IEscrowTypes.Payout[] memory rows) private {
        vm.prank(payer);
        vm.expectPartialRevert(IEscrowTypes.DealNotFound.selector);
        escrow.release(_key(c), rows);
    }
}
