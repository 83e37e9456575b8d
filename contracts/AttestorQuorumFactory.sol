// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {AttestorQuorum} from "./AttestorQuorum.sol";
import {IAttestorQuorumFactory} from "./interfaces/IAttestorQuorumFactory.sol";
import {MemberSet} from "./libraries/MemberSet.sol";

/// @title  AttestorQuorumFactory
/// @notice See `IAttestorQuorumFactory`.
/// @dev    A quorum has all its code, and is no proxy: that costs once, when it is created, what every attestation
///         would cost otherwise.
contract AttestorQuorumFactory is IAttestorQuorumFactory {
    /// @dev Every quorum's: what makes two quorums different is in their code.
    bytes32 private constant SALT = 0;

    /// @inheritdoc IAttestorQuorumFactory
    function create(uint256 threshold, bytes[] calldata members) external returns (address quorum) {
        bytes memory initCode = _initCode(threshold, members);
        quorum = Create2.computeAddress(SALT, keccak256(initCode));
        if (quorum.code.length != 0) return quorum;
        Create2.deploy(0, SALT, initCode);
        emit Created(quorum, threshold, members);
    }

    /// @inheritdoc IAttestorQuorumFactory
    function addressOf(uint256 threshold, bytes[] calldata members) external view returns (address quorum) {
        return Create2.computeAddress(SALT, keccak256(_initCode(threshold, members)));
    }

    /// @dev Ten bytes that return what stands behind them as the code of the new contract: PUSH2 its size,
    ///      RETURNDATASIZE (zero), DUP2, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURN.
    function _initCode(uint256 threshold, bytes[] calldata members) private pure returns (bytes memory) {
        bytes memory code = bytes.concat(type(AttestorQuorum).runtimeCode, MemberSet.pack(threshold, members));
        // forge-lint: disable-next-line(unsafe-typecast) what is longer, no chain takes (EIP-170)
        return abi.encodePacked(hex"61", uint16(code.length), hex"3d81600a3d39f3", code);
    }
}
