// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What ids and signatures are bound to, and what a fork of the chain does to them.
contract DomainTest is Fixture {
    uint64 private constant FORK = 777_777;

    uint256 private _chain = block.chainid;

    function test_the_domain_can_be_read() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifier, bytes32 salt,) =
            IERC5267(address(escrow)).eip712Domain();
        assertEq(uint8(fields), 0x0f, "the fields of the domain");
        assertEq(name, "Escrow", "the name");
        assertEq(version, "1", "the version");
        assertEq(chain, block.chainid, "the chain");
        assertEq(verifier, address(escrow), "the contract");
        assertEq(salt, bytes32(0), "no salt");
    }

    function test_equal_terms_in_another_escrow_are_another_deal() public {
        Case memory c = _seal(_draft(address(token)));
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        assertTrue(escrow.dealId(c.deal, c.root) != c.id, "another id");
        assertEq(escrow.dealId(c.deal, c.root), _id(c.deal, c.root), "its own");
    }

    function test_equal_terms_on_another_chain_are_another_deal() public {
        Case memory c = _seal(_draft(address(token)));
        vm.chainId(FORK);
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        assertTrue(escrow.dealId(c.deal, c.root) != c.id, "another id");
        assertEq(escrow.dealId(c.deal, c.root), _id(c.deal, c.root), "its own");
    }

    function test_a_fork_strands_no_deal() public {
        Case memory c = _openedWithInspection();
        _attest(c, M2);
        vm.chainId(FORK);

        assertEq(escrow.dealId(c.deal, c.root), c.id, "the id stays");
        assertHolding(c, TOTAL, 0);
        _release(c, M0);
        _refund(c, M1, otherPayee);
        vm.warp(START + INSPECTION);
        _conclude(c, M2);
        assertHolding(c, 0, ALL);
    }

    function test_a_fork_voids_attestations_and_the_live_domain_counts() public {
        Case memory c = _opened();
        bytes memory before = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.chainId(FORK);
        bytes memory live = _attestation(ATTESTOR_KEY, c.id, M0);

        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, M0, M0, before);
        _bring(c, M0, M0, live);
        assertHolding(c, TOTAL - AMOUNT_0, M0);

        vm.chainId(_chain);
        bytes memory other = _attestation(ATTESTOR_KEY, c.id, M1);
        vm.chainId(FORK);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, M1, M1, other);
    }

    function test_an_attestation_for_the_fork_does_not_count_before_it() public {
        Case memory c = _opened();
        vm.chainId(FORK);
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        vm.chainId(_chain);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, attestor));
        _bring(c, M0, M0, signature);
    }

    function test_deals_opened_after_a_fork_keep_the_domain_of_deployment() public {
        Case memory c = _seal(_draft(address(token)));
        _supply(c, payer);
        vm.chainId(FORK);
        assertEq(_open(c, payer), c.id, "the id under the first chain's domain");
        _bring(c, ALL, ALL, _attestation(ATTESTOR_KEY, c.id, ALL));
        assertHolding(c, 0, ALL);
    }
}
