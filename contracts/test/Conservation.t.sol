// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {BlockableToken} from "../mocks/BlockableToken.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {Calls} from "./Calls.sol";
import {Milestone, Share} from "./Typed.sol";

/// @notice Random deals and random calls beside a small model of what they must do. After every call: what is refused,
///         settled, paid, credited and held is what the model says (each milestone settles at most once, to the last
///         unit), and for every token the balance covers all that is held and owed.
contract ConservationTest is Calls {
    uint256 private constant STEPS = 60;

    /// @notice The model of one deal.
    struct Record {
        uint128 settled;
        uint128 delivered;
        mapping(uint256 index => uint256) ends;
    }

    BlockableToken private _blockable;
    TestWallet private _wallet;
    address[] private _people;
    uint256 private _seed;

    mapping(bytes32 id => Record) private _records;
    mapping(address token => mapping(address owner => uint256)) private _owns;
    mapping(address token => mapping(address owner => uint256)) private _owed;
    mapping(address token => mapping(address owner => bool)) private _refuses;
    mapping(address token => uint256) private _donated;

    function setUp() public override {
        super.setUp();
        _blockable = new BlockableToken();
        _wallet = new TestWallet(stranger);
        _people = [payer, payee, otherPayee, broker, stranger, address(_wallet)];
        _wallet.setRefusing(true);
        _refuses[COIN][address(_wallet)] = true;
    }

    /// forge-config: default.fuzz.runs = 128
    /// forge-config: prove.fuzz.runs = 2000
    function testFuzz_every_unit_is_accounted_for(uint256 seed) public {
        _seed = seed;
        Case[] memory cases = new Case[](3);
        (cases[0], cases[1], cases[2]) = (_random(COIN), _random(address(token)), _random(address(_blockable)));
        for (uint256 i = 0; i < STEPS; ++i) {
            Case memory c = cases[_below(3)];
            _step(c);
            _check(c);
        }
        for (uint256 i = 0; i < 3; ++i) {
            _finish(cases[i]);
        }
    }

    // ------------------------------------------------------------------------------------------------ calls

    function _step(Case memory c) private {
        uint256 verb = _below(16);
        if (verb < 2) vm.warp(block.timestamp + _below(12 days));
        else if (verb < 4) _turn();
        else if (verb < 5) _donate(c.deal.token);
        else if (verb < 6) _tryRelease(c, _some(c));
        else if (verb < 8) _tryRefund(c, _some(c));
        else if (verb < 11) _tryConclude(c, _some(c));
        else if (verb < 13) _tryClaim(c.deal.token);
        else _tryAttest(c, _some(c));
    }

    /// @dev Somebody is blocked, in one of two ways, or no more; the wallet refuses coin, or no more.
    function _turn() private {
        address person = _anyone();
        bool refuses = !_refuses[address(_blockable)][person];
        _refuses[address(_blockable)][person] = refuses;
        _blockable.setAnswer(person, BlockableToken.Answer(refuses ? 1 + _below(2) : 0));
        if (_below(3) != 0) return;
        _refuses[COIN][address(_wallet)] = refuses;
        _wallet.setRefusing(refuses);
    }

    function _donate(address token_) private {
        uint256 amount = _below(1000);
        _donated[token_] += amount;
        if (token_ == COIN) vm.deal(address(escrow), address(escrow).balance + amount);
        else BlockableToken(token_).mint(address(escrow), amount);
    }

    function _tryRelease(Case memory c, uint128 bits) private {
        address sender = _below(4) == 0 ? _anyone() : payer;
        uint128 paid = bits & ~_records[c.id].settled;
        bool allowed = sender == payer && paid != 0;
        _call(sender, _releaseCall(c, bits), allowed);
        if (allowed) _settled(c, paid, 0);
    }

    function _tryRefund(Case memory c, uint128 bits) private {
        address sender = _anyone();
        if (_below(2) == 0) bits = _milestonesOf(c, sender);
        if (bits == 0) return;
        uint128 returned = bits & ~_records[c.id].settled;
        bool allowed = returned != 0 && returned & ~_milestonesOf(c, sender) == 0;
        _call(sender, _refundCall(c, bits), allowed);
        if (allowed) _settled(c, 0, returned);
    }

    function _tryConclude(Case memory c, uint128 bits) private {
        (uint128 paid, uint128 returned) = _decided(c, bits & ~_records[c.id].settled);
        bool allowed = paid | returned != 0;
        _call(_anyone(), _concludeCall(c, bits), allowed);
        if (allowed) _settled(c, paid, returned);
    }

    function _tryAttest(Case memory c, uint128 bits) private {
        uint128 attested = _below(3) == 0 ? uint128(_below(1 << c.milestones.length)) : bits;
        uint256 key = _below(4) == 0 ? STRANGER_KEY : ATTESTOR_KEY;
        bytes memory call_ = _attestCall(c, bits, attested, type(uint40).max, _signature(key, c.id, attested));
        Record storage record = _records[c.id];
        uint128 fresh = bits & ~(record.settled | record.delivered | _late(c));
        bool allowed = key == ATTESTOR_KEY && fresh != 0 && fresh & ~attested == 0;
        _call(_anyone(), call_, allowed);
        if (!allowed) return;
        if (c.deal.inspectionPeriod == 0) return _settled(c, fresh, 0);
        record.delivered |= fresh;
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            if (fresh >> i & 1 == 1) record.ends[i] = block.timestamp + c.deal.inspectionPeriod;
        }
    }

    function _tryClaim(address token_) private {
        address owner = _creditor(token_);
        address sender = _below(2) == 0 ? owner : _anyone();
        address to = _below(3) == 0 ? _anyone() : owner;
        uint256 amount = _owed[token_][owner];
        bool allowed = amount != 0 && (to == owner || sender == owner) && !_refuses[token_][to];
        _call(sender, abi.encodeCall(IEscrow.claim, (token_, owner, to)), allowed);
        if (!allowed) return;
        _owed[token_][owner] = 0;
        _owns[token_][to] += amount;
    }

    function _call(address sender, bytes memory call_, bool allowed) private {
        vm.prank(sender);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success,) = address(escrow).call(call_);
        assertEq(success, allowed, "allowed and refused as the model says");
    }

    // ------------------------------------------------------------------------------------------------ model

    function _settled(Case memory c, uint128 paid, uint128 returned) private {
        _records[c.id].settled |= paid | returned;
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            Milestone memory milestone = c.milestones[i];
            if (returned >> i & 1 == 1) _receive(c.deal.token, payer, _amount(milestone));
            for (uint256 j = 0; paid >> i & 1 == 1 && j < milestone.payouts.length; ++j) {
                _receive(c.deal.token, milestone.payouts[j].to, milestone.payouts[j].amount);
            }
        }
    }

    function _receive(address token_, address to, uint256 amount) private {
        if (_refuses[token_][to]) _owed[token_][to] += amount;
        else _owns[token_][to] += amount;
    }

    /// @dev What the clocks have decided among these milestones, none of which is settled.
    function _decided(Case memory c, uint128 bits) private view returns (uint128 paid, uint128 returned) {
        Record storage record = _records[c.id];
        returned = bits & ~record.delivered & _late(c);
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            bool over = block.timestamp >= record.ends[i];
            if (over) paid |= bits & record.delivered & uint128(1 << i);
        }
    }

    function _late(Case memory c) private view returns (uint128 bits) {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            if (block.timestamp >= c.milestones[i].deadline) bits |= uint128(1 << i);
        }
    }

    function _milestonesOf(Case memory c, address person) private pure returns (uint128 bits) {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            if (c.milestones[i].payouts[0].to == person) bits |= uint128(1 << i);
        }
    }

    // ------------------------------------------------------------------------------------------------ facts

    function _check(Case memory c) private view {
        uint256 held = _held(c);
        assertHolding(c, held, _records[c.id].settled);
        uint256 owed;
        for (uint256 i = 0; i < _people.length; ++i) {
            address person = _people[i];
            assertBalance(c, person, _owns[c.deal.token][person], "paid to the last unit");
            assertCredit(c, person, _owed[c.deal.token][person]);
            owed += _owed[c.deal.token][person];
        }
        uint256 balance = _balance(c.deal.token, address(escrow));
        assertGe(balance, held + owed, "the balance covers what is held and owed");
        assertEq(balance, held + owed + _donated[c.deal.token], "and nothing else is there but donations");
    }

    function _held(Case memory c) private view returns (uint256 held) {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            if (_records[c.id].settled >> i & 1 == 0) held += _amount(c.milestones[i]);
        }
    }

    /// @dev Twelve years on, whoever is silent or hostile: the clocks settle everything, one milestone at a time.
    function _finish(Case memory c) private {
        vm.warp(START + 12 * 365 days);
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            if (_records[c.id].settled >> i & 1 == 1) continue;
            (uint128 paid, uint128 returned) = _decided(c, uint128(1 << i));
            _conclude(c, uint128(1 << i));
            _settled(c, paid, returned);
        }
        _check(c);
        assertHolding(c, 0, (1 << c.milestones.length) - 1);
    }

    // ------------------------------------------------------------------------------------------------ randomness

    function _random(address token_) private returns (Case memory c) {
        c = _draft(token_);
        c.deal.inspectionPeriod = _below(3) == 0 ? 0 : uint32(1 + _below(20 days));
        c.milestones = new Milestone[](1 + _below(12));
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            Share[] memory payouts = new Share[](1 + (_below(4) == 0 ? _below(8) : _below(2)));
            for (uint256 j = 0; j < payouts.length; ++j) {
                payouts[j] = Share(_anyone(), uint128(1 + _below(10 ** (1 + _below(30)))));
            }
            c.milestones[i] = _milestone(uint16(i), uint40(START + 1 + _below(100 days)), payouts);
        }
        _fund(c);
    }

    /// @dev A few milestones of a deal, at least one.
    function _some(Case memory c) private returns (uint128) {
        uint256 count = c.milestones.length;
        return uint128(_below(1 << count) & _below(1 << count) | 1 << _below(count));
    }

    /// @dev Mostly somebody to whom something is owed, if there is anybody.
    function _creditor(address token_) private returns (address owner) {
        owner = _anyone();
        for (uint256 i = 0; i < 2 * _people.length && _owed[token_][owner] == 0; ++i) {
            owner = _anyone();
        }
    }

    function _anyone() private returns (address) {
        return _people[_below(_people.length)];
    }

    function _below(uint256 limit) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % limit;
    }

    function _signature(uint256 key, bytes32 id, uint128 bits) private view returns (bytes memory) {
        return _sign(key, _digest(id, bits, EVIDENCE, type(uint40).max));
    }
}
