// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Typed} from "./Typed.sol";
import {Verbs} from "./Verbs.sol";

/// @notice Who may do what, in every state, one second before, at and after each clock: the table of rights, said again
///         in `_holds` and `_outcome`, and held against the contract call by call.
contract TimelineTest is Verbs {
    enum Call {
        Attest,
        Release,
        Refund,
        Settle,
        Revoke,
        PayerDispute,
        PayeeDispute,
        Rule,
        Conclude
    }

    enum Stage {
        Open,
        Delivered,
        DisputedByPayer,
        DisputedByPayee,
        Settled
    }

    /// @notice A milestone somewhere in its life. `ends` is over its inspection or arbitration, if there is one.
    struct Moment {
        Case c;
        Stage stage;
        uint256 ends;
        bytes[9] calls;
        address[9] senders;
    }

    uint256 private constant CALLS = 9;
    uint128 private constant AMOUNT = 1001;
    uint128 private constant AGREED = 300;
    uint128 private constant RULED = 700;
    uint16 private constant LAPSE_BPS = 2500;
    uint128 private constant LAPSED = 250; // 1001 * 2500 / 10,000, rounded down

    uint256 private _salt;

    // ------------------------------------------------------------------------------------------------ the table

    function test_an_open_milestone_follows_the_table() public {
        for (uint256 i = 0; i < 8; ++i) {
            _holdsAtEveryInstant(_moment(_terms(i), Stage.Open));
        }
    }

    function test_a_delivered_milestone_follows_the_table() public {
        uint40[3] memory deliveries = [START, REVOCABLE_UNTIL, DEADLINE_0 - 1];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 k = 0; k < deliveries.length; ++k) {
                _holdsAtEveryInstant(_delivered(_terms(i), deliveries[k]));
            }
        }
    }

    function test_what_the_payer_disputed_follows_the_table() public {
        uint40[3] memory disputes = [START, START + INSPECTION - 1, DEADLINE_0 - 1 + INSPECTION - 1];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 k = 0; k < disputes.length; ++k) {
                uint40 delivered = k == 2 ? DEADLINE_0 - 1 : START;
                _holdsAtEveryInstant(_disputed(_delivered(_terms(i), delivered), payer, disputes[k]));
            }
        }
    }

    function test_what_the_payee_disputed_follows_the_table() public {
        for (uint256 i = 0; i < 8; ++i) {
            Case memory c = _terms(i);
            if (c.deal.conditions.revocableUntil >= DEADLINE_0) continue; // then the payee never may
            uint40 first = c.deal.conditions.revocableUntil;
            _holdsAtEveryInstant(_disputed(_moment(c, Stage.Open), payee, first < START ? START : first));
            ++c.deal.conditions.salt;
            _holdsAtEveryInstant(_disputed(_moment(_fund(c), Stage.Open), payee, DEADLINE_0 - 1));
        }
    }

    function test_a_settled_milestone_follows_the_table() public {
        for (uint256 i = 0; i < 8; ++i) {
            Moment memory m = _moment(_terms(i), Stage.Open);
            _release(m.c, 1);
            m.stage = Stage.Settled;
            _holdsAtEveryInstant(m);
        }
        for (uint256 i = 0; i < 4; ++i) {
            Moment memory m = _disputed(_delivered(_terms(i), START), payer, START);
            _refund(m.c, 1, payee);
            m.stage = Stage.Settled;
            _holdsAtEveryInstant(m);
        }
    }

    /// @dev The same between the clocks, with any clocks.
    function testFuzz_any_second_follows_the_table(uint256 terms, uint40 then, uint40 now_) public {
        Case memory c = _draftAs(terms % 8);
        c.deal.conditions.revocableUntil = uint40(bound(terms >> 8, START - 5, START + 40));
        c.milestones[0].deadline = uint40(bound(terms >> 16, START + 1, START + 40));
        if (c.deal.inspectionPeriod != 0) c.deal.inspectionPeriod = uint40(bound(terms >> 24, 1, 20));
        c.deal.conditions.arbitrationPeriod = uint32(bound(terms >> 32, 1, 20));
        Moment memory m = _moment(_fund(c), Stage.Open);
        // Whatever the two sides may do at two moments brings the milestone somewhere.
        then = uint40(bound(then, START, START + 40));
        _tryToMove(m, terms >> 48, then);
        then = uint40(bound(now_, then, then + 20));
        _tryToMove(m, terms >> 64, then);
        _holdsAt(m, bound(now_ >> 16, then, then + 40));
    }

    // ------------------------------------------------------------------------------------------------ rights

    /// @dev Whether a call changes anything: the table of the design.
    function _holds(Call call_, Moment memory m, uint256 now_) private pure returns (bool) {
        bool early = now_ < m.c.deal.conditions.revocableUntil;
        bool inTime = now_ < m.c.milestones[0].deadline;
        bool disputed = m.stage == Stage.DisputedByPayer || m.stage == Stage.DisputedByPayee;
        if (call_ == Call.Attest) return m.stage == Stage.Open && inTime;
        if (call_ == Call.Revoke) return m.stage == Stage.Open && early;
        if (call_ == Call.PayerDispute) return m.stage == Stage.Delivered && now_ < m.ends;
        if (call_ == Call.PayeeDispute) return m.stage == Stage.Open && !early && inTime;
        if (call_ == Call.Rule) return disputed && now_ < m.ends;
        if (call_ == Call.Conclude && m.stage == Stage.Open) return !inTime;
        if (call_ == Call.Conclude) return m.stage != Stage.Settled && now_ >= m.ends;
        return m.stage != Stage.Settled;
    }

    /// @dev What a call that holds makes of a milestone, and what its payee then has.
    function _outcome(Call call_, Moment memory m) private pure returns (IEscrowTypes.State, uint256 toPayee) {
        bool waits = call_ == Call.Attest && m.c.deal.inspectionPeriod != 0;
        if (waits) return (IEscrowTypes.State.Delivered, 0);
        if (call_ == Call.PayerDispute || call_ == Call.PayeeDispute) return (IEscrowTypes.State.Disputed, 0);
        if (call_ == Call.Attest || call_ == Call.Release) toPayee = AMOUNT;
        if (call_ == Call.Settle) toPayee = AGREED;
        if (call_ == Call.Rule) toPayee = RULED;
        if (call_ == Call.Conclude && m.stage == Stage.Delivered) toPayee = AMOUNT;
        if (call_ == Call.Conclude && m.stage == Stage.DisputedByPayer) toPayee = LAPSED;
        return (IEscrowTypes.State.Settled, toPayee);
    }

    // ------------------------------------------------------------------------------------------------ every instant

    /// @dev One second before, at and one second after every clock of the milestone, from now on.
    function _holdsAtEveryInstant(Moment memory m) private {
        uint256 first = block.timestamp;
        uint256[4] memory clocks = [first, m.c.deal.conditions.revocableUntil, m.c.milestones[0].deadline, m.ends];
        for (uint256 i = 0; i < 12; ++i) {
            uint256 now_ = clocks[i / 3] + i % 3;
            if (now_ > first) _holdsAt(m, now_ - 1);
        }
        _holdsAt(m, START + 3650 days);
        vm.warp(START);
    }

    function _holdsAt(Moment memory m, uint256 now_) private {
        bool[CALLS] memory can;
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < CALLS; ++i) {
            vm.warp(now_);
            can[i] = _try(m, Call(i), now_);
            vm.revertToState(before);
        }
        _areNeverOpposed(m, can);
    }

    /// @dev Makes one call, and holds what comes of it against the table.
    function _try(Moment memory m, Call call_, uint256 now_) private returns (bool success) {
        (uint256 payeeHad, uint256 payerHad) = (token.balanceOf(payee), token.balanceOf(payer));
        bytes memory answer;
        vm.prank(m.senders[uint256(call_)]);
        // solhint-disable-next-line avoid-low-level-calls
        (success, answer) = address(escrow).call(m.calls[uint256(call_)]);
        assertEq(success, _holds(call_, m, now_), "allowed and refused as the table says");
        if (!success) {
            assertEq(answer, abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, m.c.id), "by its name");
            return success;
        }
        (IEscrowTypes.State state, uint256 toPayee) = _outcome(call_, m);
        (IEscrowTypes.State reached,) = escrow.status(m.c.id, 0);
        assertEq(uint256(reached), uint256(state), "where the milestone stands then");
        uint256 toPayer = state == IEscrowTypes.State.Settled ? AMOUNT - toPayee : 0;
        assertEq(token.balanceOf(payee) - payeeHad, toPayee, "what the payee has of it");
        assertEq(token.balanceOf(payer) - payerHad, toPayer, "what the payer has of it");
    }

    /// @dev From what the contract did: who may pay or hold, and who may return or let time decide, never meet.
    function _areNeverOpposed(Moment memory m, bool[CALLS] memory can) private pure {
        bool attest = can[uint256(Call.Attest)];
        bool revoke = can[uint256(Call.Revoke)];
        bool byPayer = can[uint256(Call.PayerDispute)];
        bool byPayee = can[uint256(Call.PayeeDispute)];
        bool rule = can[uint256(Call.Rule)];
        bool conclude = can[uint256(Call.Conclude)];
        assertFalse(conclude && (attest || byPayer || byPayee || rule), "a clock is over, or it is not");
        assertFalse(revoke && byPayee, "who may revoke is not held, who may hold is not revoked");
        assertFalse(byPayer && byPayee, "one of them disputes");
        assertFalse((revoke || attest) && (byPayer || rule), "what is open is not delivered and not disputed");
        // And in each second of its life, one of the two it can come to.
        bool person = m.stage == Stage.Open ? attest : m.stage == Stage.Delivered ? byPayer : rule;
        assertEq(person != conclude, m.stage != Stage.Settled, "a person's time, then the clock's, without a gap");
    }

    // ------------------------------------------------------------------------------------------------ milestones

    /// @dev Four times at which the deal ceases to be revocable, with an inspection (0 to 3) and without (4 to 7).
    function _terms(uint256 kind) private returns (Case memory) {
        vm.warp(START);
        return _fund(_draftAs(kind));
    }

    function _draftAs(uint256 kind) private returns (Case memory c) {
        uint40[4] memory ends = [0, REVOCABLE_UNTIL, DEADLINE_0, DEADLINE_0 + 2];
        c = _draftTo(address(token), payee, AMOUNT);
        c.deal.inspectionPeriod = kind < 4 ? INSPECTION : 0;
        c.deal.conditions.revocableUntil = ends[kind % 4];
        c.deal.conditions.lapseBps = LAPSE_BPS;
        c.deal.conditions.salt = _salt += 2;
    }

    function _moment(Case memory c, Stage stage) private view returns (Moment memory m) {
        (m.c, m.stage) = (c, stage);
        Selection memory s = _select(c, 1);
        bytes memory byPayee =
            _sign(PAYEE_KEY, _live(Typed.split(Typed.PAYEE_SETTLEMENT, c.id, 0, AGREED, type(uint40).max)));
        m.senders = [stranger, payer, payee, payer, payer, payer, payee, arbiter, stranger];
        // In the order of `Call`.
        m.calls[0] = _provenAttest(c, s, 1, ATTESTOR_KEY);
        m.calls[1] = _proven("release", c, s);
        m.calls[2] = _proven("refund", c, s);
        m.calls[3] =
            abi.encodeCall(IEscrow.settle, (_key(c), s.payouts, s.proof, AGREED, type(uint40).max, "", byPayee));
        m.calls[4] = abi.encodeCall(IEscrow.revoke, (c.deal, s.payouts, s.proof));
        m.calls[5] = abi.encodeCall(IEscrow.dispute, (c.deal, s.payouts, s.proof));
        m.calls[6] = m.calls[5];
        m.calls[7] = abi.encodeCall(IEscrow.rule, (c.deal, s.payouts, s.proof, RULED));
        m.calls[8] = _proven("conclude", c, s);
    }

    function _delivered(Case memory c, uint256 when) private returns (Moment memory m) {
        m = _moment(c, Stage.Open);
        _move(m, Call.Attest, when);
    }

    function _disputed(Moment memory m, address by, uint256 when) private returns (Moment memory) {
        _move(m, by == payer ? Call.PayerDispute : Call.PayeeDispute, when);
        return m;
    }

    function _tryToMove(Moment memory m, uint256 choice, uint256 when) private {
        Call[3] memory moves = [Call.Attest, Call.PayerDispute, Call.PayeeDispute];
        Call move = moves[choice % 3];
        if (_holds(move, m, when)) _move(m, move, when);
        vm.warp(when);
    }

    function _move(Moment memory m, Call move, uint256 when) private {
        vm.warp(when);
        _try(m, move, when);
        (IEscrowTypes.State state, uint40 ends) = escrow.status(m.c.id, 0);
        m.ends = ends;
        if (state == IEscrowTypes.State.Settled) m.stage = Stage.Settled;
        else m.stage = move == Call.Attest ? Stage.Delivered : Stage(uint256(move) - 3);
        bool inspected = m.stage == Stage.Delivered;
        uint256 period = inspected ? m.c.deal.inspectionPeriod : m.c.deal.conditions.arbitrationPeriod;
        assertEq(ends, m.stage == Stage.Settled ? 0 : when + period, "when its clock is over");
    }
}
