"""Parts and turned copies of pictures: found again, and told from others."""

import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import combinations, permutations

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bench.camera import NAMES, jpeg, picture
from escrow_chain.evidence import history as history_module
from escrow_chain.evidence.history import LEAST_INLIERS, InMemoryPictureHistory, Picture
from escrow_chain.evidence.likeness import features, inliers, inliers_with_each
from escrow_chain.evidence.nonces import Subject
from escrow_chain.evidence.photo import PhotoFindings, parse_photo
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.photo import Likeness
from tests.evidence.scene import MORNING
from tests.evidence.test_sandbox import crash

MOST_BY_CHANCE = 8
"""Details that different pictures have in common."""
WALLET, OTHER_WALLET = "0x" + "11" * 20, "0x" + "22" * 20
PHOTOS = {name: picture(name, (1600, 1200)) for name in NAMES}


def seen(image: Image.Image, *, quality: int = 80) -> bytes:
    """The features of the photo that a camera or an app makes of a picture."""
    findings = parse_photo(jpeg(image, quality=quality))
    assert isinstance(findings, PhotoFindings)
    return findings.features


FEATURES = {name: seen(photo) for name, photo in PHOTOS.items()}


def cut(image: Image.Image, share: float) -> Image.Image:
    """What is left if so much of each side is cut off, more at the left and above."""
    width, height = image.size
    left, upper = round(width * share * 0.7), round(height * share * 0.6)
    return image.crop((left, upper, left + round(width * (1 - share)), upper + round(height * (1 - share))))


def stamped(image: Image.Image) -> Image.Image:
    """With place and time written on it, as many camera apps do."""
    image = image.copy()
    width, height = image.size
    draw = ImageDraw.Draw(image, "RGBA")
    draw.rectangle((0, height * 0.8, width, height), fill=(0, 0, 0, 140))
    lines = "GPS Camera\nKampala, Central Region, Uganda\nLat 0.347596 Long 32.582520\n30/06/2025 04:12 PM GMT +03:00"
    draw.text((width * 0.03, height * 0.81), lines, fill="white", font_size=round(height * 0.035))
    draw.text((width * 0.8, height * 0.85), "MAP", fill="white", font_size=round(height * 0.07))
    return image


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "copy",
    [
        lambda image: image,
        lambda image: cut(image, 0.1),
        lambda image: cut(image, 0.3),
        lambda image: image.rotate(2, Image.Resampling.BICUBIC),
        lambda image: image.rotate(-15, Image.Resampling.BICUBIC),
        lambda image: image.rotate(90, expand=True),
        lambda image: cut(ImageOps.mirror(image), 0.2),
        lambda image: cut(image.rotate(5, Image.Resampling.BICUBIC), 0.2),
        lambda image: cut(ImageEnhance.Brightness(image).enhance(1.2), 0.1),
        lambda image: stamped(cut(image, 0.1)),
        lambda image: ImageOps.expand(cut(image, 0.1), 60, "white"),
    ],
    ids=["same", "cut", "cut more", "turned", "turned more", "quarter", "mirrored", "both", "bright", "stamp", "frame"],
)
def test_a_part_or_a_turned_copy_is_found(name: str, copy: Callable[[Image.Image], Image.Image]) -> None:
    """Compressed again, too; in either order."""
    other = seen(copy(PHOTOS[name]), quality=40)
    assert inliers(FEATURES[name], other) >= LEAST_INLIERS
    assert inliers(other, FEATURES[name]) >= LEAST_INLIERS


def test_different_pictures_have_next_to_nothing_in_common() -> None:
    """Far fewer details than the limit."""
    assert max(inliers(FEATURES[one], FEATURES[other]) for one, other in permutations(NAMES, 2)) <= MOST_BY_CHANCE


