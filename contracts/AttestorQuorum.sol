// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IAttestorQuorum} from "./interfaces/IAttestorQuorum.sol";
import {MemberSet} from "./libraries/MemberSet.sol";

/// @title  AttestorQuorum
/// @notice See `IAttestorQuorum`.
/// @dev    Made by `AttestorQuorumFactory`, which puts the members behind this code (see `MemberSet`). Nothing is
///         stored and nothing is called but the members. The bare code, without members, accepts nothing: it ends with
///         the length of the compiler's metadata, two bytes of which the first is zero, which reads as no members.
contract AttestorQuorum is IAttestorQuorum {
    /// @dev Before each signature: the member's index, and how many bytes follow.
    uint256 private constant HEAD_SIZE = 3;
    uint256 private constant COMPACT_SIZE = 64;
    bytes32 private constant ALL_BUT_FIRST_BIT = bytes32(type(uint256).max >> 1);
    /// @dev Half the order of secp256k1. Of a signature's two forms the one with `s` up to here counts (EIP-2).
    bytes32 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    bytes4 private constant INVALID = 0xffffffff;

    /// @inheritdoc IAttestorQuorum
    function isValidSignature(bytes32 hash, bytes calldata signatures) external view returns (bytes4 answer) {
        (uint256 count, uint256 needed) = MemberSet.size();
        uint256 least; // the lowest index that is still in order
        uint256 end; // of what was read
        unchecked {
            // No sum here can overflow: `end` lies within the calldata, or at most 2**16 + 2 bytes behind it.
            for (; needed > 0; --needed) {
                uint256 head = uint256(_wordAt(signatures, end)) >> (256 - 8 * HEAD_SIZE);
                uint256 begin = end + HEAD_SIZE;
                // forge-lint: disable-next-line(unsafe-typecast) the last two bytes of the head
                end = begin + uint16(head);
                if (end > signatures.length) return INVALID; // also if the head itself was not all there

                uint256 index = head >> 16;
                if (index < least) return INVALID;
                if (index >= count) return INVALID;
                if (!_hasSigned(count, index, hash, signatures[begin:end])) return INVALID;
                least = index + 1;
            }
        }
        return end == signatures.length ? IERC1271.isValidSignature.selector : INVALID;
    }

    /// @inheritdoc IAttestorQuorum
    function threshold() external pure returns (uint256 needed) {
        (, needed) = MemberSet.size();
    }

    /// @inheritdoc IAttestorQuorum
    function members() external pure returns (bytes[] memory all) {
        (uint256 count,) = MemberSet.size();
        all = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            (address account, uint256 begin, uint256 keySize) = MemberSet.entry(count, i);
            all[i] = abi.encodePacked(account, MemberSet.keyAt(begin, keySize));
        }
    }

    function _hasSigned(uint256 count, uint256 index, bytes32 hash, bytes calldata signature)
        private
        view
        returns (bool)
    {
        (address account, uint256 begin, uint256 keySize) = MemberSet.entry(count, index);
        if (keySize == 0) return _hasAccountSigned(account, hash, signature);
        return _hasKeySigned(account, MemberSet.keyAt(begin, keySize), hash, signature);
    }

    /// @dev The key first, then the contract: an account that EIP-7702 gave code keeps signing with its key.
    function _hasAccountSigned(address account, bytes32 hash, bytes calldata signature) private view returns (bool) {
        if (signature.length == COMPACT_SIZE) {
            if (_recover(hash, signature) == account) return true;
        }
        return SignatureChecker.isValidERC1271SignatureNowCalldata(account, hash, signature);
    }

    /// @dev Whose key made a compact signature: `r`, then `s` with the parity of `v` as its first bit. Zero, which is
    ///      no member, if nobody's did.
    function _recover(bytes32 hash, bytes calldata compact) private pure returns (address signer) {
        bytes32 vs = _wordAt(compact, 0x20);
        bytes32 s = vs & ALL_BUT_FIRST_BIT;
        if (s > HALF_ORDER) return address(0);
        unchecked {
            // forge-lint: disable-next-line(unsafe-typecast) 27 or 28
            return ecrecover(hash, uint8(27 + (uint256(vs) >> 255)), _wordAt(compact, 0), s);
        }
    }

    /// @dev As SignatureChecker does it, but copies no more of the answer than it reads, and takes none of another
    ///      size: what echoes the question, as the precompile at address 4 does, would begin with the right answer.
    function _hasKeySigned(address verifier, bytes memory key, bytes32 hash, bytes calldata signature)
        private
        view
        returns (bool)
    {
        bytes4 selector = IERC7913SignatureVerifier.verify.selector;
        (bool success, bytes32 answer,) =
            LowLevelCall.staticcallReturn64Bytes(verifier, abi.encodeWithSelector(selector, key, hash, signature));
        return success && LowLevelCall.returnDataSize() == 0x20 && answer == bytes32(selector);
    }

    /// @dev A word of a part of the calldata. If the part ends before the word does, the rest of the word is anything.
    function _wordAt(bytes calldata part, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(part.offset, offset))
        }
    }
}
