// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "./IArbitrable.sol";
import {IArbitrator} from "./IArbitrator.sol";
import {IEscrow} from "./IEscrow.sol";
import {IEscrowTypes} from "./IEscrowTypes.sol";
import {IEvidence} from "./IEvidence.sol";

/// @title  CourtArbiter: an ERC-792 court as the arbiter of deals
/// @notice A deal that names this address as its arbiter has its disputed milestones judged by one court. Payer and
///         payee both deposit the court's fee. Who does so alone wins by default; if both do, the court rules, and the
///         deposit that its fee leaves goes the way of its ruling. There is no owner and nothing can be changed.
///
/// The clocks of one case (half-open, as the escrow's):
///
///     disputed in the escrow                                                  arbitration ends (escrow)
///      |------ payer or payee: bring -------|-- feePeriod --|-- courtPeriod --|
///      |                                                                      |
///      |   bring |-- feePeriod, the other: bring --|--- default: execute -----|
///      |                   both |--- anybody: submit, appeal · court: rule ---|--- anybody: returnDeposits --->
///      |                                          rule |-- anybody: execute --|
///
/// No case begins that would leave the other less than the fee period to answer, or the court less than the court
/// period to rule. A ruling that comes when the arbitration is over decides nothing: the milestone lapses as the deal
/// says, and the deposits are shared in halves. So they are if the court refuses to arbitrate, and the arbiter then
/// does not rule.
///
/// The escrow and the deposits never wait for each other, and whatever is owed is credited and claimed, never sent
/// unasked: nobody can block the court, the other party or the milestone.
interface ICourtArbiter is IArbitrable, IEvidence {
    /// @notice Where a case stands.
    enum Stage {
        None,
        Begun,
        Paid,
        InCourt,
        Ruled
    }

    /// @notice A disputed milestone that was brought here.
    /// @param deal      The deal's id.
    /// @param fee       What each of them pays, in the chain's coin.
    /// @param deposits  What is held of that.
    /// @param dispute   Its number in the court, once it is there.
    /// @param ruling    What the court ruled: 1 to `choices`, or zero if it refused.
    /// @param payer     The deal's payer.
    /// @param feeEnds   Unix time from which it is too late for the other to pay.
    /// @param courtEnds Unix time from which it is too late to rule: the end of the escrow's arbitration.
    /// @param milestone The milestone's place in the deal.
    /// @param stage     Where it stands.
    /// @param payee     The milestone's payee.
    /// @param first     Which of the two paid first.
    struct Case {
        bytes32 deal;
        uint256 fee;
        uint256 deposits;
        uint256 dispute;
        uint256 ruling;
        address payer;
        uint40 feeEnds;
        uint40 courtEnds;
        uint8 milestone;
        Stage stage;
        address payee;
        address first;
    }

    /// @notice A party paid its fee.
    event Brought(
        bytes32 indexed caseId, bytes32 indexed deal, uint8 indexed milestone, address by, uint256 fee, Stage stage
    );
    /// @notice The court's current ruling was appealed.
    event Appealed(bytes32 indexed caseId, address indexed by, uint256 cost);
    /// @notice Something is owed and waits for its owner: see `claim`.
    event Credited(address indexed owner, uint256 amount);
    /// @notice What was owed was paid out.
    event Claimed(address indexed owner, address to, uint256 amount);

    /// @notice There are at least two choices.
    error InvalidChoices(uint256 choices);
    /// @notice Either period has at least three days, and both together fit into the escrow's longest arbitration.
    error InvalidPeriods(uint256 feePeriod, uint256 courtPeriod);
    /// @notice The milestone is not disputed in the escrow, or no longer.
    error NotDisputed(bytes32 deal, uint256 milestone);
    /// @notice The sender is neither the deal's payer nor the milestone's payee.
    error NotParty(address sender);
    /// @notice The sender has paid its fee.
    error AlreadyPaid(address sender);
    /// @notice It would have had to be done before `end`.
    error TooLate(uint256 timestamp, uint256 end);
    /// @notice The value sent is less than the court's fee.
    error InsufficientFee(uint256 value, uint256 fee);
    /// @notice The court's fee has risen above what both paid.
    error InsufficientDeposits(uint256 deposits, uint256 fee);
    /// @notice The court gave a number that it had given before.
    error RepeatedDispute(uint256 dispute);
    /// @notice The court does not take appeals now.
    error NotAppealable(uint256 timestamp, uint256 start, uint256 end);
    /// @notice The sender is not the court.
    error NotCourt(address sender, address court);
    /// @notice The court has no such dispute of this contract's to rule on, or has ruled.
    error NotInCourt(uint256 dispute);
    /// @notice Nothing of this case can be done now by this call.
    error NothingToDo(bytes32 caseId);

    /// @notice The payer or the payee of a disputed milestone pays the court's fee: who comes first as much as the
    ///         court asks, the other the same. What is sent above that is credited.
    /// @param  payouts All payouts of the one milestone.
    /// @param  proof   That it is the deal's, as for the escrow.
    function bring(IEscrowTypes.Deal calldata deal, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        external
        payable
        returns (bytes32 caseId);

    /// @notice Has the court begin, when both have paid.
    /// @dev    Apart from `bring`, so that a court that fails can keep nobody from paying, and so from the default.
    function submit(bytes32 caseId) external;

    /// @notice Appeals the court's current ruling in its appeal period. Anybody may, at own cost: appeal fees are not
    ///         returned. What is sent above the cost is credited.
    function appeal(bytes32 caseId) external payable;

    /// @notice Splits the milestone in the escrow: as the court ruled, or for who alone has paid in time. Of `choices`
    ///         rulings the first gives all to the payer, the last all to the payees, the others even steps between.
    function execute(IEscrowTypes.Deal calldata deal, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        external;

    /// @notice Credits deposits that decide nothing more: to who alone has paid in time; to both, if the milestone was
    ///         settled before the court began, or the arbitration is over without a ruling.
    function returnDeposits(bytes32 caseId) external;

    /// @notice Shows the court a file of evidence. Anybody may, at any time.
    /// @param  evidence Where the file is, as ERC-1497 has it.
    function submitEvidence(bytes32 caseId, string calldata evidence) external;

    /// @notice Pays out what is owed: by anybody to the owner's own address, by the owner to any.
    function claim(address owner, address to) external;

    /// @notice What is owed to `owner`, in the chain's coin.
    function credit(address owner) external view returns (uint256 amount);

    /// @notice What a milestone's case is called, here and in the court's evidence.
    function caseIdOf(bytes32 deal, uint8 milestone) external pure returns (bytes32 caseId);

    /// @notice Where a case stands.
    function caseOf(bytes32 caseId) external view returns (Case memory);

    /// @notice The escrow whose deals may name this contract.
    function escrow() external view returns (IEscrow);

    /// @notice The court.
    function arbitrator() external view returns (IArbitrator);

    /// @notice What the court is told with each dispute.
    function arbitratorExtraData() external view returns (bytes memory);

    /// @notice How many rulings the court chooses from, besides refusing.
    function choices() external view returns (uint16);

    /// @notice Seconds that the other party has to pay.
    function feePeriod() external view returns (uint32);

    /// @notice Seconds that the court has at least.
    function courtPeriod() external view returns (uint32);
}
