// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {IAttestorQuorum} from "../../interfaces/IAttestorQuorum.sol";
import {Bomb} from "../../mocks/Bomb.sol";
import {EatingAttestor} from "../../mocks/EatingAttestor.sol";
import {LyingAttestor} from "../../mocks/LyingAttestor.sol";
import {QuorumFixture} from "./QuorumFixture.sol";

/// @notice The cheatcodes for keys on the curve P-256.
interface P256Vm {
    function signP256(uint256 key, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
    function publicKeyP256(uint256 key) external pure returns (uint256 x, uint256 y);
}

/// @notice Members that are keys of another kind: P-256, WebAuthn, and what their verifiers may do.
contract VerifiedKeysTest is QuorumFixture {
    /// @notice The order of the curve P-256.
    uint256 private constant P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 private constant PASSKEY = 0xC1;
    uint256 private constant OTHER_PASSKEY = 0xC2;
    uint256 private constant BOMB_GAS = 120_000;

    address private _p256;
    address private _webAuthn;

    function setUp() public override {
        super.setUp();
        _p256 = vm.deployCode("P256Verifier.sol:P256Verifier");
        _webAuthn = vm.deployCode("WebAuthnVerifier.sol:WebAuthnVerifier");
    }

    // ------------------------------------------------------------------------------------------------ P-256

    function test_a_p256_key_signs() public {
        (IAttestorQuorum quorum, bool first) = _quorumWith(_member(_p256, PASSKEY));
        assertValid(quorum, _both(first, _signP256(PASSKEY, HASH)), "its signature");
    }

    function test_a_p256_signature_that_is_not_the_key_s_over_this_is_invalid() public {
        (IAttestorQuorum quorum, bool first) = _quorumWith(_member(_p256, PASSKEY));
        assertInvalid(quorum, _both(first, _signP256(OTHER_PASSKEY, HASH)), "another key's");
        assertInvalid(quorum, _both(first, _signP256(PASSKEY, keccak256("something else"))), "over something else");
        assertInvalid(quorum, _both(first, new bytes(64)), "zeros");
        assertInvalid(quorum, _both(first, new bytes(63)), "too short");
        assertInvalid(quorum, _both(first, ""), "nothing");
        assertInvalid(quorum, _both(first, _compact(keys[0], HASH)), "of the other curve");
        (bytes32 r, bytes32 s) = P256Vm(address(vm)).signP256(PASSKEY, HASH);
        bytes32 high = uint256(s) > P256_ORDER / 2 ? s : bytes32(P256_ORDER - uint256(s));
        assertInvalid(quorum, _both(first, bytes.concat(r, high)), "the form with a high s");
    }

    // ------------------------------------------------------------------------------------------------ WebAuthn

    function test_a_passkey_signs() public {
        (IAttestorQuorum quorum, bool first) = _quorumWith(_member(_webAuthn, PASSKEY));
        assertValid(quorum, _both(first, _assertion(PASSKEY, HASH, 0x05)), "user present and verified");
        assertValid(quorum, _both(first, _assertion(PASSKEY, HASH, 0x1d)), "a key that is backed up");
    }

    function test_an_assertion_that_is_not_the_key_s_over_this_is_invalid() public {
        (IAttestorQuorum quorum, bool first) = _quorumWith(_member(_webAuthn, PASSKEY));
        assertInvalid(quorum, _both(first, _assertion(OTHER_PASSKEY, HASH, 0x05)), "another key's");
        bytes32 other = keccak256("something else");
        assertInvalid(quorum, _both(first, _assertion(PASSKEY, other, 0x05)), "over something else");
        assertInvalid(quorum, _both(first, _assertion(PASSKEY, HASH, 0x04)), "no user was present");
        assertInvalid(quorum, _both(first, _assertion(PASSKEY, HASH, 0x01)), "the user was not verified");
        assertInvalid(quorum, _both(first, _assertion(PASSKEY, HASH, 0x15)), "a backup of what has none");
        assertInvalid(quorum, _both(first, _signP256(PASSKEY, HASH)), "a bare signature");
    }

    function testFuzz_an_assertion_with_a_changed_bit_is_not_accepted_for_another_challenge(uint256 place) public {
        IAttestorQuorum quorum = _quorumOf(_member(_webAuthn, PASSKEY));
        bytes memory assertion = _assertion(PASSKEY, keccak256("something else"), 0x05);
        place = bound(place, 0, 8 * assertion.length - 1);
        assertion[place / 8] ^= bytes1(uint8(1 << place % 8));
        assertInvalid(quorum, _part(0, assertion), "it is over something else");
    }

    function testFuzz_any_bytes_for_a_passkey_are_invalid(bytes calldata anything) public {
        assertInvalid(_quorumOf(_member(_webAuthn, PASSKEY)), _part(0, anything), "nobody signed");
    }

    function test_keys_of_every_kind_sign_together() public {
        bytes[] memory members = new bytes[](3);
        members[0] = _account(keys[0]);
        members[1] = _member(_p256, PASSKEY);
        members[2] = _member(_webAuthn, OTHER_PASSKEY);
        bytes[] memory given = new bytes[](3);
        given[0] = _compact(keys[0], HASH);
        given[1] = _signP256(PASSKEY, HASH);
        given[2] = _assertion(OTHER_PASSKEY, HASH, 0x05);
        _sort(members, given);
        IAttestorQuorum quorum = _create(3, members);
        bytes memory two = bytes.concat(_part(0, given[0]), _part(1, given[1]));
        assertValid(quorum, bytes.concat(two, _part(2, given[2])), "all three");
        assertInvalid(quorum, two, "two of three");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(quorum.members()[i], members[i], "the members are those of the set");
        }
    }

