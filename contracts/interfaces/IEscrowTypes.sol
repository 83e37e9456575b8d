// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title  What a deal is made of, and what the escrow tells
/// @notice The structs, events and errors of `IEscrow`.
interface IEscrowTypes {
    /// @notice The terms of one deal. Its id is the EIP-712 digest of these and of the Merkle root over its milestones:
    ///         `Deal(address payer,address token,address attestor,uint40 inspectionPeriod,Conditions conditions,bytes32
    ///         milestones)`, with the fields of `Conditions` behind it.
    /// @param payer            Where refunds go, and who may release.
    /// @param token            An ERC-20, or zero for the chain's own coin.
    /// @param attestor         Whose word means "fulfilled": a key or an ERC-1271 contract; zero: nobody's.
    /// @param inspectionPeriod Seconds between "fulfilled" and payment, for the payer to dispute; zero: paid at once.
    /// @param conditions       What a deal that goes well never needs.
    struct Deal {
        address payer;
        address token;
        address attestor;
        uint40 inspectionPeriod;
        Conditions conditions;
    }

    /// @notice The terms for when a deal does not go well, and what makes it this deal and no other.
    /// @param arbiter           Who splits a disputed milestone; zero: no disputes.
    /// @param arbitrationPeriod Seconds that the arbiter has to rule.
    /// @param lapseBps          The payees' share, in 1/10,000, if the arbiter never rules on what had been delivered.
    /// @param revocableUntil    Unix time until which the payer may take back open milestones; zero: never.
    /// @param agreement         Hash of the agreement's canonical JSON (RFC 8785).
    /// @param salt              Anything: makes equal terms different deals.
    struct Conditions {
        address arbiter;
        uint32 arbitrationPeriod;
        uint16 lapseBps;
        uint40 revocableUntil;
        bytes32 agreement;
        uint256 salt;
    }

    /// @notice A deal with its conditions hashed: all that everyday calls bring.
    /// @param conditions EIP-712 struct hash of the deal's `Conditions`.
    struct Key {
        address payer;
        address token;
        address attestor;
        uint40 inspectionPeriod;
        bytes32 conditions;
    }

    /// @notice One payout of a milestone, and the milestone itself in its first one.
    /// @dev    A milestone is the unit that settles, once. Its payouts stand together, 1 to 8 of them: the payee's
    ///         first, then fees. As EIP-712 structs they are nested: `Milestone(uint16 index,uint40 deadline,bytes32
    ///         terms,Payout[] payouts)Payout(address to,uint128 amount)`.
    /// @param to        Who is paid.
    /// @param amount    In the token's minor units, not zero.
    /// @param milestone Whose payout it is: the milestone's place in the deal, from 0.
    /// @param deadline  Unix time from which the undelivered milestone goes back to the payer; in fees zero, and of no
    ///                  meaning after `open`.
    /// @param terms     Hash of what must be proven; in fees as `deadline`.
    struct Payout {
        address to;
        uint128 amount;
        uint16 milestone;
        uint40 deadline;
        bytes32 terms;
    }

    /// @notice A signed word about milestones of a deal, carried by somebody else.
    /// @param milestones Bitmap of the milestones that the signer named; the selection is any part of them.
    /// @param validUntil Unix time from which the signature is void.
    /// @param signature  Of the EIP-712 message of the call: by the signer's key, or what its ERC-1271 contract accepts.
    struct Consent {
        uint128 milestones;
        uint40 validUntil;
        bytes signature;
    }

    /// @notice Where a milestone stands.
    enum State {
        None,
        Open,
        Delivered,
        Disputed,
        Settled
    }

    /// @notice A deal was funded in full. All that later calls need is in here.
    event Opened(bytes32 indexed id, address indexed payer, Deal deal, Payout[] payouts);

    /// @notice The attestor's word that these milestones are fulfilled was accepted.
    /// @param milestones Bitmap: bit i is milestone i.
    /// @param evidence   The root of the evidence it rests on.
    /// @param toPayees   What their payouts received at once, which settled them; zero: they are in inspection.
    event Delivered(bytes32 indexed id, uint128 milestones, bytes32 evidence, uint128 toPayees);

    /// @notice These milestones wait for the arbiter.
    /// @param milestones Bitmap: bit i is milestone i.
    /// @param by         The payer, of delivered milestones; the payee, of open ones.
    event Disputed(bytes32 indexed id, uint128 milestones, address by);

