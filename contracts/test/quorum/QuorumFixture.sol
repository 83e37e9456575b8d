// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestorQuorum} from "../../interfaces/IAttestorQuorum.sol";
import {IAttestorQuorumFactory} from "../../interfaces/IAttestorQuorumFactory.sol";
import {Base} from "../Base.sol";

/// @notice A factory, five keys, and builders for sets of members and for their signatures.
abstract contract QuorumFixture is Base {
    bytes4 internal constant VALID = 0x1626ba7e;
    bytes4 internal constant INVALID = 0xffffffff;
    bytes32 internal constant HASH = keccak256("what the members sign");
    /// @notice The order of the curve secp256k1.
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 internal constant OUTSIDER_KEY = 0xBF;

    IAttestorQuorumFactory internal factory;
    /// @notice Keys whose accounts are in the order of a set.
    uint256[] internal keys;

    function setUp() public virtual {
        factory = IAttestorQuorumFactory(vm.deployCode("AttestorQuorumFactory.sol:AttestorQuorumFactory"));
        for (uint256 key = 0xB1; key < 0xB6; ++key) {
            uint256 place = keys.length;
            keys.push(key);
            for (; place > 0 && _memberId(_account(key)) < _memberId(_account(keys[place - 1])); --place) {
                keys[place] = keys[place - 1];
            }
            keys[place] = key;
        }
    }

    // ------------------------------------------------------------------------------------------------ sets

    /// @notice A quorum of the first `count` keys.
    function _quorumOfKeys(uint256 threshold, uint256 count) internal returns (IAttestorQuorum) {
        return _create(threshold, _accounts(count));
    }

    /// @notice A quorum of one key, the first, and of another member; both have to sign. Says who of them is first.
    function _quorumWith(bytes memory other) internal returns (IAttestorQuorum quorum, bool otherFirst) {
        bytes[] memory members = new bytes[](2);
        otherFirst = _memberId(other) < _memberId(_account(keys[0]));
        members[otherFirst ? 0 : 1] = other;
        members[otherFirst ? 1 : 0] = _account(keys[0]);
        return (_create(2, members), otherFirst);
    }

    /// @notice A quorum of this member alone.
    function _quorumOf(bytes memory member) internal returns (IAttestorQuorum) {
        bytes[] memory members = new bytes[](1);
        members[0] = member;
        return _create(1, members);
    }

    function _create(uint256 threshold, bytes[] memory members) internal returns (IAttestorQuorum) {
        return IAttestorQuorum(factory.create(threshold, members));
    }

    function _accounts(uint256 count) internal view returns (bytes[] memory members) {
        members = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            members[i] = _account(keys[i]);
        }
    }

    function _account(uint256 key) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }

    /// @notice What members are ordered by: the hash of the account, or of the key behind the verifier.
    function _memberId(bytes memory member) internal pure returns (bytes32 id) {
        if (member.length <= 20) return keccak256(member);
        assembly ("memory-safe") {
            id := keccak256(add(member, 0x34), sub(mload(member), 20))
        }
    }

    // ------------------------------------------------------------------------------------------------ signatures

    /// @notice The signatures of all members whose bits are set, in order.
    function _signatures(uint256 members, bytes32 hash) internal view returns (bytes memory all) {
        for (uint256 i = 0; i < keys.length; ++i) {
            if (members >> i & 1 == 1) all = bytes.concat(all, _signature(i, hash));
        }
    }

    /// @notice One member's signature, with its head.
    function _signature(uint256 index, bytes32 hash) internal view returns (bytes memory) {
        return _part(index, _compact(keys[index], hash));
    }

    /// @notice What a member gave, behind its head.
    function _part(uint256 index, bytes memory signature) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(index), uint16(signature.length), signature);
    }

    /// @notice A key's signature in the form of EIP-2098.
    function _compact(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return bytes.concat(r, bytes32(uint256(s) | uint256(v - 27) << 255));
    }

    // ------------------------------------------------------------------------------------------------ facts

    function assertValid(IAttestorQuorum quorum, bytes memory signatures, string memory what) internal view {
        assertEq(quorum.isValidSignature(HASH, signatures), VALID, what);
    }

    function assertInvalid(IAttestorQuorum quorum, bytes memory signatures, string memory what) internal view {
        assertEq(quorum.isValidSignature(HASH, signatures), INVALID, what);
    }
}
