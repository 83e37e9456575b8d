// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {AuthorizationFixture} from "./AuthorizationFixture.sol";
import {Typed} from "./Typed.sol";

/// @notice Circle's token, as USDC is.
interface IFiatToken is IERC20 {
    function initialize(
        string calldata name,
        string calldata symbol,
        string calldata currency,
        uint8 decimals,
        address masterMinter,
        address pauser,
        address blacklister,
        address owner
    ) external;
    function initializeV2(string calldata name) external;
    function initializeV2_1(address lostAndFound) external; // solhint-disable-line func-name-mixedcase
    function initializeV2_2(address[] calldata, string calldata) external; // solhint-disable-line func-name-mixedcase
    function configureMinter(address minter, uint256 allowance) external returns (bool);
    function mint(address to, uint256 amount) external returns (bool);
    function blacklist(address account) external;
    function unBlacklist(address account) external;
    function pause() external;
    function unpause() external;
}

/// @notice Tether's token: transfers return nothing.
interface ITether {
    function balanceOf(address account) external view returns (uint256);
    function approve(address spender, uint256 amount) external;
    function transfer(address to, uint256 amount) external;
    function setParams(uint256 basisPoints, uint256 maxFee) external;
    function addBlackList(address account) external;
    function removeBlackList(address account) external;
    function pause() external;
    function unpause() external;
}

/// @notice The cheatcode of forge that deploys with arguments.
interface IDeployer {
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address deployed);
}

