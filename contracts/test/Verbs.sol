// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fixture} from "./Fixture.sol";
import {Typed} from "./Typed.sol";

/// @notice For tests of one verb: the call by any sender, the words of any signer, and the deals to try them on.
abstract contract Verbs is Fixture {
    /// @dev The types of a key, payouts and a proof.
    string private constant SELECTION =
        "((address,address,address,uint40,bytes32),(address,uint128,uint16,uint40,bytes32)[],bytes32[]";

    // ------------------------------------------------------------------------------------------------ deals

    /// @notice A deal with inspection, of which the payer has disputed these milestones at `START`, as delivered.
    function _disputedByPayer(uint128 bits) internal returns (Case memory c) {
        c = _openedWithInspection();
        _attest(c, bits);
        _dispute(c, bits, payer);
    }

    /// @notice A deal of `count` milestones that pay the payee 101, 102, 103 …, due at `DEADLINE_0`.
    function _draftOf(uint256 count, uint40 inspectionPeriod) internal view returns (Case memory c) {
        c = _draft(address(token));
        c.deal.inspectionPeriod = inspectionPeriod;
        c.milestones = _many(count);
        for (uint256 i = 0; i < count; ++i) {
            c.milestones[i].payouts[0].amount += 100;
        }
    }

    /// @notice The id that a changed deal would have, with the milestones it was sealed with.
    function _altered(Case memory c) internal view returns (bytes32) {
        return _id(c.deal, c.root);
    }

    // ------------------------------------------------------------------------------------------------ calls

    function _revoke(Case memory c, uint128 bits, address sender) internal {
        Selection memory s = _select(c, bits);
        vm.prank(sender);
        escrow.revoke(c.deal, s.payouts, s.proof);
    }

    function _rule(Case memory c, uint128 bits, uint128 toPayees, address sender) internal {
        Selection memory s = _select(c, bits);
        vm.prank(sender);
        escrow.rule(c.deal, s.payouts, s.proof, toPayees);
    }

    function _conclude(Case memory c, uint128 bits, address sender) internal {
        Selection memory s = _select(c, bits);
        vm.prank(sender);
        escrow.conclude(_key(c), s.payouts, s.proof);
    }

    function _settle(
        Case memory c,
        uint128 bits,
        uint128 toPayees,
        address sender,
        bytes memory byPayer,
        bytes memory byPayee
    ) internal {
        Selection memory s = _select(c, bits);
        vm.prank(sender);
        escrow.settle(_key(c), s.payouts, s.proof, toPayees, VALID_UNTIL, byPayer, byPayee);
    }

    // ------------------------------------------------------------------------------------------------ calldata

    /// @notice A call that takes a key, payouts and a proof: of what has two forms, this one.
    function _proven(string memory name, Case memory c, Selection memory s) internal pure returns (bytes memory) {
        return abi.encodeWithSignature(string.concat(name, SELECTION, ")"), _key(c), s.payouts, s.proof);
    }

    /// @notice The same of `attest`, with a signature of no end.
    function _provenAttest(Case memory c, Selection memory s, uint128 attested, uint256 key)
        internal
        view
        returns (bytes memory)
    {
        uint40 validUntil = type(uint40).max;
        return abi.encodeWithSignature(
            string.concat("attest", SELECTION, ",uint128,bytes32,uint40,bytes)"),
            _key(c),
            s.payouts,
            s.proof,
            attested,
            EVIDENCE,
            validUntil,
            _sign(key, _digest(c.id, attested, EVIDENCE, validUntil))
        );
    }

    // ------------------------------------------------------------------------------------------------ words

    function _payerWord(uint256 key, Case memory c, uint8 index, uint128 toPayees)
        internal
        view
        returns (bytes memory)
    {
        return _split(key, Typed.PAYER_SETTLEMENT, c.id, index, toPayees);
    }

    function _payeeWord(uint256 key, Case memory c, uint8 index, uint128 toPayees)
        internal
        view
        returns (bytes memory)
    {
        return _split(key, Typed.PAYEE_SETTLEMENT, c.id, index, toPayees);
    }
}
