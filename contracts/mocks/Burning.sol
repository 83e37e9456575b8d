// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Burns gas when money moves, or refuses if it is given too little, and remembers how much it was given.
abstract contract Burning {
    uint256 public given;
    uint256 private _burns;
    uint256 private _needs;

    error TooLittleGas(uint256 available);

    function burn(uint256 amount) external {
        _burns = amount;
    }

    function need(uint256 amount) external {
        _needs = amount;
    }

    function _useGas() internal {
        uint256 available = gasleft();
        if (available < _needs) revert TooLittleGas(available);
        given = available;
        uint256 burns = _burns;
        while (available - gasleft() < burns) continue;
    }
}
