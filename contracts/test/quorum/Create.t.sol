// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestorQuorum} from "../../interfaces/IAttestorQuorum.sol";
import {IAttestorQuorumFactory} from "../../interfaces/IAttestorQuorumFactory.sol";
import {QuorumFixture} from "./QuorumFixture.sol";

/// @notice Which sets make a quorum, and where it is.
contract CreateTest is QuorumFixture {
    bytes20 private constant VERIFIER = bytes20(address(0xABCD));

    // ------------------------------------------------------------------------------------------------ made

    function test_creates_it_at_its_address_and_says_so() public {
        bytes[] memory members = _accounts(5);
        address predicted = factory.addressOf(3, members);
        assertEq(predicted.code.length, 0, "nothing is there");
        vm.expectEmit(address(factory));
        emit IAttestorQuorumFactory.Created(predicted, 3, members);
        assertEq(factory.create(3, members), predicted, "it is where it was to be");
        _assertSet(IAttestorQuorum(predicted), 3, members);
    }

    function test_finds_the_one_that_is_there_whoever_calls() public {
        address quorum = factory.create(2, _accounts(3));
        bytes32 code = quorum.codehash;
        vm.recordLogs();
        vm.prank(vm.addr(OUTSIDER_KEY));
        assertEq(factory.create(2, _accounts(3)), quorum, "the same");
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(quorum.codehash, code, "nothing changed");
    }

    function test_the_address_follows_from_members_threshold_and_factory() public {
        address quorum = factory.addressOf(2, _accounts(3));
        assertTrue(quorum != factory.addressOf(3, _accounts(3)), "another threshold");
        assertTrue(quorum != factory.addressOf(2, _accounts(4)), "other members");
        vm.prank(vm.addr(OUTSIDER_KEY));
        assertEq(quorum, factory.addressOf(2, _accounts(3)), "whoever asks");
        factory = IAttestorQuorumFactory(vm.deployCode("AttestorQuorumFactory.sol:AttestorQuorumFactory"));
        assertTrue(quorum != factory.addressOf(2, _accounts(3)), "another factory");
    }

    function testFuzz_members_are_read_back(uint256 seed, uint256 count, uint256 threshold) public {
        count = bound(count, 1, 32);
        threshold = bound(threshold, 1, count);
        bytes[] memory members = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            // Accounts, and keys of any size up to the largest.
            uint256 size =
                uint256(keccak256(abi.encode(seed, i))) % 3 == 0 ? 0 : uint256(keccak256(abi.encode(i, seed))) % 513;
            members[i] = _anyMember(seed, i, size);
            for (uint256 j = i; j > 0 && _memberId(members[j]) < _memberId(members[j - 1]); --j) {
                (members[j], members[j - 1]) = (members[j - 1], members[j]);
            }
        }
        _assertSet(_create(threshold, members), threshold, members);
    }

    function test_the_largest_set_fits() public {
        bytes[] memory members = new bytes[](32);
        for (uint256 i = 0; i < 32; ++i) {
            members[i] = _anyMember(1, i, 512);
            for (uint256 j = i; j > 0 && _memberId(members[j]) < _memberId(members[j - 1]); --j) {
                (members[j], members[j - 1]) = (members[j - 1], members[j]);
            }
        }
        _assertSet(_create(32, members), 32, members);
    }

    // ------------------------------------------------------------------------------------------------ refused

    function test_reverts_when_there_is_no_member_or_too_many() public {
        bytes[] memory none = new bytes[](0);
        _refused(1, none, abi.encodeWithSelector(IAttestorQuorumFactory.InvalidMemberCount.selector, 0, 32));
        bytes[] memory many = new bytes[](33);
        _refused(1, many, abi.encodeWithSelector(IAttestorQuorumFactory.InvalidMemberCount.selector, 33, 32));
    }

    function test_reverts_when_the_threshold_is_zero_or_above_the_members() public {
        bytes[] memory members = _accounts(3);
        _refused(0, members, abi.encodeWithSelector(IAttestorQuorumFactory.InvalidThreshold.selector, 0, 3));
        _refused(4, members, abi.encodeWithSelector(IAttestorQuorumFactory.InvalidThreshold.selector, 4, 3));
        uint256 huge = 258; // 2 in its last byte
        _refused(huge, members, abi.encodeWithSelector(IAttestorQuorumFactory.InvalidThreshold.selector, huge, 3));
    }

    function test_reverts_when_a_member_is_too_short_or_too_long() public {
        uint256[4] memory sizes = [uint256(0), 19, 533, 10_000];
        for (uint256 i = 0; i < sizes.length; ++i) {
            bytes[] memory members = _accounts(2);
            members[1] = new bytes(sizes[i]);
            bytes4 name = IAttestorQuorumFactory.InvalidMemberLength.selector;
            _refused(1, members, abi.encodeWithSelector(name, 1, sizes[i]));
        }
    }

    function test_reverts_when_an_account_or_a_verifier_is_zero() public {
        bytes[] memory members = _accounts(2);
        members[1] = new bytes(20);
        _refused(1, members, abi.encodeWithSelector(IAttestorQuorumFactory.ZeroMember.selector, 1));
        members[1] = bytes.concat(new bytes(20), "key");
        _refused(1, members, abi.encodeWithSelector(IAttestorQuorumFactory.ZeroMember.selector, 1));
    }

    function test_reverts_when_an_account_is_there_twice() public {
        bytes[] memory members = _accounts(3);
        members[2] = members[1];
        _refused(1, members, abi.encodeWithSelector(IAttestorQuorumFactory.DuplicateMember.selector, 2, 1));
    }

    function test_reverts_when_a_key_is_there_twice_be_it_under_two_verifiers() public {
        bytes[] memory members = new bytes[](2);
        members[0] = bytes.concat(VERIFIER, "key");
        members[1] = bytes.concat(VERIFIER, "key");
        _refused(1, members, abi.encodeWithSelector(IAttestorQuorumFactory.DuplicateMember.selector, 1, 0));
        members[1] = bytes.concat(bytes20(address(0xABCE)), "key");
        _refused(1, members, abi.encodeWithSelector(IAttestorQuorumFactory.DuplicateMember.selector, 1, 0));
    }

    function test_reverts_when_members_are_out_of_order() public {
        bytes[] memory members = _accounts(3);
        (members[1], members[2]) = (members[2], members[1]);
        bytes4 name = IAttestorQuorumFactory.UnsortedMember.selector;
        _refused(1, members, abi.encodeWithSelector(name, 2, _memberId(members[2]), _memberId(members[1])));
    }

    function _refused(uint256 threshold, bytes[] memory members, bytes memory reason) private {
        vm.expectRevert(reason);
        factory.create(threshold, members);
        vm.expectRevert(reason);
        factory.addressOf(threshold, members);
    }

    function _assertSet(IAttestorQuorum quorum, uint256 threshold, bytes[] memory members) private view {
        assertEq(quorum.threshold(), threshold, "its threshold");
        bytes[] memory read = quorum.members();
        assertEq(read.length, members.length, "its number of members");
        for (uint256 i = 0; i < members.length; ++i) {
            assertEq(read[i], members[i], "a member");
        }
    }

    /// @dev An account if the size is zero, otherwise a verifier and a key of that size.
    function _anyMember(uint256 seed, uint256 i, uint256 size) private pure returns (bytes memory member) {
        bytes32 word = keccak256(abi.encode("member", seed, i));
        bytes memory key = new bytes(size);
        assembly ("memory-safe") {
            if size { mstore(add(key, size), word) } // its last bytes, or some of a small key
            mstore(key, size)
        }
        return bytes.concat(bytes20(word), key);
    }
}