    // ------------------------------------------------------------------------------------------------ verifiers

    function test_a_verifier_is_asked_about_key_hash_and_signature() public {
        LyingAttestor verifier = new LyingAttestor();
        verifier.say(abi.encode(bytes4(0x024ad318)), false);
        IAttestorQuorum quorum = _quorumOf(bytes.concat(abi.encodePacked(verifier), "key"));
        bytes memory question =
            abi.encodeWithSignature("verify(bytes,bytes32,bytes)", bytes("key"), HASH, bytes("signature"));
        CallVm(address(vm)).expectCall(address(verifier), question);
        assertValid(quorum, _part(0, "signature"), "the magic word");
    }

    function test_a_verifier_that_says_anything_else_is_invalid() public {
        LyingAttestor verifier = new LyingAttestor();
        IAttestorQuorum quorum = _quorumOf(bytes.concat(abi.encodePacked(verifier), "key"));
        bytes4 magic = 0x024ad318; // verify(bytes,bytes32,bytes)
        bytes[9] memory lies = [
            bytes(""),
            abi.encode(true),
            abi.encode(bytes4(0xffffffff)),
            abi.encode(VALID),
            abi.encodePacked(magic),
            abi.encodePacked(magic, new bytes(27)),
            abi.encodePacked(magic, type(uint224).max),
            abi.encode(magic, uint256(0)),
            abi.encodePacked(abi.encode(magic), bytes1(0))
        ];
        for (uint256 i = 0; i < lies.length; ++i) {
            verifier.say(lies[i], false);
            assertInvalid(quorum, _part(0, "anything"), "not the magic word");
        }
        verifier.say(abi.encode(magic), true);
        assertInvalid(quorum, _part(0, "anything"), "the magic word, as a revert");
        verifier.say(abi.encode(magic), false);
        assertValid(quorum, _part(0, "anything"), "the magic word");
    }

    function test_a_verifier_that_is_not_there_is_invalid() public {
        IAttestorQuorum quorum = _quorumOf(bytes.concat(bytes20(address(0xDEAD)), "key"));
        assertInvalid(quorum, _part(0, "anything"), "nobody answers");
        // The precompile at address 4 gives back what it is asked: it begins with the magic word.
        for (uint160 i = 1; i < 20; ++i) {
            quorum = _quorumOf(bytes.concat(bytes20(address(i)), "key"));
            assertEq(quorum.isValidSignature{gas: 3_000_000}(HASH, _part(0, "")), INVALID, "a precompile");
        }
    }

    function test_a_verifier_that_eats_its_gas_is_invalid() public {
        IAttestorQuorum quorum = _quorumOf(bytes.concat(abi.encodePacked(new EatingAttestor()), "key"));
        assertEq(quorum.isValidSignature{gas: 3_000_000}(HASH, _part(0, "")), INVALID, "the call comes back");
    }

    function test_a_verifier_that_answers_with_a_bomb_is_invalid_and_its_answer_is_not_copied() public {
        for (uint256 i = 0; i < 2; ++i) {
            IAttestorQuorum quorum = _quorumOf(bytes.concat(abi.encodePacked(new Bomb(i == 1)), "key"));
            assertEq(quorum.isValidSignature{gas: BOMB_GAS}(HASH, _part(0, "")), INVALID, "a bomb of zeros");
        }
    }

    // ------------------------------------------------------------------------------------------------ builders

    function _member(address verifier, uint256 key) private pure returns (bytes memory) {
        (uint256 x, uint256 y) = P256Vm(address(vm)).publicKeyP256(key);
        return abi.encodePacked(verifier, x, y);
    }

    function _signP256(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = P256Vm(address(vm)).signP256(key, digest);
        return bytes.concat(r, uint256(s) > P256_ORDER / 2 ? bytes32(P256_ORDER - uint256(s)) : s);
    }

    /// @dev What an authenticator and a browser make of a challenge.
    function _assertion(uint256 key, bytes32 challenge, bytes1 flags) private pure returns (bytes memory) {
        bytes memory authenticatorData = abi.encodePacked(sha256("example.org"), flags, uint32(7));
        string memory clientData = string.concat(
            // solhint-disable-next-line quotes
            '{"type":"webauthn.get","challenge":"',
            Base64.encodeURL(abi.encodePacked(challenge)),
            // solhint-disable-next-line quotes
            '","origin":"https://example.org","crossOrigin":false}'
        );
        bytes memory signature = _signP256(key, sha256(bytes.concat(authenticatorData, sha256(bytes(clientData)))));
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        return abi.encode(r, s, 23, 1, authenticatorData, clientData);
    }

    /// @dev The key's signature, and this as that of the other member.
    function _both(bool otherFirst, bytes memory other) private view returns (bytes memory) {
        bytes memory own = _compact(keys[0], HASH);
        return otherFirst ? bytes.concat(_part(0, other), _part(1, own)) : bytes.concat(_part(0, own), _part(1, other));
    }

    /// @dev Puts members in the order of a set, and what each gave with them.
    function _sort(bytes[] memory members, bytes[] memory given) private pure {
        for (uint256 i = 1; i < members.length; ++i) {
            for (uint256 j = i; j > 0 && _memberId(members[j]) < _memberId(members[j - 1]); --j) {
                (members[j], members[j - 1]) = (members[j - 1], members[j]);
                (given[j], given[j - 1]) = (given[j - 1], given[j]);
            }
        }
    }
}

/// @notice The cheatcode that holds the next call to its bytes.
interface CallVm {
    function expectCall(address callee, bytes calldata call_) external;
}
