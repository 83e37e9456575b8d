// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract wallet: it calls for anybody, signs with its owner's key, and can refuse coin.
contract TestWallet is IERC1271 {
    address private immutable _OWNER;
    bool private _refusing;

    constructor(address owner) {
        _OWNER = owner;
    }

    /// @dev Refuses without a reason, as a wallet without a `receive` function does.
    receive() external payable {
        // solhint-disable-next-line gas-custom-errors, reason-string
        if (_refusing) revert();
    }

    function setRefusing(bool refusing) external {
        _refusing = refusing;
    }

    /// @notice Makes a call, paying `value` from the wallet, and fails as it fails.
    function execute(address target, uint256 value, bytes calldata payload) external {
        (bool success, bytes memory returned) = target.call{value: value}(payload);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(returned, 0x20), mload(returned))
        }
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == _OWNER;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
