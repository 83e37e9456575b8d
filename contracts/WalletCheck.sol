// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title  WalletCheck
/// @notice Does a contract wallet stand by a signature? It is never deployed: a node runs the constructor (`eth_call`
///         without a recipient), which answers with one byte, 1 or 0.
/// @dev    Asks the wallet (ERC-1271). If it does not say yes, and the signature came in the wrapper of ERC-6492, makes
///         the wrapper's call, which deploys or prepares the wallet, and asks again. Where there is no code yet, nobody
///         says yes to the first question, so that one order serves both.
///
///         What a wallet does with its gas, and what it returns, harms nobody but itself: each call has gas of its own,
///         and one word of an answer is read. An answer counts as the contracts count it (OpenZeppelin's
///         SignatureChecker): the first word is exactly the right one.
contract WalletCheck {
    /// @notice Gas a wallet may use for one answer: enough for several P-256 signatures without a precompile.
    uint256 private constant ANSWER_GAS = 3_000_000;
    /// @notice Gas the call that deploys or prepares may use: enough for a wallet of the largest size.
    uint256 private constant PREPARATION_GAS = 6_000_000;
    /// @dev Two answers, the preparation, the 64th part that a call leaves behind (EIP-150), and the code around them.
    uint256 private constant REQUIRED_GAS = 12_500_000;

    /// @notice With less gas than this a wallet's answer could depend on the node that is asked.
    error TooLittleGas(uint256 available, uint256 required);

    /// @param factory     Whom the wrapper calls; zero if there is none, and then `preparation` is empty.
    /// @param signature   What the wallet is shown: without the wrapper.
    constructor(address wallet, bytes32 hash, bytes memory signature, address factory, bytes memory preparation) {
        if (gasleft() < REQUIRED_GAS) revert TooLittleGas(gasleft(), REQUIRED_GAS);
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (hash, signature));
        bool stands = _standsBy(wallet, question);
        if (!stands && factory != address(0)) {
            _prepare(factory, preparation);
            stands = _standsBy(wallet, question);
        }
        assembly ("memory-safe") {
            mstore(0x00, stands)
            return(0x1f, 0x01)
        }
    }

    function _standsBy(address wallet, bytes memory question) private view returns (bool stands) {
        bytes4 right = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            let success := staticcall(ANSWER_GAS, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            stands := and(success, and(gt(returndatasize(), 0x1f), eq(mload(0x00), right)))
        }
    }

    /// @dev Whether it succeeds makes no difference: the wallet is asked what it says now.
    function _prepare(address factory, bytes memory preparation) private {
        assembly ("memory-safe") {
            pop(call(PREPARATION_GAS, factory, 0, add(preparation, 0x20), mload(preparation), 0x00, 0x00))
        }
    }
}