/// @notice Deals in tokens as they run on chains: the code is their own, from `foreign/`.
contract RealTokensTest is AuthorizationFixture {
    /// @notice Where the code of `FiatTokenV2_2` in `foreign/` looks for its library.
    address private constant LIBRARY = 0x51697a7c4EC5ec5e7A11Ce5A51697A7c4eC5Ec5e;

    // ------------------------------------------------------------------------------------------------ USDC

    function test_usdc_is_held_paid_and_returned() public {
        Case memory c = _fundInUsdc();
        _release(c, M0);
        _refund(c, M1, otherPayee);
        _attest(c, M2);
        _isPaidAndReturned(c);
    }

    function test_usdc_opens_by_permit() public {
        Case memory c = _seal(_draft(address(_usdc(payer))));
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                payer,
                address(escrow),
                TOTAL,
                IERC20Permit(c.deal.token).nonces(payer),
                VALID_UNTIL
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = _parts(_sign(PAYER_KEY, Typed.digest(_domainOf(c.deal.token), message)));
        vm.prank(payer);
        escrow.openWithPermit(c.deal, _rows(c.milestones), VALID_UNTIL, v, r, s);
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "the money is there");
    }

    function test_usdc_opens_by_authorization_in_both_forms() public {
        Case memory c = _seal(_draft(address(_usdc(payer))));
        Authorization memory a = _authorize(c, PAYER_KEY);
        uint256 before = vm.snapshotState();
        _openByKey(c, a);
        assertHolding(c, TOTAL, 0);
        vm.revertToState(before);
        _openByBytes(c, a);
        assertHolding(c, TOTAL, 0);
        assertBalance(c, address(escrow), TOTAL, "the money is there");
    }

    function test_usdc_opens_by_authorization_of_a_contract() public {
        TestWallet wallet = new TestWallet(broker);
        Case memory c = _draft(address(_usdc(address(wallet))));
        c.deal.payer = address(wallet);
        _seal(c);
        Authorization memory forged = _authorize(c, STRANGER_KEY);
        vm.expectRevert(bytes("FiatTokenV2: invalid signature"));
        _openByBytes(c, forged);
        _openByBytes(c, _authorize(c, BROKER_KEY));
        assertHolding(c, TOTAL, 0);
    }

    function test_a_stolen_usdc_authorization_moves_nothing_by_itself() public {
        Case memory c = _seal(_draft(address(_usdc(payer))));
        Authorization memory a = _authorize(c, PAYER_KEY);
        (uint8 v, bytes32 r, bytes32 s) = _parts(a.signature);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success,) = c.deal.token
            .call(
                abi.encodeWithSignature(
                    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
                    payer,
                    address(escrow),
                    uint256(TOTAL),
                    a.validAfter,
                    a.validBefore,
                    c.id,
                    v,
                    r,
                    s
                )
            );
        assertFalse(success, "the caller must be the recipient");
        _openByKey(c, a);
        assertHolding(c, TOTAL, 0);
    }

    function test_usdc_of_a_blocklisted_payee_waits() public {
        Case memory c = _fundInUsdc();
        IFiatToken(c.deal.token).blacklist(payee);
        _release(c, ALL);
        assertBalance(c, otherPayee, AMOUNT_1, "the others are paid");
        assertBalance(c, broker, 80, "the others are paid");
        assertCredit(c, payee, AMOUNT_0 + AMOUNT_2 - 80);
        IFiatToken(c.deal.token).unBlacklist(payee);
        escrow.claim(c.deal.token, payee, payee);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "and so is the payee in the end");
    }

    function test_usdc_that_is_paused_is_owed() public {
        Case memory c = _fundInUsdc();
        IFiatToken(c.deal.token).pause();
        _attest(c, M1);
        _refund(c, M0 | M2, payee);
        assertCredit(c, otherPayee, AMOUNT_1);
        assertCredit(c, payer, AMOUNT_0 + AMOUNT_2);
        IFiatToken(c.deal.token).unpause();
        escrow.claim(c.deal.token, otherPayee, otherPayee);
        escrow.claim(c.deal.token, payer, payer);
        assertBalance(c, address(escrow), 0, "all is paid in the end");
    }

    /// @dev This test has every role of the issuer.
    function _usdc(address owner) private returns (IFiatToken usdc) {
        vm.etch(LIBRARY, vm.deployCode("contracts/test/foreign/SignatureChecker.json").code);
        usdc = IFiatToken(vm.deployCode("contracts/test/foreign/FiatTokenV2_2.json"));
        usdc.initialize("USD Coin", "USDC", "USD", 6, address(this), address(this), address(this), address(this));
        usdc.initializeV2("USD Coin");
        usdc.initializeV2_1(address(this));
        usdc.initializeV2_2(new address[](0), "USDC");
        usdc.configureMinter(address(this), TOTAL);
        usdc.mint(owner, TOTAL);
    }

    function _fundInUsdc() private returns (Case memory c) {
        c = _seal(_draft(address(_usdc(payer))));
        vm.prank(payer);
        IERC20(c.deal.token).approve(address(escrow), TOTAL);
        _open(c, payer);
    }

    // ------------------------------------------------------------------------------------------------ USDT

    function test_usdt_is_held_paid_and_returned() public {
        Case memory c = _fundInUsdt();
        _release(c, M0);
        _refund(c, M1, otherPayee);
        _attest(c, M2);
        _isPaidAndReturned(c);
    }

    function test_usdt_with_a_fee_is_refused() public {
        ITether usdt = _usdt();
        usdt.setParams(10, 10);
        Case memory c = _seal(_draft(address(usdt)));
        vm.prank(payer);
        usdt.approve(address(escrow), TOTAL);
        uint256 fee = uint256(TOTAL) * 10 / 10_000;
        bytes memory shortfall =
            abi.encodeWithSelector(IEscrowTypes.TokenShortfall.selector, address(usdt), TOTAL - fee, TOTAL);
        vm.expectRevert(shortfall);
        _open(c, payer);
    }

    function test_a_fee_that_usdt_takes_later_is_the_recipients() public {
        Case memory c = _fundInUsdt();
        ITether(c.deal.token).setParams(10, 10);
        _release(c, M1);
        assertBalance(c, otherPayee, AMOUNT_1 - 2, "the token keeps its fee");
        assertBalance(c, address(escrow), TOTAL - AMOUNT_1, "the escrow holds what it owes");
        _release(c, M0 | M2);
        assertBalance(c, address(escrow), 0, "to the last unit");
    }

    function test_usdt_of_a_blocklisted_escrow_is_owed() public {
        Case memory c = _fundInUsdt();
        ITether(c.deal.token).addBlackList(address(escrow));
        _release(c, M1);
        assertCredit(c, otherPayee, AMOUNT_1);
        ITether(c.deal.token).removeBlackList(address(escrow));
        escrow.claim(c.deal.token, otherPayee, otherPayee);
        assertBalance(c, otherPayee, AMOUNT_1, "paid in the end");
    }

    function _usdt() private returns (ITether usdt) {
        bytes memory arguments = abi.encode(uint256(TOTAL), "Tether USD", "USDT", uint256(6));
        usdt = ITether(IDeployer(address(vm)).deployCode("contracts/test/foreign/TetherToken.json", arguments));
        usdt.transfer(payer, TOTAL);
    }

    function _fundInUsdt() private returns (Case memory c) {
        c = _seal(_draft(address(_usdt())));
        vm.prank(payer);
        ITether(c.deal.token).approve(address(escrow), TOTAL);
        _open(c, payer);
    }

    // ------------------------------------------------------------------------------------------------ facts

    /// @dev Milestone 0 was released, 1 refunded, 2 attested.
    function _isPaidAndReturned(Case memory c) private view {
        assertHolding(c, 0, ALL);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "the payee is paid");
        assertBalance(c, broker, 80, "the fees are paid");
        assertBalance(c, payer, AMOUNT_1, "the rest is back");
        assertBalance(c, address(escrow), 0, "nothing is left");
    }
}
