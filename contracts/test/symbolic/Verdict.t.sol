// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {Bounded} from "./Bounded.sol";

/// @notice S5: a signed split of one milestone (the arbiter's, or the payer's and the payee's, which both are needed)
///         counts for this role, chain, contract, deal and share, once. All of them have signed the same word.
contract VerdictCheck is Bounded {
    /// @notice The words that split a milestone.
    enum Kind {
        Ruling,
        PayerSettlement,
        PayeeSettlement
    }

    /// @notice What is said of milestone 0 of one deal.
    struct Said {
        uint8 kind;
        uint128 toPayees;
        uint40 validUntil;
    }

    /// @notice Like `direct` but for its salt.
    IEscrowTypes.Deal private _twin;

    function setUp() public override {
        super.setUp();
        _twin = _deal(0, 3);
        _open(_twin);
    }

    function check_a_verdict_is_for_its_own_words(Said memory signed, Said memory brought, uint40 time) public {
        _dispute(direct);
        _sign(direct, signed);
        bool success = _try(_speaker(brought), time, _carried(direct, brought));
        assert(!success || (brought.kind == signed.kind && brought.toPayees == signed.toPayees));
        assert(!success || (brought.validUntil == signed.validUntil && time < signed.validUntil));
    }

    function check_a_settlement_takes_both_words(Said memory signed, uint128 toPayees, uint40 time) public {
        _sign(direct, signed);
        Said memory brought = Said(uint8(Kind.PayerSettlement), toPayees, signed.validUntil);
        assert(!_try(BROKER, time, _carried(direct, brought)));
    }

    function check_a_verdict_is_for_its_deal(Said memory signed, uint40 time) public {
        _dispute(_twin);
        _sign(direct, signed);
        assert(!_try(_speaker(signed), time, _carried(_twin, signed)));
    }

    function check_a_verdict_is_for_its_contract(Said memory signed, uint40 time) public {
        _sign(direct, signed);
        escrow = _deployed();
        _open(direct);
        _dispute(direct);
        assert(!_try(_speaker(signed), time, _carried(direct, signed)));
    }

    function check_a_verdict_is_for_its_chain(uint64 home, uint64 other, Said memory signed, uint40 time) public {
        vm.chainId(home);
        escrow = _deployed();
        _open(direct);
        _dispute(direct);
        _sign(direct, signed);
        vm.assume(other != home);
        vm.chainId(other);
        assert(!_try(_speaker(signed), time, _carried(direct, signed)));
    }

    function check_a_verdict_counts_once(Said memory signed, uint40 first, uint40 second) public {
        _dispute(direct);
        _sign(direct, signed);
        vm.assume(_try(_speaker(signed), first, _carried(direct, signed)));
        assert(!_try(_speaker(signed), second, _carried(direct, signed)));
    }

    function check_a_signed_ruling_is_in_time(Said memory signed, uint40 time) public {
        vm.assume(signed.kind == uint8(Kind.Ruling));
        _dispute(direct);
        _sign(direct, signed);
        bool success = _try(BROKER, time, _carried(direct, signed));
        assert(!success || time < REVOCABLE_UNTIL + ARBITRATION);
    }

    function _dispute(IEscrowTypes.Deal memory deal) private {
        _do(Verb.Dispute, deal, 1, address(payee), REVOCABLE_UNTIL);
    }

    /// @dev The other side brings a settlement, and so needs no signature of its own.
    function _speaker(Said memory said) private view returns (address) {
        if (said.kind == uint8(Kind.PayerSettlement)) return address(payee);
        return said.kind == uint8(Kind.PayeeSettlement) ? address(payer) : BROKER;
    }

    function _sign(IEscrowTypes.Deal memory deal, Said memory said) private {
        vm.assume(said.kind <= uint8(type(Kind).max));
        bytes32 digest = _split(_name(Kind(said.kind)), deal, said.toPayees, said.validUntil);
        payer.approve(digest);
        payee.approve(digest);
        arbiter.approve(digest);
    }

    function _name(Kind kind) private pure returns (bytes memory) {
        if (kind == Kind.Ruling) return "Ruling";
        return kind == Kind.PayerSettlement ? bytes("PayerSettlement") : bytes("PayeeSettlement");
    }

    function _carried(IEscrowTypes.Deal memory deal, Said memory said) private view returns (bytes memory) {
        vm.assume(said.kind <= uint8(type(Kind).max));
        IEscrowTypes.Payout[] memory payouts = _payouts(1);
        bytes32[] memory proof = _proof(1);
        (uint128 share, uint40 until) = (said.toPayees, said.validUntil);
        if (said.kind == uint8(Kind.Ruling)) {
            return abi.encodeCall(IEscrow.ruleWithSignature, (deal, payouts, proof, share, until, ""));
        }
        return abi.encodeCall(IEscrow.settle, (escrow.keyOf(deal), payouts, proof, share, until, "", ""));
    }
}
