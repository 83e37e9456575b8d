"""Photos that prove a term, photos that do not, and files that are no photos."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from corpus.case import FILES, Case
from corpus.filmed import ANCHORS, FILMED_NONCE
from corpus.story import CUSTOMER, KAMPALA, START, Key, Nonce, Story, spelled, term
from escrow_chain.evidence.submission import Message
from escrow_chain.protocol.typed_data import Domain

HONEST: Final = "photos-one"
NOT_ENOUGH: Final = "photo.count"
UNREAD: Final = (NOT_ENOUGH, "evidence.grade")
"""What fails beside the refusal if the only photo cannot be read."""
UNBOUND: Final = ("bound.content", "bound.nonce", "bound.clock", "evidence.grade")
"""What fails if the message names something else than was handed in."""
AUTHENTIC: Final = {"ai_validation": {"verify_authenticity": True}}
SHARP: Final = {"ai_validation": {"check_quality": True}}
EVERY_FORMAT: Final = {"accepted_formats": ["jpeg", "png", "webp"]}
LOCATED: Final = {"metadata_required": ["location"]}
BEFORE, AFTER = {"category": "before_service"}, {"category": "completion_proof"}
MOST: Final = 300
"""Photos that are judged."""
ELSEWHERE: Final = "0x" + "e1" * 32


class AppKey(Key):
    """The recipient's key, in an app for which its platform vouches."""

    def signed(self, message: Message, domain: Domain) -> tuple[dict[str, Any], dict[str, Any]]:
        """See `Signatory`."""
        shown, found = super().signed(message, domain)
        return shown, {**found, "device": {"platform": "app_attest", "app": "TEAM123456.org.example.capture"}}


IN_AN_APP: Final = AppKey(1001)


def cases() -> Iterator[Case]:
    """See the module."""
    yield from _formats_and_sizes()
    yield from _pictures()
    yield from _metadata()
    yield from _again_here()
    yield from _again_elsewhere()
    yield from _parts()
    yield from _categories()
    yield from _intervals()
    yield from _quality()
    yield from _authenticity()
    yield from _manifests()
    yield from _grades()
    yield from _swapped()
    yield from _no_photos()
    yield from _too_large()
    yield from _several()
    yield from _refused_options()
    yield from _further()


def _told(  # noqa: PLR0913  (what can be other than it should be)
    name: str,
    shows: str,
    options: Mapping[str, Any],
    photos: Sequence[str | Mapping[str, Any]],
    *failed: str,
    accepted: Sequence[int] = (),
    notes: Sequence[str] = (),
    **story: Any,
) -> Case:
    """Photos one after the other; `wait_s` passes before one, and `padded` lengthens it to so many bytes."""
    told = Story(f"photos-{name}", shows, term("photo_upload", **options), **story)
    for each in photos:
        how: dict[str, Any] = {"photo": each} if isinstance(each, str) else dict(each)
        told.wait(seconds=how.pop("wait_s", 0))
        if "padded" in how:
            how["photo"] = told.padded(how["photo"], how.pop("padded"))
        told.upload(how.pop("photo"), **how)
    return told.fails(*failed, notes=notes) if failed else told.passes(*accepted, notes=notes)


def _sized(size: int) -> dict[str, Any]:
    return {"photo": "coffee.jpg", "padded": size}


def _formats_and_sizes() -> Iterator[Case]:
    yield _told("one", "One photo that nobody has seen before is enough.", {}, ["coffee.jpg"])
    yield _told("png", "A PNG is accepted unless the term says otherwise.", {}, ["coffee.png"])
    yield _told(
        "png-unwanted",
        "A PNG is not accepted by a term that names only JPEG.",
        {"accepted_formats": ["jpeg"]},
        ["coffee.png"],
        "photo.format",
        NOT_ENOUGH,
    )
    yield _told("jpg", "jpg is another word for jpeg.", {"accepted_formats": ["jpg"]}, ["coffee.jpg"])
    yield _told(
        "webp-unwanted",
        "A WebP is not accepted unless the term names it.",
        {},
        ["coffee.webp"],
        "photo.format",
        NOT_ENOUGH,
        honest="photos-webp",
    )
    yield _told("webp", "A WebP is accepted by a term that names it.", EVERY_FORMAT, ["coffee.webp"])
    yield _told("depth", "A JPEG with a depth map behind it is a JPEG, and no animation.", {}, ["depth.jpg"])
    for megabytes, size in ((0.1, 100_000), (1.001, 1_001_000), (None, 10_000_000)):
        options = {"max_file_size_mb": megabytes} if megabytes else {}
        named = str(megabytes or "default").replace(".", "-")
        yield _told(f"size-{named}", f"A photo of {size} bytes is small enough.", options, [_sized(size)])
        yield _told(
            f"size-above-{named}",
            f"A photo of {size + 1} bytes is not.",
            options,
            [_sized(size + 1)],
            "evidence.file_size",
            *UNREAD,
            threat=11,
            honest=f"photos-size-{named}",
        )


