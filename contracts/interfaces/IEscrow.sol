// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title  Escrow: money on chain until off-chain facts are proven
/// @notice A payer funds a deal. Each of its milestones is paid to its payees, or returned to the payer, once, on the
///         word of somebody entitled to say so, or of the clock. There is no owner, no upgrade, no pause and no fee:
///         what the contract will do with a deal is fixed when the deal is funded.
///
/// The clocks of one milestone (half-open: "before X" is `block.timestamp < X`, from X on it is over):
///
///     open                      attest                                    conclude
///      |                          |------- inspectionPeriod -------|--- pays the payees, by anybody --->
///      |                       Delivered                        Settled
///      |------------------ Open ------------------|--- returns to the payer, by anybody -------------->
///      |                                       deadline                                         conclude
///      |---------- release: the payer pays, at any time until it is settled --------->
///      |---------- refund: the payee returns, at any time until it is settled ------->
///
/// With an `inspectionPeriod` of zero `attest` pays at once.
interface IEscrow {
    /// @notice One share of a milestone. The first one's `to` is the payee, the rest are fees.
    /// @param to     Who is paid.
    /// @param amount In the token's minor units, not zero.
    struct Payout {
        address to;
        uint128 amount;
    }

    /// @notice The unit that settles, once.
    /// @param index    Its place in the deal, from 0.
    /// @param deadline Unix time from which an undelivered milestone goes back to the payer.
    /// @param terms    Hash of what must be proven.
    /// @param payouts  1 to 8 shares; the first is the payee's.
    struct Milestone {
        uint8 index;
        uint40 deadline;
        bytes32 terms;
        Payout[] payouts;
    }

    /// @notice The terms of one deal. Its id is their EIP-712 digest.
    /// @param payer             Where refunds go, and who may release.
    /// @param token             An ERC-20, or zero for the chain's own coin.
    /// @param attestor          Whose word means "fulfilled": a key or an ERC-1271 contract; zero: nobody's.
    /// @param arbiter           Who splits a disputed milestone; zero: no disputes.
    /// @param revocableUntil    Unix time until which the payer may take back undelivered milestones; zero: never.
    /// @param inspectionPeriod  Seconds between "fulfilled" and payment; zero: paid at once.
    /// @param arbitrationPeriod Seconds that the arbiter has to rule.
    /// @param lapseBps          The payee's share, in 1/10,000, if the arbiter never rules.
    /// @param agreement         Hash of the agreement's canonical JSON (RFC 8785).
    /// @param milestones        Merkle root over the milestones' EIP-712 struct hashes.
    /// @param salt              Anything: makes equal terms different deals.
    struct Deal {
        address payer;
        address token;
        address attestor;
        address arbiter;
        uint40 revocableUntil;
        uint32 inspectionPeriod;
        uint32 arbitrationPeriod;
        uint16 lapseBps;
        bytes32 agreement;
        bytes32 milestones;
        uint256 salt;
    }

    /// @notice Some milestones of a deal, and the proof that they are its milestones.
    /// @dev    All of a deal's milestones, in order, need neither `proof` nor `proofFlags`. One milestone needs its
    ///         ordinary Merkle proof and no flags. Others need the multiproof of OpenZeppelin's StandardMerkleTree,
    ///         the milestones in rising order of index.
    struct Selection {
        Milestone[] milestones;
        bytes32[] proof;
        bool[] proofFlags;
    }

    /// @notice Where a milestone stands.
    enum State {
        None,
        Open,
        Delivered,
        Settled
    }

    /// @notice On whose word a milestone settled.
    enum Reason {
        Released,
        Refunded,
        Attested,
        InspectionOver,
        DeadlinePassed
    }

    /// @notice A deal was funded in full. All that later calls need is in here.
    event Opened(bytes32 indexed id, address indexed payer, Deal deal, Milestone[] milestones);

    /// @notice The attestor's word that these milestones are fulfilled was accepted.
    /// @param milestones Bitmap: bit i is milestone i.
    /// @param evidence   The root of the evidence it rests on.
    event Delivered(bytes32 indexed id, uint128 milestones, bytes32 evidence);

    /// @notice These milestones settled, for this reason.
    /// @param milestones Bitmap: bit i is milestone i.
    /// @param toPayees   What their payouts received together.
    /// @param toPayer    What the payer received.
    event Settled(bytes32 indexed id, uint128 milestones, uint128 toPayees, uint128 toPayer, Reason reason);

    /// @notice A payment failed and waits for its owner: see `claim`.
    event Credited(address indexed token, address indexed owner, uint256 amount);

    /// @notice A credit was paid out.
    event Claimed(address indexed token, address indexed owner, address to, uint256 amount);