def test_the_same_stamp_does_not_make_pictures_alike() -> None:
    """Nor does it hide that they are: two shots of the same scene have it in common, and more."""
    with_stamp = {name: seen(stamped(photo)) for name, photo in PHOTOS.items()}
    pairs = combinations(NAMES, 2)
    assert max(inliers(with_stamp[one], with_stamp[other]) for one, other in pairs) <= MOST_BY_CHANCE
    for name, photo in PHOTOS.items():
        shot = seen(stamped(cut(photo.rotate(0.7, Image.Resampling.BICUBIC), 0.05)))
        assert inliers(shot, with_stamp[name]) >= LEAST_INLIERS


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (2000, 60), (40, 40)])
def test_strips_and_plain_pictures_have_no_details(size: tuple[int, int]) -> None:
    """And nothing in common with anything, not even with themselves."""
    for bare in (Image.new("L", size, 90), Image.effect_noise(size, 60).filter(ImageFilter.GaussianBlur(9))):
        assert inliers(features(bare), features(bare)) == 0
        assert inliers(features(bare), FEATURES["coffee"]) == 0


def test_features_are_small() -> None:
    """A thousand photos' take 20 MB."""
    assert all(5_000 < len(packed) < 20_000 for packed in FEATURES.values())


def test_features_of_another_version_are_not_compared() -> None:
    """Else they would be read as something that they are not."""
    with pytest.raises(ValueError, match="version"):
        inliers(b"\2" + FEATURES["coffee"][1:], FEATURES["coffee"])


def measured() -> tuple[bytes, tuple[int, ...]]:
    """The features of a part, and what it has in common with each photo."""
    part = seen(cut(PHOTOS["coffee"], 0.3))
    return part, inliers_with_each(part, list(FEATURES.values()))


def test_damaged_features_are_not_compared() -> None:
    """Neither cut off or too long, nor of more details than are kept, which would be compared for minutes."""
    good = FEATURES["coffee"]
    size = struct.Struct("<BHHHH").size
    many = struct.pack("<BHHHH", 1, 640, 480, 40_000, 0) + bytes(40_000 * 36)
    flat = struct.pack("<BHHHH", 1, 640, 0, 0, 0)
    for damaged in (b"", good[: size - 1], good[:size], good[:-1], good + b"\0", many, flat):
        for pair in ((good, damaged), (damaged, good)):
            with pytest.raises(ValueError, match="features"):
                inliers(*pair)


def test_another_process_finds_the_same(sandbox: Sandbox) -> None:
    """Whatever was compared before."""
    assert sandbox.submit(measured).result() == measured() == measured()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One worker."""
    with Sandbox() as sandbox:
        yield sandbox


DEAL, OTHER_DEAL = (Subject(deal=deal * 32, milestone=1, term=b"t" * 32) for deal in (b"d", b"o"))


def photo(name: str, share: float = 0.0) -> Picture:
    """A photo, or what is left of it."""
    image = PHOTOS[name]
    return Picture(name.encode().ljust(32), seen(cut(image, share)) if share else FEATURES[name])


def test_a_part_of_a_photo_of_the_same_deal_is_named(sandbox: Sandbox) -> None:
    """Whoever sent it: when it came, what for, which file, and how much they have in common."""
    history = InMemoryPictureHistory(sandbox)
    assert history.record(photo("coffee"), DEAL, wallet=WALLET, at=MORNING) == ()
    assert history.record(photo("rocket"), DEAL, wallet=WALLET, at=MORNING) == ()
    part = photo("coffee", 0.3)
    expected = Likeness(
        deal=DEAL.deal,
        milestone=DEAL.milestone,
        term=DEAL.term,
        received_at=MORNING,
        sha256=photo("coffee").sha256,
        inliers=inliers(part.features, FEATURES["coffee"]),
    )
    assert history.alike(part.features, subject=DEAL, wallet=OTHER_WALLET) == (expected,)
    assert history.record(part, DEAL, wallet=None, at=MORNING) == (expected,)


def test_a_part_of_the_wallets_own_photo_is_found_in_another_deal(sandbox: Sandbox) -> None:
    """But not which file: that is the other deal's secret."""
    history = InMemoryPictureHistory(sandbox)
    history.record(photo("coffee"), OTHER_DEAL, wallet=WALLET, at=MORNING)
    (alike,) = history.record(photo("coffee", 0.2), DEAL, wallet=WALLET, at=MORNING) or ()
    assert (alike.deal, alike.sha256) == (OTHER_DEAL.deal, None)


