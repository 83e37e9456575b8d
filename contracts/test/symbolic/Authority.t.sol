// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {Bounded} from "./Bounded.sol";

/// @notice S3: money moves to payees only by payer, attestor, arbiter, both or clock, and to the payer only by payee,
///         payer within the revocation right, arbiter, both or clock: whoever calls, whenever.
contract AuthorityCheck is Bounded {
    function check_release_is_the_payers(address caller, uint40 time) public {
        Books memory moved = _moved(Verb.Release, direct, caller, time, 0);
        assert(moved.settled == 0 || caller == address(payer));
        assert(moved.payer == 0);
    }

    function check_refund_is_the_payees(address caller, uint40 time) public {
        Books memory moved = _moved(Verb.Refund, direct, caller, time, 0);
        assert(moved.settled == 0 || caller == address(payee));
        assert(moved.payees == 0);
    }

    function check_refund_of_all_is_every_payees(address caller, uint40 time) public {
        assert(!_try(caller, time, _payload(Verb.Refund, direct, BOTH, 0)));
    }

    function check_revocation_is_the_payers_in_time(address caller, uint40 time) public {
        Books memory moved = _moved(Verb.Revoke, direct, caller, time, 0);
        assert(moved.settled == 0 || (caller == address(payer) && time < REVOCABLE_UNTIL));
        assert(moved.payees == 0);
    }

    function check_attestation_is_the_attestors(address caller, uint40 time, bytes32 approved) public {
        attestor.approve(approved);
        Books memory moved = _moved(Verb.Attest, direct, caller, time, 0);
        bool signed = approved == _attestation(direct, Words(1, VALID_UNTIL, EVIDENCE));
        assert(moved.settled == 0 || (signed && time < DEADLINE_0));
        assert(moved.payer == 0);
    }

    function check_an_attestation_pays_nothing_before_the_inspection(address caller, uint40 time) public {
        _attest(inspected, 1);
        Books memory moved = _moved(Verb.Attest, inspected, caller, time, 0);
        assert(moved.settled == 0);
    }

    function check_a_split_is_what_both_agreed(
        address caller,
        uint40 time,
        uint128 toPayees,
        bytes32 byPayer,
        bytes32 byPayee
    ) public {
        payer.approve(byPayer);
        payee.approve(byPayee);
        Books memory moved = _moved(Verb.Settle, direct, caller, time, toPayees);
        bool payerAgrees =
            caller == address(payer) || byPayer == _split("PayerSettlement", direct, toPayees, VALID_UNTIL);
        bool payeeAgrees =
            caller == address(payee) || byPayee == _split("PayeeSettlement", direct, toPayees, VALID_UNTIL);
        assert(moved.settled == 0 || (payerAgrees && payeeAgrees && moved.payees == toPayees));
    }

    function check_a_dispute_is_the_payees_in_time_and_moves_nothing(address caller, uint40 time) public {
        Books memory moved = _moved(Verb.Dispute, direct, caller, time, 0);
        (IEscrowTypes.State state,) = escrow.status(_id(direct), 0);
        bool inTime = time >= REVOCABLE_UNTIL && time < DEADLINE_0;
        assert(state == IEscrowTypes.State.Open || (caller == address(payee) && inTime));
        assert(moved.settled == 0);
    }

    function check_a_dispute_of_what_is_delivered_is_the_payers_in_time(address caller, uint40 time) public {
        _attest(inspected, 1);
        _do(Verb.Attest, inspected, 1, caller, START);
        Books memory moved = _moved(Verb.Dispute, inspected, caller, time, 0);
        (IEscrowTypes.State state,) = escrow.status(_id(inspected), 0);
        bool inTime = time < START + INSPECTION;
        assert(state == IEscrowTypes.State.Delivered || (caller == address(payer) && inTime));
        assert(moved.settled == 0);
    }

    function check_a_ruling_is_the_arbiters_in_time(address caller, uint40 time, uint128 toPayees) public {
        _do(Verb.Dispute, direct, 1, address(payee), REVOCABLE_UNTIL);
        Books memory moved = _moved(Verb.Rule, direct, caller, time, toPayees);
        bool inTime = time < REVOCABLE_UNTIL + ARBITRATION;
        assert(moved.settled == 0 || (caller == address(arbiter) && inTime && moved.payees == toPayees));
    }

    function check_there_is_no_ruling_without_a_dispute(address caller, uint40 time, uint128 toPayees) public {
        assert(!_try(caller, time, _payload(Verb.Rule, direct, 1, toPayees)));
    }

    function check_conclude_returns_at_the_deadline(address caller, uint40 time) public {
        Books memory moved = _moved(Verb.Conclude, direct, caller, time, 0);
        assert(moved.settled == 0 || time >= DEADLINE_0);
        assert(moved.payees == 0);
    }

    function check_conclude_pays_after_the_inspection(address caller, uint40 delivered, uint40 time) public {
        _attest(inspected, 1);
        _do(Verb.Attest, inspected, 1, caller, delivered);
        Books memory moved = _moved(Verb.Conclude, inspected, caller, time, 0);
        assert(moved.settled == 0 || time >= uint256(delivered) + INSPECTION);
        assert(moved.payer == 0);
    }

    function check_conclude_splits_after_the_arbitration(address caller, uint40 time) public {
        _attest(inspected, 1);
        _do(Verb.Attest, inspected, 1, caller, START);
        _do(Verb.Dispute, inspected, 1, address(payer), START);
        Books memory moved = _moved(Verb.Conclude, inspected, caller, time, 0);
        assert(moved.settled == 0 || (time >= START + ARBITRATION && moved.payees == LAPSE_0));
    }

    function check_conclude_returns_what_was_disputed_undelivered(address caller, uint40 time) public {
        _do(Verb.Dispute, direct, 1, address(payee), REVOCABLE_UNTIL);
        Books memory moved = _moved(Verb.Conclude, direct, caller, time, 0);
        assert(moved.settled == 0 || time >= REVOCABLE_UNTIL + ARBITRATION);
        assert(moved.payees == 0);
    }

    /// @dev What one call about milestone 0 moved.
    function _moved(Verb verb, IEscrowTypes.Deal memory deal, address caller, uint40 time, uint128 toPayees)
        private
        returns (Books memory moved)
    {
        Books memory before = _books(deal);
        bool success = _try(caller, time, _payload(verb, deal, 1, toPayees));
        Books memory later = _books(deal);
        moved.payer = later.payer - before.payer;
        moved.payees = later.payees - before.payees;
        moved.settled = later.settled & ~before.settled;
        assert(success || (moved.payer == 0 && moved.payees == 0 && moved.settled == 0));
    }
}
