// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title  AttestorQuorum: k of n members behind one address
/// @notice A deal that names this address as its attestor is attested when `threshold` of its members have signed. The
///         set never changes and has no owner: rotation is a new quorum, and new deals that name it.
///
///         A member is an ERC-7913 signer: 20 bytes are an account (a key, or an ERC-1271 contract), more are a
///         verifier contract and the key that it verifies for (P-256, WebAuthn and others).
///
/// What a member signs is the hash that the escrow asks about: the digest of the attestation itself, in no envelope of
/// the quorum's. It needs none. The digest is EIP-712's, so it holds for one chain and one escrow. It names the deal by
/// its id, which is the digest of all its terms, the attestor's address among them. So a signature counts for one deal
/// only, and there only as a part of that attestor's word:
///
///   - a deal that names another quorum, be it of the same members, has another id;
///   - so has a deal that names the member alone;
///   - and for the deal that was signed the escrow asks nobody but the attestor that it names.
///
/// All this rests on what is signed naming, directly or through the deal, the one whose word it is. Most of what others
/// have signed does not: any hash that enough members have ever signed, for whatever purpose and at whatever quorum, is
/// valid here too. So a quorum is a deal's attestor, or its arbiter, and nothing else. It must not own money, log in,
/// vote, or stand for anything where a message is not bound to its signer's address. A member should sign nothing but
/// typed data that it has read with the keys that it uses here.
interface IAttestorQuorum is IERC1271 {
    /// @notice Whether exactly `threshold` members have signed `hash`.
    /// @dev    Never reverts because of what is in `signatures`. It may run out of gas if a contract among those that
    ///         are said to have signed burns all that it is given; bring the signatures of others then.
    /// @param hash       What the members signed.
    /// @param signatures One after the other and nothing behind them, in strictly ascending order of members. Each is
    ///                   the member's index (1 byte), the number of bytes that follow (2 bytes), and those bytes:
    ///                   for an account its key's compact signature (64 bytes, EIP-2098), and if that is not the key's,
    ///                   whatever the ERC-1271 contract at that address takes;
    ///                   for a verified key whatever its ERC-7913 verifier takes.
    /// @return answer    0x1626ba7e if so, 0xffffffff otherwise.
    function isValidSignature(bytes32 hash, bytes calldata signatures) external view returns (bytes4 answer);

    /// @notice How many members have to sign.
    function threshold() external view returns (uint256);

    /// @notice The members, in the order of their indices.
    function members() external view returns (bytes[] memory);
}
