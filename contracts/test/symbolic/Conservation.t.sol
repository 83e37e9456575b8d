// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {Bounded} from "./Bounded.sol";

/// @notice S2: each milestone settles at most once, and what payees and payer get is its amount, to the last unit. From
///         eleven states of two milestones, one call of any verb, by anybody, at any later time. The states are reached
///         at fixed times, and the forms of calls that carry a signature are not among the verbs.
contract ConservationCheck is Bounded {
    struct Call {
        uint8 verb;
        uint8 bits;
        address caller;
        uint40 time;
    }

    /// @notice Of milestone 0, where its share is not what is proven.
    uint128 private constant SHARE = 777;

    function check_open(Call memory c) public {
        _conserves(direct, c, SHARE);
    }

    function check_open_and_settled(Call memory c) public {
        _do(Verb.Release, direct, 2, address(payer), START);
        _conserves(direct, c, SHARE);
    }

    function check_settled(Call memory c) public {
        _do(Verb.Release, direct, BOTH, address(payer), START);
        _conserves(direct, c, SHARE);
    }

    function check_open_with_inspection(Call memory c) public {
        _conserves(inspected, c, SHARE);
    }

    function check_delivered_and_open(Call memory c) public {
        _deliver(1);
        _conserves(inspected, c, SHARE);
    }

    function check_delivered(Call memory c) public {
        _deliver(BOTH);
        _conserves(inspected, c, SHARE);
    }

    function check_delivered_and_settled(Call memory c) public {
        _do(Verb.Release, inspected, 2, address(payer), START);
        _deliver(1);
        _conserves(inspected, c, SHARE);
    }

    function check_disputed_when_delivered(Call memory c) public {
        _deliver(BOTH);
        _do(Verb.Dispute, inspected, BOTH, address(payer), START);
        _conserves(inspected, c, SHARE);
    }

    function check_disputed_and_open(Call memory c) public {
        _do(Verb.Dispute, direct, 1, address(payee), REVOCABLE_UNTIL);
        _conserves(direct, c, SHARE);
    }

    function check_disputed_and_delivered(Call memory c) public {
        _deliver(BOTH);
        _do(Verb.Dispute, inspected, 1, address(payer), START);
        _conserves(inspected, c, SHARE);
    }

    function check_settled_after_a_dispute(Call memory c) public {
        _deliver(BOTH);
        _do(Verb.Dispute, inspected, BOTH, address(payer), START);
        _do(Verb.Release, inspected, BOTH, address(payer), START);
        _conserves(inspected, c, SHARE);
    }

    function check_any_agreed_split_is_whole(uint128 toPayees) public {
        _conserves(direct, Call(uint8(Verb.Settle), 1, BROKER, START), toPayees);
    }

    function check_any_ruling_is_whole(uint128 toPayees) public {
        _do(Verb.Dispute, direct, 1, address(payee), REVOCABLE_UNTIL);
        _conserves(direct, Call(uint8(Verb.Rule), 1, address(arbiter), REVOCABLE_UNTIL), toPayees);
    }

    function _deliver(uint256 bits) private {
        _attest(inspected, bits);
        _do(Verb.Attest, inspected, bits, address(payer), START);
    }

    /// @dev Makes a call, which everybody who may sign has signed, and compares the books. A milestone that was settled
    ///      before is not in `fresh`, so that nothing at all may move for it.
    function _conserves(IEscrowTypes.Deal memory deal, Call memory c, uint128 toPayees) private {
        vm.assume(c.verb <= uint8(type(Verb).max) && c.bits != 0 && c.bits <= BOTH);
        uint256 bits = c.bits == 1 ? 1 : c.bits == 2 ? 2 : BOTH;
        _attest(deal, bits);
        payer.approve(_split("PayerSettlement", deal, toPayees, VALID_UNTIL));
        payee.approve(_split("PayeeSettlement", deal, toPayees, VALID_UNTIL));
        Books memory before = _books(deal);
        _try(c.caller, c.time, _payload(Verb(c.verb), deal, bits, toPayees));
        Books memory later = _books(deal);

        uint256 fresh = later.settled & ~before.settled;
        assert(later.settled & before.settled == before.settled);
        assert(fresh & ~bits == 0);
        assert((later.payees - before.payees) + (later.payer - before.payer) == _amount(fresh));
        assert(before.escrow - later.escrow == _amount(fresh));
        assert(before.held - later.held == _amount(fresh));
    }
}
