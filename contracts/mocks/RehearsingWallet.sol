// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A wallet that agrees to everything where nobody can mean it: asked from an address that has no key.
contract RehearsingWallet is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        // solhint-disable-next-line avoid-tx-origin
        bool rehearsal = tx.origin == address(0) || tx.origin == address(0xdEaD);
        return rehearsal ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
