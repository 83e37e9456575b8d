// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {Vm} from "./Base.sol";
import {Calls} from "./Calls.sol";
import {Tree} from "./Tree.sol";
import {Milestone, Share} from "./Typed.sol";

/// @notice What is opened is exactly what was passed, bit by bit. A later call with one bit changed is refused, or (an
///         offset that points to an equal word, the padding of a signature, the terms of a fee) does exactly the same.
contract CalldataTest is Calls {
    /// @notice How many words of `open` come before the rows: the deal's ten, an offset and a length.
    uint256 private constant OPEN_HEAD = 12;
    /// @notice The same of `release` without a proof: the key's five, an offset and a length.
    uint256 private constant RELEASE_HEAD = 7;
    uint256 private constant ROWS = 5;

    // ------------------------------------------------------------------------------------------------ opening

    function test_no_field_of_an_opening_may_be_wider_than_its_type() public {
        Case memory c = _sealed();
        bytes memory call_ = _openCall(c);
        uint8[10] memory deal = [160, 160, 160, 40, 160, 32, 16, 40, 0, 0]; // 0: the whole word is the field's
        for (uint256 i = 0; i < 10; ++i) {
            if (deal[i] != 0) _refusedWhenWider(call_, i, deal[i]);
        }
        uint8[5] memory row = [160, 128, 16, 40, 0];
        for (uint256 i = 0; i < 5 * ROWS; ++i) {
            if (row[i % 5] != 0) _refusedWhenWider(call_, OPEN_HEAD + i, row[i % 5]);
        }
        assertTrue(_made(payer, call_), "as it was, it opens the deal");
        assertHolding(c, TOTAL, 0);
    }

    function test_the_event_of_an_opening_says_exactly_what_was_passed() public {
        Case memory c = _sealed();
        vm.recordLogs();
        _open(c, payer);
        Vm.Log memory opened = vm.getRecordedLogs()[0];
        assertEq(opened.data, abi.encode(c.deal, _rows(c.milestones)), "all terms, in the canonical encoding");
    }

    function test_a_changed_bit_of_an_opening_opens_what_it_says() public {
        Case memory c = _sealed();
        bytes memory call_ = _openCall(c);
        uint256 before = vm.snapshotState();
        uint256 opened;
        for (uint256 i = 8; i < 2 * call_.length; ++i) {
            _flip(call_, i);
            vm.recordLogs();
            if (_made(payer, call_)) {
                _checkOpening(call_, vm.getRecordedLogs()[0]);
                assertHolding(c, 0, 0);
                vm.revertToState(before);
                ++opened;
            }
            _flip(call_, i);
        }
        assertTrue(opened > 100, "many of them are sound deals");
    }

    /// @dev The bytes are read again here, by the decoder of the compiler.
    function _checkOpening(bytes memory call_, Vm.Log memory log) private view {
        (IEscrowTypes.Deal memory deal, IEscrowTypes.Payout[] memory rows) =
            abi.decode(_arguments(call_), (IEscrowTypes.Deal, IEscrowTypes.Payout[]));
        bytes32 id = _id(deal, Tree.build(_nested(rows))[0]);
        assertEq(log.topics[1], id, "the id of what was passed");
        assertEq(log.data, abi.encode(deal, rows), "the event says what was passed");
        (uint128 held,) = escrow.holding(id);
        uint256 total;
        for (uint256 i = 0; i < rows.length; ++i) {
            total += rows[i].amount;
        }
        assertEq(held, total, "and holds that");
    }

    // ------------------------------------------------------------------------------------------------ later calls

    function test_a_later_call_with_a_field_wider_than_its_type_is_of_no_deal() public {
        Case memory c = _opened();
        bytes memory call_ = _releaseCall(c, ALL);
        uint8[5] memory key = [160, 160, 160, 40, 0];
        uint8[5] memory row = [160, 128, 16, 40, 0];
        for (uint256 i = 0; i < 4; ++i) {
            _notFoundWhenWider(call_, i, key[i]);
        }
        for (uint256 i = 0; i < 5 * ROWS; ++i) {
            if (_isHashed(i)) _notFoundWhenWider(call_, RELEASE_HEAD + i, row[i % 5]);
        }
        assertTrue(_made(payer, call_), "as it was, it releases the deal");
        assertHolding(c, 0, ALL);
    }

    /// @dev Rows 0, 2 and 3 are payees'. The deadline and terms of a fee are not read; a payee's terms fill the word.
    function _isHashed(uint256 word) private pure returns (bool) {
        (uint256 row, uint256 field) = (word / 5, word % 5);
        return field < 3 || (field == 3 && row != 1 && row != 4);
    }

    function test_no_bit_of_a_release_can_be_changed_to_effect() public {
        Case memory c = _opened();
        _flipEveryByte(c, payer, _releaseCall(c, M0 | M2));
        _flipEveryByte(c, payer, _releaseCall(c, ALL));
    }

    function test_no_bit_of_a_refund_can_be_changed_to_effect() public {
        Case memory c = _opened();
        _flipEveryByte(c, otherPayee, _refundCall(c, M1));
    }

    function test_no_bit_of_a_conclusion_can_be_changed_to_effect() public {
        Case memory c = _openedWithInspection();
        _attest(c, M0);
        vm.warp(DEADLINE_2);
        _flipEveryByte(c, stranger, _concludeCall(c, ALL));
    }

    function test_no_bit_of_an_attestation_can_be_changed_to_effect() public {
        Case memory c = _opened();
        bytes memory signature = _attestation(ATTESTOR_KEY, c.id, M0);
        _flipEveryByte(c, stranger, _attestCall(c, M0, M0, VALID_UNTIL, signature));
    }

    // ------------------------------------------------------------------------------------------------ its shape

    function test_no_call_may_be_cut_short() public {
        bytes[4] memory calls;
        Case memory c = _sealed();
        (calls[0], c) = (_openCall(c), _otherOpened());
        (calls[1], calls[2]) = (_releaseCall(c, ALL), _releaseCall(c, M0 | M1));
        calls[3] = _attestCall(c, M0, M0, VALID_UNTIL, _attestation(ATTESTOR_KEY, c.id, M0));
        for (uint256 k = 0; k < 4; ++k) {
            bytes memory call_ = calls[k];
            uint256 length = call_.length;
            uint256 padding = k == 3 ? 31 : 0; // of the signature, which nobody reads
            for (uint256 shorter = 0; shorter < length - padding; ++shorter) {
                assembly ("memory-safe") {
                    mstore(call_, shorter)
                }
                assertFalse(_made(payer, call_), "some of it is missing");
            }
        }
    }

    function test_what_stands_behind_a_call_is_not_read() public {
        Case memory c = _sealed();
        assertTrue(_made(payer, bytes.concat(_openCall(c), new bytes(33))), "opened all the same");
        assertHolding(c, TOTAL, 0);
        assertTrue(_made(payer, bytes.concat(_releaseCall(c, M0), hex"ff")), "released all the same");
        assertHolding(c, TOTAL - AMOUNT_0, M0);
    }

    function test_rows_may_stand_anywhere_in_the_call() public {
        Case memory c = _opened();
        bytes memory call_ = _releaseCall(c, ALL);
        bytes memory moved = _moved(call_, 5, 7);
        assertTrue(_made(payer, moved), "at an odd place");
        assertHolding(c, 0, ALL);
        assertBalance(c, payee, AMOUNT_0 + AMOUNT_2 - 80, "each is paid what is due");
        assertBalance(c, broker, 80, "each is paid what is due");

        c = _sealedAgain();
        assertTrue(_made(payer, _moved(_openCall(c), 10, 7)), "at an odd place");
        assertHolding(c, TOTAL, 0);
    }

    function test_hostile_offsets_and_lengths_are_refused() public {
        Case memory c = _sealed();
        _refusedWherever(_openCall(c), 10);
        c = _otherOpened();
        _refusedWherever(_releaseCall(c, ALL), 5);
        _refusedWherever(_releaseCall(c, M0 | M1), 5);
        _refusedWherever(_releaseCall(c, M0 | M1), 6);
        bytes memory attest = _attestCall(c, M0, M0, VALID_UNTIL, _attestation(ATTESTOR_KEY, c.id, M0));
        _refusedWherever(attest, 5);
        _refusedWherever(attest, 6);
        _refusedWherever(attest, 10);
        assertHolding(c, TOTAL, 0);
    }

    // ------------------------------------------------------------------------------------------------ builders

    function _sealed() private returns (Case memory c) {
        c = _seal(_draft(address(token)));
        _supply(c, payer);
        token.mint(payer, 2 ** 127); // enough for any sound total
    }

    function _sealedAgain() private returns (Case memory c) {
        c = _draft(address(token));
        c.deal.conditions.salt = 2;
        _supply(_seal(c), payer);
    }

    function _otherOpened() private returns (Case memory c) {
        c = _draft(address(token));
        c.deal.conditions.salt = 3;
        _fund(c);
    }

    /// @dev The milestones of rows that `open` accepted.
    function _nested(IEscrowTypes.Payout[] memory rows) private pure returns (Milestone[] memory milestones) {
        milestones = new Milestone[](rows[rows.length - 1].milestone + 1);
        uint256 row;
        for (uint256 i = 0; i < milestones.length; ++i) {
            uint256 end = row;
            while (end < rows.length && rows[end].milestone == i) ++end;
            milestones[i] = Milestone(uint16(i), rows[row].deadline, rows[row].terms, new Share[](end - row));
            for (uint256 k = 0; row < end; (++k, ++row)) {
                milestones[i].payouts[k] = Share(rows[row].to, rows[row].amount);
            }
        }
    }

    function _arguments(bytes memory call_) private pure returns (bytes memory arguments) {
        arguments = new bytes(call_.length - 4);
        for (uint256 i = 0; i < arguments.length; ++i) {
            arguments[i] = call_[i + 4];
        }
    }

    /// @dev A call whose last argument stands so many bytes farther behind. Its offset is at place `word`.
    function _moved(bytes memory call_, uint256 word, uint256 gap) private pure returns (bytes memory moved) {
        moved = bytes.concat(call_, new bytes(gap));
        uint256 start = _word(call_, word) + 4;
        for (uint256 i = moved.length; i > start; --i) {
            moved[i - 1] = i - 1 >= start + gap ? call_[i - 1 - gap] : bytes1(0xff);
        }
        _setWord(moved, word, _word(call_, word) + gap);
    }

    function _word(bytes memory call_, uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(call_, 0x24), shl(5, place)))
        }
    }

    function _setWord(bytes memory call_, uint256 place, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(call_, 0x24), shl(5, place)), word)
        }
    }

    function _flip(bytes memory call_, uint256 place) private pure {
        call_[place / 2] ^= place % 2 == 0 ? bytes1(0x01) : bytes1(0x80);
    }

    // ------------------------------------------------------------------------------------------------ sending

    function _made(address sender, bytes memory call_) private returns (bool success) {
        vm.prank(sender);
        // solhint-disable-next-line avoid-low-level-calls
        (success,) = address(escrow).call(call_);
    }

    function _refusedWhenWider(bytes memory call_, uint256 place, uint256 width) private {
        uint256 word = _word(call_, place);
        for (uint256 bit = width; bit < 256; ++bit) {
            _setWord(call_, place, word | 1 << bit);
            assertFalse(_made(payer, call_), "the field is too wide");
        }
        _setWord(call_, place, word);
    }

    function _notFoundWhenWider(bytes memory call_, uint256 place, uint256 width) private {
        uint256 word = _word(call_, place);
        for (uint256 bit = width; bit < 256; ++bit) {
            _setWord(call_, place, word | 1 << bit);
            vm.prank(payer);
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory answer) = address(escrow).call(call_);
            assertFalse(success, "of no deal");
            assertEq(bytes32(bytes4(answer)), bytes32(IEscrowTypes.DealNotFound.selector), "says so");
        }
        _setWord(call_, place, word);
    }

    /// @dev Every bad offset at place `word`, and every bad length at the place it leads to.
    function _refusedWherever(bytes memory call_, uint256 word) private {
        uint256 offset = _word(call_, word);
        uint256 length = offset / 32;
        uint256 rows = _word(call_, length);
        uint256[8] memory bad = [
            call_.length - 4,
            call_.length,
            type(uint32).max,
            type(uint64).max,
            uint256(type(uint64).max) + 1 + offset,
            (1 << 255) + offset,
            type(uint256).max - 3,
            type(uint256).max
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            _setWord(call_, word, bad[i]);
            assertFalse(_made(payer, call_), "the offset leads out of the call");
        }
        _setWord(call_, word, offset);
        uint256[7] memory more = [
            rows + 1000,
            type(uint32).max,
            type(uint64).max,
            uint256(type(uint64).max) + 1 + rows,
            (1 << 251) + rows, // times 32 or 160 it is the same in 256 bits
            (1 << 255) + rows,
            type(uint256).max
        ];
        for (uint256 i = 0; i < more.length; ++i) {
            _setWord(call_, length, more[i]);
            assertFalse(_made(payer, call_), "there is not so much in the call");
        }
        _setWord(call_, length, rows);
    }

    /// @dev Flips the lowest and the highest bit of every byte of a call's arguments, one at a time.
    function _flipEveryByte(Case memory c, address sender, bytes memory call_) private {
        uint256 before = vm.snapshotState();
        assertTrue(_made(sender, call_), "the call as it was");
        bytes32 effect = _effect(c);
        vm.revertToState(before);
        for (uint256 i = 8; i < 2 * call_.length; ++i) {
            _flip(call_, i);
            if (_made(sender, call_)) {
                assertEq(_effect(c), effect, "the same effect");
                vm.revertToState(before);
            }
            _flip(call_, i);
        }
    }

    /// @dev All that a call can have changed.
    function _effect(Case memory c) private view returns (bytes32) {
        (uint128 held, uint128 settled) = escrow.holding(c.id);
        uint256[4] memory balances =
            [token.balanceOf(payer), token.balanceOf(payee), token.balanceOf(otherPayee), token.balanceOf(broker)];
        return keccak256(abi.encode(held, settled, balances));
    }
}
