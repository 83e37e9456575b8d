// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {IEscrowTypes} from "../interfaces/IEscrowTypes.sol";
import {SignedFixture} from "./SignedFixture.sol";
import {Typed} from "./Typed.sol";

/// @notice A signed word counts once, for one action of one person, one deal, one escrow and one chain.
contract SignedReplayTest is SignedFixture {
    uint64 private constant FORK = 777_777;

    uint256 private _chain = block.chainid;

    // ------------------------------------------------------------------------------------------------ words

    function test_a_word_never_passes_for_another() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            uint256 key = _keyFor(_signer(word, c));
            for (uint256 k = 0; k < WORDS; ++k) {
                if (k == i) continue;
                assertRefused(word, c, _say(Word(k), c, _saying(), key));
            }
            _carry(word, c, _said(word, c));
            assertDone(word, c);
        }
    }

    function test_a_word_never_passes_for_another_of_somebody_with_all_roles() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            if (word == Word.PayerSettlement || word == Word.PayeeSettlement) continue; // the sender is both sides
            Case memory c = _draftFor(word);
            (c.deal.payer, c.deal.conditions.arbiter) = (attestor, attestor);
            for (uint256 m = 0; m < 3; ++m) {
                if (word != Word.PayeeDispute) c.milestones[m].payouts[0].to = attestor;
            }
            _prepare(word, c);
            uint256 key = _keyFor(_signer(word, c));
            for (uint256 k = 0; k < WORDS; ++k) {
                if (k != i) assertRefused(word, c, _say(Word(k), c, _saying(), key));
            }
            _carry(word, c, _said(word, c));
            assertDone(word, c);
        }
    }

    // ------------------------------------------------------------------------------------------------ fields

    function test_reverts_when_a_field_is_altered() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);

            Saying memory said = _said(word, c);
            ++said.validUntil;
            assertRefused(word, c, said);
            said.validUntil -= 2;
            assertRefused(word, c, said);

            said = _said(word, c);
            if (_isSplit(word)) ++said.toPayees;
            else said.named = M0 | M1;
            assertRefused(word, c, said);

            said = _said(word, c);
            if (_isSplit(word)) said.toPayees = 0;
            else said.named = type(uint128).max;
            assertRefused(word, c, said);

            _carry(word, c, _said(word, c));
            assertDone(word, c);
        }
    }

    function test_a_split_of_one_milestone_does_not_split_another() public {
        Word[3] memory words = [Word.PayerSettlement, Word.PayeeSettlement, Word.Ruling];
        for (uint256 i = 0; i < words.length; ++i) {
            Case memory c = _ready(words[i]);
            Saying memory said = _said(words[i], c);
            said.selected = M2;
            assertRefused(words[i], c, said);
        }
    }

    function test_reverts_when_it_is_not_typed_data() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            uint256 key = _keyFor(_signer(word, c));
            Saying memory said = _saying();
            bytes32 structHash = _structHash(word, c.id, said);
            said.signature = _sign(key, structHash);
            assertRefused(word, c, said);
            said.signature = _sign(key, keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", _live(structHash))));
            assertRefused(word, c, said);
        }
    }

    // ------------------------------------------------------------------------------------------------ places

    function test_reverts_when_it_is_for_another_deal() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory other = _ready(word);
            Saying memory said = _said(word, other);
            Case memory c = _ready(word);
            assertRefused(word, c, said);
            _carry(word, other, said);
            assertDone(word, other);
        }
    }

    function test_reverts_when_it_is_for_another_contract() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _saying();
            bytes32 domain = Typed.domain(block.chainid, address(token));
            said.signature = _sign(_keyFor(_signer(word, c)), Typed.digest(domain, _structHash(word, c.id, said)));
            assertRefused(word, c, said);
        }
    }

    function test_reverts_when_it_was_said_in_another_escrow_about_equal_terms() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            IEscrow first = escrow;
            escrow = IEscrow(vm.deployCode("Escrow.sol:Escrow"));
            vm.warp(START);
            _prepare(word, c);
            assertRefused(word, c, said);
            escrow = first;
        }
    }

    function test_reverts_when_it_is_of_another_chain() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            vm.chainId(FORK);
            Saying memory said = _said(word, c);
            vm.chainId(_chain);
            assertRefused(word, c, said);
        }
    }

    function test_a_fork_voids_what_was_said_before_it() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            vm.chainId(FORK);
            assertRefused(word, c, said);
            _carry(word, c, _said(word, c));
            assertDone(word, c);
            vm.chainId(_chain);
        }
    }

    // ------------------------------------------------------------------------------------------------ times

    function test_a_second_use_does_nothing() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            Saying memory said = _said(word, c);
            _carry(word, c, said);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
            _carry(word, c, said);
            assertDone(word, c);
        }
    }

    function test_a_dispute_is_not_repeated_after_the_ruling() public {
        Case memory c = _ready(Word.PayerDispute);
        Saying memory said = _said(Word.PayerDispute, c);
        _carry(Word.PayerDispute, c, said);
        _rule(c, 0, TO_PAYEES);
        vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
        _carry(Word.PayerDispute, c, said);
    }

    function test_no_word_counts_for_what_is_settled() public {
        for (uint256 i = 0; i < WORDS; ++i) {
            Word word = Word(i);
            Case memory c = _ready(word);
            _release(c, ALL);
            vm.expectRevert(abi.encodeWithSelector(IEscrowTypes.NothingToDo.selector, c.id));
            _carry(word, c, _said(word, c));
        }
    }
}
