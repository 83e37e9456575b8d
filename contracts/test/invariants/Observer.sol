// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../../interfaces/IEscrowTypes.sol";
import {Vm} from "../Base.sol";
import {Milestone} from "../Typed.sol";
import {Verbs} from "../Verbs.sol";

/// @notice Makes calls, and keeps account of what came of them: from events what settled, from balances what was paid.
abstract contract Observer is Verbs {
    /// @notice What is known of one deal. A case has arrays in arrays, which can't be stored as they are.
    struct Known {
        bytes32 id;
        address token;
        uint256 size;
        bytes encoded;
    }

    /// @notice What was seen of one milestone.
    struct Seen {
        uint256 amount;
        IEscrowTypes.State state;
        uint256 settlements;
        uint256 toPayees;
        uint256 toPayer;
    }

    uint256 internal constant STATES = 5;

    Known[] private _known;
    mapping(bytes32 id => mapping(uint256 index => Seen)) private _seen;
    mapping(address token => uint256) internal _donated;
    address[] internal _tokens;
    address[] internal _people;

    /// @notice How often a milestone went from one state to another.
    uint256[STATES][STATES] public moves;

    /// @notice What a call was refused with that is no error of the escrow.
    bytes public unnamed;

    // ------------------------------------------------------------------------------------------------ what is known

    function count() public view returns (uint256) {
        return _known.length;
    }

    function tokenAt(uint256 place) external view returns (address) {
        return _tokens[place];
    }

    function underTest() external view returns (IEscrow) {
        return escrow;
    }

    function dealAt(uint256 place) external view returns (bytes32 id, uint256 size) {
        return (_known[place].id, _known[place].size);
    }

    function _caseAt(uint256 place) internal view returns (Case memory) {
        return abi.decode(_known[place].encoded, (Case));
    }

    function seen(bytes32 id, uint256 index) external view returns (Seen memory) {
        return _seen[id][index];
    }

    /// @notice How many credits there are.
    function owed() external view returns (uint256 credits) {
        for (uint256 i = 0; i < _people.length * _tokens.length; ++i) {
            if (escrow.credit(_tokens[i / _people.length], _people[i % _people.length]) != 0) ++credits;
        }
    }

    /// @notice What the escrow should have of a token: all that deals hold, all credits, all donations.
    function due(address token_) external view returns (uint256 amount) {
        for (uint256 i = 0; i < _known.length; ++i) {
            if (_known[i].token != token_) continue;
            (uint128 held,) = escrow.holding(_known[i].id);
            amount += held;
        }
        for (uint256 i = 0; i < _people.length; ++i) {
            amount += escrow.credit(token_, _people[i]);
        }
        return amount + _donated[token_];
    }

    // ------------------------------------------------------------------------------------------------ what happens

    function _remember(Case memory c) internal {
        _known.push(Known(c.id, c.deal.token, c.milestones.length, abi.encode(c)));
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            _seen[c.id][i].amount = _amount(c.milestones[i]);
        }
        _follow(c);
    }

    /// @dev Makes a call about a deal, and takes note of what it changed.
    function _observe(Case memory c, address sender, bytes memory call_) internal {
        uint256[] memory had = _wealth(c.deal.token);
        vm.recordLogs();
        vm.prank(sender);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = address(escrow).call(call_);
        if (!success && !_isNamed(answer)) unnamed = answer;
        uint256 toPayer = _readEvents(c);
        _follow(c);
        _weigh(c, had, toPayer);
    }

    /// @dev Every milestone's state, before and now.
    function _follow(Case memory c) private {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            Seen storage milestone = _seen[c.id][i];
            (IEscrowTypes.State state,) = escrow.status(c.id, uint8(i));
            if (state == milestone.state) continue;
            ++moves[uint256(milestone.state)][uint256(state)];
            milestone.state = state;
        }
    }

    /// @return toPayer What the events say that the payer gets.
    function _readEvents(Case memory c) private returns (uint256 toPayer) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(escrow)) toPayer += _read(c, logs[i].topics[0], logs[i].data);
        }
    }

    function _read(Case memory c, bytes32 topic, bytes memory words) private returns (uint256) {
        bool paid = topic == IEscrowTypes.Released.selector || topic == IEscrowTypes.Accepted.selector;
        bool returned = topic == IEscrowTypes.Refunded.selector || topic == IEscrowTypes.Revoked.selector
            || topic == IEscrowTypes.Expired.selector;
        bool split = topic == IEscrowTypes.Agreed.selector || topic == IEscrowTypes.Ruled.selector
            || topic == IEscrowTypes.Lapsed.selector;
        if (topic == IEscrowTypes.Delivered.selector) {
            (uint128 bits,, uint128 amount) = abi.decode(words, (uint128, bytes32, uint128));
            if (amount != 0) _settleAll(c, bits, amount, true);
        } else if (paid || returned) {
            (uint128 bits, uint128 amount) = abi.decode(words, (uint128, uint128));
            _settleAll(c, bits, amount, paid);
            return paid ? 0 : amount;
        } else if (split) {
            (uint8 index, uint128 toPayees, uint128 toPayer) = abi.decode(words, (uint8, uint128, uint128));
            _settleOne(c, index, toPayees, toPayer);
            return toPayer;
        }
        return 0;
    }

    function _settleAll(Case memory c, uint128 bits, uint256 amount, bool paid) private {
        uint256[] memory indices = _indices(bits);
        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 share = _amount(c.milestones[indices[i]]);
            _settleOne(c, indices[i], paid ? share : 0, paid ? 0 : share);
            amount -= share;
        }
        assertEq(amount, 0, "an event says the sum of its milestones");
    }

    function _settleOne(Case memory c, uint256 index, uint256 toPayees, uint256 toPayer) private {
        Seen storage milestone = _seen[c.id][index];
        ++milestone.settlements;
        milestone.toPayees += toPayees;
        milestone.toPayer += toPayer;
    }

    /// @dev What the payer has more is what events say, and nobody has less, who is not paid by anybody else.
    function _weigh(Case memory c, uint256[] memory had, uint256 toPayer) private view {
        uint256[] memory has = _wealth(c.deal.token);
        for (uint256 i = 0; i < _people.length; ++i) {
            assertGe(has[i], had[i], "no call takes from anybody");
            if (_people[i] != c.deal.payer || _isPayee(c, c.deal.payer)) continue;
            assertEq(has[i] - had[i], toPayer, "the payer has what events say");
        }
    }

    /// @dev Of each person: in hand and in credit.
    function _wealth(address token_) private view returns (uint256[] memory amounts) {
        amounts = new uint256[](_people.length);
        for (uint256 i = 0; i < _people.length; ++i) {
            amounts[i] = _balance(token_, _people[i]) + escrow.credit(token_, _people[i]);
        }
    }

    function _isPayee(Case memory c, address person) private pure returns (bool) {
        for (uint256 i = 0; i < c.milestones.length; ++i) {
            Milestone memory milestone = c.milestones[i];
            for (uint256 k = 0; k < milestone.payouts.length; ++k) {
                if (milestone.payouts[k].to == person) return true;
            }
        }
        return false;
    }

    function _isNamed(bytes memory answer) private pure returns (bool) {
        bytes4 name = bytes4(answer);
        return name == IEscrowTypes.NothingToDo.selector || name == IEscrowTypes.NotPayer.selector
            || name == IEscrowTypes.NotPayee.selector || name == IEscrowTypes.NotArbiter.selector
            || name == IEscrowTypes.NoArbiter.selector || name == IEscrowTypes.InvalidSignature.selector
            || name == IEscrowTypes.InvalidSplit.selector || name == IEscrowTypes.NotSigned.selector
            || name == IEscrowTypes.SignatureExpired.selector;
    }
}
