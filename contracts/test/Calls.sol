// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The fixture's calls as bytes, for tests that send them in ways of their own. As there, all milestones of a
///         deal go without a proof where a function takes none.
abstract contract Calls is Fixture {
    string private constant KEY = "(address,address,address,uint40,bytes32)";
    string private constant PAYOUTS = "(address,uint128,uint16,uint40,bytes32)[]";
    string private constant ATTESTED = "uint128,bytes32,uint40,bytes)";

    function _openCall(Case memory c) internal pure returns (bytes memory) {
        return abi.encodeCall(IEscrow.open, (c.deal, _rows(c.milestones)));
    }

    function _releaseCall(Case memory c, uint128 bits) internal pure returns (bytes memory) {
        return _call("release(", c, bits);
    }

    function _refundCall(Case memory c, uint128 bits) internal pure returns (bytes memory) {
        return _call("refund(", c, bits);
    }

    function _call(string memory name, Case memory c, uint128 bits) private pure returns (bytes memory) {
        Selection memory s = _select(c, bits);
        string memory start = string.concat(name, KEY, ",", PAYOUTS);
        if (_isWhole(c, bits)) return abi.encodeWithSignature(string.concat(start, ")"), _key(c), s.payouts);
        return abi.encodeWithSignature(string.concat(start, ",bytes32[])"), _key(c), s.payouts, s.proof);
    }

    function _concludeCall(Case memory c, uint128 bits) internal pure returns (bytes memory) {
        Selection memory s = _select(c, bits);
        return abi.encodeCall(IEscrow.conclude, (_key(c), s.payouts, s.proof));
    }

    /// @notice Brings a signature over `attested`, the fixture's evidence and this time to the milestones in `bits`.
    function _attestCall(Case memory c, uint128 bits, uint128 attested, uint40 validUntil, bytes memory signature)
        internal
        pure
        returns (bytes memory)
    {
        Selection memory s = _select(c, bits);
        string memory start = string.concat("attest(", KEY, ",", PAYOUTS, ",");
        if (_isWhole(c, bits)) {
            return abi.encodeWithSignature(
                string.concat(start, ATTESTED), _key(c), s.payouts, attested, EVIDENCE, validUntil, signature
            );
        }
        return abi.encodeWithSignature(
            string.concat(start, "bytes32[],", ATTESTED),
            _key(c),
            s.payouts,
            s.proof,
            attested,
            EVIDENCE,
            validUntil,
            signature
        );
    }
}