    /// @notice The payer is zero or this contract.
    error InvalidPayer(address payer);
    /// @notice A recipient is zero or this contract.
    error InvalidRecipient(address to);
    /// @notice A deal has 1 to 128 milestones.
    error InvalidMilestoneCount(uint256 count);
    /// @notice A milestone's index is its place in the list.
    error InvalidIndex(uint256 index, uint256 expected);
    /// @notice A milestone has 1 to 8 payouts.
    error InvalidPayoutCount(uint256 index, uint256 count);
    /// @notice A payout is not zero.
    error ZeroPayout(uint256 index, uint256 payout);
    /// @notice A deadline lies after now, and at most 10 years away.
    error InvalidDeadline(uint256 index, uint256 deadline, uint256 timestamp);
    /// @notice A period is at most a year of 365 days.
    error InvalidPeriod(uint256 period, uint256 max);
    /// @notice An arbiter needs time to rule.
    error ArbiterWithoutPeriod(address arbiter);
    /// @notice An inspection without an arbiter gives the payer nothing to do with what was seen.
    error InspectionWithoutArbiter(uint256 inspectionPeriod);
    /// @notice A share is at most 10,000.
    error InvalidShare(uint256 bps);
    /// @notice All payouts together are below 2**127.
    error TotalTooLarge(uint256 total);
    /// @notice The milestones given are not the ones that the deal names.
    error RootMismatch(bytes32 root, bytes32 expected);
    /// @notice The value sent is the total for a deal in the chain's coin, zero for one in a token.
    error InvalidValue(uint256 value, uint256 expected);
    /// @notice There is no contract at the token's address.
    error InvalidToken(address token);
    /// @notice The token delivered less than it was asked for.
    error TokenShortfall(address token, uint256 received, uint256 expected);
    /// @notice The deal was opened before. It can't be opened again, even when it is finished.
    error DealExists(bytes32 id);
    /// @notice No deal with these terms was ever opened.
    error DealNotFound(bytes32 id);
    /// @notice The sender is not the deal's payer.
    error NotPayer(address sender, address payer);
    /// @notice The sender is not the milestone's payee.
    error NotPayee(address sender, address payee, uint256 index);
    /// @notice The attestation's time is over.
    error AttestationExpired(uint256 validUntil, uint256 timestamp);
    /// @notice The signature is not the attestor's over this deal, bitmap, evidence and time.
    error InvalidAttestation(address attestor);
    /// @notice A milestone is selected that the attestation doesn't name.
    error NotAttested(uint256 index, uint256 attested);
    /// @notice Nothing selected can change now: settled, delivered, too early or too late.
    error NothingToDo(bytes32 id);
    /// @notice Nothing is owed in this token to this owner.
    error NothingToClaim(address token, address owner);
    /// @notice Only the owner may send a credit anywhere but to the own address.
    error NotOwner(address sender, address owner);
    /// @notice Too little gas to be sure that a payment that fails does not fail for want of gas.
    error InsufficientGas(uint256 available, uint256 required);

    /// @notice Funds a deal from the sender, in full. Anybody may pay; `deal.payer` owns the rights of the payer.
    /// @dev    Refuses terms that could strand money; see the errors. A token must deliver what it is asked for.
    /// @param  milestones All milestones of the deal, in order.
    /// @return id         The deal's id.
    function open(Deal calldata deal, Milestone[] calldata milestones) external payable returns (bytes32 id);

    /// @notice Brings the attestor's word that milestones are fulfilled. Anybody may bring it.
    /// @dev    Counts for milestones that are open, before their deadline. Without an inspection period it pays them.
    /// @param  selection  Any part of the milestones attested.
    /// @param  milestones Bitmap of the milestones attested.
    /// @param  evidence   Root of the evidence, as signed.
    /// @param  validUntil Unix time from which the signature is void.
    /// @param  signature  Of the EIP-712 message `Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40
    ///                    validUntil)`: the attestor's key, or what its ERC-1271 contract accepts.
    function attest(
        Deal calldata deal,
        Selection calldata selection,
        uint128 milestones,
        bytes32 evidence,
        uint40 validUntil,
        bytes calldata signature
    ) external;

    /// @notice The payer pays milestones in full, at any time.
    function release(Deal calldata deal, Selection calldata selection) external;

    /// @notice The payee returns milestones in full, at any time. All of them must be the sender's.
    function refund(Deal calldata deal, Selection calldata selection) external;

    /// @notice Settles what a clock has decided, by anybody: pays delivered milestones when the inspection is over,
    ///         returns open ones when their deadline has passed.
    function conclude(Deal calldata deal, Selection calldata selection) external;

    /// @notice Pays out a credit: by anybody to its owner's own address, by the owner to any.
    function claim(address token, address owner, address to) external;

    /// @notice The id of a deal: the EIP-712 digest of its terms under the domain of the moment of deployment, so that
    ///         a chain that changes its id strands no deal.
    function dealId(Deal calldata deal) external view returns (bytes32 id);

    /// @notice Where one milestone of a deal stands. `index` must be one of the deal's.
    /// @return state None if the deal was never opened.
    /// @return ends  Delivered: unix time at which the inspection is over. Otherwise zero.
    function status(bytes32 id, uint8 index) external view returns (State state, uint40 ends);

    /// @notice What a deal still holds, and which of its milestones settled.
    /// @return held    In the token's minor units.
    /// @return settled Bitmap: bit i is milestone i.
    function holding(bytes32 id) external view returns (uint128 held, uint128 settled);

    /// @notice What waits for `owner` to be claimed, in the token's minor units.
    function credit(address token, address owner) external view returns (uint256 amount);
}
