// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {BurningReceiver} from "../mocks/BurningReceiver.sol";
import {BurningToken} from "../mocks/BurningToken.sol";
import {Fixture} from "./Fixture.sol";

/// @notice How much gas a payment is given, and that everything fits into one transaction, whoever burns gas.
contract GasTest is Fixture {
    /// @notice The cap of a payment in coin, and what the EVM adds to every call with value.
    uint256 private constant COIN_GAS = 100_000 + 2300;
    uint256 private constant TOKEN_GAS = 500_000;
    /// @notice What the code of the mocks uses, at most, before it looks at the gas.
    uint256 private constant COIN_ENTRY = 300;
    uint256 private constant TOKEN_ENTRY = 900;
    /// @notice The most that one transaction may use (EIP-7825).
    uint256 private constant TRANSACTION_GAS = 16_777_216;

    BurningReceiver private _receiver;
    BurningToken private _burning;

    function setUp() public override {
        super.setUp();
        _receiver = new BurningReceiver();
        _burning = new BurningToken();
    }

    // ------------------------------------------------------------------------------------------------ caps

    function test_gives_a_recipient_of_coin_its_cap_and_no_more() public {
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        _release(c, 1);
        assertLe(_receiver.given(), COIN_GAS, "not more");
        assertGe(_receiver.given(), COIN_GAS - COIN_ENTRY, "not less");
    }

    function test_gives_a_token_its_cap_and_no_more() public {
        Case memory c = _fund(_draftTo(address(_burning), payee, 100));
        _release(c, 1);
        assertLe(_burning.given(), TOKEN_GAS, "not more");
        assertGe(_burning.given(), TOKEN_GAS - TOKEN_ENTRY, "not less");
    }

    function test_pays_a_recipient_of_coin_that_uses_just_less_than_the_cap() public {
        _receiver.burn(COIN_GAS - 2 * COIN_ENTRY);
        Case memory c = _fund(_draftTo(COIN, address(_receiver), 100));
        _release(c, 1);
        assertBalance(c, address(_receiver), 100, "paid");
    }

    function test_credits_a_recipient_of_coin_that_uses_more_than_the_cap() public {
        _receiver.burn(COIN_GAS + 1);
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
        _within(payer, abi.encodeCall(IEscrow.open, (c.deal, c.milestones)));
        vm.warp(DEADLINE_0);
        for (uint8 i = 0; i < 128; i += 9) {
            _within(stranger, abi.encodeCall(IEscrow.conclude, (c.deal, _select(c, uint128(1) << i))));
            assertStatus(c, i, IEscrow.State.Settled, 0);
        }
    }

    /// @dev Delivers all milestones of a batch, lets the inspection end, and concludes each within one transaction.
    function _payOneByOne(Case memory c, address to) private {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            uint128 bit = uint128(1) << uint128(i);
            _within(stranger, abi.encodeCall(IEscrow.conclude, (c.deal, _select(c, bit))));
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

    function _eight(address to) private pure returns (IEscrow.Payout[] memory payouts) {
        payouts = new IEscrow.Payout[](8);
        for (uint256 i = 0; i < 8; ++i) {
            payouts[i] = IEscrow.Payout(to, 1);
        }
    }

    /// @dev Makes a call with what a transaction may use, less what its calldata costs at most.
    function _within(address sender, bytes memory call_) private {
        vm.prank(sender);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success,) = address(escrow).call{gas: TRANSACTION_GAS - 21_000 - _calldataGas(call_)}(call_);
        assertTrue(success, "within the limit of one transaction");
    }

    /// @dev The floor price of EIP-7623, which is above the ordinary one.
    function _calldataGas(bytes memory call_) private pure returns (uint256 cost) {
        for (uint256 i = 0; i < call_.length; ++i) {
            cost += call_[i] == 0 ? 10 : 40;
        }
    }
}
