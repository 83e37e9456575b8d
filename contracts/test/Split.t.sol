// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {Vm} from "./Base.sol";
import {Share} from "./Typed.sol";
import {Verbs} from "./Verbs.sol";

/// @notice How a split is rounded: fees in proportion, rounded down; the payee takes the remainder; the payer gets the
///         rest. All three ways to a split (settle, rule, lapse) end here.
contract SplitTest is Verbs {
    uint128 private constant MOST = type(uint128).max >> 1;

    BlockableToken private _blockable;

    function setUp() public override {
        super.setUp();
        _blockable = new BlockableToken();
    }

    function testFuzz_pays_fees_in_proportion_and_the_remainder_to_the_payee(uint256 seed, uint128 toPayees) public {
        Case memory c = _disputedOf(address(token), seed);
        toPayees = uint128(bound(toPayees, 0, _total(c)));
        _rule(c, 0, toPayees);
        _isPaid(c, toPayees, false);
    }

    function testFuzz_the_same_in_coin(uint256 seed, uint128 toPayees) public {
        Case memory c = _disputedOf(COIN, seed);
        toPayees = uint128(bound(toPayees, 0, _total(c)));
        _rule(c, 0, toPayees);
        _isPaid(c, toPayees, false);
    }

    function testFuzz_the_same_by_agreement(uint256 seed, uint128 toPayees) public {
        Case memory c = _disputedOf(address(token), seed);
        toPayees = uint128(bound(toPayees, 0, _total(c)));
        _settle(c, 0, toPayees);
        _isPaid(c, toPayees, false);
    }

    function testFuzz_the_same_by_lapse(uint256 seed, uint16 bps) public {
        Case memory c = _draftWith(address(token), seed);
        c.deal.conditions.lapseBps = uint16(bound(bps, 0, 10_000));
        _fund(c);
        _attest(c, 1);
        _dispute(c, 1, payer);
        vm.warp(START + ARBITRATION);
        _conclude(c, 1);
        _isPaid(c, _total(c) * c.deal.conditions.lapseBps / 10_000, false);
    }

    function testFuzz_the_same_in_credits(uint256 seed, uint128 toPayees) public {
        Case memory c = _disputedOf(address(_blockable), seed);
        toPayees = uint128(bound(toPayees, 0, _total(c)));
        _blockable.setAnswer(payer, BlockableToken.Answer.Reverts);
        for (uint256 i = 0; i < c.milestones[0].payouts.length; ++i) {
            _blockable.setAnswer(c.milestones[0].payouts[i].to, BlockableToken.Answer(1 + i % 2));
        }
        _rule(c, 0, toPayees);
        _isPaid(c, toPayees, true);
    }

    function testFuzz_nothing_of_amount_zero_is_sent_or_credited(uint256 seed, uint128 toPayees, bool blocked) public {
        Case memory c = _draftOfTiny(seed);
        toPayees = uint128(bound(toPayees, 0, _total(c)));
        if (blocked) {
            for (uint256 i = 0; i < c.milestones[0].payouts.length; ++i) {
                _blockable.setAnswer(c.milestones[0].payouts[i].to, BlockableToken.Answer.Reverts);
            }
        }
        vm.recordLogs();
        _rule(c, 0, toPayees);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 sum;
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic != IERC20.Transfer.selector && topic != IEscrowTypes.Credited.selector) continue;
            uint256 amount = abi.decode(logs[i].data, (uint256));
            assertTrue(amount != 0, "something is sent or credited");
            sum += amount;
        }
        assertEq(sum, _total(c), "all of it, to the last unit");
        _isPaid(c, toPayees, false);
    }

    // ------------------------------------------------------------------------------------------------ examples

    function test_a_single_unit_for_the_payees_is_the_payees() public {
        Case memory c = _three(1, 1, 1);
        _rule(c, 0, 1);
        assertBalance(c, payee, 1, "the remainder");
        assertBalance(c, broker, 0, "a third, rounded down");
        assertBalance(c, otherPayee, 0, "a third, rounded down");
        assertBalance(c, payer, 2, "the rest");
    }

    function test_two_units_of_three_are_the_payees() public {
        Case memory c = _three(1, 1, 1);
        _rule(c, 0, 2);
        assertBalance(c, payee, 2, "the remainder");
        assertBalance(c, broker, 0, "two thirds, rounded down");
        assertBalance(c, otherPayee, 0, "two thirds, rounded down");
        assertBalance(c, payer, 1, "the rest");
    }

    function test_a_payee_with_nothing_left_is_sent_nothing() public {
        Case memory c = _three(1, 500, 499);
        vm.recordLogs();
        _rule(c, 0, 0);
        assertEq(vm.getRecordedLogs().length, 2, "one event, one transfer");
        assertBalance(c, payer, 1000, "all of it");
    }

    function test_no_fee_is_more_than_its_share_when_all_is_paid() public {
        Case memory c = _three(1, 500, 499);
        _rule(c, 0, 1000);
        assertBalance(c, payee, 1, "in full");
        assertBalance(c, broker, 500, "in full");
        assertBalance(c, otherPayee, 499, "in full");
    }

    function test_the_largest_amounts_do_not_overflow() public {
        Case memory c = _three(1, MOST - 2, 1);
        _rule(c, 0, MOST - 1);
        uint256 fee = MOST - 3; // (MOST - 1) * (MOST - 2) / MOST = MOST - 3 + 2 / MOST
        assertBalance(c, broker, fee, "rounded down");
        assertBalance(c, otherPayee, 0, "rounded down");
        assertBalance(c, payee, MOST - 1 - fee, "the remainder");
        assertBalance(c, payer, 1, "the rest");
    }

    function test_one_recipient_of_several_payouts_gets_the_sum() public {
        Case memory c = _disputedWith(_shares(payee, payee, payee, 100, 10, 20));
        _rule(c, 0, 65);
        assertBalance(c, payee, 65, "whatever the rounding");
        assertBalance(c, payer, 65, "the rest");
    }

    // ------------------------------------------------------------------------------------------------ facts

    /// @dev The rule of the split, said again.
    function _isPaid(Case memory c, uint256 toPayees, bool credited) private view {
        Share[] memory shares = c.milestones[0].payouts;
        uint256 rest = toPayees;
        for (uint256 i = 1; i < shares.length; ++i) {
            uint256 fee = toPayees * shares[i].amount / _total(c);
            assertEq(_has(c, shares[i].to, credited), fee, "a fee in proportion, rounded down");
            rest -= fee;
        }
        assertEq(_has(c, shares[0].to, credited), rest, "the remainder to the payee");
        assertEq(_has(c, payer, credited), _total(c) - toPayees, "the rest to the payer");
        assertHolding(c, 0, 1);
        assertBalance(c, address(escrow), credited ? _total(c) : _owed(c), "not a unit more or less");
    }

    function _has(Case memory c, address owner, bool credited) private view returns (uint256) {
        uint256 owed = escrow.credit(c.deal.token, owner);
        return credited ? owed : owed + _balance(c.deal.token, owner);
    }

    function _owed(Case memory c) private view returns (uint256 owed) {
        for (uint256 i = 0; i < c.milestones[0].payouts.length; ++i) {
            owed += escrow.credit(c.deal.token, c.milestones[0].payouts[i].to);
        }
    }

    // ------------------------------------------------------------------------------------------------ deals

    /// @dev One disputed milestone with 1 to 8 payouts of any amounts, each to somebody else.
    function _disputedOf(address token_, uint256 seed) private returns (Case memory) {
        return _disputedNow(_draftWith(token_, seed));
    }

    function _draftWith(address token_, uint256 seed) private view returns (Case memory c) {
        c = _draft(token_);
        c.deal.inspectionPeriod = INSPECTION;
        c.milestones = _many(1);
        c.milestones[0].payouts = _random(seed, MOST / 8);
    }

    /// @dev The same with payouts of 1 to 3, which often round to nothing.
    function _draftOfTiny(uint256 seed) private returns (Case memory c) {
        c = _draft(address(_blockable));
        c.deal.inspectionPeriod = INSPECTION;
        c.milestones = _many(1);
        c.milestones[0].payouts = _random(seed, 3);
        _disputedNow(c);
    }

    function _random(uint256 seed, uint256 max) private view returns (Share[] memory shares) {
        shares = new Share[](1 + seed % 8);
        for (uint256 i = 0; i < shares.length; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            // Of all sizes alike: a random number of bits.
            uint128 amount = uint128(bound(word >> (128 + (word & 127)), 1, max));
            shares[i] = Share(i == 0 ? payee : vm.addr(0xF00 + i), amount);
        }
    }

    function _three(uint128 first, uint128 second, uint128 third) private returns (Case memory) {
        return _disputedWith(_shares(payee, broker, otherPayee, first, second, third));
    }

    function _shares(address a, address b, address d, uint128 first, uint128 second, uint128 third)
        private
        pure
        returns (Share[] memory shares)
    {
        shares = new Share[](3);
        (shares[0], shares[1], shares[2]) = (Share(a, first), Share(b, second), Share(d, third));
    }

    function _disputedWith(Share[] memory shares) private returns (Case memory c) {
        c = _draft(address(token));
        c.deal.inspectionPeriod = INSPECTION;
        c.milestones = _many(1);
        c.milestones[0].payouts = shares;
        return _disputedNow(c);
    }

    function _disputedNow(Case memory c) private returns (Case memory) {
        _fund(c);
        _attest(c, 1);
        _dispute(c, 1, payer);
        return c;
    }
}