def _pictures() -> Iterator[Case]:
    yield _told("portrait", "A photo of 480 x 640 pixels is large enough.", {}, ["coffee-turned.jpg"])
    for name in ("479", "479-wide"):
        shows = "A photo of 479 pixels on its smaller side is too small, whichever side that is."
        yield _told(f"pixels-{name}", shows, {}, [f"coffee-{name}.jpg"], "photo.pixels", NOT_ENOUGH)
    yield _told("detail-50", "A picture of PDQ quality 50 can be told from others.", {}, ["detail-50.jpg"])
    for name, shown in (("detail-49", "A picture of PDQ quality 49"), ("wall", "A wall")):
        yield _told(name, f"{shown} can't be told from others.", {}, [f"{name}.jpg"], "photo.detail", NOT_ENOUGH)


def _metadata() -> Iterator[Case]:
    both = {"metadata_required": ["timestamp", "location"]}
    yield _told("exif", "What the camera saved meets what is asked for.", both, ["coffee.jpg"])
    yield _told(
        "stripped-with-position",
        "What the camera did not save, the signed upload may say: its position, and its own time.",
        both,
        [{"photo": "coffee-stripped.jpg", "position": KAMPALA}],
    )
    yield _told(
        "stripped",
        "A stripped photo without a position of its upload has none.",
        both,
        ["coffee-stripped.jpg"],
        "photo.location",
        NOT_ENOUGH,
        threat=8,
        honest="photos-stripped-with-position",
    )
    yield _told("timed", "A time is no position.", LOCATED, ["coffee-timed.jpg"], "photo.location", NOT_ENOUGH)
    yield _told("stripped-unasked", "Who asks for no metadata gets none.", {}, ["coffee-stripped.jpg"])
    yield _told(
        "location-of-nowhere",
        "A photo whose upload says a position that is none is refused, though the camera saved one.",
        LOCATED,
        [{"photo": "coffee.jpg", "position": KAMPALA | {"latitude": 90.1}}],
        "position.malformed",
        *UNREAD,
        threat=1,
        honest="photos-exif",
    )
    for name, failed in (
        ("coffee.jpg", []),
        ("coffee-timed.jpg", ["location"]),
        ("coffee-stripped.jpg", ["timestamp", "location"]),
    ):
        story = Story(
            f"photos-claimed-{name.partition('.')[0]}",
            "A photo that nobody signed has only the metadata that the camera saved, and is a claim in any case.",
            term("photo_upload", **both),
        )
        story.drop(name)
        missing = [f"photo.{each}" for each in failed]
        yield story.fails(*missing, *([NOT_ENOUGH] if missing else []), "evidence.grade")


def _again_here() -> Iterator[Case]:
    two = {"required_count": 2}
    picture, file = "photo.same_picture", "photo.same_file"
    yield _told("two", "Two photos of two things are two.", two, ["coffee.jpg", "chelsea.jpg"])
    yield _told("too-few", "One photo is not two.", two, ["coffee.jpg"], NOT_ENOUGH)
    yield _told(
        "twice",
        "The same file twice is one photo.",
        two,
        ["coffee.jpg", "coffee.jpg"],
        file,
        picture,
        NOT_ENOUGH,
        threat=7,
        honest="photos-two",
    )
    yield _told(
        "twice-unneeded",
        "A photo that is handed in again takes nothing from the first.",
        {},
        ["coffee.jpg", "coffee.jpg"],
        accepted=[0],
        notes=[file, picture],
    )
    disguises = {
        "longer": "bytes behind it",
        "elsewhere": "another position in its header",
        "recompressed": "less quality",
        "resized": "more pixels",
        "mirrored": "left and right changed",
        "turned": "a quarter of a turn",
        "30-bits": "another picture that shines through, so that the hashes differ in 30 bits",
    }
    for name, disguise in disguises.items():
        yield _told(
            f"twice-{name}",
            f"The same picture with {disguise} is the same picture.",
            two,
            ["coffee.jpg", f"coffee-{name}.jpg"],
            picture,
            NOT_ENOUGH,
            threat=7,
            honest="photos-two",
        )
    yield _told(
        "32-bits-apart", "Pictures whose hashes differ in 32 bits are two.", two, ["coffee.jpg", "coffee-32-bits.jpg"]
    )
    yield _told(
        "again-after-one-that-fails",
        "A photo that did not count is handed in again, this time with the position that it lacked.",
        LOCATED,
        ["coffee-stripped.jpg", {"photo": "coffee-stripped.jpg", "position": KAMPALA}],
        accepted=[1],
        notes=["photo.location"],
    )


def _seen(story: Story, **changes: Any) -> dict[str, Any]:
    """Something seen at this very term, but for the changes."""
    here = {"deal": "0x" + story.deal.hex(), "milestone": 0, "term": "0x" + story.term_ids[0].hex()}
    return here | {"received_at": spelled(START - timedelta(days=1))} | changes


