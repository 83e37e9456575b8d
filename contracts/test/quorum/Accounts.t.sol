// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestorQuorum} from "../../interfaces/IAttestorQuorum.sol";
import {ApprovingAttestor} from "../../mocks/ApprovingAttestor.sol";
import {Bomb} from "../../mocks/Bomb.sol";
import {EatingAttestor} from "../../mocks/EatingAttestor.sol";
import {LyingAttestor} from "../../mocks/LyingAttestor.sol";
import {TestWallet} from "../../mocks/TestWallet.sol";
import {QuorumFixture} from "./QuorumFixture.sol";

/// @notice Members that are accounts with code: ERC-1271 contracts, and keys whose accounts were given code.
contract AccountsTest is QuorumFixture {
    /// @notice What the hostile members use themselves, and what a call to them and the quorum's own work take.
    uint256 private constant BOMB_GAS = 120_000;

    function test_a_contract_signs_by_its_own_rule() public {
        (IAttestorQuorum quorum, bool first) = _quorumWith(abi.encodePacked(new TestWallet(vm.addr(OUTSIDER_KEY))));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(OUTSIDER_KEY, HASH);
        assertValid(quorum, _both(first, bytes.concat(r, s, bytes1(v))), "its owner's signature");
        (v, r, s) = vm.sign(OUTSIDER_KEY, keccak256("something else"));
        assertInvalid(quorum, _both(first, bytes.concat(r, s, bytes1(v))), "over something else");
    }

    function test_a_contract_may_use_a_signature_of_any_size() public {
        ApprovingAttestor contract_ = new ApprovingAttestor();
        (IAttestorQuorum quorum, bool first) = _quorumWith(abi.encodePacked(contract_));
        assertInvalid(quorum, _both(first, ""), "not approved");
        contract_.approve(HASH);
        assertValid(quorum, _both(first, ""), "approved, with no signature at all");
        assertValid(quorum, _both(first, new bytes(64)), "as long as a key's signature");
        assertValid(quorum, _both(first, new bytes(65_535)), "as long as one can be");
    }

    function test_a_key_whose_account_was_given_code_still_signs() public {
        IAttestorQuorum quorum = _quorumOfKeys(2, 2);
        vm.etch(vm.addr(keys[1]), address(new TestWallet(vm.addr(OUTSIDER_KEY))).code);
        assertValid(quorum, _signatures(3, HASH), "its key signed");
        vm.etch(vm.addr(keys[1]), bytes.concat(hex"ef0100", bytes20(address(new EatingAttestor()))));
        assertValid(quorum, _signatures(3, HASH), "its key signed, and the code is not asked");
    }

    function test_an_account_that_was_given_code_signs_by_that_code_too() public {
        IAttestorQuorum quorum = _quorumOfKeys(1, 1);
        vm.etch(vm.addr(keys[0]), address(new ApprovingAttestor()).code);
        assertInvalid(quorum, _part(0, ""), "not approved");
        ApprovingAttestor(vm.addr(keys[0])).approve(HASH);
        assertValid(quorum, _part(0, ""), "approved");
    }

    function test_a_quorum_may_be_a_member() public {
        IAttestorQuorum inner = _create(1, _accountsOf(keys[1]));
        (IAttestorQuorum quorum, bool first) = _quorumWith(abi.encodePacked(inner));
        assertValid(quorum, _both(first, _part(0, _compact(keys[1], HASH))), "a part of the part");
        assertInvalid(quorum, _both(first, _part(0, _compact(keys[0], HASH))), "not the inner one's member");
    }

    // ------------------------------------------------------------------------------------------------ hostile

    function test_a_contract_that_says_anything_else_is_invalid() public {
        LyingAttestor liar = new LyingAttestor();
        (IAttestorQuorum quorum, bool first) = _quorumWith(abi.encodePacked(liar));
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
            assertInvalid(quorum, _both(first, "anything"), "not the magic word");
        }
        liar.say(abi.encode(bytes4(0x1626ba7e)), true);
        assertInvalid(quorum, _both(first, "anything"), "the magic word, as a revert");
        liar.say(abi.encode(bytes4(0x1626ba7e)), false);
        assertValid(quorum, _both(first, "anything"), "the magic word");
    }

    function test_a_contract_that_always_says_yes_is_one_member_and_no_more() public {
        LyingAttestor liar = new LyingAttestor();
        liar.say(abi.encode(bytes4(0x1626ba7e)), false);
        (IAttestorQuorum quorum, bool first) = _quorumWith(abi.encodePacked(liar));
        uint256 index = first ? 0 : 1;
        assertInvalid(quorum, _part(index, ""), "one of two");
        assertInvalid(quorum, bytes.concat(_part(index, ""), _part(index, "")), "twice the same");
        assertInvalid(quorum, bytes.concat(_part(0, ""), _part(1, "")), "the other did not sign");
    }

    function test_a_contract_that_eats_its_gas_is_invalid() public {
        IAttestorQuorum quorum = _quorumOf(abi.encodePacked(new EatingAttestor()));
        assertEq(quorum.isValidSignature{gas: 3_000_000}(HASH, _part(0, "")), INVALID, "the call comes back");
    }

    function test_a_contract_that_answers_with_a_bomb_is_invalid_and_its_answer_is_not_copied() public {
        for (uint256 i = 0; i < 2; ++i) {
            IAttestorQuorum quorum = _quorumOf(abi.encodePacked(new Bomb(i == 1)));
            assertEq(quorum.isValidSignature{gas: BOMB_GAS}(HASH, _part(0, "")), INVALID, "a bomb of zeros");
        }
    }

    function test_nobody_is_asked_who_is_not_said_to_have_signed() public {
        (IAttestorQuorum quorum,) = _quorumWith(abi.encodePacked(new EatingAttestor()));
        bytes[] memory members = quorum.members();
        quorum = _create(1, members);
        uint256 index = keccak256(members[0]) == keccak256(_account(keys[0])) ? 0 : 1;
        bytes memory signatures = _part(index, _compact(keys[0], HASH));
        assertEq(quorum.isValidSignature{gas: 20_000}(HASH, signatures), VALID, "the hostile member is left out");
    }

    function test_a_precompile_or_an_empty_account_is_invalid() public {
        for (uint160 i = 1; i < 20; ++i) {
            IAttestorQuorum quorum = _quorumOf(abi.encodePacked(address(i)));
            bytes4 answer = quorum.isValidSignature{gas: 3_000_000}(HASH, _part(0, _compact(keys[0], HASH)));
            assertEq(answer, INVALID, "it says nothing");
            assertEq(quorum.isValidSignature{gas: 3_000_000}(HASH, _part(0, "")), INVALID, "it says nothing");
        }
    }

    /// @dev The key's signature, and this as that of the other member.
    function _both(bool otherFirst, bytes memory other) private view returns (bytes memory) {
        bytes memory own = _compact(keys[0], HASH);
        return otherFirst ? bytes.concat(_part(0, other), _part(1, own)) : bytes.concat(_part(0, own), _part(1, other));
    }

    function _accountsOf(uint256 key) private pure returns (bytes[] memory members) {
        members = new bytes[](1);
        members[0] = _account(key);
    }
}