    /// @notice The payer had these milestones paid in full.
    event Released(bytes32 indexed id, uint128 milestones, uint128 toPayees);

    /// @notice The payee gave these milestones back in full.
    event Refunded(bytes32 indexed id, uint128 milestones, uint128 toPayer);

    /// @notice The payer took these milestones back in full.
    event Revoked(bytes32 indexed id, uint128 milestones, uint128 toPayer);

    /// @notice Payer and payee split one milestone.
    event Agreed(bytes32 indexed id, uint8 milestone, uint128 toPayees, uint128 toPayer);

    /// @notice The arbiter split one milestone.
    event Ruled(bytes32 indexed id, uint8 milestone, uint128 toPayees, uint128 toPayer);

    /// @notice These milestones were paid in full, as nobody disputed them in their inspection.
    event Accepted(bytes32 indexed id, uint128 milestones, uint128 toPayees);

    /// @notice These milestones went back in full, as they were not delivered before their deadline.
    event Expired(bytes32 indexed id, uint128 milestones, uint128 toPayer);

    /// @notice One milestone was split as the deal says for an arbiter who doesn't rule.
    event Lapsed(bytes32 indexed id, uint8 milestone, uint128 toPayees, uint128 toPayer);

    /// @notice A payment failed and waits for its owner: see `claim`.
    event Credited(address indexed token, address indexed owner, uint256 amount);

    /// @notice A credit was paid out.
    event Claimed(address indexed token, address indexed owner, address to, uint256 amount);

    /// @notice The payer is zero, this contract or the deal's token.
    error InvalidPayer(address payer);
    /// @notice A recipient is zero, this contract or the deal's token.
    error InvalidRecipient(address to);
    /// @notice A deal has 1 to 128 milestones; a call that splits has one.
    error InvalidMilestoneCount(uint256 count);
    /// @notice The milestones are numbered from 0 without a gap. `payout` is a place in the list.
    error InvalidIndex(uint256 payout, uint256 index);
    /// @notice A milestone has 1 to 8 payouts.
    error InvalidPayoutCount(uint256 index, uint256 count);
    /// @notice Only the first payout of a milestone says its deadline and terms. `payout` is a place in the list.
    error RepeatedTerms(uint256 payout);
    /// @notice A payout is not zero. `payout` is its place in the list.
    error ZeroPayout(uint256 payout);
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
    /// @notice The value sent is the total for a deal in the chain's coin, zero for one in a token.
    error InvalidValue(uint256 value, uint256 expected);
    /// @notice There is no contract at the token's address.
    error InvalidToken(address token);
    /// @notice The token delivered less than it was asked for.
    error TokenShortfall(address token, uint256 received, uint256 expected);
    /// @notice The deal was opened before. It can't be opened again, even when it is finished.
    error DealExists(bytes32 id);
    /// @notice No deal with these terms and these milestones was ever opened.
    error DealNotFound(bytes32 id);
    /// @notice The deal names no arbiter, so nothing of it can be disputed.
    error NoArbiter(bytes32 id);
    /// @notice The sender is not the deal's payer.
    error NotPayer(address sender, address payer);
    /// @notice The sender is not the milestone's payee.
    error NotPayee(address sender, address payee, uint256 index);
    /// @notice The sender is not the deal's arbiter.
    error NotArbiter(address sender, address arbiter);
    /// @notice The signature's time is over.
    error SignatureExpired(uint256 validUntil, uint256 timestamp);
    /// @notice The signature is not this signer's over what the call says.
    error InvalidSignature(address signer);
    /// @notice Milestones are selected that the signature doesn't name. Both are bitmaps.
    error NotSigned(uint256 milestones, uint256 signed);
    /// @notice The payees can't receive more than the milestone has.
    error InvalidSplit(uint256 toPayees, uint256 amount);
    /// @notice Nothing selected can change now: settled, delivered, disputed, too early or too late.
    error NothingToDo(bytes32 id);
    /// @notice Nothing is owed in this token to this owner.
    error NothingToClaim(address token, address owner);
    /// @notice Only the owner may send a credit anywhere but to the own address.
    error NotOwner(address sender, address owner);
    /// @notice Too little gas to be sure that a payment that fails does not fail for want of gas.
    error InsufficientGas(uint256 available, uint256 required);
}