def _again_elsewhere() -> Iterator[Case]:
    picture, file = "photo.same_picture", "photo.same_file"
    shows = {
        "deal": "A picture that was seen in another deal is an old one.",
        "milestone": "So is one that was seen in another milestone of this deal.",
        "term": "So is one that was seen for another term of this milestone.",
    }
    for place, other in (("deal", ELSEWHERE), ("milestone", 1), ("term", ELSEWHERE)):
        story = Story(
            f"photos-seen-in-another-{place}", shows[place], term("photo_upload"), threat=7, honest="photos-seen-here"
        )
        story.upload("coffee.jpg", sightings=[_seen(story, same_file=False, distance=31, **{place: other})])
        yield story.fails(picture, NOT_ENOUGH)
    told: Sequence[tuple[str, str, dict[str, Any], tuple[str, ...]]] = (
        ("here", "Who tried before for this very term may try again.", {"same_file": True, "distance": 0}, ()),
        ("32-bits", "32 bits apart is another picture.", {"deal": ELSEWHERE, "same_file": False, "distance": 32}, ()),
        (
            "file",
            "A file that was seen elsewhere is an old one.",
            {"deal": ELSEWHERE, "same_file": True, "distance": 0},
            (file, picture),
        ),
        (
            "file-apart",
            "So it is by its bytes alone.",
            {"deal": ELSEWHERE, "same_file": True, "distance": 256},
            (file,),
        ),
    )
    for name, shown, seen, failed in told:
        story = Story(
            f"photos-seen-{name}",
            shown,
            term("photo_upload"),
            threat=7 if failed else None,
            honest=HONEST if failed else None,
        )
        story.upload("coffee.jpg", sightings=[_seen(story, **seen)])
        yield story.fails(*failed, NOT_ENOUGH) if failed else story.passes()
    story = Story(
        "photos-seen-twice",
        "Of several times before, the nearest counts.",
        term("photo_upload"),
        threat=7,
        honest=HONEST,
    )
    several = [_seen(story, deal=ELSEWHERE, same_file=False, distance=bits) for bits in (31, 200)]
    story.upload("coffee.jpg", sightings=several)
    yield story.fails(picture, NOT_ENOUGH)
    yield _told(
        "unsearched",
        "A photo that nobody could look for does not count.",
        {},
        [{"photo": "coffee.jpg", "sightings": None}],
        file,
        picture,
        NOT_ENOUGH,
        honest=HONEST,
    )
    story = Story(
        "photos-one-for-two-terms",
        "One photo is not there for two terms.",
        term("photo_upload"),
        term("photo_upload", description="another"),
        threat=7,
        honest="photos-two-for-two-terms",
    )
    story.upload("coffee.jpg")
    story.upload("coffee.jpg", about_term=1)
    yield story.fails(file, picture, NOT_ENOUGH, accepted=[0])
    story = Story(
        "photos-two-for-two-terms", "Two are.", term("photo_upload"), term("photo_upload", description="another")
    )
    story.upload("coffee.jpg")
    story.upload("chelsea.jpg", about_term=1)
    yield story.passes()
    story = Story(
        "photos-copied-unsigned",
        "A copy that nobody signed is an old picture too, and no evidence for another term.",
        term("photo_upload"),
        term("photo_upload", description="another"),
        threat=7,
        honest="photos-two-for-two-terms",
    )
    story.upload("coffee.jpg")
    story.drop("coffee.jpg")
    yield story.fails(file, picture, NOT_ENOUGH, "evidence.grade", accepted=[0])


