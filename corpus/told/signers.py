"""Who signed: keys, contract wallets by their recorded answers, passkeys; and the devices that vouch for it."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from corpus.case import Case
from corpus.story import CUSTOMER, KAMPALA, RECIPIENT, STRANGER, Key, Signatory, Story, hashed, term
from escrow_chain.evidence.passkeys import passkey_address
from escrow_chain.evidence.submission import MAX_SIGNATURE, Message
from escrow_chain.protocol.typed_data import Domain
from tests.p256 import ORDER, P256Key

CODE = "QC-2025-001"
UNBOUND = ("bound.signature", "bound.nonce", "bound.clock")
"""What fails when nobody signed whose word counts: then the nonce is not redeemed, and there is no time."""
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
RELYING_PARTY = {"id": "example.org", "origins": ["https://example.org"]}
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP = 0x01, 0x04, 0x08, 0x10
PHONE = {"platform": "app_attest", "app": "ABCDE12345.org.example.escrow"}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _keys()
    yield from _wallets()
    yield from _wallets_in_words()
    yield from _passkeys()
    yield from _client_data()
    yield from _devices()
    yield from _malformed()


def _story(name: str, shows: str, by: Signatory = RECIPIENT, *, honest: str | None = None, **options: Any) -> Story:
    """A code to be given back by somebody who is the recipient."""
    threat, twin = (15, f"signers-{honest}") if honest else (None, None)
    what = term("custom", verification_code=CODE, **options)
    return Story(f"signers-{name}", shows, what, submitter=by, threat=threat, honest=twin)


def _judged(story: Story, *, counts: bool) -> Case:
    """The code is right, so everything hangs on who gave it."""
    return story.passes() if counts else story.fails("evidence.grade", notes=UNBOUND)


# ------------------------------------------------------------------------------------------------------------- keys


class Rewritten:
    """A key whose signature somebody writes in another form."""

    def __init__(self, key: Key, rewrite: Callable[[bytes], bytes]) -> None:
        self._key = key
        self._rewrite = rewrite
        self.address = key.address

    def signed(self, message: Message, domain: Domain) -> tuple[dict[str, Any], dict[str, Any]]:
        """See `Signatory`."""
        shown, found = self._key.signed(message, domain)
        return {"signature": "0x" + self._rewrite(bytes.fromhex(shown["signature"][2:])).hex()}, found


def _keys() -> Iterator[Case]:
    for name, shows, rewrite, counts in (
        ("as-it-is", "A key signs as r, s and v.", lambda made: made, True),
        ("compact", "The form of ERC-2098 would be a second piece of the same word.", _compact, False),
        ("high-s", "Of the two values of s the high one is nobody's.", _high, False),
        ("small-v", "v is 27 or 28.", lambda made: made[:64] + bytes([made[64] - 27]), False),
        ("other-v", "With the other v it is somebody else's.", lambda made: made[:64] + bytes([55 - made[64]]), False),
        ("longer", "A byte more is another form.", lambda made: made + b"\0", False),
        ("shorter", "A byte less is another form.", lambda made: made[:64], False),
        ("zeros", "Zeros are nobody's.", lambda made: bytes(64) + made[64:], False),
        ("empty", "No bytes are nobody's.", lambda _: b"", False),
    ):
        honest = None if counts else "key-as-it-is"
        story = _story(f"key-{name}", shows, honest=honest)
        story.give(CODE, by=Rewritten(RECIPIENT, rewrite))
        yield _judged(story, counts=counts)


def _compact(made: bytes) -> bytes:
    s = int.from_bytes(made[32:64]) | (made[64] - 27) << 255
    return made[:32] + s.to_bytes(32)


def _high(made: bytes) -> bytes:
    s = SECP256K1_ORDER - int.from_bytes(made[32:64])
    return made[:32] + s.to_bytes(32) + bytes([55 - made[64]])


# ---------------------------------------------------------------------------------------------------------- wallets


class Wallet:
    """A contract, and what the receipt says that it answered; `changes` to that are None if there is no answer."""

    def __init__(self, name: str, *, signature: bytes = b"two of three", changes: Mapping[str, Any] | None) -> None:
        self.address = Key(int.from_bytes(hashed("wallet", name)[:8])).address
        self._signature = signature
        self._changes = changes

    def signed(self, message: Message, domain: Domain) -> tuple[dict[str, Any], dict[str, Any]]:
        """See `Signatory`."""
        shown = {"signature": "0x" + self._signature.hex(), "signer": self.address}
        if self._changes is None:
            return shown, {}
        answer = {
            "signer": self.address,
            "digest": "0x" + message.digest(domain).hex(),
            "signature_hash": "0x" + sha256(self._signature).hexdigest(),
            "chain_id": str(domain.chain_id),
            "block_number": "17",
            "block_hash": "0x" + hashed("block", 17).hex(),
            "valid": True,
        }
        return shown, {"wallet": answer | self._changes}


def _wallets() -> Iterator[Case]:
    for name, shows, changes in (
        ("yes", "A contract wallet stood by its signature.", {}),
        ("no", "A contract wallet did not stand by its signature.", {"valid": False}),
        ("unasked", "Nobody asked the wallet.", None),
        ("other-digest", "The wallet stood by something else.", {"digest": "0x" + hashed("digest").hex()}),
        ("other-signature", "It was another signature.", {"signature_hash": "0x" + hashed("signature").hex()}),
        ("other-chain", "It was a wallet on another chain.", {"chain_id": "1"}),
        ("other-wallet", "It was another wallet.", {"signer": STRANGER.address}),
    ):
        wallet = Wallet("recipient", changes=changes)
        counts = changes == {}
        story = _story(f"wallet-{name}", shows, wallet, honest=None if counts else "wallet-yes")
        story.give(CODE)
        yield _judged(story, counts=counts)

    wallet = Wallet("recipient", signature=bytes(MAX_SIGNATURE), changes={})
    story = _story("wallet-long", "The longest signature that a wallet can take.", wallet)
    story.give(CODE)
    yield story.passes()

    wallet = Wallet("recipient", signature=bytes(MAX_SIGNATURE + 1), changes={})
    story = _story("wallet-too-long", "A longer signature is not read.", wallet)
    story.give(CODE)
    yield story.fails("code.given", "evidence.grade", notes=["evidence.recognised"])

    wallet = Wallet("recipient", signature=b"", changes={})
    story = _story("wallet-without-signature", "A wallet may stand by what its owners approved on chain.", wallet)
    story.give(CODE)
    yield story.passes()

    story = _story("wallet-of-a-stranger", "A stranger's wallet stood by it.", honest="wallet-yes")
    story.give(CODE, by=Wallet("stranger", changes={}))
    yield _judged(story, counts=False)

    story = _story(
        "wallet-named-beside-a-key", "A key signs, and names a wallet that nobody asked.", honest="key-as-it-is"
    )
    story.give(CODE)
    story.piece(signer=RECIPIENT.address)
    yield _judged(story, counts=False)

    wallet = Wallet("recipient", changes={})
    story = _story("wallet-unnamed", "A wallet's signature that does not say whose it is.", wallet, honest="wallet-yes")
    story.give(CODE)
    story.piece(signer=None)
    yield _judged(story, counts=False)

    story = _story(
        "wallet-says-more", "A wallet stood by a wrong code, and somebody exchanges it.", wallet, honest="wallet-yes"
    )
    story.give("guess")
    story.piece(code=CODE)
    yield story.fails("evidence.grade", notes=["bound.content", "bound.nonce", "bound.clock"])


def _wallets_in_words() -> Iterator[Case]:
    for name, changes, counts in (("yes", {}, True), ("no", {"valid": False}, False)):
        customer = Wallet("customer", changes=changes)
        story = Story(
            f"signers-customer-wallet-{name}",
            "A customer with a contract wallet confirms what it stood by.",
            term("delivery_confirmation", grade="G3"),
            people={"customer": customer.address},
        )
        story.confirm(by=customer)
        yield _judged(story, counts=counts)


# --------------------------------------------------------------------------------------------------------- passkeys


class Passkey:
    """A passkey whose authenticator and browser say what they are told to say; None leaves a field out."""

    def __init__(  # noqa: PLR0913  (what can be other than it should be)
        self,
        secret: int = 31,
        *,
        party: Mapping[str, Any] | None = RELYING_PARTY,
        flags: int = PRESENT | VERIFIED,
        rp_id: str = "example.org",
        high: bool = False,
        said: Mapping[str, Any] | None = None,
        shown: Mapping[str, Any] | None = None,
    ) -> None:
        self._key = P256Key(secret)
        self._party = party
        self._data = sha256(rp_id.encode()).digest() + bytes([flags]) + (7).to_bytes(4)
        self._high = high
        self._said = said or {}
        self._shown = shown or {}
        self.address = passkey_address(self._key.public)

    def signed(self, message: Message, domain: Domain) -> tuple[dict[str, Any], dict[str, Any]]:
        """See `Signatory`."""
        client = self._client_data(message.digest(domain))
        made = self._key.sign(sha256(self._data + sha256(client).digest()).digest())
        r, s = int.from_bytes(made[:32]), int.from_bytes(made[32:])
        answer = {
            "public_key": "0x" + self._key.public.hex(),
            "authenticator_data": "0x" + self._data.hex(),
            "client_data_json": "0x" + client.hex(),
            "signature": "0x" + encode_dss_signature(r, ORDER - s if self._high else s).hex(),
        }
        return {"passkey": answer | self._shown}, {"relying_party": self._party} if self._party else {}

    def _client_data(self, digest: bytes) -> bytes:
        fields = {
            "type": "webauthn.get",
            "challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "origin": "https://example.org",
            "crossOrigin": False,
        } | self._said
        more = fields.pop("more", "")
        written = json.dumps({key: value for key, value in fields.items() if value is not None}, separators=(",", ":"))
        return (written[:-1] + more + "}").encode()


def _passkeys() -> Iterator[Case]:
    other_point = "0x" + P256Key(32).public.hex()
    for name, shows, passkey, counts in (
        ("yes", "A passkey signs for the service's own page.", Passkey(), True),
        ("backed-up", "A passkey may be backed up.", Passkey(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP), True),
        ("high-s", "Authenticators make both values of s.", Passkey(high=True), True),
        (
            "second-page",
            "A service may have several pages.",
            Passkey(party=_party("https://www.example.org", "https://example.org")),
            True,
        ),
        ("no-party", "Nobody says whom passkeys sign for.", Passkey(party=None), False),
        (
            "other-party",
            "It was to sign for somebody else.",
            Passkey(party=RELYING_PARTY | {"id": "example.com"}),
            False,
        ),
        (
            "other-page",
            "It signed on a page that is not the service's.",
            Passkey(party=_party("https://example.com")),
            False,
        ),
        ("no-page", "The service has no page.", Passkey(party=_party()), False),
        ("made-for-another", "It signed for another relying party.", Passkey(rp_id="example.com"), False),
        ("unverified", "Whoever held the device was not asked who it is.", Passkey(flags=PRESENT), False),
        ("absent", "Nobody was there.", Passkey(flags=VERIFIED), False),
        ("other-key", "The key beside it is another one.", Passkey(shown={"public_key": other_point}), False),
        ("off-the-curve", "The key is no point of the curve.", Passkey(shown={"public_key": "0x" + "11" * 64}), False),
        ("no-signature", "There is no signature.", Passkey(shown={"signature": "0x"}), False),
    ):
        story = _story(f"passkey-{name}", shows, passkey, honest=None if counts else "passkey-yes")
        story.give(CODE)
        yield _judged(story, counts=counts)

    story = _story("passkey-of-a-stranger", "Somebody else's passkey.", Passkey(), honest="passkey-yes")
    story.give(CODE, by=Passkey(32))
    yield _judged(story, counts=False)

    customer = Passkey(33)
    story = Story(
        "signers-customer-passkey",
        "A customer with a passkey confirms.",
        term("delivery_confirmation", grade="G3"),
        people={"customer": customer.address},
    )
    story.confirm(by=customer)
    yield story.passes()


def _party(*origins: str) -> dict[str, Any]:
    return RELYING_PARTY | {"origins": list(origins)}


def _client_data() -> Iterator[Case]:
    for name, said, counts in (
        ("no-frame-named", {"crossOrigin": None}, True),
        ("more", {"other": "x"}, True),
        ("registration", {"type": "webauthn.create"}, False),
        ("other-challenge", {"challenge": urlsafe_b64encode(hashed("challenge")).decode().rstrip("=")}, False),
        ("no-challenge", {"challenge": None}, False),
        ("other-origin", {"origin": "https://example.org.evil.example"}, False),
        ("framed", {"crossOrigin": True}, False),
        ("framed-maybe", {"crossOrigin": 0}, False),
        ("name-twice", {"more": ',"crossOrigin":false'}, False),
        ("nonsense", {"more": ","}, False),
    ):
        shows = "What the browser says is this challenge, this page, no frame, and each once."
        passkey = Passkey(said=said)
        story = _story(f"client-{name}", shows, passkey, honest=None if counts else "passkey-yes")
        story.give(CODE)
        yield _judged(story, counts=counts)


# ---------------------------------------------------------------------------------------------------------- devices


def _devices() -> Iterator[Case]:
    for name, device in (
        ("phone", PHONE),
        ("other-phone", {"platform": "play_integrity", "app": "org.example.escrow"}),
    ):
        story = _story(f"device-{name}", "A platform vouches for the app and its device.", grade="G2")
        story.give(CODE)
        _vouched(story, device)
        yield story.passes()

    story = _story("device-none", "No device vouches for what the recipient signed.", grade="G2")
    story.give(CODE)
    yield story.fails("evidence.grade")

    story = _story("device-unasked", "A device vouches where nobody asks for it.")
    story.give(CODE)
    _vouched(story, PHONE)
    yield story.passes()

    story = _story("device-and-not", "What no device vouches for does not count beside what one does.", grade="G2")
    story.give(CODE)
    story.give(CODE, attempt=2)
    _vouched(story, PHONE)
    yield story.passes(1)

    story = _story(
        "device-of-a-stranger", "A device does not make a stranger the recipient.", grade="G2", honest="device-phone"
    )
    story.give(CODE, by=STRANGER)
    _vouched(story, PHONE)
    yield _judged(story, counts=False)

    story = _story("device-unheard-of", "Nobody knows the platform.", grade="G2")
    story.give(CODE)
    _vouched(story, PHONE | {"platform": "hearsay"})
    yield story.fails("code.given", "evidence.grade", notes=["evidence.recognised"])

    for name, grade, counts in (("attested", "G2", True), ("counterparty", "G3", True)):
        story = Story(
            f"signers-customer-{name}",
            "The customer's own key is more than a device.",
            term("delivery_confirmation", grade=grade),
        )
        story.confirm(by=CUSTOMER)
        yield _judged(story, counts=counts)

    photo = term("photo_upload", grade="G2")
    story = Story("signers-device-photo", "A device vouches for a photo without a manifest.", photo)
    story.upload("coffee.jpg")
    _vouched(story, PHONE)
    yield story.passes()

    place = term(
        "location_verification", radius=100, **{name: KAMPALA[name] for name in ("latitude", "longitude")}, grade="G2"
    )
    for name, device in (("vouched", PHONE), ("not-vouched", None)):
        story = Story(f"signers-position-{name}", "A device vouches for who took a position, not for where.", place)
        story.report(KAMPALA)
        if device:
            _vouched(story, device)
        yield story.passes() if device else story.fails("evidence.grade")


def _vouched(story: Story, device: Mapping[str, Any]) -> None:
    """The service verified what a platform says of the device that made the last piece."""
    story.piece(receipt=story.passes().evidence[-1]["piece"]["receipt"] | {"device": dict(device)})


# -------------------------------------------------------------------------------------------------------- both, none


def _malformed() -> Iterator[Case]:
    for name, shows, changes in (
        ("unsigned", "A piece without anything that shows who made it.", {"signature": None}),
        ("mistyped-wallet", "A wallet's address with a mistyped letter.", {"signer": "0x" + "aB" * 20}),
        ("no-hexadecimal", "A signature that is no bytes.", {"signature": "0x5"}),
    ):
        story = _story(name, shows)
        story.give(CODE)
        story.piece(**changes)
        yield story.fails("code.given", "evidence.grade", notes=["evidence.recognised"])

    passkey = Passkey()
    story = _story("signed-twice", "A passkey's answer with a signature beside it.", passkey)
    story.give(CODE)
    story.piece(signature="0x" + "11" * 65)
    yield story.fails("code.given", "evidence.grade", notes=["evidence.recognised"])

    story = _story("passkey-and-wallet", "A passkey's answer that names a wallet as well.", passkey)
    story.give(CODE)
    story.piece(signer=passkey.address)
    yield story.fails("code.given", "evidence.grade", notes=["evidence.recognised"])

    for name, shown in (
        ("short-key", {"public_key": "0x" + "11" * 63}),
        ("extended", {"authenticator_data": "0x" + "11" * 38}),
        ("long-signature", {"signature": "0x" + "11" * 73}),
        ("long-client", {"client_data_json": "0x" + "20" * 1025}),
    ):
        story = _story(f"passkey-{name}", "A passkey's answer has its sizes.", Passkey(shown=shown))
        story.give(CODE)
        yield story.fails("code.given", "evidence.grade", notes=["evidence.recognised"])
