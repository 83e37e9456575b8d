// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009, IERC3009Cancel} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {AuthorizationToken} from "../mocks/AuthorizationToken.sol";
import {FeeAuthorizationToken} from "../mocks/FeeAuthorizationToken.sol";
import {PhantomToken} from "../mocks/PhantomToken.sol";
import {TestToken} from "../demo/TestToken.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {AuthorizationFixture} from "./AuthorizationFixture.sol";
import {Typed} from "./Typed.sol";

/// @notice One signature of the payer funds one deal, whoever carries it, and nothing else.
contract OpenWithAuthorizationTest is AuthorizationFixture {
    function setUp() public override {
        super.setUp();
        token = TestToken(address(new AuthorizationToken()));
    }

    // ------------------------------------------------------------------------------------------------ opens

    function test_anybody_opens_by_the_payers_signature() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Opened(c.id, payer, c.deal, _rows(c.milestones));
        assertEq(_openByKey(c, a), c.id, "the id of the deal");
        _isFunded(c);
    }

    function test_the_form_in_bytes_takes_a_key_too() public {
        Case memory c = _supplied(_draft(address(token)));
        vm.expectEmit(address(escrow));
        emit IEscrowTypes.Opened(c.id, payer, c.deal, _rows(c.milestones));
        assertEq(_openByBytes(c, _authorize(c, PAYER_KEY)), c.id, "the id of the deal");
        _isFunded(c);
    }

    function test_a_contract_opens_by_its_own_rule() public {
        Case memory c = _draft(address(token));
        c.deal.payer = address(new TestWallet(broker));
        _supplied(c);
        Authorization memory a = _authorize(c, PAYER_KEY);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _openByBytes(c, a);
        _openByBytes(c, _authorize(c, BROKER_KEY));
        _isFunded(c);
    }

    function _isFunded(Case memory c) private view {
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "the money is there");
        assertBalance(c, c.deal.payer, 0, "the payer paid");
        assertTrue(IERC3009(address(token)).authorizationState(c.deal.payer, c.id), "the id was the nonce");
    }

    // ------------------------------------------------------------------------------------------------ times

    function test_counts_from_the_second_after_to_the_second_before() public {
        Case memory c = _draft(address(token));
        for (uint256 form = 0; form < 2; ++form) {
            c.deal.conditions.salt = form + 1;
            _supplied(c);
            (uint256 from, uint256 to) = (START + 1 days, START + 2 days);
            bytes memory signature = _sign(PAYER_KEY, _permission(c, RECEIVE, TOTAL, c.id, from, to));
            Authorization memory a = Authorization(from, to, signature);
            uint256[2] memory never = [from, to];
            for (uint256 i = 0; i < 2; ++i) {
                vm.warp(never[i]);
                vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidAuthorizationTime.selector, from, to));
                _openBy(form, c, a);
            }
            uint256 before = vm.snapshotState();
            vm.warp(from + 1);
            _openBy(form, c, a);
            assertHolding(c, TOTAL, 0);
            vm.revertToState(before);
            vm.warp(to - 1);
            _openBy(form, c, a);
            assertHolding(c, TOTAL, 0);
        }
    }

    function _openBy(uint256 form, Case memory c, Authorization memory a) private {
        if (form == 0) _openByKey(c, a);
        else _openByBytes(c, a);
    }

    // ------------------------------------------------------------------------------------------------ what it is for

    function test_reverts_for_every_other_deal() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);

        Case memory other = _draft(address(token));
        other.deal.conditions.salt = 2;
        _refusesTheSignature(other, a);
        other = _draft(address(token));
        other.deal.attestor = stranger;
        _refusesTheSignature(other, a);
        other = _draft(address(token));
        other.milestones[0].payouts[0].to = stranger;
        _refusesTheSignature(other, a);
        other = _draft(address(token));
        other.milestones[0].terms = 0;
        _refusesTheSignature(other, a);
        other = _draft(address(token));
        other.deal.payer = stranger;
        _refusesTheSignature(other, a);

        _openByKey(c, a);
        _isFunded(c);
    }

    function test_reverts_when_anybody_but_the_payer_signed() public {
        Case memory c = _supplied(_draft(address(token)));
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] != PAYER_KEY) _refusesTheSignature(c, _authorize(c, keys[i]));
        }
    }

    function test_reverts_when_something_else_was_signed() public {
        Case memory c = _supplied(_draft(address(token)));
        bytes32 transfer = keccak256(
            "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
            "bytes32 nonce)"
        );
        _refusesTheSignature(c, _authorize(c, PAYER_KEY, transfer, TOTAL, c.id));
        _refusesTheSignature(c, _authorize(c, PAYER_KEY, RECEIVE, TOTAL - 1, c.id));
        _refusesTheSignature(c, _authorize(c, PAYER_KEY, RECEIVE, TOTAL + 1, c.id));
        _refusesTheSignature(c, _authorize(c, PAYER_KEY, RECEIVE, TOTAL, keccak256("another nonce")));
    }

    function test_reverts_when_it_is_to_another_escrow() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        IEscrow first = escrow;
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        Case memory other = _draft(address(token));
        _refusesTheSignature(other, a);
        escrow = first;
        _openByKey(c, a);
        _isFunded(c);
    }

    function _refusesTheSignature(Case memory c, Authorization memory a) private {
        _seal(c);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _openByKey(c, a);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _openByBytes(c, a);
        assertStatus(c, 0, IEscrowTypes.State.None, 0);
    }

    // ------------------------------------------------------------------------------------------------ how often

    function test_reverts_when_the_deal_is_open() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        _openByKey(c, a);
        token.mint(payer, TOTAL);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
        _openByKey(c, a);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.DealExists.selector, c.id));
        _openByBytes(c, a);
        assertBalance(c, payer, TOTAL, "nothing was taken twice");
    }

    function test_reverts_when_it_was_cancelled() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        bytes32 message =
            keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), payer, c.id));
        bytes32 digest = Typed.digest(_domainOf(address(token)), message);
        (uint8 v, bytes32 r, bytes32 s) = _parts(_sign(PAYER_KEY, digest));
        IERC3009Cancel(address(token)).cancelAuthorization(payer, c.id, v, r, s);
        _refusesTheNonce(c, a);
    }

    function test_reverts_when_its_nonce_was_used_elsewhere() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        bytes32 message = keccak256(abi.encode(RECEIVE, payer, stranger, 0, START - 1, VALID_UNTIL, c.id));
        bytes32 digest = Typed.digest(_domainOf(address(token)), message);
        (uint8 v, bytes32 r, bytes32 s) = _parts(_sign(PAYER_KEY, digest));
        vm.prank(stranger);
        IERC3009(address(token)).receiveWithAuthorization(payer, stranger, 0, START - 1, VALID_UNTIL, c.id, v, r, s);
        _refusesTheNonce(c, a);
    }

    function _refusesTheNonce(Case memory c, Authorization memory a) private {
        bytes memory used = abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, payer, c.id);
        vm.expectRevert(used);
        _openByKey(c, a);
        vm.expectRevert(used);
        _openByBytes(c, a);
        assertStatus(c, 0, IEscrowTypes.State.None, 0);
        assertBalance(c, payer, TOTAL, "nothing was taken");
    }

    // ------------------------------------------------------------------------------------------------ thieves

    function test_a_stolen_authorization_moves_nothing_by_itself() public {
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        (uint8 v, bytes32 r, bytes32 s) = _parts(a.signature);
        address to = address(escrow);
        IERC3009 direct = IERC3009(address(token));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, to));
        direct.receiveWithAuthorization(payer, to, TOTAL, a.validAfter, a.validBefore, c.id, v, r, s);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, to));
        AuthorizationToken(address(token))
            .receiveWithAuthorization(payer, to, TOTAL, a.validAfter, a.validBefore, c.id, a.signature);
        vm.prank(stranger);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        direct.transferWithAuthorization(payer, to, TOTAL, a.validAfter, a.validBefore, c.id, v, r, s);

        _openByKey(c, a);
        _isFunded(c);
    }

    // ------------------------------------------------------------------------------------------------ tokens

    function test_reverts_when_less_arrives() public {
        token = TestToken(address(new FeeAuthorizationToken(1)));
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        bytes memory shortfall =
            abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(token), TOTAL - 1, TOTAL);
        vm.expectRevert(shortfall);
        _openByKey(c, a);
        vm.expectRevert(shortfall);
        _openByBytes(c, a);
    }

    function test_what_was_there_before_does_not_count() public {
        token = TestToken(address(new FeeAuthorizationToken(TOTAL)));
        token.mint(address(escrow), 10 * TOTAL);
        Case memory c = _supplied(_draft(address(token)));
        Authorization memory a = _authorize(c, PAYER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(token), 0, TOTAL));
        _openByKey(c, a);
    }

    function test_reverts_when_the_payer_has_too_little() public {
        Case memory c = _seal(_draft(address(token)));
        token.mint(payer, TOTAL - 1);
        Authorization memory a = _authorize(c, PAYER_KEY);
        bytes memory insufficient =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, payer, TOTAL - 1, TOTAL);
        vm.expectRevert(insufficient);
        _openByKey(c, a);
        vm.expectRevert(insufficient);
        _openByBytes(c, a);
    }

    function test_an_allowance_does_not_help_a_token_without_authorizations() public {
        token = new TestToken("No Authorizations", "NOA", 6);
        _refusesInSpiteOfTheAllowance("");
    }

    function test_an_allowance_does_not_help_a_token_that_seems_to_take_authorizations() public {
        token = new PhantomToken();
        _refusesInSpiteOfTheAllowance(
            abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(token), 0, TOTAL)
        );
    }

    function _refusesInSpiteOfTheAllowance(bytes memory reason) private {
        Case memory c = _supplied(_draft(address(token)));
        vm.prank(payer);
        token.approve(address(escrow), type(uint256).max);
        Authorization memory a = Authorization(0, VALID_UNTIL, new bytes(65));
        vm.expectRevert(reason);
        _openByKey(c, a);
        vm.expectRevert(reason);
        _openByBytes(c, a);
        assertBalance(c, payer, TOTAL, "nothing was taken");
    }

    function test_reverts_when_there_is_no_token() public {
        address[4] memory nothing = [COIN, stranger, address(4), address(0xdead)];
        for (uint256 i = 0; i < nothing.length; ++i) {
            Case memory c = _seal(_draft(nothing[i]));
            Authorization memory a = Authorization(0, VALID_UNTIL, new bytes(65));
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidToken.selector, nothing[i]));
            _openByKey(c, a);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidToken.selector, nothing[i]));
            _openByBytes(c, a);
        }
    }

    function test_refuses_the_terms_that_open_refuses() public {
        Case memory c = _draft(address(token));
        c.milestones[1].deadline = START;
        _supplied(c);
        Authorization memory a = _authorize(c, PAYER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidDeadline.selector, 1, START, START));
        _openByKey(c, a);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidDeadline.selector, 1, START, START));
        _openByBytes(c, a);
    }

    function _supplied(Case memory c) private returns (Case memory) {
        token.mint(c.deal.payer, TOTAL);
        return _seal(c);
    }
}
