// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Burners} from "./Burners.sol";

/// @notice A caller who gives too little gas can't turn a payment into a credit. The recipient, or the token, takes the
///         money if it is given its cap, and otherwise refuses at once, which leaves the caller gas for a credit.
/// @dev    Deals are opened in `setUp`, so that every account is as cold in a test as in a transaction of its own.
contract StarvingTest is Burners {
    /// @notice A step that is no multiple of anything, and small beside what a payment leaves over.
    uint256 private constant STEP = 89;

    function setUp() public override {
        super.setUp();
        _fund(_payingCoin());
        _fund(_payingTokens());
        _fundFor(_returningCoin());
        _fundFor(_splittingCoin());
        Case memory c = _fundFor(_disputedCoin());
        _attest(c, 1);
        _dispute(c, 1, address(_receiver));
        _receiver.need(COIN_GAS + STIPEND - COIN_ENTRY);
        _burning.need(TOKEN_GAS - TOKEN_ENTRY);
    }

    function test_no_gas_limit_starves_a_release_of_coin() public {
        Case memory c = _seal(_payingCoin());
        _starve(c, payer, address(_receiver), _releaseCall(c, 1));
    }

    function test_no_gas_limit_starves_an_attested_payment_of_coin() public {
        Case memory c = _seal(_payingCoin());
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, 1);
        _starve(c, stranger, address(_receiver), _attestCall(c, 1, 1, VALID_UNTIL, signature));
    }

    function test_no_gas_limit_starves_a_refund_of_coin() public {
        Case memory c = _seal(_returningCoin());
        _starve(c, payee, address(_receiver), _refundCall(c, 1));
    }

    function test_no_gas_limit_starves_a_conclusion_in_coin() public {
        Case memory c = _seal(_returningCoin());
        vm.warp(DEADLINE_0);
        _starve(c, stranger, address(_receiver), _concludeCall(c, 1));
    }

    function test_no_gas_limit_starves_a_release_of_tokens() public {
        Case memory c = _seal(_payingTokens());
        _starve(c, payer, payee, _releaseCall(c, 1));
    }

    function test_no_gas_limit_starves_a_revocation_of_coin() public {
        Case memory c = _seal(_returningCoin());
        Selection memory s = _select(c, 1);
        bytes memory call_ = abi.encodeCall(IEscrow.revoke, (c.deal, s.payouts, s.proof));
        _starve(c, address(_receiver), address(_receiver), call_);
    }

    function test_no_gas_limit_starves_a_settlement_in_coin() public {
        Case memory c = _seal(_splittingCoin());
        Selection memory s = _select(c, 1);
        bytes memory call_ = abi.encodeCall(IEscrow.settle, (_key(c), s.payouts, s.proof, 40, VALID_UNTIL, "", ""));
        _starve(c, address(_receiver), address(_receiver), call_);
    }

    function test_no_gas_limit_starves_a_ruling_in_coin() public {
        Case memory c = _seal(_disputedCoin());
        Selection memory s = _select(c, 1);
        _starve(c, arbiter, address(_receiver), abi.encodeCall(IEscrow.rule, (c.deal, s.payouts, s.proof, 40)));
    }

    function test_no_gas_limit_starves_a_lapse_in_coin() public {
        Case memory c = _seal(_disputedCoin());
        vm.warp(START + ARBITRATION);
        _starve(c, stranger, address(_receiver), _concludeCall(c, 1));
    }

    // ------------------------------------------------------------------------------------------------ deals

    function _payingCoin() private view returns (Case memory c) {
        c = _draftTo(COIN, address(_receiver), 100);
        c.milestones[0].payouts = _payouts(address(_receiver), 60, address(_receiver), 40);
    }

    function _payingTokens() private view returns (Case memory c) {
        c = _draftTo(address(_burning), payee, 100);
        c.milestones[0].payouts = _payouts(payee, 60, payee, 40);
    }

    function _returningCoin() private view returns (Case memory c) {
        c = _draftTo(COIN, payee, 100);
        c.deal.payer = address(_receiver);
    }

    /// @dev The payer is its own payee, and so has every part of a split.
    function _splittingCoin() private view returns (Case memory c) {
        c = _draftTo(COIN, address(_receiver), 100);
        c.deal.payer = address(_receiver);
    }

    function _disputedCoin() private view returns (Case memory c) {
        c = _splittingCoin();
        c.deal.inspectionPeriod = INSPECTION;
    }

    function _fundFor(Case memory c) private returns (Case memory) {
        _supply(_seal(c), payer);
        _open(c, payer);
        return c;
    }

    // ------------------------------------------------------------------------------------------------ limits

    /// @dev Makes a call that pays `to` 100 with every gas limit that could matter.
    function _starve(Case memory c, address sender, address to, bytes memory call_) private {
        uint256 before = vm.snapshotState();
        uint256 cap = c.deal.token == COIN ? COIN_GAS : TOKEN_GAS;
        (uint256 paid, uint256 refused) = (0, 0);
        for (uint256 limit = cap; limit < cap + 200_000; limit += STEP) {
            vm.prank(sender);
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory answer) = address(escrow).call{gas: limit}(call_);
            if (success) {
                assertBalance(c, to, 100, "whoever succeeds has paid");
                assertCredit(c, to, 0);
                ++paid;
                vm.revertToState(before);
            } else if (answer.length != 0) {
                _checkRefusal(answer, cap);
                ++refused;
            }
        }
        assertTrue(paid > 100 && refused > 100, "the limits reach from refused to paid");
    }

    function _checkRefusal(bytes memory answer, uint256 cap) private pure {
        (uint256 available, uint256 required) = (_word(answer, 0), _word(answer, 1));
        assertEq(bytes32(bytes4(answer)), bytes32(IEscrowTypes.InsufficientGas.selector), "says why");
        assertTrue(available < required, "less was there than is required");
        assertEq(required, cap + cap / 63 + OVERHEAD, "a call passes on at most 63/64, and costs something itself");
    }

    function _word(bytes memory answer, uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(answer, 0x24), mul(place, 0x20)))
        }
    }
}
