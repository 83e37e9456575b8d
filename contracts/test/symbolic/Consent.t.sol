// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {Bounded} from "./Bounded.sol";

/// @notice S5: what payer or payee signed about milestones counts for this action and role, chain, contract, deal, and
///         these milestones, once. Both have signed the same, so that a word is refused for what it says alone.
contract ConsentCheck is Bounded {
    /// @notice The words that name milestones. The payer disputes what is delivered, all else is about what is open.
    enum Kind {
        Release,
        Refund,
        Revocation,
        PayeeDispute,
        PayerDispute
    }

    /// @notice What is said of one deal.
    struct Said {
        uint8 kind;
        uint128 bits;
        uint40 validUntil;
    }

    /// @notice Like `inspected` but for its salt.
    IEscrowTypes.Deal private _twin;

    function setUp() public override {
        super.setUp();
        _twin = _deal(INSPECTION, 3);
        _open(_twin);
    }

    function check_a_consent_is_for_its_own_words(Said memory signed, Said memory brought, uint40 time) public {
        _ready(inspected, brought);
        _sign(inspected, signed);
        bool success = _try(BROKER, time, _carried(inspected, brought));
        assert(!success || (brought.kind == signed.kind && brought.bits == signed.bits));
        assert(!success || (brought.validUntil == signed.validUntil && time < signed.validUntil));
    }

    function check_a_consent_is_for_its_milestones(Said memory signed, uint40 time) public {
        _ready(inspected, signed);
        _sign(inspected, signed);
        bool success = _try(BROKER, time, _carried(inspected, signed));
        assert(!success || signed.bits & 1 != 0);
    }

    function check_a_consent_is_for_its_deal(Said memory signed, uint40 time) public {
        _ready(_twin, signed);
        _sign(inspected, signed);
        assert(!_try(BROKER, time, _carried(_twin, signed)));
    }

    function check_a_consent_is_for_its_contract(Said memory signed, uint40 time) public {
        _sign(inspected, signed);
        escrow = _deployed();
        _open(inspected);
        _ready(inspected, signed);
        assert(!_try(BROKER, time, _carried(inspected, signed)));
    }

    function check_a_consent_is_for_its_chain(uint64 home, uint64 other, Said memory signed, uint40 time) public {
        vm.chainId(home);
        escrow = _deployed();
        _open(inspected);
        _ready(inspected, signed);
        _sign(inspected, signed);
        vm.assume(other != home);
        vm.chainId(other);
        assert(!_try(BROKER, time, _carried(inspected, signed)));
    }

    function check_a_consent_counts_once(Said memory signed, uint40 first, uint40 second, address caller) public {
        _ready(inspected, signed);
        _sign(inspected, signed);
        vm.assume(_try(BROKER, first, _carried(inspected, signed)));
        assert(!_try(caller, second, _carried(inspected, signed)));
    }

    /// @dev Milestone 0 is where the word would count.
    function _ready(IEscrowTypes.Deal memory deal, Said memory said) private {
        vm.assume(said.kind <= uint8(type(Kind).max));
        if (said.kind != uint8(Kind.PayerDispute)) return;
        _attest(deal, 1);
        _do(Verb.Attest, deal, 1, BROKER, START);
    }

    function _sign(IEscrowTypes.Deal memory deal, Said memory said) private {
        vm.assume(said.kind <= uint8(type(Kind).max));
        bytes32 digest = _consent(_name(Kind(said.kind)), deal, said.bits, said.validUntil);
        payer.approve(digest);
        payee.approve(digest);
    }

    function _name(Kind kind) private pure returns (bytes memory) {
        if (kind == Kind.Release) return "Release";
        if (kind == Kind.Refund) return "Refund";
        if (kind == Kind.Revocation) return "Revocation";
        return kind == Kind.PayerDispute ? bytes("PayerDispute") : bytes("PayeeDispute");
    }

    function _carried(IEscrowTypes.Deal memory deal, Said memory said) private view returns (bytes memory) {
        IEscrowTypes.Consent memory word = IEscrowTypes.Consent(said.bits, said.validUntil, "");
        IEscrowTypes.Payout[] memory payouts = _payouts(1);
        bytes32[] memory proof = _proof(1);
        Kind kind = Kind(said.kind);
        if (kind == Kind.Revocation) return abi.encodeCall(IEscrow.revokeWithSignature, (deal, payouts, proof, word));
        if (kind == Kind.Release) {
            return abi.encodeCall(IEscrow.releaseWithSignature, (escrow.keyOf(deal), payouts, proof, word));
        }
        if (kind == Kind.Refund) {
            return abi.encodeCall(IEscrow.refundWithSignature, (escrow.keyOf(deal), payouts, proof, word));
        }
        address by = kind == Kind.PayerDispute ? deal.payer : address(payee);
        return abi.encodeCall(IEscrow.disputeWithSignature, (deal, payouts, proof, by, word));
    }
}
