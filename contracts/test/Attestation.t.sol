// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {ApprovingAttestor} from "../mocks/ApprovingAttestor.sol";
import {LyingAttestor} from "../mocks/LyingAttestor.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {Fixture} from "./Fixture.sol";
import {Typed} from "./Typed.sol";

/// @notice Which signatures are the attestor's over exactly this, and which are not.
contract AttestationTest is Fixture {
    /// @notice The order of the curve secp256k1.
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    // ------------------------------------------------------------------------------------------------ what is signed

    function test_reverts_when_it_is_of_another_chain() public {
        Case memory c = _opened();
        bytes32 structHash = Typed.attestation(c.id, M0, EVIDENCE, VALID_UNTIL);
        bytes32 other = Typed.domain(block.chainid + 1, address(escrow));
        _refused(c, _sign(ATTESTOR_KEY, Typed.digest(other, structHash)));
    }

    function test_reverts_when_it_is_for_another_contract() public {
        Case memory c = _opened();
        bytes32 structHash = Typed.attestation(c.id, M0, EVIDENCE, VALID_UNTIL);
        bytes32 other = Typed.domain(block.chainid, address(token));
        _refused(c, _sign(ATTESTOR_KEY, Typed.digest(other, structHash)));
    }

    function test_reverts_when_it_was_used_in_an_equal_deal_of_another_escrow() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        _refused(_opened(), signature);
    }

    function test_reverts_when_it_is_for_another_deal() public {
        Case memory c = _opened();
        Case memory other = _draft(address(token));
        other.deal.conditions.salt = 2;
        _fund(other);
        _refused(c, _attestation(ATTESTOR_KEY, other.id, M0));
    }

    function test_reverts_when_it_is_over_another_bitmap() public {
        Case memory c = _opened();
        _refused(c, _attestation(ATTESTOR_KEY, c.id, M0 | M1));
    }

    function test_reverts_when_it_rests_on_other_evidence() public {
        Case memory c = _opened();
        _refused(c, _sign(ATTESTOR_KEY, _digest(c.id, M0, keccak256("other"), VALID_UNTIL)));
    }

    function test_reverts_when_it_is_valid_until_another_time() public {
        Case memory c = _opened();
        _refused(c, _sign(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL - 1)));
        _refused(c, _sign(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL + 1)));
    }

    function test_reverts_when_it_is_not_typed_data() public {
        Case memory c = _opened();
        bytes32 structHash = Typed.attestation(c.id, M0, EVIDENCE, VALID_UNTIL);
        _refused(c, _sign(ATTESTOR_KEY, structHash));
        bytes32 digest = _digest(c.id, M0, EVIDENCE, VALID_UNTIL);
        _refused(c, _sign(ATTESTOR_KEY, keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", digest))));
    }

    function testFuzz_only_the_exact_digest_counts(bytes32 digest) public {
        Case memory c = _opened();
        vm.assume(digest != _digest(c.id, M0, EVIDENCE, VALID_UNTIL));
        _refused(c, _sign(ATTESTOR_KEY, digest));
    }

    // ------------------------------------------------------------------------------------------------ its form

    function test_reverts_when_s_is_high() public {
        Case memory c = _opened();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL));
        _refused(c, bytes.concat(r, bytes32(ORDER - uint256(s)), bytes1(v == 27 ? 28 : 27)));
    }

    function test_counts_in_the_compact_form_too() public {
        Case memory c = _opened();
        _bring(c, M0, M0, _compact(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL)));
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_it_is_compact_and_of_somebody_else_or_over_something_else() public {
        Case memory c = _opened();
        _refused(c, _compact(STRANGER_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL)));
        _refused(c, _compact(ATTESTOR_KEY, _digest(c.id, M1, EVIDENCE, VALID_UNTIL)));
    }

    function testFuzz_a_changed_bit_makes_the_compact_form_void(uint256 place) public {
        Case memory c = _opened();
        bytes memory signature = _compact(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL));
        place = bound(place, 0, 8 * 64 - 1);
        signature[place / 8] ^= bytes1(uint8(1 << place % 8));
        _refused(c, signature);
    }

    function test_reverts_when_v_is_zero_or_one() public {
        Case memory c = _opened();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ATTESTOR_KEY, _digest(c.id, M0, EVIDENCE, VALID_UNTIL));
        _refused(c, bytes.concat(r, s, bytes1(v - 27)));
    }

    function test_reverts_when_a_byte_is_missing_or_added() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        _refused(c, bytes.concat(signature, hex"00"));
        assembly ("memory-safe") {
            mstore(signature, 63) // with 64 it could be a compact one
        }
        _refused(c, signature);
        _refused(c, "");
    }

    function testFuzz_a_changed_bit_makes_it_void(uint256 place) public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        place = bound(place, 0, 8 * 65 - 1);
        signature[place / 8] ^= bytes1(uint8(1 << place % 8));
        _refused(c, signature);
    }

    // ------------------------------------------------------------------------------------------------ contracts

    function test_a_contract_attests_by_its_own_rule() public {
        Case memory c = _draft(address(token));
        c.deal.attestor = address(new TestWallet(stranger));
        _fund(c);
        _bring(c, M0, M0, _attestation(STRANGER_KEY, c.id, M0));
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_a_contract_may_use_any_form_of_signature() public {
        Case memory c = _draft(address(token));
        c.deal.attestor = address(new ApprovingAttestor());
        _fund(c);
        ApprovingAttestor(c.deal.attestor).approve(_digest(c.id, M0, EVIDENCE, VALID_UNTIL));
        _bring(c, M0, M0, "");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_a_contract_refuses() public {
        Case memory c = _draft(address(token));
        c.deal.attestor = address(new TestWallet(stranger));
        _fund(c);
        _refused(c, _attestation(ATTESTOR_KEY, c.id, M0));
        _refused(c, _attestation(STRANGER_KEY, c.id, M1));
    }

    function test_reverts_when_a_contract_lies() public {
        Case memory c = _draft(address(token));
        LyingAttestor liar = new LyingAttestor();
        c.deal.attestor = address(liar);
        _fund(c);
        bytes[7] memory lies = [
            bytes(""),
            abi.encode(true),
            abi.encode(bytes4(0xffffffff)),
            abi.encode(bytes4(0x20c13b0b)),
            abi.encodePacked(bytes4(0x1626ba7e)),
            abi.encodePacked(bytes4(0x1626ba7e), new bytes(27)),
            abi.encodePacked(bytes4(0x1626ba7e), type(uint224).max)
        ];
        for (uint256 i = 0; i < lies.length; ++i) {
            liar.say(lies[i], false);
            _refused(c, _attestation(ATTESTOR_KEY, c.id, M0));
        }
        liar.say(abi.encode(bytes4(0x1626ba7e)), true);
        _refused(c, _attestation(ATTESTOR_KEY, c.id, M0));
        liar.say(abi.encode(bytes4(0x1626ba7e)), false);
        _bring(c, M0, M0, "");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_a_key_whose_account_was_given_code_still_signs() public {
        Case memory c = _opened();
        vm.etch(attestor, address(new TestWallet(stranger)).code);
        _bring(c, M0, M0, _attestation(ATTESTOR_KEY, c.id, M0));
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_an_account_that_was_given_code_signs_by_that_code_too() public {
        Case memory c = _opened();
        vm.etch(attestor, address(new ApprovingAttestor()).code);
        ApprovingAttestor(attestor).approve(_digest(c.id, M0, EVIDENCE, VALID_UNTIL));
        _bring(c, M0, M0, "");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_reverts_when_a_precompile_is_the_attestor() public {
        for (uint160 i = 1; i < 11; ++i) {
            Case memory c = _draft(address(token));
            c.deal.attestor = address(i);
            _fund(c);
            bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
            Selection memory s = _select(c, M0);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, address(i)));
            escrow.attest{gas: 3_000_000}(_key(c), s.payouts, s.proof, M0, EVIDENCE, VALID_UNTIL, signature);
        }
    }

    /// @dev The 64 bytes of ERC-2098.
    function _compact(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, bytes32(uint256(s) | uint256(v - 27) << 255));
    }

    /// @dev Brings a signature for milestone 0, this evidence and this time, which must not count.
    function _refused(Case memory c, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.InvalidSignature.selector, c.deal.attestor));
        _bring(c, M0, M0, signature);
    }
}