def _parts() -> Iterator[Case]:
    two, scene = {"required_count": 2, **AUTHENTIC}, "photo.same_scene"
    not_authentic = (scene, "photo.authentic", NOT_ENOUGH)
    yield _told("two-authentic", "Two photos of two things.", two, ["coffee.jpg", "chelsea.jpg"])
    for name in ("cropped", "tilted"):
        shows = f"A {name} copy of another photo is no new one where photos must be authentic."
        honest: dict[str, Any] = {"threat": 7, "honest": "photos-two-authentic"}
        yield _told(f"{name}-copy", shows, two, ["coffee.jpg", f"coffee-{name}.jpg"], *not_authentic, **honest)
        shows = f"Elsewhere a {name} copy is not looked for."
        yield _told(f"{name}-copy-unasked", shows, {"required_count": 2}, ["coffee.jpg", f"coffee-{name}.jpg"])
    story = Story(
        "photos-copy-that-came-first",
        "A cropped copy that was received before its original is the same to who compares: only one of them counts.",
        term("photo_upload", **two),
        threat=7,
        honest="photos-two-authentic",
    )
    story.wait(minutes=5)
    story.upload("coffee.jpg")
    story.now = START
    story.upload("coffee-cropped.jpg")
    story.wait(minutes=10)
    yield story.fails(*not_authentic)
    told: Sequence[tuple[str, str, dict[str, Any], bool]] = (
        ("elsewhere-19", "19 shared details are chance.", {"deal": ELSEWHERE, "sha256": None, "inliers": 19}, True),
        (
            "elsewhere-20",
            "20 shared details with a photo of another deal are a copy.",
            {"deal": ELSEWHERE, "sha256": None, "inliers": 20},
            False,
        ),
        (
            "here",
            "A part of what was tried for this very term may be tried.",
            {"sha256": ELSEWHERE, "inliers": 200},
            True,
        ),
    )
    for name, shown, alike, passes in told:
        cheat: dict[str, Any] = {} if passes else {"threat": 7, "honest": "photos-alike-elsewhere-19"}
        story = Story(f"photos-alike-{name}", shown, term("photo_upload", **AUTHENTIC), **cheat)
        story.upload("coffee.jpg", likenesses=[_seen(story, **alike)])
        yield story.passes() if passes else story.fails(*not_authentic)
    story = Story(
        "photos-alike-to-the-next",
        "Of two that came at once, it is enough that one was compared with the other.",
        term("photo_upload", **two),
        threat=7,
        honest="photos-alike-to-another",
    )
    next_file = "0x" + sha256((FILES / "chelsea.jpg").read_bytes()).hexdigest()
    story.upload("coffee.jpg", likenesses=[_seen(story, sha256=next_file, inliers=20)])
    story.upload("chelsea.jpg")
    yield story.fails(*not_authentic)
    story = Story(
        "photos-alike-to-another",
        "What a photo was like before says nothing against the next one.",
        term("photo_upload", **two),
    )
    story.upload("coffee.jpg", likenesses=[_seen(story, sha256=ELSEWHERE, inliers=200)])
    story.upload("chelsea.jpg")
    yield story.passes()
    story = Story(
        "photos-alike-most",
        "Of several photos, the one that it is most like counts.",
        term("photo_upload", **AUTHENTIC),
        threat=7,
        honest="photos-alike-elsewhere-19",
    )
    several = [_seen(story, deal=ELSEWHERE, sha256=None, inliers=inliers) for inliers in (3, 20, 5)]
    story.upload("coffee.jpg", likenesses=several)
    yield story.fails(*not_authentic)
    yield _told(
        "uncompared",
        "A photo that nobody could compare is not authentic.",
        AUTHENTIC,
        [{"photo": "coffee.jpg", "likenesses": None}],
        *not_authentic,
        honest="photos-authentic",
    )
    yield _told(
        "uncompared-unasked",
        "Nobody needs to compare where photos need not be authentic.",
        {},
        [{"photo": "coffee.jpg", "likenesses": None}],
    )


def _categories() -> Iterator[Case]:
    before, after = {"photo": "coffee.jpg", **BEFORE}, {"photo": "chelsea.jpg", **AFTER}
    each = {"photo_requirements": [BEFORE, AFTER]}
    yield _told("categories", "One photo for each category.", each, [before, after])
    yield _told("category-missing", "Of one category there is none.", each, [before], "photo.category_count")
    yield _told(
        "category-twice",
        "Two of one category are none of the other.",
        each,
        [before, after | BEFORE],
        "photo.category_count",
    )
    for name, category in (("unnamed", None), ("unknown", "Before_Service")):
        yield _told(
            f"category-{name}",
            "A photo counts only for a category that its upload names, to the letter.",
            {"photo_requirements": [BEFORE]},
            [before | {"category": category}],
            "photo.category",
            "photo.category_count",
            honest="photos-categories",
        )
    two = {"photo_requirements": [BEFORE | {"required_count": 2}]}
    yield _told("category-of-two", "Two for a category that needs two.", two, [before, after | BEFORE])
    yield _told("category-of-one", "One is not two.", two, [before], "photo.category_count")
    beside = {"required_count": 2, "photo_requirements": [BEFORE]}
    yield _told(
        "beside-a-category",
        "Beside those of a category, any photo counts where the term asks for so many in all.",
        beside,
        [before, {"photo": "chelsea.jpg"}],
    )
    yield _told("beside-other-category", "Whatever it is for.", beside, [before, after])
    yield _told("only-a-category", "Not enough in all.", beside, [before], NOT_ENOUGH)
    yield _told(
        "only-beside-a-category",
        "Enough in all, and none of the category.",
        beside,
        [{"photo": "coffee.jpg"}, after],
        "photo.category_count",
    )
    yield _told("category-unasked", "What a photo is for matters only if it is asked.", {}, [before])
    long = {"category": "c" * 100}
    yield _told("category-of-100", "A name may have 100 characters.", {"photo_requirements": [long]}, [before | long])
    yield _told(
        "category-of-101",
        "An upload that names a longer one is none.",
        {},
        [before | {"category": "c" * 101}],
        "evidence.recognised",
        *UNREAD,
    )
    twenty = [{"category": f"room {number}"} for number in range(20)]
    yield _told(
        "categories-20",
        "A term may have 20 categories; it needs them all.",
        {"photo_requirements": twenty},
        [before | twenty[19]],
        "photo.category_count",
    )


