// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ApprovingAttestor} from "../mocks/ApprovingAttestor.sol";
import {EatingAttestor} from "../mocks/EatingAttestor.sol";
import {LyingAttestor} from "../mocks/LyingAttestor.sol";
import {TestWallet} from "../mocks/TestWallet.sol";
import {SignedFixture} from "./SignedFixture.sol";

/// @notice Which bytes are a signature: of a key, of a contract, and of an account that is both.
contract SignedFormsTest is SignedFixture {
    // ------------------------------------------------------------------------------------------------ keys

    function test_a_key_signs_in_65_or_in_64_bytes() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            assertEq(said.signature.length, 65, "the usual form");
            _carry(word, c, said);
            assertDone(word, c);

            c = _ready(word);
            said = _said(word, c);
            said.signature = _compact(said.signature);
            assertEq(said.signature.length, 64, "the compact form");
            _carry(word, c, said);
            assertDone(word, c);
        }
    }

    function testFuzz_both_forms_are_of_the_same_key(uint256 key) public {
        key = bound(key, 1, ORDER - 1);
        Case memory c = _draftFor(Word.Release);
        c.deal.payer = vm.addr(key);
        _prepare(Word.Release, c);
        Saying memory said = _say(Word.Release, c, _saying(), key);
        uint256 before = vm.snapshotState();
        _carry(Word.Release, c, said);
        assertDone(Word.Release, c);
        vm.revertToState(before);
        said.signature = _compact(said.signature);
        _carry(Word.Release, c, said);
        assertDone(Word.Release, c);
    }

    function test_reverts_when_s_is_high() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            (bytes32 r, bytes32 s, uint8 v) = _parts(said.signature);
            said.signature = bytes.concat(r, bytes32(ORDER - uint256(s)), bytes1(v == 27 ? 28 : 27));
            assertRefused(word, c, said);
        }
    }

    function test_reverts_when_v_is_wrong() public {
        uint8[8] memory wrong = [0, 1, 2, 26, 29, 35, 128, 255];
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            (bytes32 r, bytes32 s, uint8 v) = _parts(said.signature);
            for (uint256 k = 0; k < wrong.length; ++k) {
                said.signature = bytes.concat(r, s, bytes1(wrong[k]));
                assertRefused(word, c, said);
            }
            said.signature = bytes.concat(r, s, bytes1(v == 27 ? 28 : 27));
            assertRefused(word, c, said);
            said.signature = bytes.concat(r, bytes32(uint256(s) | (uint256(v == 27 ? 1 : 0) << 255)));
            assertRefused(word, c, said);
        }
    }

    function test_reverts_when_it_is_cut_or_padded() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            bytes memory whole = said.signature;
            uint256[6] memory lengths = [uint256(0), 1, 32, 63, 64, 66];
            for (uint256 k = 0; k < lengths.length; ++k) {
                said.signature = _cut(whole, lengths[k]);
                // Without its last byte a signature is the compact form of the same one if that byte is 27.
                if (lengths[k] == 64 && uint8(whole[64]) == 27) continue;
                assertRefused(word, c, said);
            }
            said.signature = bytes.concat(_compact(whole), hex"00");
            assertRefused(word, c, said);
        }
    }

    function test_reverts_when_it_is_made_of_zeros() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _saying();
            said.signature = new bytes(65);
            assertRefused(word, c, said);
            said.signature[64] = 0x1b;
            assertRefused(word, c, said);
            said.signature = new bytes(64);
            assertRefused(word, c, said);
        }
    }

    function testFuzz_a_changed_bit_makes_it_void(uint256 place, bool compact) public {
        Case memory c = _ready(Word.Release);
        Saying memory said = _said(Word.Release, c);
        if (compact) said.signature = _compact(said.signature);
        place = bound(place, 0, 8 * said.signature.length - 1);
        said.signature[place / 8] ^= bytes1(uint8(1 << place % 8));
        assertRefused(Word.Release, c, said);
    }

    // ------------------------------------------------------------------------------------------------ nobody

    function test_nobody_speaks_for_an_attestor_or_arbiter_that_there_is_not() public {
        bytes[4] memory blanks = [bytes(""), new bytes(64), new bytes(65), bytes.concat(new bytes(64), hex"1b")];
        Case memory c = _draftFor(Word.Attestation);
        (c.deal.attestor, c.deal.conditions.arbiter, c.deal.conditions.arbitrationPeriod) = (address(0), address(0), 0);
        _prepare(Word.Attestation, c);
        Word[2] memory words = [Word.Attestation, Word.Ruling];
        for (uint256 i = 0; i < words.length; ++i) {
            Saying memory said = _say(words[i], c, _saying(), STRANGER_KEY);
            assertRefused(words[i], c, said);
            for (uint256 k = 0; k < blanks.length; ++k) {
                said.signature = blanks[k];
                assertRefused(words[i], c, said);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ contracts

    function test_a_contract_wallet_speaks_by_its_own_rule() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _draftFor(word);
            _appoint(word, c, address(new TestWallet(stranger)));
            _prepare(word, c);
            assertRefused(word, c, _say(word, c, _saying(), BROKER_KEY));
            _carry(word, c, _say(word, c, _saying(), STRANGER_KEY));
            assertDone(word, c);
        }
    }

    function test_a_contract_wallet_needs_no_bytes_at_all() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _draftFor(word);
            ApprovingAttestor wallet = new ApprovingAttestor();
            _appoint(word, c, address(wallet));
            _prepare(word, c);
            Saying memory said = _saying();
            assertRefused(word, c, said);
            wallet.approve(_live(_structHash(word, c.id, said)));
            _carry(word, c, said);
            assertDone(word, c);
        }
    }

    function test_reverts_when_a_contract_lies_or_eats_the_gas() public {
        bytes[4] memory lies =
            [bytes(""), abi.encode(true), abi.encodePacked(bytes4(0x1626ba7e)), abi.encode(bytes4(0xffffffff))];
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            LyingAttestor liar = new LyingAttestor();
            Case memory c = _draftFor(word);
            _appoint(word, c, address(liar));
            _prepare(word, c);
            for (uint256 k = 0; k < lies.length; ++k) {
                liar.say(lies[k], false);
                assertRefused(word, c, _say(word, c, _saying(), STRANGER_KEY));
            }
            liar.say(abi.encode(bytes4(0x1626ba7e)), true);
            assertRefused(word, c, _say(word, c, _saying(), STRANGER_KEY));
        }
        Case memory eaten = _draftFor(Word.Release);
        eaten.deal.payer = address(new EatingAttestor());
        _prepare(Word.Release, eaten);
        assertRefused(Word.Release, eaten, _say(Word.Release, eaten, _saying(), STRANGER_KEY));
    }

    // ------------------------------------------------------------------------------------------------ both

    /// @dev What EIP-7702 leaves at an account is 0xef0100 and the address of the code that it runs.
    function test_a_delegated_account_signs_with_its_key_or_by_what_it_delegates_to() public {
        TestWallet wallet = new TestWallet(broker);
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            address signer = _signer(word, c);
            vm.etch(signer, bytes.concat(hex"ef0100", bytes20(address(wallet))));
            Saying memory said = _said(word, c);
            if (i % 2 == 1) said.signature = _compact(said.signature);
            uint256 before = vm.snapshotState();
            _carry(word, c, said);
            assertDone(word, c);
            vm.revertToState(before);
            _carry(word, c, _say(word, c, _saying(), BROKER_KEY));
            assertDone(word, c);
            vm.etch(signer, "");
        }
    }

    function test_an_account_with_code_signs_with_its_key_or_by_its_code() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            address signer = _signer(word, c);
            vm.etch(signer, address(new TestWallet(broker)).code);
            assertRefused(word, c, _say(word, c, _saying(), STRANGER_KEY));
            uint256 before = vm.snapshotState();
            _carry(word, c, _said(word, c));
            assertDone(word, c);
            vm.revertToState(before);
            _carry(word, c, _say(word, c, _saying(), BROKER_KEY));
            assertDone(word, c);
            vm.etch(signer, "");
        }
    }

    // ------------------------------------------------------------------------------------------------ bytes

    function _parts(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    /// @dev ERC-2098: the parity of y in the highest bit of s.
    function _compact(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = _parts(signature);
        return bytes.concat(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length && i < whole.length; ++i) {
            part[i] = whole[i];
        }
    }
}
