// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AuthorizationToken} from "./AuthorizationToken.sol";

/// @notice Keeps a fixed fee from whoever receives by an authorization.
contract FeeAuthorizationToken is AuthorizationToken {
    uint256 private immutable _FEE;

    constructor(uint256 fee) {
        _FEE = fee;
    }

    function _transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal override {
        super._transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
        _burn(to, _FEE);
    }
}