def test_other_peoples_photos_in_other_deals_are_not_looked_at(sandbox: Sandbox) -> None:
    """Nor are those of nobody known."""
    history = InMemoryPictureHistory(sandbox)
    history.record(photo("coffee"), OTHER_DEAL, wallet=OTHER_WALLET, at=MORNING)
    history.record(photo("coffee"), OTHER_DEAL, wallet=None, at=MORNING)
    for wallet in (WALLET, None):
        assert history.alike(photo("coffee", 0.2).features, subject=DEAL, wallet=wallet) == ()


def test_looking_remembers_nothing(sandbox: Sandbox) -> None:
    """Only recording does."""
    history = InMemoryPictureHistory(sandbox)
    for _ in range(2):
        assert history.alike(FEATURES["coffee"], subject=DEAL, wallet=WALLET) == ()


def test_only_the_newest_are_compared(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this deal or wallet: others do not push them out. The oldest comes first."""
    monkeypatch.setattr(history_module, "MOST_COMPARED", 2)
    history = InMemoryPictureHistory(sandbox)
    for number, name in enumerate(["astronaut", "coffee", "coffee"]):
        history.record(photo(name), DEAL, wallet=WALLET, at=MORNING + timedelta(minutes=number))
        history.record(photo(name), OTHER_DEAL, wallet=OTHER_WALLET, at=MORNING)
    assert history.alike(FEATURES["astronaut"], subject=DEAL, wallet=WALLET) == ()
    alike = history.alike(FEATURES["coffee"], subject=DEAL, wallet=WALLET) or ()
    assert [each.received_at.minute for each in alike] == [1, 2]


def test_of_two_at_once_one_sees_the_other(sandbox: Sandbox) -> None:
    """Exactly one of them, every time."""
    for _ in range(5):
        history = InMemoryPictureHistory(sandbox)
        with ThreadPoolExecutor(2) as both:
            ways = [both.submit(history.record, photo("coffee"), DEAL, wallet=WALLET, at=MORNING) for _ in range(2)]
        answers = [way.result() for way in ways]
        assert sorted(len(answer or ()) for answer in answers) == [0, 1]


def test_what_cannot_be_compared_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is remembered all the same, so that the next one is compared with it."""
    with Sandbox() as own:
        history = InMemoryPictureHistory(own)
        history.record(photo("rocket"), DEAL, wallet=WALLET, at=MORNING)
        with monkeypatch.context() as patched:
            patched.setattr(history_module, "inliers_with_each", crash_on)
            assert history.record(photo("coffee"), DEAL, wallet=WALLET, at=MORNING) is None
        assert len(history.alike(FEATURES["coffee"], subject=DEAL, wallet=WALLET) or ()) == 1


def crash_on(*_: object) -> None:
    """A comparison with a hole."""
    crash()


def labelled(name: str, place: tuple[int, int]) -> Image.Image:
    """A photo in which the same printed label lies somewhere: a twenty-fifth of the picture."""
    image = PHOTOS[name].copy()
    image.paste(PHOTOS["astronaut"].crop((500, 200, 1140, 680)).resize((320, 240)), place)
    return image


def test_the_same_label_does_not_make_pictures_alike() -> None:
    """A box, a logo or a shop sign that is in both is no copy."""
    one, other = seen(labelled("coffee", (600, 480))), seen(labelled("chelsea", (900, 420)))
    assert inliers(one, other) < LEAST_INLIERS
    assert inliers(one, FEATURES["coffee"]) >= LEAST_INLIERS
