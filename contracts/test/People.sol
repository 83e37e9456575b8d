// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";

/// @notice The people of the tests, and their keys.
abstract contract People is Base {
    uint256 internal constant PAYER_KEY = 0xA1;
    uint256 internal constant PAYEE_KEY = 0xA2;
    uint256 internal constant OTHER_PAYEE_KEY = 0xA3;
    uint256 internal constant BROKER_KEY = 0xA4;
    uint256 internal constant ATTESTOR_KEY = 0xA5;
    uint256 internal constant ARBITER_KEY = 0xA6;
    uint256 internal constant STRANGER_KEY = 0xA7;

    address internal payer = vm.addr(PAYER_KEY);
    address internal payee = vm.addr(PAYEE_KEY);
    address internal otherPayee = vm.addr(OTHER_PAYEE_KEY);
    address internal broker = vm.addr(BROKER_KEY);
    address internal attestor = vm.addr(ATTESTOR_KEY);
    address internal arbiter = vm.addr(ARBITER_KEY);
    address internal stranger = vm.addr(STRANGER_KEY);

    error UnknownPerson(address person);

    /// @notice The key of each of them.
    function _keys() internal pure returns (uint256[7] memory) {
        return [PAYER_KEY, PAYEE_KEY, OTHER_PAYEE_KEY, BROKER_KEY, ATTESTOR_KEY, ARBITER_KEY, STRANGER_KEY];
    }

    /// @notice The key of one of them.
    function _keyFor(address person) internal pure returns (uint256) {
        uint256[7] memory keys = _keys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (vm.addr(keys[i]) == person) return keys[i];
        }
        revert UnknownPerson(person);
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, s, bytes1(v));
    }
}
