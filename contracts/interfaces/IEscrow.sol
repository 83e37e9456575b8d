// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "./IEscrowTypes.sol";

/// @title  Escrow: money on chain until off-chain facts are proven
/// @notice A payer funds a deal. Each of its milestones is paid to its payees, or returned to the payer, or split, once,
///         on the word of somebody entitled to say so, or of the clock. There is no owner, no upgrade, no pause and no
///         fee: what the contract will do with a deal is fixed when the deal is funded.
///
/// The clocks of one milestone (half-open: "before X" is `block.timestamp < X`, from X on it is over):
///
///     open             revocableUntil                          deadline
///      |--- payer: revoke ---|                                     |
///      |                     |---------- payee: dispute -----------|--- anybody: conclude, back to the payer --->
///      |------------------- anybody: attest -----------------------|
///      |
///      |          attest |------ inspectionPeriod ------|--- anybody: conclude, to the payees --->
///      |                 |------- payer: dispute -------|
///      |
///      |                     dispute |------ arbitrationPeriod ------|--- anybody: conclude, lapseBps of what had been
///      |                             |------- arbiter: rule ---------|    delivered, the rest back --->
///      |
///      |--- at any time until it is settled: payer: release · payee: refund · both: settle --->
///
/// With an `inspectionPeriod` of zero `attest` pays at once.
///
/// Whatever the payer, payee or arbiter may do from their own account, anybody may do who carries their EIP-712
/// signature: the functions that end in `WithSignature`. A milestone is delivered, disputed and settled once, so
/// signatures need no nonce; one that was given can't be taken back before its `validUntil`.
///
/// In a selection, each milestone for which the call is not possible now is skipped; authority is checked for every
/// other one; a call that would change nothing reverts.
interface IEscrow is IEscrowTypes {
    /// @notice Funds a deal from the sender, in full. Anybody may pay; `deal.payer` owns the rights of the payer.
    /// @dev    Refuses terms that could strand money; see the errors. A token must deliver what it is asked for.
    /// @param  payouts    All of the deal's milestones, in order.
    /// @return id         The deal's id.
    function open(Deal calldata deal, Payout[] calldata payouts) external payable returns (bytes32 id);

    /// @notice As `open`, after an ERC-2612 permit of the sender over exactly the total. A permit that fails does no
    ///         harm if the allowance is there: it may have been brought first by somebody else.
    function openWithPermit(
        Deal calldata deal,
        Payout[] calldata payouts,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 id);

    /// @notice Funds a deal from its payer, by anybody who carries the payer's ERC-3009 authorization
    ///         (`ReceiveWithAuthorization` from the payer to this contract, of exactly the total, with the deal's id as
    ///         nonce): one signature opens the deal, and no other.
    function openWithAuthorization(
        Deal calldata deal,
        Payout[] calldata payouts,
        uint256 validAfter,
        uint256 validBefore,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 id);

