// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {BlockableToken} from "../../mocks/BlockableToken.sol";
import {Milestone, Share, Typed} from "../Typed.sol";
import {Observer} from "./Observer.sol";

/// @notice Random people with random deals: mostly who may call, with what they may say; sometimes not.
contract Handler is Observer {
    uint256 private constant MAX_DEALS = 12;

    /// @notice How many claims were paid, and how many failed again.
    uint256 public claimed;
    uint256 public blocked;

    BlockableToken private _blockable;
    uint256 private _seed;
    /// @dev Time is kept here: it is the handler's, not forge's.
    uint256 private _now;

    function setUp() public override {
        super.setUp();
        _now = START;
        _blockable = new BlockableToken();
        _tokens = [COIN, address(token), address(_blockable)];
        _people = [payer, payee, otherPayee, broker, stranger];
    }

    /// @dev What every action begins with.
    modifier acting(uint256 seed) {
        _seed = seed;
        vm.warp(_now);
        _;
    }

    /// @dev The same about one of the deals, if there is any.
    modifier about(uint256 seed) {
        if (count() == 0) return;
        _seed = seed;
        vm.warp(_now);
        _;
    }

    // ------------------------------------------------------------------------------------------------ world

    function pass(uint256 seed) external acting(seed) {
        _now += _below(3 days);
    }

    function turn(uint256 seed) external acting(seed) {
        _blockable.setAnswer(_anyone(), BlockableToken.Answer(_below(3)));
    }

    function donate(uint256 seed) external acting(seed) {
        (address token_, uint256 amount) = (_tokens[_below(3)], _below(1000));
        _donated[token_] += amount;
        if (token_ == COIN) vm.deal(address(escrow), address(escrow).balance + amount);
        else BlockableToken(token_).mint(address(escrow), amount);
    }

    function open(uint256 seed) external acting(seed) {
        if (count() == MAX_DEALS) return;
        Case memory c = _draft(_tokens[count() % 3]);
        c.deal.payer = _below(4) == 0 ? stranger : payer;
        c.deal.inspectionPeriod = _below(5) == 0 ? 0 : uint40(1 + _below(5 days));
        c.deal.conditions.revocableUntil = _below(2) == 0 ? 0 : uint40(_now + _below(5 days));
        c.deal.conditions.lapseBps = uint16(_below(10_001));
        c.deal.conditions.salt = count();
        if (c.deal.inspectionPeriod == 0 && _below(2) == 0) c.deal.conditions.arbiter = address(0);
        c.milestones = new Milestone[](1 + _below(6));
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            Share[] memory shares = new Share[](1 + _below(3));
            for (uint256 k = 0; k < shares.length; ++k) {
                shares[k] = Share(_anyone(), uint128(1 + _below(10 ** (1 + _below(12)))));
            }
            c.milestones[i] = _milestone(uint16(i), uint40(_now + 1 + _below(20 days)), shares);
        }
        _remember(_fund(c));
    }

    // ------------------------------------------------------------------------------------------------ verbs

    function attest(uint256 seed) external about(seed) {
        (Case memory c, uint128 bits) = _some();
        uint128 attested = _mostly() ? bits : uint128(_below(64));
        uint256 key = _mostly() ? ATTESTOR_KEY : PAYER_KEY;
        _observe(c, _anyone(), _provenAttest(c, _select(c, bits), attested, key));
    }

    function release(uint256 seed) external about(seed) {
        (Case memory c, uint128 bits) = _some();
        Selection memory s = _select(c, bits);
        (address by, address sender) = _speaker(c.deal.payer);
        IEscrowTypes.Consent memory consent = _word(by, Typed.RELEASE, c, bits);
        bytes memory carried = abi.encodeCall(IEscrow.releaseWithSignature, (_key(c), s.payouts, s.proof, consent));
        _observe(c, sender, sender == by ? _proven("release", c, s) : carried);
    }

    function refund(uint256 seed) external about(seed) {
        (Case memory c, uint128 bits) = _some();
        Selection memory s = _select(c, bits);
        (address by, address sender) = _speaker(s.payouts[0].to);
        IEscrowTypes.Consent memory consent = _word(by, Typed.REFUND, c, bits);
        bytes memory carried = abi.encodeCall(IEscrow.refundWithSignature, (_key(c), s.payouts, s.proof, consent));
        _observe(c, sender, sender == by ? _proven("refund", c, s) : carried);
    }

    function revoke(uint256 seed) external about(seed) {
        (Case memory c, uint128 bits) = _some();
        Selection memory s = _select(c, bits);
        (address by, address sender) = _speaker(c.deal.payer);
        IEscrowTypes.Consent memory consent = _word(by, Typed.REVOCATION, c, bits);
        bytes memory own = abi.encodeCall(IEscrow.revoke, (c.deal, s.payouts, s.proof));
        bytes memory carried = abi.encodeCall(IEscrow.revokeWithSignature, (c.deal, s.payouts, s.proof, consent));
        _observe(c, sender, sender == by ? own : carried);
    }

    function settle(uint256 seed) external about(seed) {
        (Case memory c, uint8 index, uint128 toPayees) = _share();
        Selection memory s = _select(c, uint128(1) << index);
        (address first,) = _speaker(c.deal.payer);
        (address second,) = _speaker(s.payouts[0].to);
        bytes memory byPayer = _split(_keyFor(first), Typed.PAYER_SETTLEMENT, c.id, index, toPayees);
        bytes memory byPayee = _split(_keyFor(second), Typed.PAYEE_SETTLEMENT, c.id, index, toPayees);
        bytes memory call_ =
            abi.encodeCall(IEscrow.settle, (_key(c), s.payouts, s.proof, toPayees, VALID_UNTIL, byPayer, byPayee));
        _observe(c, _anyone(), call_);
    }

    function dispute(uint256 seed) external about(seed) {
        (Case memory c, uint128 bits) = _some();
        Selection memory s = _select(c, bits);
        (address by, address sender) = _speaker(_below(2) == 0 ? c.deal.payer : s.payouts[0].to);
        bytes32 typehash = by == c.deal.payer ? Typed.PAYER_DISPUTE : Typed.PAYEE_DISPUTE;
        IEscrowTypes.Consent memory consent = _word(by, typehash, c, bits);
        bytes memory own = abi.encodeCall(IEscrow.dispute, (c.deal, s.payouts, s.proof));
        bytes memory carried = abi.encodeCall(IEscrow.disputeWithSignature, (c.deal, s.payouts, s.proof, by, consent));
        _observe(c, sender, sender == by ? own : carried);
    }

    function rule(uint256 seed) external about(seed) {
        (Case memory c, uint8 index, uint128 toPayees) = _share();
        Selection memory s = _select(c, uint128(1) << index);
        (address by, address sender) = _speaker(arbiter);
        bytes memory signature = _split(_keyFor(by), Typed.RULING, c.id, index, toPayees);
        bytes memory own = abi.encodeCall(IEscrow.rule, (c.deal, s.payouts, s.proof, toPayees));
        bytes memory carried =
            abi.encodeCall(IEscrow.ruleWithSignature, (c.deal, s.payouts, s.proof, toPayees, VALID_UNTIL, signature));
        _observe(c, sender, sender == by ? own : carried);
    }

    function conclude(uint256 seed) external about(seed) {
        (Case memory c, uint128 bits) = _some();
        _observe(c, _anyone(), _proven("conclude", c, _select(c, bits)));
    }

    function claim(uint256 seed) external acting(seed) {
        (address token_, address owner) = _creditor();
        if (owner == address(0)) return;
        try escrow.claim(token_, owner, owner) {
            ++claimed;
        } catch {
            ++blocked;
        }
    }

    /// @notice Three years on, whoever is silent or hostile, anybody ends every deal.
    function end() external {
        vm.warp(_now + 3 * 365 days);
        for (uint256 i = 0; i < count(); ++i) {
            Case memory c = _caseAt(i);
            (uint128 held,) = escrow.holding(c.id);
            uint128 all = uint128((1 << c.milestones.length) - 1);
            if (held != 0) _observe(c, stranger, _proven("conclude", c, _select(c, all)));
        }
    }

    // ------------------------------------------------------------------------------------------------ choices

    /// @dev A deal, and some of its milestones, one at least.
    function _some() private returns (Case memory c, uint128 bits) {
        c = _caseAt(_below(count()));
        uint256 size = c.milestones.length;
        bits = uint128((_below(2) == 0 ? _below(1 << size) : 0) | 1 << _below(size));
    }

    /// @dev A deal, one of its milestones, and what its payees might receive: up to one unit too much.
    function _share() private returns (Case memory c, uint8 index, uint128 toPayees) {
        c = _caseAt(_below(count()));
        index = uint8(_below(c.milestones.length));
        toPayees = uint128(_below(_amount(c.milestones[index]) + 2));
    }

    /// @dev Whose word it is, mostly the right one's, and who brings it: the same, or else a carrier.
    function _speaker(address entitled) private returns (address by, address sender) {
        by = _mostly() ? entitled : _anyone();
        sender = _below(2) == 0 ? by : attestor;
    }

    function _word(address by, bytes32 typehash, Case memory c, uint128 bits)
        private
        view
        returns (IEscrowTypes.Consent memory)
    {
        return _consent(_keyFor(by), typehash, c.id, bits);
    }

    function _mostly() private returns (bool) {
        return _below(8) != 0;
    }

    /// @dev Anybody to whom anything is owed; zero if nothing is.
    function _creditor() private returns (address, address) {
        (uint256 first, uint256 pairs) = (_below(_people.length), _people.length * _tokens.length);
        for (uint256 i = first; i < first + pairs; ++i) {
            (address token_, address owner) = (_tokens[i % _tokens.length], _people[i % _people.length]);
            if (escrow.credit(token_, owner) != 0) return (token_, owner);
        }
        return (COIN, address(0));
    }

    function _anyone() private returns (address) {
        return _people[_below(_people.length)];
    }

    function _below(uint256 limit) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % limit;
    }
}