def _intervals() -> Iterator[Case]:
    """Each photo takes five seconds from nonce to receipt."""
    apart = {"required_count": 2, "min_interval_minutes": 10}
    options = {"photo_requirements": [BEFORE | apart, AFTER | {"min_interval_minutes": 0}]}
    first, second = {"photo": "coffee.jpg", **BEFORE}, {"photo": "chelsea.jpg", **BEFORE}
    third, end = {"photo": "astronaut.jpg", **BEFORE}, {"photo": "rocket.jpg", **AFTER}
    early = {"notes": ["photo.interval"]}
    yield _told("interval", "Ten minutes from a receipt to a nonce.", options, [first, second | {"wait_s": 600}, end])
    yield _told(
        "interval-too-short",
        "A second less is too short.",
        options,
        [first, second | {"wait_s": 599}, end],
        "photo.interval",
        "photo.category_count",
        threat=9,
        honest="photos-interval",
    )
    yield _told(
        "interval-of-old-nonce",
        "Who asks for the nonce too early can have taken the photo too early, whenever it is received.",
        options,
        [first, second | {"wait_s": 300, "took_s": 600, "captured_s": 600}, end],
        "photo.interval",
        "photo.category_count",
        threat=9,
        honest="photos-interval",
    )
    yield _told(
        "interval-after-one-that-counts",
        "Only photos that count have others wait for them.",
        options,
        [first, second | {"wait_s": 300}, third | {"wait_s": 295}, end],
        accepted=[0, 2, 3],
        **early,
    )
    yield _told(
        "interval-after-the-last",
        "They wait for the last of them, not for the first.",
        {"photo_requirements": [BEFORE | apart | {"required_count": 3}]},
        [first, second | {"wait_s": 600}, third | {"wait_s": 599}],
        "photo.interval",
        "photo.category_count",
        threat=9,
        honest="photos-interval",
    )
    yield _told(
        "interval-of-others",
        "Photos of another category have nobody wait.",
        {"photo_requirements": [BEFORE | {"min_interval_minutes": 10}, AFTER | {"min_interval_minutes": 10}]},
        [first, end],
    )
    story = Story(
        "photos-interval-of-nothing",
        "Where none is asked for, both nonces may be asked for at once.",
        term("photo_upload", photo_requirements=[BEFORE | {"required_count": 2, "min_interval_minutes": 0}]),
    )
    nonces = [story.nonce(), story.nonce()]
    for photo, nonce in zip(("coffee.jpg", "chelsea.jpg"), nonces, strict=True):
        story.upload(photo, nonce=nonce, **BEFORE)
    yield story.passes()
    half = {"photo_requirements": [BEFORE | {"required_count": 2, "min_interval_minutes": 0.5}]}
    yield _told("interval-of-half-a-minute", "Half a minute is 30 seconds.", half, [first, second | {"wait_s": 30}])
    yield _told(
        "interval-of-less",
        "29 are less.",
        half,
        [first, second | {"wait_s": 29}],
        "photo.interval",
        "photo.category_count",
        threat=9,
        honest="photos-interval-of-half-a-minute",
    )
    yield _told(
        "interval-beside",
        "Beside so many in all, the photos of a category wait, and others don't.",
        {"required_count": 3, "photo_requirements": [BEFORE | {"min_interval_minutes": 10}]},
        [first, end | {"category": None}, second, third | {"wait_s": 600}],
        accepted=[0, 1, 3],
        **early,
    )


def _quality() -> Iterator[Case]:
    sharp, lit = "photo.sharpness", "photo.brightness"
    told = (
        ("sharp-5", "sharp-5.png", "A Laplacian whose variance is 5 is sharp enough."),
        ("soft", "soft.jpg", "So is one a little above."),
        ("far", "far.jpg", "A picture is measured as small as it is looked at."),
        ("bright-20", "bright-20.png", "A mean grey of 20 is bright enough."),
        ("bright-235", "bright-235.png", "A mean grey of 235 is dark enough."),
        ("lit", "lit.jpg", "A little more than 20 is bright enough."),
        ("dim", "dim.jpg", "A little less than 235 is dark enough."),
    )
    for name, photo, shows in told:
        yield _told(name, shows, SHARP, [photo])
    for photo, failed in (("blurred", sharp), ("dark", lit), ("glaring", lit)):
        yield _told(photo, "It shows nothing.", SHARP, [f"{photo}.jpg"], failed, NOT_ENOUGH)
    off = {"ai_validation": {"enabled": False, "check_quality": True, "verify_authenticity": True}}
    unasked = {"ai_validation": {"enabled": True, "verify_authenticity": True}}
    for name, options in (("unasked", {}), ("off", off), ("unchecked", unasked)):
        yield _told(f"blurred-{name}", "A blurred picture counts where nobody looks.", options, ["blurred.jpg"])
    yield _told("dark-off", "So does a dark one.", off, ["dark.jpg"])
    each = {"photo_requirements": [BEFORE | {"quality_check": True}, AFTER]}
    blurred, clear = {"photo": "blurred.jpg"}, {"photo": "chelsea.jpg"}
    yield _told(
        "blurred-for-a-category",
        "Where one category asks for quality, its photos need it.",
        each,
        [blurred | BEFORE, clear | AFTER],
        sharp,
        "photo.category_count",
        honest="photos-blurred-for-the-other",
    )
    yield _told("blurred-for-the-other", "Others don't.", each, [clear | BEFORE, blurred | AFTER])
    yield _told(
        "blurred-in-all",
        "Where the term asks for quality, it is of all categories.",
        {**SHARP, "photo_requirements": [BEFORE]},
        [blurred | BEFORE],
        sharp,
        "photo.category_count",
    )


