// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestorQuorum} from "../../interfaces/IAttestorQuorum.sol";
import {QuorumFixture} from "./QuorumFixture.sol";

/// @notice Which bytes are k signatures of n keys, and which are not.
contract IsValidSignatureTest is QuorumFixture {
    IAttestorQuorum private _quorum;

    function setUp() public override {
        super.setUp();
        _quorum = _quorumOfKeys(3, 5);
    }

    // ------------------------------------------------------------------------------------------------ who

    function test_any_three_of_five_are_valid() public view {
        uint256 subsets;
        for (uint256 members = 0; members < 32; ++members) {
            if (_count(members) != 3) continue;
            assertValid(_quorum, _signatures(members, HASH), "three members signed");
            ++subsets;
        }
        assertEq(subsets, 10, "all subsets were tried");
    }

    function test_fewer_or_more_are_invalid() public view {
        for (uint256 members = 0; members < 32; ++members) {
            if (_count(members) == 3) continue;
            assertInvalid(_quorum, _signatures(members, HASH), "not three members signed");
        }
    }

    function test_one_of_one_and_all_of_all_are_valid() public {
        IAttestorQuorum one = _quorumOfKeys(1, 1);
        assertValid(one, _signature(0, HASH), "one of one");
        assertInvalid(one, "", "none of one");
        IAttestorQuorum all = _quorumOfKeys(5, 5);
        assertValid(all, _signatures(31, HASH), "five of five");
        assertInvalid(all, _signatures(15, HASH), "four of five");
    }

    function test_a_quorum_of_thirty_two_of_thirty_two_is_valid() public {
        delete keys;
        for (uint256 i = 0; i < 32; ++i) {
            uint256 key = 0x1000 + i;
            keys.push(key);
            for (
                uint256 place = i;
                place > 0 && _memberId(_account(key)) < _memberId(_account(keys[place - 1]));
                --place
            ) {
                (keys[place], keys[place - 1]) = (keys[place - 1], key);
            }
        }
        IAttestorQuorum quorum = _quorumOfKeys(32, 32);
        assertValid(quorum, _signatures(type(uint32).max, HASH), "all signed");
        assertInvalid(quorum, _signatures(type(uint32).max >> 1, HASH), "one is missing");
    }

    function test_a_member_that_is_named_twice_is_invalid() public view {
        bytes memory twice = bytes.concat(_signature(1, HASH), _signature(1, HASH));
        assertInvalid(_quorum, bytes.concat(twice, _signature(4, HASH)), "member 1 counts once");
        assertInvalid(_quorum, bytes.concat(_signature(0, HASH), twice), "member 1 counts once");
        assertInvalid(_quorum, bytes.concat(twice, _signature(1, HASH)), "member 1 counts once");
    }

    function test_members_out_of_order_are_invalid() public view {
        bytes memory first = _signature(0, HASH);
        bytes memory second = _signature(1, HASH);
        bytes memory third = _signature(2, HASH);
        assertValid(_quorum, bytes.concat(first, second, third), "in order");
        assertInvalid(_quorum, bytes.concat(second, first, third), "the first two swapped");
        assertInvalid(_quorum, bytes.concat(first, third, second), "the last two swapped");
        assertInvalid(_quorum, bytes.concat(third, second, first), "from the end");
    }

    function test_a_signature_over_another_hash_is_invalid() public view {
        bytes32 other = keccak256("something else");
        assertInvalid(_quorum, _signatures(7, other), "all signed something else");
        bytes memory one = bytes.concat(_signatures(3, HASH), _signature(2, other));
        assertInvalid(_quorum, one, "one signed something else");
        assertEq(_quorum.isValidSignature(other, _signatures(7, other)), VALID, "over that hash it is valid");
    }

    function test_a_signature_of_somebody_else_is_invalid() public view {
        bytes memory outsider = _part(2, _compact(OUTSIDER_KEY, HASH));
        assertInvalid(_quorum, bytes.concat(_signatures(3, HASH), outsider), "no member");
        bytes memory otherMember = _part(2, _compact(keys[3], HASH));
        assertInvalid(_quorum, bytes.concat(_signatures(3, HASH), otherMember), "another member");
    }

    function test_an_index_of_no_member_is_invalid() public view {
        bytes memory two = _signatures(3, HASH);
        for (uint256 index = 5; index < 256; ++index) {
            assertInvalid(_quorum, bytes.concat(two, _part(index, _compact(keys[4], HASH))), "there are five");
            // Behind the members' words are zeros, and zero is whom such a signature recovers to.
            assertInvalid(_quorum, bytes.concat(two, _part(index, new bytes(64))), "nobody signs as nobody");
        }
    }

    function test_a_high_s_is_nobodys_signature() public {
        IAttestorQuorum odd = _quorumOf(abi.encodePacked(address(1)));
        bytes memory high = bytes.concat(bytes32(uint256(1)), bytes32(ORDER / 2 + 1));
        assertInvalid(odd, _part(0, high), "not even of a precompile");
    }

    function testFuzz_is_valid_if_and_only_if_exactly_k_members_signed(uint256 named, uint256 lying) public view {
        named &= 31;
        lying &= 31;
        bytes memory all;
        for (uint256 i = 0; i < 5; ++i) {
            bytes32 hash = lying >> i & 1 == 1 ? keccak256("something else") : HASH;
            if (named >> i & 1 == 1) all = bytes.concat(all, _signature(i, hash));
        }
        bool expected = _count(named) == 3 && named & lying == 0;
        assertEq(_quorum.isValidSignature(HASH, all), expected ? VALID : INVALID, "three, and all true");
    }

    // ------------------------------------------------------------------------------------------------ malformed

    function test_bytes_behind_the_last_signature_are_invalid() public view {
        bytes memory all = _signatures(7, HASH);
        assertInvalid(_quorum, bytes.concat(all, hex"00"), "one byte more");
        assertInvalid(_quorum, bytes.concat(all, new bytes(3)), "an empty head more");
        assertInvalid(_quorum, bytes.concat(all, _signature(3, HASH)), "a signature more");
    }

    function test_bytes_that_are_cut_anywhere_are_invalid() public view {
        bytes memory all = _signatures(7, HASH);
        for (uint256 size = 0; size < 3 * 67; ++size) {
            assembly ("memory-safe") {
                mstore(all, size)
            }
            assertInvalid(_quorum, all, "cut");
        }
    }

    function test_what_lies_behind_the_bytes_does_not_count() public view {
        // The call carries the missing byte, as the padding that no decoder looks at.
        bytes memory all = _signatures(7, HASH);
        bytes memory call_ = abi.encodeCall(IAttestorQuorum.isValidSignature, (HASH, all));
        for (uint256 missing = 1; missing < 68; missing += 22) {
            uint256 size = all.length - missing;
            assembly ("memory-safe") {
                mstore(add(call_, 0x64), size)
            }
            (bool success, bytes memory answer) = address(_quorum).staticcall(call_);
            assertTrue(success, "no revert");
            assertEq(abi.decode(answer, (bytes4)), INVALID, "the bytes are too few");
        }
    }

    function testFuzz_a_changed_bit_makes_it_invalid(uint256 place) public view {
        bytes memory all = _signatures(7, HASH);
        place = bound(place, 0, 8 * all.length - 1);
        all[place / 8] ^= bytes1(uint8(1 << place % 8));
        assertInvalid(_quorum, all, "a bit is changed");
    }

    function testFuzz_any_bytes_are_invalid(bytes calldata anything) public view {
        assertInvalid(_quorum, anything, "nobody signed");
    }

    function testFuzz_any_signatures_in_the_right_frame_are_invalid(uint8[3] memory index, bytes[3] memory given)
        public
        view
    {
        bytes memory all = bytes.concat(_part(index[0] % 5, given[0]), _part(index[1] % 5, given[1]));
        assertInvalid(_quorum, bytes.concat(all, _part(index[2] % 5, given[2])), "nobody signed");
    }

    function testFuzz_any_third_signature_is_invalid(uint256 index, bytes calldata anything) public view {
        index = bound(index, 2, 4);
        assertInvalid(_quorum, bytes.concat(_signatures(3, HASH), _part(index, anything)), "two signed");
        assertInvalid(_quorum, bytes.concat(_signatures(3, HASH), anything), "two signed");
    }

    // ------------------------------------------------------------------------------------------------ a key's form

    function test_a_high_s_is_invalid() public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[2], HASH);
        uint256 high = ORDER - uint256(s);
        uint256 flipped = 28 - v; // the parity of the other form
        assertInvalid(_quorum, _withThird(bytes.concat(r, bytes32(high))), "s alone");
        assertInvalid(_quorum, _withThird(bytes.concat(r, bytes32(high | flipped << 255))), "s and its parity");
        assertValid(_quorum, _withThird(_compact(keys[2], HASH)), "the low form is valid");
    }

    function test_half_the_order_is_the_highest_s() public {
        // Any r and s are somebody's signature: the quorum is made of him.
        bytes32 half = bytes32(ORDER / 2);
        (, bytes32 r,) = vm.sign(keys[0], HASH);
        IAttestorQuorum quorum = _quorumOf(abi.encodePacked(ecrecover(HASH, 27, r, half)));
        assertValid(quorum, _part(0, bytes.concat(r, half)), "half the order is low");
        bytes32 above = bytes32(ORDER / 2 + 1);
        quorum = _quorumOf(abi.encodePacked(ecrecover(HASH, 27, r, above)));
        assertInvalid(quorum, _part(0, bytes.concat(r, above)), "one more is high");
    }

    function test_a_signature_of_65_bytes_is_invalid() public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[2], HASH);
        assertInvalid(_quorum, _withThird(bytes.concat(r, s, bytes1(v))), "one form only");
        assertInvalid(_quorum, _withThird(bytes.concat(r, s, bytes1(v - 27))), "one form only");
    }

    function test_numbers_off_the_curve_are_invalid() public view {
        bytes32[4] memory numbers = [bytes32(0), bytes32(uint256(5)), bytes32(ORDER), bytes32(type(uint256).max)];
        for (uint256 i = 0; i < 16; ++i) {
            assertInvalid(_quorum, _withThird(bytes.concat(numbers[i / 4], numbers[i % 4])), "nobody's");
        }
    }

    // ------------------------------------------------------------------------------------------------ bare

    function test_code_without_members_accepts_nothing() public {
        IAttestorQuorum bare = IAttestorQuorum(vm.deployCode("AttestorQuorum.sol:AttestorQuorum"));
        assertEq(bare.members().length, 0, "nobody is in it");
        assertGe(bare.threshold(), 1, "and somebody would have to sign");
        assertInvalid(bare, "", "nothing");
        assertInvalid(bare, _signatures(31, HASH), "five strangers");
        assertInvalid(bare, new bytes(3 * 256), "empty signatures");
    }

    function testFuzz_code_without_members_accepts_nothing(bytes calldata anything) public {
        IAttestorQuorum bare = IAttestorQuorum(vm.deployCode("AttestorQuorum.sol:AttestorQuorum"));
        assertInvalid(bare, anything, "nobody signed");
    }

    /// @dev Two valid signatures, and this as that of member 2.
    function _withThird(bytes memory signature) private view returns (bytes memory) {
        return bytes.concat(_signatures(3, HASH), _part(2, signature));
    }

    function _count(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) {
            ++count;
        }
    }
}
