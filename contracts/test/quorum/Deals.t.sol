// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestorQuorum} from "../../interfaces/IAttestorQuorum.sol";
import {IEscrow} from "../../interfaces/IEscrow.sol";
import {QuorumFixture} from "./QuorumFixture.sol";

/// @notice A quorum as the attestor of deals: what it can do, and that its members' signatures do nothing elsewhere.
contract QuorumDealsTest is QuorumFixture {
    uint40 private constant START = 1_800_000_000;
    uint40 private constant VALID_UNTIL = START + 1 days;
    uint128 private constant AMOUNT = 1000;
    bytes32 private constant EVIDENCE = keccak256("evidence");
    address private constant PAYEE = address(0xA2);

    IEscrow private _escrow;
    IAttestorQuorum private _quorum;

    function setUp() public override {
        super.setUp();
        vm.warp(START);
        _escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        _quorum = _quorumOfKeys(2, 3);
    }

    function test_two_of_three_members_attest() public {
        bytes32 id = _open(address(_quorum));
        _attest(address(_quorum), _signatures(5, _statement(id)));
        assertEq(PAYEE.balance, AMOUNT, "the payee is paid");
        (uint128 held,) = _escrow.holding(id);
        assertEq(held, 0, "nothing is left");
    }

    function test_reverts_when_one_signed() public {
        bytes32 statement = _statement(_open(address(_quorum)));
        _refused(address(_quorum), _signatures(1, statement));
        _refused(address(_quorum), _compact(keys[0], statement));
        _refused(address(_quorum), _sign(keys[0], statement));
        _refused(address(_quorum), "");
    }

    function test_reverts_when_it_is_for_a_deal_of_another_quorum_of_the_same_members() public {
        address other = address(_quorumOfKeys(1, 3));
        bytes32 signed = _open(address(_quorum));
        bytes32 id = _open(other);
        assertTrue(signed != id, "the attestor is a part of the deal");
        _refused(other, _signature(0, _statement(signed)));
        _attest(other, _signature(0, _statement(id)));
    }

    function test_reverts_when_a_member_is_the_lone_attestor_of_another_deal() public {
        address alone = vm.addr(keys[0]);
        bytes32 signed = _open(address(_quorum));
        bytes32 id = _open(alone);
        _refused(alone, _sign(keys[0], _statement(signed)));
        _attest(alone, _sign(keys[0], _statement(id)));
    }

    function test_reverts_when_members_signed_as_lone_attestors() public {
        bytes32 signed = _open(vm.addr(keys[0]));
        bytes32 id = _open(address(_quorum));
        _refused(address(_quorum), _signatures(3, _statement(signed)));
        _attest(address(_quorum), _signatures(3, _statement(id)));
    }

    function test_reverts_when_it_is_for_another_escrow() public {
        bytes memory signatures = _signatures(3, _statement(_open(address(_quorum))));
        _escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        _open(address(_quorum));
        _refused(address(_quorum), signatures);
    }

    function test_reverts_when_it_is_for_another_chain() public {
        bytes memory signatures = _signatures(3, _statement(_open(address(_quorum))));
        vm.chainId(block.chainid + 1);
        _refused(address(_quorum), signatures);
    }

    function test_any_quorum_of_the_same_members_agrees_to_the_hash_itself() public {
        // Why a quorum is for deals alone: only the deal says which of them is asked.
        bytes32 statement = _statement(_open(address(_quorum)));
        bytes memory signatures = _signatures(3, statement);
        IAttestorQuorum other = _quorumOfKeys(2, 2);
        assertEq(_quorum.isValidSignature(statement, signatures), VALID, "the one that was meant");
        assertEq(other.isValidSignature(statement, signatures), VALID, "another with these members");
    }

    // ------------------------------------------------------------------------------------------------ deals

    /// @dev A deal in coin of one milestone. Deals differ in nothing but their attestor.
    function _deal(address attestor) private pure returns (IEscrow.Deal memory deal) {
        (deal.payer, deal.attestor) = (address(0xA1), attestor);
    }

    function _payouts() private pure returns (IEscrow.Payout[] memory payouts) {
        payouts = new IEscrow.Payout[](1);
        (payouts[0].deadline, payouts[0].terms) = (START + 30 days, keccak256("terms"));
        (payouts[0].to, payouts[0].amount) = (PAYEE, AMOUNT);
    }

    function _open(address attestor) private returns (bytes32 id) {
        vm.deal(address(this), AMOUNT);
        return _escrow.open{value: AMOUNT}(_deal(attestor), _payouts());
    }

    function _attest(address attestor, bytes memory signature) private {
        IEscrow.Key memory key = _escrow.keyOf(_deal(attestor));
        _escrow.attest(key, _payouts(), new bytes32[](0), 1, EVIDENCE, VALID_UNTIL, signature);
    }

    function _refused(address attestor, bytes memory signature) private {
        IEscrow.Key memory key = _escrow.keyOf(_deal(attestor));
        vm.expectRevert(abi.encodeWithSignature("InvalidSignature(address)", attestor));
        _escrow.attest(key, _payouts(), new bytes32[](0), 1, EVIDENCE, VALID_UNTIL, signature);
    }

    // ------------------------------------------------------------------------------------------------ statements

    /// @dev What the members sign for a deal: the attestation's EIP-712 digest.
    function _statement(bytes32 id) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Escrow"),
                keccak256("1"),
                block.chainid,
                address(_escrow)
            )
        );
        bytes32 kind = keccak256("Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)");
        return keccak256(bytes.concat(hex"1901", domain, keccak256(abi.encode(kind, id, 1, EVIDENCE, VALID_UNTIL))));
    }

    function _sign(uint256 key, bytes32 hash) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return bytes.concat(r, s, bytes1(v));
    }
}
