// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {AnsweringToken} from "../mocks/AnsweringToken.sol";
import {FeeToken} from "../mocks/FeeToken.sol";
import {Fixture} from "./Fixture.sol";
import {Milestone, Share} from "./Typed.sol";

/// @notice Everything that `open` refuses, each by its named error: the deal is sound but for that one thing.
contract OpenRefusalsTest is Fixture {
    // ------------------------------------------------------------------------------------------------ parties

    function test_reverts_when_the_payer_is_zero() public {
        Case memory c = _draft(address(token));
        c.deal.payer = address(0);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPayer.selector, address(0)));
    }

    function test_reverts_when_the_payer_is_the_escrow() public {
        Case memory c = _draft(address(token));
        c.deal.payer = address(escrow);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPayer.selector, address(escrow)));
    }

    function test_reverts_when_the_payer_is_the_token() public {
        Case memory c = _draft(address(token));
        c.deal.payer = address(token);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPayer.selector, address(token)));
    }

    function test_reverts_when_a_payee_is_zero() public {
        Case memory c = _draft(address(token));
        c.milestones[2].payouts[0].to = address(0);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(0)));
    }

    function test_reverts_when_a_fee_recipient_is_zero() public {
        Case memory c = _draft(address(token));
        c.milestones[2].payouts[1].to = address(0);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(0)));
    }

    function test_reverts_when_a_payee_is_the_escrow() public {
        Case memory c = _draft(address(token));
        c.milestones[1].payouts[0].to = address(escrow);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(escrow)));
    }

    function test_reverts_when_a_fee_recipient_is_the_escrow() public {
        Case memory c = _draft(address(token));
        c.milestones[0].payouts[1].to = address(escrow);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(escrow)));
    }

    function test_reverts_when_a_recipient_is_the_token() public {
        Case memory c = _draft(address(token));
        c.milestones[1].payouts[0].to = address(token);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(token)));
        c = _draft(address(token));
        c.milestones[0].payouts[1].to = address(token);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidRecipient.selector, address(token)));
    }

    // ------------------------------------------------------------------------------------------------ milestones

    function test_reverts_when_there_is_no_milestone() public {
        Case memory c = _draft(address(token));
        c.milestones = new Milestone[](0);
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 0));
        _open(c, payer);
    }

    function test_reverts_when_there_are_129_milestones() public {
        Case memory c = _draft(address(token));
        c.milestones = _many(129);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidMilestoneCount.selector, 129));
    }

    function test_reverts_when_the_first_index_is_not_zero() public {
        Case memory c = _draft(address(token));
        c.milestones[0].index = 1;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidIndex.selector, 0, 1));
        c.milestones[0].index = type(uint16).max;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidIndex.selector, 0, type(uint16).max));
    }

    function test_reverts_when_an_index_is_left_out() public {
        Case memory c = _draft(address(token));
        c.milestones[1].index = 2;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidIndex.selector, 2, 2));
    }

    function test_reverts_when_an_index_comes_back() public {
        Case memory c = _draft(address(token));
        c.milestones[2].index = 0;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidIndex.selector, 3, 0));
    }

    /// @dev A milestone is what stands together, so this is a fee of the milestone before, which has no terms.
    function test_reverts_when_an_index_appears_twice() public {
        Case memory c = _draft(address(token));
        c.milestones[2].index = 1;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.RepeatedTerms.selector, 3));
        c.milestones[2].deadline = 0;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.RepeatedTerms.selector, 3));
        (c.milestones[2].deadline, c.milestones[2].terms) = (1, 0);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.RepeatedTerms.selector, 3));
    }

    function test_reverts_when_a_fee_has_a_deadline_or_terms() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, payer);
        IEscrowTypes.Payout[] memory rows = _rows(c.milestones);
        rows[4].deadline = DEADLINE_2;
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.RepeatedTerms.selector, 4));
        vm.prank(payer);
        escrow.open(c.deal, rows);
        (rows[4].deadline, rows[4].terms) = (0, rows[3].terms);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.RepeatedTerms.selector, 4));
        vm.prank(payer);
        escrow.open(c.deal, rows);
    }

    function test_reverts_when_a_milestone_has_no_payout() public {
        Case memory c = _draft(address(token));
        c.milestones[1].payouts = new Share[](0);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidIndex.selector, 2, 2));
    }

    function test_reverts_when_a_milestone_has_9_payouts() public {
        Case memory c = _draft(address(token));
        c.milestones[2].payouts = new Share[](9);
        for (uint256 i = 0; i < 9; ++i) {
            c.milestones[2].payouts[i] = Share(payee, 1);
        }
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPayoutCount.selector, 2, 9));
    }

    function test_reverts_when_the_payee_gets_nothing() public {
        Case memory c = _draft(address(token));
        c.milestones[1].payouts[0].amount = 0;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.ZeroPayout.selector, 2));
    }

    function test_reverts_when_a_fee_is_zero() public {
        Case memory c = _draft(address(token));
        c.milestones[2].payouts[1].amount = 0;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.ZeroPayout.selector, 4));
    }

    function test_reverts_when_a_deadline_is_now() public {
        Case memory c = _draft(address(token));
        c.milestones[1].deadline = START;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidDeadline.selector, 1, START, START));
    }

    function test_reverts_when_a_deadline_has_passed() public {
        Case memory c = _draft(address(token));
        c.milestones[0].deadline = START - 1;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidDeadline.selector, 0, START - 1, START));
    }

    function test_reverts_when_a_deadline_is_more_than_ten_years_away() public {
        Case memory c = _draft(address(token));
        uint40 deadline = START + 3650 days + 1;
        c.milestones[2].deadline = deadline;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidDeadline.selector, 2, deadline, START));
    }

    function test_reverts_when_the_total_reaches_two_to_the_127() public {
        Case memory c = _draft(COIN);
        c.milestones[0].payouts = _payouts(payee, 2 ** 127 - AMOUNT_1 - AMOUNT_2);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.TotalTooLarge.selector, 2 ** 127));
    }

    function test_reverts_when_the_total_is_beyond_128_bits() public {
        Case memory c = _draft(address(token));
        c.milestones = _many(128);
        for (uint256 i = 0; i < 128; ++i) {
            c.milestones[i].payouts = _payouts(payee, type(uint128).max, broker, type(uint128).max);
        }
        _refused(c, abi.encodeWithSelector(IEscrowTypes.TotalTooLarge.selector, 256 * uint256(type(uint128).max)));
    }

    // ------------------------------------------------------------------------------------------------ terms

    function test_reverts_when_the_inspection_is_longer_than_a_year() public {
        Case memory c = _draft(address(token));
        c.deal.inspectionPeriod = 365 days + 1;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPeriod.selector, 365 days + 1, 365 days));
    }

    function test_reverts_when_the_arbitration_is_longer_than_a_year() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.arbitrationPeriod = 365 days + 1;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPeriod.selector, 365 days + 1, 365 days));
    }

    function test_reverts_when_the_arbitration_is_too_long_even_without_an_arbiter() public {
        Case memory c = _draft(address(token));
        (c.deal.conditions.arbiter, c.deal.conditions.arbitrationPeriod) = (address(0), type(uint32).max);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidPeriod.selector, type(uint32).max, 365 days));
    }

    function test_reverts_when_an_arbiter_has_no_time() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.arbitrationPeriod = 0;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.ArbiterWithoutPeriod.selector, arbiter));
    }

    function test_reverts_when_there_is_an_inspection_without_an_arbiter() public {
        Case memory c = _draft(address(token));
        (c.deal.conditions.arbiter, c.deal.inspectionPeriod) = (address(0), 1);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InspectionWithoutArbiter.selector, 1));
    }

    function test_reverts_when_the_lapse_share_is_above_the_whole() public {
        Case memory c = _draft(address(token));
        c.deal.conditions.lapseBps = 10_001;
        _refused(c, abi.encodeWithSelector(IEscrowTypes.InvalidShare.selector, 10_001));
    }

    // ------------------------------------------------------------------------------------------------ money

    function test_reverts_when_the_coin_is_one_unit_off() public {
        Case memory c = _seal(_draft(COIN));
        vm.deal(payer, 3 * TOTAL);
        uint256[4] memory values = [uint256(0), TOTAL - 1, TOTAL + 1, 2 * TOTAL];
        for (uint256 i = 0; i < values.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidValue.selector, values[i], TOTAL));
            vm.prank(payer);
            escrow.open{value: values[i]}(c.deal, _rows(c.milestones));
        }
    }

    function test_reverts_when_coin_comes_with_a_token_deal() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, payer);
        vm.deal(payer, TOTAL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidValue.selector, 1, 0));
        vm.prank(payer);
        escrow.open{value: 1}(c.deal, _rows(c.milestones));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidValue.selector, TOTAL, 0));
        vm.prank(payer);
        escrow.open{value: TOTAL}(c.deal, _rows(c.milestones));
    }

    function test_reverts_when_the_token_has_no_code() public {
        Case memory c = _seal(_draft(stranger));
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidToken.selector, stranger));
        _open(c, payer);
    }

    function test_reverts_when_the_token_is_the_escrow() public {
        Case memory c = _seal(_draft(address(escrow)));
        vm.expectRevert();
        _open(c, payer);
    }

    function test_reverts_when_the_token_keeps_a_fee() public {
        Case memory c = _seal(_draft(address(new FeeToken(1))));
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, c.deal.token, TOTAL - 1, TOTAL));
        _open(c, payer);
    }

    function test_reverts_when_the_token_delivers_nothing() public {
        AnsweringToken claiming = new AnsweringToken();
        claiming.answer(abi.encode(true), false);
        Case memory c = _seal(_draft(address(claiming)));
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(claiming), 0, TOTAL));
        _open(c, payer);
    }

    function test_reverts_when_the_balance_falls_while_it_should_rise() public {
        FeeToken taking = new FeeToken(int256(uint256(TOTAL)) + 3);
        taking.mint(address(escrow), 10);
        Case memory c = _seal(_draft(address(taking)));
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(taking), 0, TOTAL));
        _open(c, payer);
    }

    function test_a_donation_does_not_count_as_payment() public {
        Case memory c = _seal(_draft(address(new FeeToken(1))));
        FeeToken(c.deal.token).mint(address(escrow), 10 * TOTAL);
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, c.deal.token, TOTAL - 1, TOTAL));
        _open(c, payer);
    }

    function test_takes_a_token_that_delivers_more() public {
        Case memory c = _fund(_draft(address(new FeeToken(-1))));
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_token_says_false() public {
        AnsweringToken refusing = new AnsweringToken();
        refusing.answer(abi.encode(false), true);
        Case memory c = _seal(_draft(address(refusing)));
        _supply(c, payer);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        _open(c, payer);
    }

    function test_reverts_when_the_sender_gave_no_allowance() public {
        Case memory c = _seal(_draft(address(token)));
        token.mint(payer, TOTAL);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, TOTAL)
        );
        _open(c, payer);
    }

    function test_takes_from_nobody_but_the_sender() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, payer);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, TOTAL)
        );
        _open(c, stranger);
    }

    // ------------------------------------------------------------------------------------------------ twice

    function test_reverts_when_the_deal_is_open() public {
        Case memory c = _opened();
        _refused(c, abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
        _supply(c, stranger);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
        _open(c, stranger);
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_deal_was_paid() public {
        Case memory c = _opened();
        _release(c, ALL);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
    }

    function test_reverts_when_the_deal_was_returned() public {
        Case memory c = _fund(_draftTo(COIN, payee, 10));
        _refund(c, 1, payee);
        _refused(c, abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
    }

    /// @dev Seals a draft, gives the payer what it costs, and tries to open it.
    function _refused(Case memory c, bytes memory reason) private {
        _seal(c);
        _supply(c, payer);
        vm.expectRevert(reason);
        _open(c, payer);
    }
}
