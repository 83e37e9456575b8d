// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {FeeToken} from "../mocks/FeeToken.sol";
import {PermitToken} from "../mocks/PermitToken.sol";
import {PhantomToken} from "../mocks/PhantomToken.sol";
import {TestToken} from "../demo/TestToken.sol";
import {Fixture} from "./Fixture.sol";
import {Typed} from "./Typed.sol";

/// @notice A permit is a way to an allowance. What counts is the allowance, and what arrives.
contract OpenWithPermitTest is Fixture {
    /// @notice The signature of an ERC-2612 permit.
    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function setUp() public override {
        super.setUp();
        token = TestToken(address(new PermitToken()));
    }

    // ------------------------------------------------------------------------------------------------ opens

    function test_opens_with_a_permit_and_no_allowance() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory permit = _permit(PAYER_KEY, TOTAL);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Opened(c.id, payer, c.deal, _rows(c.milestones));
        assertEq(_openWith(c, permit, payer), c.id, "the id of the deal");
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "the money is there");
        assertEq(token.allowance(payer, address(escrow)), 0, "nothing more is allowed");
    }

    function test_anybody_may_pay_by_an_own_permit() public {
        Case memory c = _supplied(_draft(address(token)));
        token.mint(stranger, TOTAL);
        _openWith(c, _permit(STRANGER_KEY, TOTAL), stranger);
        assertBalance(c, stranger, 0, "the sender paid");
        assertBalance(c, payer, TOTAL, "the payer did not");
        _refund(c, M0 | M2, payee);
        assertBalance(c, payer, TOTAL + AMOUNT_0 + AMOUNT_2, "the payer has the payer's rights");
    }

    function test_a_permit_that_was_brought_first_does_no_harm() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory p = _permit(PAYER_KEY, TOTAL);
        vm.prank(stranger);
        PermitToken(address(token)).permit(payer, address(escrow), TOTAL, p.deadline, p.v, p.r, p.s);
        _openWith(c, p, payer);
        assertHolding(c, TOTAL, 0);
        assertEq(token.allowance(payer, address(escrow)), 0, "nothing more is allowed");
    }

    function test_a_void_permit_does_no_harm_if_the_allowance_is_there() public {
        Case memory c = _supplied(_draft(address(token)));
        vm.prank(payer);
        token.approve(address(escrow), TOTAL);
        Permit memory permit = _permit(STRANGER_KEY, TOTAL);
        _openWith(c, permit, payer);
        assertHolding(c, TOTAL, 0);
    }

    function test_a_token_without_permits_needs_the_allowance() public {
        token = new TestToken("No Permits", "NOP", 6);
        _needsTheAllowance();
    }

    function test_a_token_that_seems_to_permit_needs_the_allowance() public {
        token = new PhantomToken();
        _needsTheAllowance();
    }

    function _needsTheAllowance() private {
        Case memory c = _supplied(_draft(address(token)));
        vm.expectRevert(_insufficient(0));
        _openWith(c, Permit(VALID_UNTIL, 27, 0, 0), payer);
        assertStatus(c, 0, IEscrowTypes.State.None, 0);

        vm.prank(payer);
        token.approve(address(escrow), TOTAL);
        _openWith(c, Permit(VALID_UNTIL, 27, 0, 0), payer);
        assertHolding(c, TOTAL, 0);
    }

    // ------------------------------------------------------------------------------------------------ refuses

    function test_reverts_when_the_permit_is_not_the_senders() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory permit = _permit(PAYER_KEY, TOTAL);
        vm.expectRevert(_insufficient(0));
        _openWith(c, permit, stranger);
        permit = _permit(STRANGER_KEY, TOTAL);
        vm.expectRevert(_insufficient(0));
        _openWith(c, permit, payer);
        assertBalance(c, payer, TOTAL, "the payer's money is where it was");
    }

    function test_reverts_when_the_permit_is_of_another_amount() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory less = _permit(PAYER_KEY, TOTAL - 1);
        vm.expectRevert(_insufficient(0));
        _openWith(c, less, payer);
        Permit memory more = _permit(PAYER_KEY, type(uint256).max);
        vm.expectRevert(_insufficient(0));
        _openWith(c, more, payer);
    }

    function test_reverts_when_the_permit_is_over() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory permit = _permit(PAYER_KEY, TOTAL);
        vm.warp(permit.deadline + 1);
        for (uint256 i = 0; i < 3; ++i) {
            c.milestones[i].deadline = uint40(block.timestamp) + 1 days;
        }
        _seal(c);
        vm.expectRevert(_insufficient(0));
        _openWith(c, permit, payer);
        vm.warp(permit.deadline);
        _openWith(c, permit, payer);
        assertHolding(c, TOTAL, 0);
    }

    function test_reverts_when_the_permit_was_used() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory permit = _permit(PAYER_KEY, TOTAL);
        _openWith(c, permit, payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
        _openWith(c, permit, payer);

        c.deal.conditions.salt = 2;
        Case memory second = _supplied(c);
        vm.expectRevert(_insufficient(0));
        _openWith(second, permit, payer);
    }

    function test_reverts_when_less_arrives() public {
        token = new FeeToken(1);
        Case memory c = _supplied(_draft(address(token)));
        vm.prank(payer);
        token.approve(address(escrow), TOTAL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(token), TOTAL - 1, TOTAL));
        _openWith(c, Permit(VALID_UNTIL, 27, 0, 0), payer);
    }

    function test_reverts_when_there_is_no_token() public {
        address[4] memory nothing = [COIN, stranger, address(4), address(0xdead)];
        for (uint256 i = 0; i < nothing.length; ++i) {
            Case memory c = _seal(_draft(nothing[i]));
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidToken.selector, nothing[i]));
            _openWith(c, Permit(VALID_UNTIL, 27, 0, 0), payer);
        }
    }

    function test_takes_no_coin() public {
        Case memory c = _supplied(_draft(address(token)));
        Permit memory p = _permit(PAYER_KEY, TOTAL);
        vm.deal(payer, 1);
        bytes memory call_ =
            abi.encodeCall(IEscrow.openWithPermit, (c.deal, _rows(c.milestones), p.deadline, p.v, p.r, p.s));
        vm.prank(payer);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success,) = address(escrow).call{value: 1}(call_);
        assertFalse(success, "coin would be lost");
    }

    function test_refuses_the_terms_that_open_refuses() public {
        Case memory c = _draft(address(token));
        c.milestones[1].deadline = START;
        _supplied(c);
        Permit memory permit = _permit(PAYER_KEY, TOTAL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidDeadline.selector, 1, START, START));
        _openWith(c, permit, payer);
    }

    // ------------------------------------------------------------------------------------------------ permits

    function _supplied(Case memory c) private returns (Case memory) {
        token.mint(payer, TOTAL);
        return _seal(c);
    }

    function _openWith(Case memory c, Permit memory p, address sender) private returns (bytes32) {
        vm.prank(sender);
        return escrow.openWithPermit(c.deal, _rows(c.milestones), p.deadline, p.v, p.r, p.s);
    }

    function _permit(uint256 key, uint256 value) private view returns (Permit memory permit) {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        IERC20Permit permits = IERC20Permit(address(token));
        address owner = vm.addr(key);
        permit.deadline = START + 1 hours;
        bytes32 message =
            keccak256(abi.encode(typehash, owner, address(escrow), value, permits.nonces(owner), permit.deadline));
        (permit.v, permit.r, permit.s) = vm.sign(key, Typed.digest(permits.DOMAIN_SEPARATOR(), message));
    }

    function _insufficient(uint256 allowed) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), allowed, uint256(TOTAL)
        );
    }
}
