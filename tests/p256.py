"""Keys on the curve P-256 and what passkeys make of them, for tests: slow, and not safe for real keys."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from eth_abi.abi import encode

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
PRESENT_AND_VERIFIED = 0x05

Point = tuple[int, int]


@dataclass(frozen=True)
class P256Key:
    """A secret number, and what follows from it."""

    secret: int

    @property
    def public(self) -> bytes:
        """64 bytes: the point's two coordinates."""
        x, y = _times(self.secret, G)
        return x.to_bytes(32) + y.to_bytes(32)

    def sign(self, digest: bytes) -> bytes:
        """64 bytes: r and a low s."""
        nonce = int.from_bytes(sha256(self.secret.to_bytes(32) + digest).digest()) % ORDER
        r = _times(nonce, G)[0] % ORDER
        s = pow(nonce, -1, ORDER) * (int.from_bytes(digest) + r * self.secret) % ORDER
        return r.to_bytes(32) + min(s, ORDER - s).to_bytes(32)

    def assertion(self, challenge: bytes, *, flags: int = PRESENT_AND_VERIFIED) -> bytes:
        """What an authenticator and a browser make of a challenge, as OpenZeppelin's WebAuthn takes it."""
        authenticator = sha256(b"example.org").digest() + bytes([flags]) + (7).to_bytes(4)
        fields = {
            "type": "webauthn.get",
            "challenge": urlsafe_b64encode(challenge).decode().rstrip("="),
            "origin": "https://example.org",
            "crossOrigin": False,
        }
        client = json.dumps(fields, separators=(",", ":"))
        signature = self.sign(sha256(authenticator + sha256(client.encode()).digest()).digest())
        places = client.index('"challenge"'), client.index('"type"')
        return encode(
            ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"],
            [signature[:32], signature[32:], *places, authenticator, client],
        )


def _times(factor: int, point: Point) -> Point:
    result: Point | None = None
    while factor:
        if factor & 1:
            result = point if result is None else _plus(result, point)
        point = _plus(point, point)
        factor >>= 1
    assert result is not None
    return result


def _plus(left: Point, right: Point) -> Point:
    (x, y), (u, v) = left, right
    slope = (3 * x * x - 3) * pow(2 * y, -1, P) if left == right else (v - y) * pow(u - x, -1, P)
    z = (slope * slope - x - u) % P
    return z, (slope * (x - z) - y) % P
