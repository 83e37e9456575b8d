// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourtArbiter} from "../../interfaces/ICourtArbiter.sol";
import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {TestArbitrator} from "../../mocks/TestArbitrator.sol";
import {Base} from "../Base.sol";

interface Deployer {
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address deployed);
}

/// @notice A court, its arbiter, and a deal in coin with two milestones that names it.
abstract contract CourtFixture is Base {
    uint40 internal constant START = 1_800_000_000;
    uint32 internal constant FEE_PERIOD = 4 days;
    uint32 internal constant COURT_PERIOD = 20 days;
    uint32 internal constant ARBITRATION = 60 days;
    uint40 internal constant ENDS = START + ARBITRATION;
    uint256 internal constant FEE = 51;
    bytes internal constant EXTRA_DATA = hex"0102";
    string internal constant QUESTION = "/ipfs/question.json";
    uint16 internal constant FOR_PAYER = 1;
    uint16 internal constant FOR_PAYEES = 2;

    uint256 internal constant ATTESTOR_KEY = 0xA5;
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    uint128 internal constant TO_PAYEE = 901;
    uint128 internal constant TO_BROKER = 100;
    /// @notice What milestone 0 has: odd, so that halves do not come out even.
    uint128 internal constant AMOUNT = TO_PAYEE + TO_BROKER;
    uint128 internal constant OTHER_AMOUNT = 500;

    address internal payer = address(0xA1);
    address internal payee = address(0xA2);
    address internal broker = address(0xA3);
    address internal stranger = address(0xA4);

    IEscrow internal escrow;
    TestArbitrator internal court;
    ICourtArbiter internal arbiter;

    IEscrow.Deal internal deal;
    bytes32 internal id;
    bytes32 internal caseId;

    function setUp() public virtual {
        vm.warp(START);
        escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
        court = new TestArbitrator(FEE);
        arbiter = _deploy(address(court), 2, FEE_PERIOD, COURT_PERIOD);
        vm.deal(payer, 1 ether);
        vm.deal(payee, 1 ether);
        vm.deal(stranger, 1 ether);
        _open();
    }

    function _deploy(address court_, uint16 choices, uint32 feePeriod, uint32 courtPeriod)
        internal
        returns (ICourtArbiter)
    {
        bytes memory arguments = abi.encode(escrow, court_, EXTRA_DATA, choices, feePeriod, courtPeriod, QUESTION);
        return ICourtArbiter(Deployer(address(vm)).deployCode("CourtArbiter.sol:CourtArbiter", arguments));
    }

    // ------------------------------------------------------------------------------------------------ deals

    /// @notice Opens a deal that names `arbiter`, with a payee who may dispute at once.
    function _open() internal {
        deal.payer = payer;
        deal.attestor = vm.addr(ATTESTOR_KEY);
        deal.inspectionPeriod = 5 days;
        deal.conditions.arbiter = address(arbiter);
        deal.conditions.arbitrationPeriod = ARBITRATION;
        deal.conditions.lapseBps = 2_500;
        ++deal.conditions.salt;

        IEscrow.Payout[] memory all = new IEscrow.Payout[](3);
        (all[0], all[1]) = (_payouts()[0], _payouts()[1]);
        all[2] = _otherPayouts()[0];
        vm.deal(address(this), 1 ether);
        id = escrow.open{value: AMOUNT + OTHER_AMOUNT}(deal, all);
        caseId = arbiter.caseIdOf(id, 0);
    }

    /// @notice Milestone 0: with a fee.
    function _payouts() internal view returns (IEscrow.Payout[] memory payouts) {
        payouts = new IEscrow.Payout[](2);
        payouts[0] = IEscrowTypes.Payout(payee, TO_PAYEE, 0, START + 30 days, keccak256("terms"));
        payouts[1] = IEscrowTypes.Payout(broker, TO_BROKER, 0, 0, 0);
    }

    /// @notice Milestone 1.
    function _otherPayouts() internal view returns (IEscrow.Payout[] memory payouts) {
        payouts = new IEscrow.Payout[](1);
        payouts[0] = IEscrowTypes.Payout(payee, OTHER_AMOUNT, 1, START + 30 days, keccak256("other terms"));
    }

    /// @notice That milestone 0 is the deal's: the other leaf.
    function _proof() internal view returns (bytes32[] memory proof) {
        return _proofBy(_otherPayouts());
    }

    /// @notice That a milestone is the deal's, of two: the leaf of the other one.
    function _proofBy(IEscrow.Payout[] memory other) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory hashes = new bytes32[](other.length);
        for (uint256 i = 0; i < other.length; ++i) {
            bytes32 kind = keccak256("Payout(address to,uint128 amount)");
            hashes[i] = keccak256(abi.encode(kind, other[i].to, other[i].amount));
        }
        proof = new bytes32[](1);
        proof[0] = keccak256(
            abi.encode(
                keccak256(
                    "Milestone(uint16 index,uint40 deadline,bytes32 terms,Payout[] payouts)"
                    "Payout(address to,uint128 amount)"
                ),
                other[0].milestone,
                other[0].deadline,
                other[0].terms,
                keccak256(abi.encodePacked(hashes))
            )
        );
    }

    // ------------------------------------------------------------------------------------------------ steps

    function _dispute() internal {
        vm.prank(payee);
        escrow.dispute(deal, _payouts(), _proof());
    }

    /// @notice Has it attested, then disputed by the payer: what lapses is shared.
    function _disputeDelivered() internal {
        _attest();
        vm.prank(payer);
        escrow.dispute(deal, _payouts(), _proof());
    }

    function _attest() internal {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Escrow"),
                keccak256("1"),
                block.chainid,
                address(escrow)
            )
        );
        bytes32 kind = keccak256("Attestation(bytes32 deal,uint128 milestones,bytes32 evidence,uint40 validUntil)");
        bytes32 message = keccak256(abi.encode(kind, id, 1, EVIDENCE, ENDS));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ATTESTOR_KEY, keccak256(bytes.concat(hex"1901", domain, message)));
        bytes memory signature = bytes.concat(r, s, bytes1(v));
        escrow.attest(escrow.keyOf(deal), _payouts(), _proof(), 1, EVIDENCE, ENDS, signature);
    }

    function _bring(address by, uint256 value) internal {
        IEscrow.Payout[] memory payouts = _payouts();
        bytes32[] memory proof = _proof();
        vm.prank(by);
        arbiter.bring{value: value}(deal, payouts, proof);
    }

    /// @notice Disputed, both have paid.
    function _bringBoth() internal {
        _dispute();
        _bring(payee, FEE);
        _bring(payer, FEE);
    }

    /// @notice Before the court, as dispute 0.
    function _submit() internal {
        _bringBoth();
        arbiter.submit(caseId);
    }

    /// @notice The court rules, and nobody appeals.
    function _judge(uint256 ruling) internal {
        court.giveRuling(0, ruling);
        vm.warp(block.timestamp + court.APPEAL_PERIOD());
        court.executeRuling(0);
    }

    /// @notice The court's final word on a dispute, at once.
    function _rule(uint256 dispute, uint256 ruling) internal {
        vm.prank(address(court));
        arbiter.rule(dispute, ruling);
    }

    function _execute() internal {
        arbiter.execute(deal, _payouts(), _proof());
    }

    // ------------------------------------------------------------------------------------------------ facts

    function _case() internal view returns (ICourtArbiter.Case memory) {
        return arbiter.caseOf(caseId);
    }

    function assertStage(ICourtArbiter.Stage stage) internal view {
        assertEq(uint256(_case().stage), uint256(stage), "stage");
    }

    function assertCredits(uint256 toPayer, uint256 toPayee) internal view {
        assertEq(arbiter.credit(payer), toPayer, "credit of the payer");
        assertEq(arbiter.credit(payee), toPayee, "credit of the payee");
    }

    /// @notice That milestone 0 was split so: what the payer got back, the payee and the broker got.
    function assertSplit(uint256 toPayer, uint256 toPayee, uint256 toBroker) internal view {
        (IEscrow.State state,) = escrow.status(id, 0);
        assertEq(uint256(state), uint256(IEscrowTypes.State.Settled), "settled");
        assertEq(address(escrow).balance, OTHER_AMOUNT, "the other milestone is untouched");
        assertEq(payer.balance, 1 ether - FEE + toPayer, "to the payer");
        assertEq(payee.balance, 1 ether - FEE + toPayee, "to the payee");
        assertEq(broker.balance, toBroker, "to the broker");
    }
}