def _authenticity() -> Iterator[Case]:
    old = {"sightings": [{"deal": ELSEWHERE, "milestone": 0, "term": ELSEWHERE, "received_at": spelled(START)}]}
    yield _told("authentic", "A new photo with a fresh nonce is authentic.", AUTHENTIC, ["coffee.jpg"])
    yield _told(
        "authentic-off",
        "A check that is switched off looks at nothing.",
        {"ai_validation": {"enabled": False, "verify_authenticity": True}},
        ["filmed-touched.jpg"],
    )
    yield _told("authentic-unasked", "Nor does one that nobody asked for.", SHARP, ["filmed-touched.jpg"])
    yield _told(
        "not-new",
        "What was seen before is not authentic.",
        AUTHENTIC,
        [{"photo": "coffee.jpg", "sightings": [old["sightings"][0] | {"same_file": False, "distance": 8}]}],
        "photo.same_picture",
        "photo.authentic",
        NOT_ENOUGH,
        threat=7,
        honest="photos-authentic",
    )
    yield _told(
        "not-bound",
        "What has no fresh nonce is not authentic.",
        AUTHENTIC,
        [{"photo": "coffee.jpg", "status": "expired"}],
        "bound.nonce",
        "photo.authentic",
        NOT_ENOUGH,
        "evidence.grade",
        threat=15,
        honest="photos-authentic",
    )
    yield _told(
        "vouched-for",
        "A photo of an app that its platform vouches for is authentic, and of grade G2.",
        AUTHENTIC | {"grade": "G2"},
        [{"photo": "coffee.jpg", "by": IN_AN_APP}],
    )
    yield _told(
        "vouched-for-and-touched",
        "No app makes a photo authentic whose manifest was broken.",
        AUTHENTIC,
        [{"photo": "filmed-touched.jpg", "by": IN_AN_APP}],
        "photo.authentic",
        NOT_ENOUGH,
        threat=10,
        honest="photos-vouched-for",
    )


def _filmed(photo: str = "filmed.jpg", **how: Any) -> dict[str, Any]:
    """With the nonce that is in its manifest."""
    return {"photo": photo, "nonce": Nonce(FILMED_NONCE, START), **how}


def _manifests() -> Iterator[Case]:
    known: dict[str, Any] = {"anchors": ANCHORS}
    attested = {"grade": "G2"}
    yield _told("filmed", "What a trusted camera took for this nonce is of grade G2.", attested, [_filmed()], **known)
    yield _told("filmed-authentic", "And authentic.", AUTHENTIC, [_filmed()], **known)
    cheat: dict[str, Any] = {"threat": 10, "honest": "photos-filmed"}
    speaks_against = ("edited", "generated", "gathered", "opened", "touched", "transplanted", "remotely")
    says_nothing = ("nonceless", "misspelled", "by-stranger", "too-late")
    for name in (*speaks_against, *says_nothing):
        shows = f"A photo that was filmed {name} is of grade G1 at best."
        yield _told(
            f"filmed-{name}", shows, attested, [_filmed(f"filmed-{name}.jpg")], "evidence.grade", **known, **cheat
        )
    yield _told(
        "filmed-for-another-nonce",
        "So is one that was filmed for another nonce.",
        attested,
        ["filmed.jpg"],
        "evidence.grade",
        **known,
        **cheat,
    )
    yield _told(
        "filmed-unanchored",
        "So is one by a camera of a maker that nobody trusts.",
        attested,
        [_filmed()],
        "evidence.grade",
        **cheat,
    )
    for name in speaks_against:
        yield _told(
            f"filmed-{name}-authentic",
            f"A manifest speaks against a photo that was filmed {name}: it is not authentic, though new and bound.",
            AUTHENTIC,
            [_filmed(f"filmed-{name}.jpg")],
            "photo.authentic",
            NOT_ENOUGH,
            threat=10,
            honest="photos-filmed-authentic",
            **known,
        )
    for name in says_nothing:
        shows = f"A manifest says nothing against a photo that was filmed {name}: it is new and bound."
        yield _told(f"filmed-{name}-authentic", shows, AUTHENTIC, [_filmed(f"filmed-{name}.jpg")], **known)
    yield _told(
        "filmed-for-another-nonce-authentic", "Nor if it is another nonce's.", AUTHENTIC, ["filmed.jpg"], **known
    )
    yield _told(
        "filmed-edited-unanchored",
        "Of a manifest by somebody, nothing is believed: not even that it was edited.",
        AUTHENTIC,
        [_filmed("filmed-edited.jpg")],
    )
    yield _told(
        "filmed-copy",
        "A trusted camera that filmed a part of another photo filmed no new one.",
        AUTHENTIC | {"required_count": 2},
        ["coffee.jpg", _filmed("filmed-cropped.jpg")],
        "photo.same_scene",
        NOT_ENOUGH,
        threat=7,
        honest="photos-filmed-beside",
        **known,
    )
    yield _told(
        "filmed-beside",
        "A photo by a trusted camera beside one by any.",
        AUTHENTIC | {"required_count": 2},
        ["coffee.jpg", _filmed("filmed-other.jpg")],
        **known,
    )
    yield _told(
        "filmed-again",
        "A photo by a trusted camera is no new one either if it was seen elsewhere.",
        AUTHENTIC,
        [
            _filmed(
                sightings=[
                    {
                        "deal": ELSEWHERE,
                        "milestone": 0,
                        "term": ELSEWHERE,
                        "received_at": spelled(START),
                        "same_file": False,
                        "distance": 0,
                    }
                ]
            )
        ],
        "photo.same_picture",
        NOT_ENOUGH,
        threat=7,
        honest="photos-filmed-authentic",
        **known,
    )


