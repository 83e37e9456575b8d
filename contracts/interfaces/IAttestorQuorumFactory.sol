// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title  AttestorQuorumFactory: one address for one set of members and threshold
/// @notice Anybody may create any quorum. Its address follows from its members and threshold alone, so it is known
///         before the quorum is there, and whoever knows the set can check the address: see `addressOf`.
interface IAttestorQuorumFactory {
    /// @notice A quorum was created.
    event Created(address indexed quorum, uint256 threshold, bytes[] members);

    /// @notice A quorum has 1 to 32 members.
    error InvalidMemberCount(uint256 count, uint256 max);
    /// @notice At least one member has to sign, and at most all.
    error InvalidThreshold(uint256 threshold, uint256 count);
    /// @notice A member is an account of 20 bytes, or a verifier of 20 bytes and a key of 1 to 512.
    error InvalidMemberLength(uint256 index, uint256 length);
    /// @notice A member's account or verifier is zero.
    error ZeroMember(uint256 index);
    /// @notice Two members have the same account, or the same bytes as their key, whatever verifies it.
    error DuplicateMember(uint256 index, uint256 other);
    /// @notice A member's id (the keccak256 of its account, or of its key) is not above that of the member before it.
    error UnsortedMember(uint256 index, bytes32 id, bytes32 previous);

    /// @notice Creates a quorum, or finds the one that is there.
    /// @param threshold How many members have to sign.
    /// @param members   Each an account (20 bytes) or a verifier and its key (more), in ascending order of ids, where a
    ///                  member's id is the keccak256 of the account, or of the key alone.
    /// @return quorum   Where it is.
    function create(uint256 threshold, bytes[] calldata members) external returns (address quorum);

    /// @notice Where the quorum of these members and this threshold is, or will be. Refuses what `create` refuses.
    function addressOf(uint256 threshold, bytes[] calldata members) external view returns (address quorum);
}
