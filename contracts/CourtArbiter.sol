// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {ICourtArbiter} from "./interfaces/ICourtArbiter.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IEscrowTypes} from "./interfaces/IEscrowTypes.sol";
import {Part} from "./libraries/Part.sol";
import {Terms} from "./libraries/Terms.sol";

/// @title  CourtArbiter
/// @notice See `ICourtArbiter`.
contract CourtArbiter is ICourtArbiter {
    using Terms for *;

    uint256 private constant MIN_PERIOD = 3 days;
    /// @dev The escrow's longest arbitration.
    uint256 private constant MAX_PERIODS = 365 days;
    /// @dev The one question that every case asks.
    uint256 private constant META_EVIDENCE = 0;
    uint256 private constant REFUSED = 0;
    uint256 private constant FOR_PAYER = 1;

    IEscrow private immutable _ESCROW;
    IArbitrator private immutable _COURT;
    uint16 private immutable _CHOICES;
    uint32 private immutable _FEE_PERIOD;
    uint32 private immutable _COURT_PERIOD;

    /// @inheritdoc ICourtArbiter
    bytes public arbitratorExtraData;

    /// @inheritdoc ICourtArbiter
    mapping(address owner => uint256) public credit;
    mapping(bytes32 caseId => Case) private _cases;
    mapping(uint256 dispute => bytes32) private _caseIds;

    /// @param metaEvidence Where the file is with the question to the jurors and the meaning of the choices (ERC-1497).
    constructor(
        IEscrow escrow_,
        IArbitrator court,
        bytes memory extraData,
        uint16 choices_,
        uint32 feePeriod_,
        uint32 courtPeriod_,
        string memory metaEvidence
    ) {
        if (choices_ < 2) revert InvalidChoices(choices_);
        bool tooShort = feePeriod_ < MIN_PERIOD || courtPeriod_ < MIN_PERIOD;
        if (tooShort || uint256(feePeriod_) + courtPeriod_ > MAX_PERIODS) {
            revert InvalidPeriods(feePeriod_, courtPeriod_);
        }
        (_ESCROW, _COURT, arbitratorExtraData) = (escrow_, court, extraData);
        (_CHOICES, _FEE_PERIOD, _COURT_PERIOD) = (choices_, feePeriod_, courtPeriod_);
        emit MetaEvidence(META_EVIDENCE, metaEvidence);
    }

    // ------------------------------------------------------------------------------------------------ fees

    /// @inheritdoc ICourtArbiter
    function bring(IEscrowTypes.Deal calldata deal, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        external
        payable
        returns (bytes32 caseId)
    {
        (bytes32 id, Part part) = _find(deal, payouts, proof);
        uint8 milestone = part.index();
        address arbiter = deal.conditions.arbiter;
        if (arbiter != address(this)) revert IEscrowTypes.NotArbiter(address(this), arbiter);
        uint40 ends = _arbitrationEnds(id, milestone);
        if (block.timestamp >= ends) revert NotDisputed(id, milestone);
        if (msg.sender != deal.payer && msg.sender != part.payee()) revert NotParty(msg.sender);

        caseId = caseIdOf(id, milestone);
        Case storage self = _cases[caseId];
        if (self.stage == Stage.None) {
            (self.deal, self.milestone) = (id, milestone);
            (self.payer, self.payee) = (deal.payer, part.payee());
            _begin(self, ends);
        } else {
            _answer(self);
        }
        emit Brought(caseId, id, milestone, msg.sender, self.fee, self.stage);
    }

    function _begin(Case storage self, uint40 ends) private {
        uint256 feeEnds = block.timestamp + _FEE_PERIOD;
        if (feeEnds + _COURT_PERIOD > ends) revert TooLate(feeEnds + _COURT_PERIOD, ends);
        uint256 fee = _COURT.arbitrationCost(arbitratorExtraData);
        _take(fee);
        (self.stage, self.first, self.feeEnds, self.courtEnds) = (Stage.Begun, msg.sender, uint40(feeEnds), ends);
        (self.fee, self.deposits) = (fee, fee);
    }

    function _answer(Case storage self) private {
        if (self.stage != Stage.Begun || msg.sender == self.first) revert AlreadyPaid(msg.sender);
        if (block.timestamp >= self.feeEnds) revert TooLate(block.timestamp, self.feeEnds);
        _take(self.fee);
        (self.stage, self.deposits) = (Stage.Paid, self.deposits + self.fee);
    }

    /// @inheritdoc ICourtArbiter
    function returnDeposits(bytes32 caseId) external {
        Case storage self = _cases[caseId];
        if (self.deposits == 0) revert NothingToDo(caseId);
        uint256 end = self.stage == Stage.Begun ? self.feeEnds : self.courtEnds;
        // In court the ruling decides, whatever happens to the milestone: who is about to lose may not escape by
        // giving in.
        if (block.timestamp < end && (self.stage == Stage.InCourt || _isDisputed(self))) revert NothingToDo(caseId);
        _share(self, self.stage == Stage.Begun ? _forFirst(self) : REFUSED);
    }

    /// @dev Credits what is held, in the proportion in which a ruling splits the milestone, or in halves if there is
    ///      none. The payer takes the remainder.
    function _share(Case storage self, uint256 ruling) private {
        uint256 amount = self.deposits;
        self.deposits = 0;
        uint256 toPayee = ruling == REFUSED ? amount / 2 : _toPayees(amount, ruling);
        _credit(self.payee, toPayee);
        _credit(self.payer, amount - toPayee);
    }

    // ------------------------------------------------------------------------------------------------ court

    /// @inheritdoc ICourtArbiter
    function submit(bytes32 caseId) external {
        Case storage self = _cases[caseId];
        if (self.stage != Stage.Paid) revert NothingToDo(caseId);
        if (!_isDisputed(self)) revert NotDisputed(self.deal, self.milestone);
        uint256 cost = _COURT.arbitrationCost(arbitratorExtraData);
        if (cost > self.deposits) revert InsufficientDeposits(self.deposits, cost);

        (self.stage, self.deposits) = (Stage.InCourt, self.deposits - cost);
        uint256 dispute = _COURT.createDispute{value: cost}(_CHOICES, arbitratorExtraData);
        if (_caseIds[dispute] != 0) revert RepeatedDispute(dispute);
        (self.dispute, _caseIds[dispute]) = (dispute, caseId);
        emit Dispute(_COURT, dispute, META_EVIDENCE, uint256(caseId));
    }

    /// @inheritdoc ICourtArbiter
    function appeal(bytes32 caseId) external payable {
        Case storage self = _cases[caseId];
        if (self.stage != Stage.InCourt) revert NothingToDo(caseId);
        if (block.timestamp >= self.courtEnds) revert TooLate(block.timestamp, self.courtEnds);
        (uint256 start, uint256 end) = _COURT.appealPeriod(self.dispute);
        if (block.timestamp < start || block.timestamp >= end) revert NotAppealable(block.timestamp, start, end);

        uint256 cost = _COURT.appealCost(self.dispute, arbitratorExtraData);
        _take(cost);
        emit Appealed(caseId, msg.sender, cost);
        _COURT.appeal{value: cost}(self.dispute, arbitratorExtraData);
    }

    /// @inheritdoc IArbitrable
    /// @dev The court's final word. It calls nobody, so that nobody can make it fail. A ruling that is none of the
    ///      choices counts as refused.
    function rule(uint256 disputeId, uint256 ruling) external {
        if (msg.sender != address(_COURT)) revert NotCourt(msg.sender, address(_COURT));
        Case storage self = _cases[_caseIds[disputeId]];
        if (self.stage != Stage.InCourt) revert NotInCourt(disputeId);

        (self.stage, self.ruling) = (Stage.Ruled, ruling > _CHOICES ? REFUSED : ruling);
        emit Ruling(_COURT, disputeId, ruling);
        _share(self, block.timestamp < self.courtEnds ? self.ruling : REFUSED);
    }

    /// @inheritdoc ICourtArbiter
    function submitEvidence(bytes32 caseId, string calldata evidence) external {
        emit Evidence(_COURT, uint256(caseId), msg.sender, evidence);
    }

    // ------------------------------------------------------------------------------------------------ escrow

    /// @inheritdoc ICourtArbiter
    /// @dev Changes nothing here: the escrow takes one ruling on a milestone, before the arbitration is over.
    function execute(IEscrowTypes.Deal calldata deal, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        external
    {
        (bytes32 id, Part part) = _find(deal, payouts, proof);
        bytes32 caseId = caseIdOf(id, part.index());
        uint256 ruling = _decision(_cases[caseId]);
        if (ruling == REFUSED) revert NothingToDo(caseId);
        _ESCROW.rule(deal, payouts, proof, uint128(_toPayees(part.amount(), ruling)));
    }

    /// @dev What the arbiter rules: the court's ruling, or the default, or nothing.
    function _decision(Case storage self) private view returns (uint256) {
        bool isDefault = self.stage == Stage.Begun && block.timestamp >= self.feeEnds;
        return isDefault ? _forFirst(self) : self.ruling;
    }

    function _forFirst(Case storage self) private view returns (uint256) {
        return self.first == self.payer ? FOR_PAYER : _CHOICES;
    }

    /// @dev The rulings are even steps from nothing to everything, rounded down.
    function _toPayees(uint256 amount, uint256 ruling) private view returns (uint256) {
        return amount * (ruling - FOR_PAYER) / (_CHOICES - FOR_PAYER);
    }

    /// @dev The id that a deal with this milestone has. It need not be there.
    function _find(IEscrowTypes.Deal calldata deal, IEscrowTypes.Payout[] calldata payouts, bytes32[] calldata proof)
        private
        view
        returns (bytes32 id, Part part)
    {
        (bytes32 root, Part[] memory parts) = payouts.prove(proof);
        if (parts.length != 1) revert IEscrowTypes.InvalidMilestoneCount(parts.length);
        return (_ESCROW.dealId(deal, root), parts[0]);
    }

    function _isDisputed(Case storage self) private view returns (bool) {
        return block.timestamp < _arbitrationEnds(self.deal, self.milestone);
    }

    /// @dev Zero if the milestone is not disputed.
    function _arbitrationEnds(bytes32 id, uint8 milestone) private view returns (uint40) {
        (IEscrowTypes.State state, uint40 ends) = _ESCROW.status(id, milestone);
        return state == IEscrowTypes.State.Disputed ? ends : 0;
    }

    // ------------------------------------------------------------------------------------------------ credits

    /// @inheritdoc ICourtArbiter
    function claim(address owner, address to) external {
        if (to != owner && msg.sender != owner) revert IEscrowTypes.NotOwner(msg.sender, owner);
        if (to == address(0) || to == address(this)) revert IEscrowTypes.InvalidRecipient(to);
        uint256 amount = credit[owner];
        if (amount == 0) revert IEscrowTypes.NothingToClaim(address(0), owner);

        credit[owner] = 0;
        emit Claimed(owner, to, amount);
        Address.sendValue(payable(to), amount);
    }

    /// @dev Takes a fee from what was sent with the call, and credits the rest.
    function _take(uint256 fee) private {
        if (msg.value < fee) revert InsufficientFee(msg.value, fee);
        _credit(msg.sender, msg.value - fee);
    }

    function _credit(address owner, uint256 amount) private {
        if (amount == 0) return;
        credit[owner] += amount;
        emit Credited(owner, amount);
    }

    // ------------------------------------------------------------------------------------------------ reading

    /// @inheritdoc ICourtArbiter
    function caseIdOf(bytes32 deal, uint8 milestone) public pure returns (bytes32 caseId) {
        return keccak256(abi.encode(deal, milestone));
    }

    /// @inheritdoc ICourtArbiter
    function caseOf(bytes32 caseId) external view returns (Case memory) {
        return _cases[caseId];
    }

    /// @inheritdoc ICourtArbiter
    function escrow() external view returns (IEscrow) {
        return _ESCROW;
    }

    /// @inheritdoc ICourtArbiter
    function arbitrator() external view returns (IArbitrator) {
        return _COURT;
    }

    /// @inheritdoc ICourtArbiter
    function choices() external view returns (uint16) {
        return _CHOICES;
    }

    /// @inheritdoc ICourtArbiter
    function feePeriod() external view returns (uint32) {
        return _FEE_PERIOD;
    }

    /// @inheritdoc ICourtArbiter
    function courtPeriod() external view returns (uint32) {
        return _COURT_PERIOD;
    }
}
