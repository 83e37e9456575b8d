// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bounded} from "./Bounded.sol";

/// @notice S5: what the attestor signed counts for this chain, this contract, this deal, these milestones, once. What
///         is signed is left open where it is compared, for the prover takes a hash of fixed words for any number.
contract ReplayCheck is Bounded {
    function check_a_signature_is_for_its_own_words(Words memory signed, Words memory brought, uint40 time) public {
        attestor.approve(_attestation(direct, signed));
        bool success = _try(BROKER, time, _attesting(direct, 1, brought));
        assert(!success || (brought.bits == signed.bits && brought.evidence == signed.evidence));
        assert(!success || (brought.validUntil == signed.validUntil && time < signed.validUntil));
    }

    function check_a_signature_is_for_its_milestones(Words memory signed, uint40 time) public {
        attestor.approve(_attestation(direct, signed));
        _try(BROKER, time, _attesting(direct, BOTH, signed));
        (, uint128 settled) = escrow.holding(_id(direct));
        assert(settled & ~signed.bits == 0);
    }

    function check_a_signature_is_for_its_deal(Words memory signed, uint40 time) public {
        attestor.approve(_attestation(direct, signed));
        assert(!_try(BROKER, time, _attesting(inspected, BOTH, signed)));
    }

    function check_a_signature_is_for_its_contract(Words memory signed, uint40 time) public {
        attestor.approve(_attestation(direct, signed));
        escrow = _deployed();
        _open(direct);
        assert(!_try(BROKER, time, _attesting(direct, BOTH, signed)));
    }

    function check_a_signature_is_for_its_chain(uint64 home, uint64 other, Words memory signed, uint40 time) public {
        vm.chainId(home);
        escrow = _deployed();
        _open(direct);
        attestor.approve(_attestation(direct, signed));
        vm.assume(other != home);
        vm.chainId(other);
        assert(!_try(BROKER, time, _attesting(direct, BOTH, signed)));
    }

    function check_a_signature_pays_once(Words memory signed, uint40 first, uint40 second, address caller) public {
        attestor.approve(_attestation(direct, signed));
        vm.assume(_try(caller, first, _attesting(direct, 1, signed)));
        assert(!_try(caller, second, _attesting(direct, 1, signed)));
    }

    function check_a_signature_delivers_once(Words memory signed, uint40 first, uint40 second, address caller) public {
        attestor.approve(_attestation(inspected, signed));
        vm.assume(_try(caller, first, _attesting(inspected, 1, signed)));
        assert(!_try(caller, second, _attesting(inspected, 1, signed)));
    }
}
