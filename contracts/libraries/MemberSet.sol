// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestorQuorumFactory} from "../interfaces/IAttestorQuorumFactory.sol";

/// @notice The members of a quorum as they lie behind its code, where reading costs next to nothing.
///
///     code of AttestorQuorum | keys, the first member's last | entries, the first member's first | n (1) | k (1)
///
///     entry: account or verifier (20) | where its key begins (2) | size of its key, 0 for an account (2)
///
/// @dev    Places are counted back from the end of the code, so that none depends on how long the contract's own is.
library MemberSet {
    uint256 private constant MAX_MEMBERS = 32;
    uint256 private constant ACCOUNT_SIZE = 20;
    uint256 private constant MAX_KEY_SIZE = 512;
    uint256 private constant ENTRY_SIZE = 24;
    uint256 private constant END_SIZE = 2;

    /// @notice Checks a set, and gives the bytes that go behind the code.
    function pack(uint256 threshold, bytes[] calldata members) internal pure returns (bytes memory) {
        uint256 count = members.length;
        if (count == 0 || count > MAX_MEMBERS) revert IAttestorQuorumFactory.InvalidMemberCount(count, MAX_MEMBERS);
        if (threshold == 0 || threshold > count) revert IAttestorQuorumFactory.InvalidThreshold(threshold, count);

        bytes memory keys;
        bytes memory entries;
        bytes32 previous;
        uint256 begin = END_SIZE + count * ENTRY_SIZE;
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata member = members[i];
            _checkForm(member, i);
            bytes calldata key = member[ACCOUNT_SIZE:];
            bytes32 id = keccak256(key.length == 0 ? member : key);
            if (i > 0) _checkOrder(previous, id, i);
            previous = id;

            begin += key.length;
            keys = bytes.concat(key, keys);
            // forge-lint: disable-next-line(unsafe-typecast) at most 32 keys of 512 bytes, and their entries
            entries = abi.encodePacked(entries, member[:ACCOUNT_SIZE], uint16(begin), uint16(key.length));
        }
        // forge-lint: disable-next-line(unsafe-typecast) at most 32
        return abi.encodePacked(keys, entries, uint8(count), uint8(threshold));
    }

    /// @notice How many members the running contract has, and how many of them have to sign.
    function size() internal pure returns (uint256 count, uint256 threshold) {
        bytes32 end = _read(END_SIZE);
        return (uint8(end[0]), uint8(end[1]));
    }

    /// @notice A member of the running contract: its account, or its verifier and the place of its key.
    /// @param count How many members there are.
    /// @param index Below `count`.
    function entry(uint256 count, uint256 index)
        internal
        pure
        returns (address account, uint256 begin, uint256 keySize)
    {
        uint256 word;
        unchecked {
            // An index below the count, of at most 32 entries.
            word = uint256(_read(END_SIZE + (count - index) * ENTRY_SIZE));
        }
        // forge-lint: disable-next-line(unsafe-typecast) the fields of an entry, from the left
        return (address(uint160(word >> 96)), uint16(word >> 80), uint16(word >> 64));
    }

    /// @notice The key of a member of the running contract.
    function keyAt(uint256 begin, uint256 keySize) internal pure returns (bytes memory key) {
        key = new bytes(keySize);
        assembly ("memory-safe") {
            codecopy(add(key, 0x20), sub(codesize(), begin), keySize)
        }
    }

    function _checkForm(bytes calldata member, uint256 index) private pure {
        if (member.length < ACCOUNT_SIZE || member.length > ACCOUNT_SIZE + MAX_KEY_SIZE) {
            revert IAttestorQuorumFactory.InvalidMemberLength(index, member.length);
        }
        // forge-lint: disable-next-line(unsafe-typecast) its first 20 bytes, which were found to be there
        if (bytes20(member) == 0) revert IAttestorQuorumFactory.ZeroMember(index);
    }

    /// @dev `id` is that of the member at `index`, `previous` of the one before. Ascending, so that a set has one form.
    function _checkOrder(bytes32 previous, bytes32 id, uint256 index) private pure {
        if (id == previous) revert IAttestorQuorumFactory.DuplicateMember(index, index - 1);
        if (id < previous) revert IAttestorQuorumFactory.UnsortedMember(index, id, previous);
    }

    /// @dev The word that begins so many bytes before the end of the code; zeros follow where the code is over.
    function _read(uint256 fromEnd) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            codecopy(0x00, sub(codesize(), fromEnd), 0x20)
            word := mload(0x00)
        }
    }
}
