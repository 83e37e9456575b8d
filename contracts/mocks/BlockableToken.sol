// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice A token that can refuse to pay a holder, in either of the two ways that tokens have.
contract BlockableToken is ERC20("Blockable", "BLK") {
    /// @notice What the token does when it is asked to pay a holder.
    enum Answer {
        Pays,
        ReturnsFalse,
        Reverts
    }

    mapping(address holder => Answer) private _answers;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setAnswer(address holder, Answer answer) external {
        _answers[holder] = answer;
    }

    /// @dev Reverts with the error that SafeERC20 makes of `false`, so that whoever bubbles sees no difference.
    function transfer(address to, uint256 amount) public override returns (bool) {
        Answer answer = _answers[to];
        if (answer == Answer.Reverts) revert SafeERC20.SafeERC20FailedOperation(address(this));
        return answer == Answer.Pays && super.transfer(to, amount);
    }
}
