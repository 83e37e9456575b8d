// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Burners} from "./Burners.sol";
import {Share} from "./Typed.sol";

/// @notice How much gas a payment is given, and that everything fits into one transaction, whoever burns gas.
contract GasTest is Burners {
    /// @notice The most that one transaction may use (EIP-7825).
    uint256 private constant TRANSACTION_GAS = 16_777_216;

    // ------------------------------------------------------------------------------------------------ caps

    function test_gives_a_recipient_of_coin_its_cap_and_no_more() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        _release(c, 1);
        assertLe(_receiver.given(), COIN_GAS + STIPEND, "not more");
        assertGe(_receiver.given(), COIN_GAS + STIPEND - COIN_ENTRY, "not less");
    }

    function test_gives_a_token_its_cap_and_no_more() public {
        Case memory c = _fund(_draftTo(address(_burning), payee, 100));
        _release(c, 1);
        assertLe(_burning.given(), TOKEN_GAS, "not more");
        assertGe(_burning.given(), TOKEN_GAS - TOKEN_ENTRY, "not less");
    }

    function test_pays_a_recipient_of_coin_that_uses_just_less_than_the_cap() public {
        _receiver.burn(COIN_GAS + STIPEND - 2 * COIN_ENTRY);
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        _release(c, 1);
        assertBalance(c, address(_receiver), 100, "paid");
    }

    function test_credits_a_recipient_of_coin_that_uses_more_than_the_cap() public {
        _receiver.burn(COIN_GAS + STIPEND + 1);
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        _release(c, 1);
        assertCredit(c, address(_receiver), 100);
    }

    function test_pays_with_a_token_that_uses_just_less_than_the_cap() public {
        _burning.burn(TOKEN_GAS - 40_000); // what the transfer itself needs comes on top
        Case memory c = _fund(_draftTo(address(_burning), payee, 100));
        _release(c, 1);
        assertBalance(c, payee, 100, "paid");
    }

    function test_credits_with_a_token_that_uses_more_than_the_cap() public {
        _burning.burn(TOKEN_GAS + 1);
        Case memory c = _fund(_draftTo(address(_burning), payee, 100));
        _release(c, 1);
        assertCredit(c, payee, 100);
    }

    // ------------------------------------------------------------------------------------------------ limits

    function test_milestones_of_gas_burning_recipients_conclude_one_by_one() public {
        _receiver.burn(type(uint256).max);
        Case memory c = _batch(COIN, address(_receiver));
        _payOneByOne(c, address(_receiver));
    }

    function test_milestones_in_a_gas_burning_token_conclude_one_by_one() public {
        Case memory c = _batch(address(_burning), payee);
        _burning.burn(type(uint256).max);
        _payOneByOne(c, payee);
    }

    function test_the_largest_deal_can_be_opened_and_each_of_its_milestones_concluded() public {
        Case memory c = _draft(address(token));
        c.milestones = _many(128);
        for (uint256 i = 0; i < 128; ++i) {
            c.milestones[i].payouts = _eight(payee);
        }
        _seal(c);
        _supply(c, payer);
        _within(payer, _openCall(c));
        vm.warp(DEADLINE_0);
        for (uint8 i = 0; i < 128; i += 9) {
            _within(stranger, _concludeCall(c, uint128(1) << i));
            assertStatus(c, i, IEscrowTypes.State.Settled, 0);
        }
    }

    /// @dev The worst of one milestone: the shares of eight recipients and the rest for the payer, all of it credited.
    function test_a_lapse_of_nine_payments_that_all_burn_gas_takes_less_than_five_million() public {
        Case memory c = _draft(address(_burning));
        c.deal.inspectionPeriod = INSPECTION;
        c.milestones = _many(1);
        c.milestones[0].payouts = _eight(payee);
        for (uint160 i = 0; i < 8; ++i) {
            c.milestones[0].payouts[i] = Share(address(0x8000 + i), 2);
        }
        _fund(c);
        _attest(c, M0);
        _dispute(c, M0, payer);
        vm.warp(START + ARBITRATION);
        _burning.burn(type(uint256).max);
        uint256 used = _within(stranger, _concludeCall(c, M0));
        assertLe(used, 5_000_000, "far from the limit");
        for (uint160 i = 0; i < 8; ++i) {
            assertCredit(c, address(0x8000 + i), 1);
        }
        assertCredit(c, payer, 8);
    }

    /// @dev Delivers all milestones of a batch, lets the inspection end, and concludes each within one transaction.
    function _payOneByOne(Case memory c, address to) private {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            uint128 bit = uint128(1) << uint128(i);
            _within(stranger, _concludeCall(c, bit));
            assertCredit(c, to, 8 * (i + 1));
        }
        assertHolding(c, 0, (1 << c.milestones.length) - 1);
    }

    /// @dev Fifteen milestones of eight payouts to the same recipient, all delivered.
    function _batch(address token_, address to) private returns (Case memory c) {
        c = _draft(token_);
        c.deal.inspectionPeriod = INSPECTION;
        c.milestones = _many(15);
        for (uint256 i = 0; i < 15; ++i) {
            c.milestones[i].payouts = _eight(to);
        }
        _fund(c);
        _attest(c, (1 << 15) - 1);
        vm.warp(START + INSPECTION);
    }

    function _eight(address to) private pure returns (Share[] memory payouts) {
        payouts = new Share[](8);
        for (uint256 i = 0; i < 8; ++i) {
            payouts[i] = Share(to, 1);
        }
    }

    /// @dev Makes a call with what a transaction may use, less what its calldata costs at most.
    function _within(address sender, bytes memory call_) private returns (uint256 used) {
        uint256 limit = TRANSACTION_GAS - 21_000 - _calldataGas(call_);
        vm.prank(sender);
        used = gasleft();
        // solhint-disable-next-line avoid-low-level-calls
        (bool success,) = address(escrow).call{gas: limit}(call_);
        used -= gasleft();
        assertTrue(success, "within the limit of one transaction");
    }

    /// @dev The floor price of EIP-7623, which is above the ordinary one.
    function _calldataGas(bytes memory call_) private pure returns (uint256 cost) {
        for (uint256 i = 0; i < call_.length; ++i) {
            cost += call_[i] == 0 ? 10 : 40;
        }
    }
}
