// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "../demo/TestToken.sol";

/// @notice Keeps a fixed fee from whoever receives it; a negative fee is a bonus.
contract FeeToken is TestToken {
    int256 private immutable _FEE;

    constructor(int256 fee) TestToken("Fee Token", "FEE", 18) {
        _FEE = fee;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        if (_FEE > 0) _burn(to, uint256(_FEE));
        else _mint(to, uint256(-_FEE));
        return true;
    }
}
