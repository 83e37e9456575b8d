// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fixture} from "./Fixture.sol";
import {Typed} from "./Typed.sol";

/// @notice What funds a deal by an ERC-3009 authorization of its payer: the deal's id is the nonce.
abstract contract AuthorizationFixture is Fixture {
    /// @notice An authorization to receive, signed.
    struct Authorization {
        uint256 validAfter;
        uint256 validBefore;
        bytes signature;
    }

    bytes32 internal constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
        "bytes32 nonce)"
    );

    /// @notice The payer's authorization of exactly what the deal costs, for as long as signatures are valid here.
    function _authorize(Case memory c, uint256 key) internal view returns (Authorization memory) {
        return _authorize(c, key, RECEIVE, _total(c), c.id);
    }

    function _authorize(Case memory c, uint256 key, bytes32 typehash, uint256 value, bytes32 nonce)
        internal
        view
        returns (Authorization memory authorization)
    {
        (authorization.validAfter, authorization.validBefore) = (START - 1, VALID_UNTIL);
        authorization.signature =
            _sign(key, _permission(c, typehash, value, nonce, authorization.validAfter, authorization.validBefore));
    }

    /// @notice The digest of an authorization to the escrow.
    function _permission(
        Case memory c,
        bytes32 typehash,
        uint256 value,
        bytes32 nonce,
        uint256 validAfter,
        uint256 validBefore
    ) internal view returns (bytes32) {
        bytes32 message = keccak256(
            abi.encode(typehash, c.deal.payer, address(escrow), value, validAfter, validBefore, nonce)
        );
        return Typed.digest(_domainOf(c.deal.token), message);
    }

    function _domainOf(address token_) internal view returns (bytes32) {
        // solhint-disable-next-line avoid-low-level-calls
        (, bytes memory answer) = token_.staticcall(abi.encodeWithSignature("DOMAIN_SEPARATOR()"));
        return abi.decode(answer, (bytes32));
    }

    /// @notice A stranger opens the deal, in the form for keys.
    function _openByKey(Case memory c, Authorization memory a) internal returns (bytes32) {
        (uint8 v, bytes32 r, bytes32 s) = _parts(a.signature);
        vm.prank(stranger);
        return escrow.openWithAuthorization(c.deal, _rows(c.milestones), a.validAfter, a.validBefore, v, r, s);
    }

    /// @notice A stranger opens the deal, in the form for contracts and keys.
    function _openByBytes(Case memory c, Authorization memory a) internal returns (bytes32) {
        vm.prank(stranger);
        return escrow.openWithAuthorization(c.deal, _rows(c.milestones), a.validAfter, a.validBefore, a.signature);
    }

    function _parts(bytes memory signature) internal pure returns (uint8 v, bytes32 r, bytes32 s) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}
