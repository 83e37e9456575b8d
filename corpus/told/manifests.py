"""What cameras say of their photos, and whether they may: the certificates that sign, and what is signed."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from corpus.cameras import MAKERS
from corpus.case import Case
from corpus.filmed import FILMED_NONCE
from corpus.story import START, Nonce, Story, term

ATTESTED: Final = {"grade": "G2"}
AUTHENTIC: Final = {"ai_validation": {"verify_authenticity": True}}
UNPROVEN: Final = "evidence.grade"
"""What fails if G2 is asked for and no trusted camera took it for this nonce."""
UNTRUE: Final = ("photo.authentic", "photo.count")
"""What fails if its own manifest speaks against a photo."""
CHEAT: Final = 10


def cases() -> Iterator[Case]:
    """See the module."""
    yield from _trusted()
    yield from _of_other_purposes()
    yield from _not_captured()
    yield from _not_signed()
    yield from _without_meaning()


def _told(name: str, shows: str, options: Mapping[str, Any], *failed: str, photo: str = "", **story: Any) -> Case:
    """One photo, with the nonce that is in its manifest; it is called as the case, unless it is told otherwise."""
    told = Story(f"manifests-{name}", shows, term("photo_upload", **options), anchors=MAKERS, **story)
    told.upload(f"cloth-{photo or name}.jpg", nonce=Nonce(FILMED_NONCE, START))
    return told.fails(*failed) if failed else told.passes()


def _trusted() -> Iterator[Case]:
    yield _told("filmed", "What a trusted camera took for this nonce is of grade G2.", ATTESTED)
    yield _told("filmed-authentic", "And authentic.", AUTHENTIC, photo="filmed")
    yield _told("first-version", "In claims of the first version all is said by the signer.", ATTESTED)
    shows = "A certificate was good when the photo came in: it is no matter that it is over when somebody judges."
    yield _told("since-over", shows, ATTESTED)
    yield _told("under-issuer", "Between a camera and its maker there may be an issuer for all purposes.", ATTESTED)
    yield _told("noisy", "What only begins as a certificate does is passed over.", ATTESTED)
    shows = "A certificate whose name can't be read, and that signed nothing, takes nothing from the camera's."
    yield _told("beside-unreadable", shows, ATTESTED)


def _of_other_purposes() -> Iterator[Case]:
    told = {
        "by-site": "A certificate for web sites signs no photos.",
        "under-site": "Nor does one by an issuer for web sites.",
        "by-clock": "A certificate that is for time stamps as well signs no photos.",
        "by-secret": "A key that is for agreeing on secrets signs nothing.",
        "by-issuing-key": "A key that signs certificates signs no photos.",
        "by-authority": "Nor does an authority.",
        "by-second": "A certificate that tells its holder from others of that name by bits has no place in C2PA.",
        "by-second-since-over": "Nor has it once it is over.",
        "by-unreadable": "A certificate for other purposes whose name can't be read is one for other purposes.",
        "by-stranger-since-over": "A stranger's certificate that is over is a stranger's.",
    }
    for name, shows in told.items():
        honest = "manifests-under-issuer" if name == "under-site" else "manifests-filmed"
        yield _told(name, shows, ATTESTED, UNPROVEN, threat=CHEAT, honest=honest)
    shows = "But of what it signed nothing is believed, so that nothing is held against the photo."
    for name in ("by-site", "by-unreadable"):
        yield _told(f"{name}-authentic", shows, AUTHENTIC, photo=name)


def _not_captured() -> Iterator[Case]:
    told = {
        "opened": "A camera that was given another photo to begin with took none, though it says so.",
        "two-lists": "Of two lists of what was done, both are true: it was edited as well.",
        "two-nonces": "A photo that is for two nonces is for none.",
        "gathered-nonce": "A nonce that the signer has from somebody is none.",
    }
    for name, shows in told.items():
        yield _told(name, shows, ATTESTED, UNPROVEN, threat=CHEAT, honest="manifests-filmed")


def _not_signed() -> Iterator[Case]:
    cheat: dict[str, Any] = {"threat": CHEAT, "honest": "manifests-filmed-authentic"}
    shows = "Whoever has a camera's certificate and not its key has signed nothing."
    yield _told("by-thief", shows, AUTHENTIC, *UNTRUE, **cheat)
    shows = "A stranger who adds a manifest that says nothing of the picture has signed no picture."
    yield _told("updated", shows, AUTHENTIC, *UNTRUE, **cheat)
    yield _told("garbled", "A manifest that can't be read speaks against the photo.", AUTHENTIC, *UNTRUE, **cheat)


def _without_meaning() -> Iterator[Case]:
    yield _told("numbered", "A nonce that is a number is none, and nothing speaks against the photo.", AUTHENTIC)
    yield _told("spoken-of", "A photo that speaks of manifests and has none is as good as any other.", AUTHENTIC)