    /// @notice The same for payers who are contracts, in tokens that ask them (ERC-1271).
    function openWithAuthorization(
        Deal calldata deal,
        Payout[] calldata payouts,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external returns (bytes32 id);

    /// @notice Brings the attestor's word that milestones are fulfilled. Anybody may bring it.
    /// @dev    Counts for milestones that are open, before their deadline. Without an inspection period it pays them.
    /// @param  payouts    All of the deal's milestones.
    /// @param  attested   Bitmap of the milestones attested: all that the call would change.
    /// @param  evidence   Root of the evidence, as signed.
    /// @param  validUntil Unix time from which the signature is void.
    /// @param  signature  Of `Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)`.
    function attest(
        Key calldata key,
        Payout[] calldata payouts,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external;

    /// @notice The same for some of a deal's milestones.
    function attest(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 attested,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external;

    /// @notice The payer pays all of a deal's milestones in full, at any time.
    function release(Key calldata key, Payout[] calldata payouts) external;

    /// @notice The same for some of a deal's milestones.
    function release(Key calldata key, Payout[] calldata payouts, bytes32[] calldata proof) external;

    /// @param consent Of `Release(bytes32 deal,uint128 milestones,uint40 validUntil)`, by the payer.
    function releaseWithSignature(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        Consent calldata consent
    ) external;

    /// @notice The payee returns all of a deal's milestones in full, at any time. All of them must be the sender's.
    function refund(Key calldata key, Payout[] calldata payouts) external;

    /// @notice The same for some of a deal's milestones.
    function refund(Key calldata key, Payout[] calldata payouts, bytes32[] calldata proof) external;

    /// @param consent Of `Refund(bytes32 deal,uint128 milestones,uint40 validUntil)`, by the payee of the first one.
    function refundWithSignature(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        Consent calldata consent
    ) external;

    /// @notice The payer takes back open milestones, before `revocableUntil`.
    function revoke(Deal calldata deal, Payout[] calldata payouts, bytes32[] calldata proof) external;

    /// @param consent Of `Revocation(bytes32 deal,uint128 milestones,uint40 validUntil)`, by the payer.
    function revokeWithSignature(
        Deal calldata deal,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        Consent calldata consent
    ) external;

    /// @notice Payer and payee split one milestone as they agreed, at any time. The sender, if one of them, needs no
    ///         signature.
    /// @param  toPayees       What its payouts receive together; the rest goes back to the payer.
    /// @param  payerSignature Of `PayerSettlement(bytes32 deal,uint8 milestone,uint128 toPayees,uint40 validUntil)`.
    /// @param  payeeSignature Of `PayeeSettlement(…)` with the same fields.
    function settle(
        Key calldata key,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 toPayees,
        uint40 validUntil,
        bytes calldata payerSignature,
        bytes calldata payeeSignature
    ) external;

    /// @notice Stops the clocks of milestones until the arbiter rules. The payer: of delivered ones, before the
    ///         inspection is over. The payee: of open ones, from `revocableUntil` on and before their deadline.
    function dispute(Deal calldata deal, Payout[] calldata payouts, bytes32[] calldata proof) external;

    /// @param by      Whose word it is.
    /// @param consent Of `PayerDispute(bytes32 deal,uint128 milestones,uint40 validUntil)` if `by` is the payer,
    ///                otherwise of `PayeeDispute(…)` with the same fields.
    function disputeWithSignature(
        Deal calldata deal,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        address by,
        Consent calldata consent
    ) external;

    /// @notice The arbiter splits one disputed milestone, before the arbitration period is over.
    /// @param  toPayees What its payouts receive together; the rest goes back to the payer.
    function rule(Deal calldata deal, Payout[] calldata payouts, bytes32[] calldata proof, uint128 toPayees) external;

    /// @param signature Of `Ruling(bytes32 deal,uint8 milestone,uint128 toPayees,uint40 validUntil)`, by the arbiter.
    function ruleWithSignature(
        Deal calldata deal,
        Payout[] calldata payouts,
        bytes32[] calldata proof,
        uint128 toPayees,
        uint40 validUntil,
        bytes calldata signature
    ) external;

    /// @notice Settles what a clock has decided, by anybody: pays delivered milestones when the inspection is over,
    ///         returns open ones when their deadline has passed, and disputed ones that nobody ruled on: split by
    ///         `lapseBps` if they had been delivered, otherwise returned.
    function conclude(Key calldata key, Payout[] calldata payouts, bytes32[] calldata proof) external;

    /// @notice Pays out a credit: by anybody to its owner's own address, by the owner to any.
    function claim(address token, address owner, address to) external;

    /// @notice The id of a deal: the EIP-712 digest of its terms under the domain of the moment of deployment, so that
    ///         a chain that changes its id strands no deal.
    /// @param  milestones Merkle root over the milestones' EIP-712 struct hashes.
    function dealId(Deal calldata deal, bytes32 milestones) external view returns (bytes32 id);

    /// @notice What everyday calls bring of a deal.
    function keyOf(Deal calldata deal) external pure returns (Key memory key);

    /// @notice Where one milestone of a deal stands. `index` must be one of the deal's.
    /// @return state None if the deal was never opened.
    /// @return ends  Unix time at which the inspection or the arbitration is over; zero if neither goes on.
    function status(bytes32 id, uint8 index) external view returns (State state, uint40 ends);

    /// @notice What a deal still holds, and which of its milestones settled.
    /// @return held    In the token's minor units.
    /// @return settled Bitmap: bit i is milestone i.
    function holding(bytes32 id) external view returns (uint128 held, uint128 settled);

    /// @notice What waits for `owner` to be claimed, in the token's minor units.
    function credit(address token, address owner) external view returns (uint256 amount);
}