def _grades() -> Iterator[Case]:
    attested: dict[str, Any] = {"grade": "G2"}
    yield _told("g1-for-g2", "G1 is not G2.", attested, ["coffee.jpg"], "evidence.grade", honest="photos-filmed")
    yield _told(
        "g1-beside-g2",
        "What is below the grade asked for does not count beside what has it.",
        attested,
        ["chelsea.jpg", _filmed()],
        accepted=[1],
        anchors=ANCHORS,
    )
    yield _told(
        "g1-beside-g2-of-two",
        "And makes no second one.",
        attested | {"required_count": 2},
        ["chelsea.jpg", _filmed()],
        NOT_ENOUGH,
        anchors=ANCHORS,
    )
    late = {"deadline": spelled(START + timedelta(seconds=5))}
    yield _told(
        "late",
        "A photo that came at the deadline is too late.",
        late,
        ["coffee.jpg"],
        "evidence.deadline",
        NOT_ENOUGH,
        honest="photos-early",
    )
    early = {"deadline": spelled(START + timedelta(seconds=6))}
    yield _told("early", "A second before is not.", early, ["coffee.jpg"])
    story = Story(
        "photos-by-the-customer",
        "The customer's photo is not the recipient's.",
        term("photo_upload"),
        threat=13,
        honest=HONEST,
    )
    story.upload("coffee.jpg", by=CUSTOMER, status="unasked")
    yield story.fails("bound.signature", "bound.nonce", "bound.clock", "evidence.grade")
    yield _told("nothing", "Nothing proves nothing.", {}, [], *UNREAD)


def _swapped() -> Iterator[Case]:
    """What the message names is not what was handed in with it."""
    changes: Mapping[str, dict[str, Any]] = {
        "photo": {"photo": "chelsea.jpg"},
        "category": {"category": "completion_proof"},
        "position": {"position": KAMPALA | {"latitude": 0.3477}},
    }
    for name, change in changes.items():
        story = Story(
            f"photos-swapped-{name}",
            f"A {name} that was changed after it was signed is nobody's.",
            term("photo_upload"),
            threat=15,
            honest="photos-unswapped",
        )
        story.upload("coffee.jpg", position=KAMPALA, category="before_service")
        story.piece(**change)
        yield story.fails(*UNBOUND)
    whole = {"photo": "coffee.jpg", "position": KAMPALA, "category": "before_service"}
    yield _told("unswapped", "A photo as it was signed.", {}, [whole])


def _no_photos() -> Iterator[Case]:
    """Files that are refused before anybody judges."""
    told: Mapping[str, tuple[str, str | None]] = {
        "cut.jpg": ("photo.decode", HONEST),
        "damaged.png": ("photo.decode", "photos-png"),
        "animated.webp": ("photo.frames", "photos-webp"),
        "animated.png": ("photo.frames", "photos-png"),
        "deep.png": ("photo.mode", "photos-png"),
        "glass.png": ("photo.mode", "photos-opaque"),
        "archive.jpg": ("photo.one_format", HONEST),
        "archive-commented.jpg": ("photo.one_format", HONEST),
        "papered.jpg": ("photo.one_format", HONEST),
        "papered-at-1019.jpg": ("photo.one_format", "photos-papered-at-1020"),
        "loop.gif": ("photo.format", None),
        "apple.heic": ("photo.format", None),
        "empty.jpg": ("photo.format", None),
        "letter.txt": ("photo.format", None),
        "unknown.bin": ("photo.format", None),
        "missing.jpg": ("evidence.file", None),
    }
    for file, (failed, honest) in told.items():
        name = file.replace(".", "-")
        shows = f"The file {file} is no photo that anybody can rely on ({failed})."
        yield _told(f"file-{name}", shows, EVERY_FORMAT, [file], failed, *UNREAD, threat=11, honest=honest)
    yield _told("opaque", "What could be seen through, and can't, is a photo.", {}, ["opaque.png"])
    yield _told("papered-at-1020", "A PDF begins in the first 1,024 bytes.", {}, ["papered-at-1020.jpg"])
    unsigned = {"empty.jpg": "evidence.file", "letter.txt": "evidence.recognised", "unknown.bin": "photo.format"}
    for file, failed in unsigned.items():
        story = Story(
            f"photos-unsigned-{file.replace('.', '-')}", "Nor is it if nobody signed it.", term("photo_upload")
        )
        story.drop(file)
        yield story.fails(failed, *UNREAD)
    story = Story(
        "photos-beside-a-refused-one", "What cannot be read takes nothing from what can.", term("photo_upload")
    )
    story.upload("cut.jpg")
    story.upload("coffee.jpg")
    yield story.passes(1, notes=["photo.decode"])
    story = Story("photos-instead-of-a-position", "A position is no photo.", term("photo_upload"))
    story.report(KAMPALA)
    yield story.fails("evidence.kind", *UNREAD)


def _too_large() -> Iterator[Case]:
    """What a header promises is looked at before anything is decoded; what is just allowed is decoded, and no photo."""
    told: Sequence[tuple[str, str]] = (
        ("huge.png", ""),
        ("wide.png", "wide-enough.png"),
        ("grey-above-64m.png", "grey-64m.png"),
        ("coloured-above-33m.png", "coloured-33m.png"),
    )
    for above, within in told:
        bomb = f"{above} promises more pixels than anybody decodes."
        yield _told(f"bomb-{above[:-4]}", bomb, {}, [above], "photo.pixels", *UNREAD, threat=11, honest=HONEST)
        if within:
            shows = f"{within} promises as many as are decoded, and does not have them."
            yield _told(f"bomb-{within[:-4]}", shows, {}, [within], "photo.decode", *UNREAD, threat=11, honest=HONEST)
    plain: Sequence[tuple[str, str]] = (
        ("progressive-24m.jpg", "progressive-23m.jpg"),
        ("inked-19m.jpg", "inked-18m.jpg"),
        ("inked-progressive-14m.jpg", "inked-progressive-13m.jpg"),
        ("webp-11m.webp", "webp-10m.webp"),
        ("", "plain-36m.jpg"),
    )
    for above, within in plain:
        shows = f"{within} has as many pixels as are decoded, and next to nothing in them."
        name = within.partition(".")[0]
        yield _told(f"large-{name}", shows, EVERY_FORMAT, [within], "photo.detail", NOT_ENOUGH)
        if above:
            shows = f"{above} takes more memory than there is."
            name = above.partition(".")[0]
            yield _told(
                f"large-{name}", shows, EVERY_FORMAT, [above], "photo.pixels", *UNREAD, threat=11, honest=HONEST
            )


def _several() -> Iterator[Case]:
    """Of more than 300 photos, the first 300 are judged."""
    for count, named in ((299, "as-many-as-are-judged"), (300, "more-than-are-judged")):
        story = Story(
            f"photos-{named}",
            f"After {count} photos that are none, a good one is number {count + 1}: it counts if 300 are judged.",
            term("photo_upload"),
        )
        for _ in range(count):
            story.upload("tiny.jpg", took_s=1)
        story.upload("coffee.jpg")
        if count < MOST:
            yield story.passes(count, notes=["photo.pixels"])
        else:
            yield story.fails(NOT_ENOUGH, notes=["photo.pixels", "evidence.count"])


def _refused_options() -> Iterator[Case]:
    numbers: Mapping[str, tuple[Sequence[Any], Sequence[Any]]] = {
        "required_count": ((1, 100), (0, 101, 1.5, "1", True)),
        "max_file_size_mb": ((0.01, 64), (0.009, 64.000001, "10", True)),
        "accepted_formats": ((["webp"], ["jpg", "png", "jpeg"]), ([], ["jpeg", "gif"], ["png", "JPEG"], "jpeg")),
        "metadata_required": (([], ["timestamp", "timestamp"]), (["timestamp", "device"], "timestamp")),
        "grade": (("G1", "G2"), ("G0", "G3", "g1")),
    }
    for option, (good, bad) in numbers.items():
        for number, value in enumerate(good):
            shows = f"{option} may be {value}."
            yield _told(f"{option.replace('_', '-')}-allowed-{number}", shows, {option: value}, [], *UNREAD)
        for number, value in enumerate(bad):
            story = Story(
                f"photos-{option.replace('_', '-')}-refused-{number}",
                f"{option} can't be {value!r}.",
                term("photo_upload", **{option: value}),
            )
            inside = option in ("accepted_formats", "metadata_required") and isinstance(value, list) and value
            yield story.refused(f"terms[0].data.{option}" + ("[1]" if inside else ""))


def _further() -> Iterator[Case]:
    """What is at the edge of a rule, and is easily forgotten."""
    told = Story(
        "photos-expired-is-not-remembered",
        "What came with an expired nonce was not taken in: elsewhere it is new.",
        term("photo_upload"),
        term("photo_upload"),
    )
    told.upload("coffee.jpg", status="expired")
    told.upload("chelsea.jpg")
    told.upload("coffee.jpg", about_term=1)
    yield told.passes(1, 2, notes=["bound.nonce"])

    known: dict[str, Any] = {"anchors": ANCHORS, "threat": 15, "honest": "photos-filmed-authentic"}
    yield _told(
        "filmed-expired-authentic",
        "A trusted camera took it for this nonce, which had expired: it is a mere claim.",
        AUTHENTIC,
        [_filmed(status="expired")],
        *("photo.authentic", NOT_ENOUGH, "evidence.grade"),
        notes=["bound.nonce"],
        **known,
    )
