"""How people will cheat with positions and photos, from signed bytes to the verdict, each with its honest twin.

The numbers are those of the list of cheats in the documentation of the evidence.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageOps

from bench.camera import Shot, jpeg, picture
from escrow_chain.evidence.content import photo_content, position_content
from escrow_chain.evidence.intake import PhotoUpload
from escrow_chain.protocol.typed_data import Domain
from tests.evidence.scene import DOMAIN, KAMPALA, Scene, account

Shoot = Callable[[str], bytes]
FAR = {"latitude": 0.315789, "longitude": 32.576543, "accuracy": 8.0}
"""3.6 km from Kampala's centre."""


def near(metres: float) -> dict[str, float]:
    """A position so many metres east of the place."""
    return KAMPALA | {"longitude": KAMPALA["longitude"] + metres / 111_320}


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """An image as a file without metadata."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def copy_of(content: bytes) -> Image.Image:
    """The picture in a file."""
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_the_honest_twins_pass(scene: Scene, shoot: Shoot) -> None:
    """A signed position and a signed photo, each with a nonce of its own, fulfil."""
    place, pictures = scene.located(), scene.pictured(metadata_required=["timestamp", "location"])
    position = scene.report(place)
    photo = scene.upload(pictures, shoot("coffee"), position=KAMPALA)
    assert scene.verdict(place, position).fulfilled
    assert scene.verdict(pictures, photo).fulfilled


@pytest.mark.parametrize(
    "document",
    [
        KAMPALA | {"latitude": float("nan")},
        KAMPALA | {"longitude": float("inf")},
        KAMPALA | {"latitude": 90.5},
        KAMPALA | {"longitude": -180.5},
        KAMPALA | {"latitude": "0.347596"},
        KAMPALA | {"longitude": True},
        KAMPALA | {"accuracy": float("-inf")},
        KAMPALA | {"accuracy": 10**400},
        {"latitude": 0.3},
        [0.3, 32.5],
        {},
    ],
)
def test_1_coordinates_that_are_no_numbers(scene: Scene, document: Any) -> None:
    """They are refused before anything is measured, and use up no nonce."""
    place = scene.located()
    nonce = scene.nonce(place)
    message = scene.signed(place, "position", b"\x01" * 32, nonce=nonce)
    piece = scene.report(place, document, signed=message)
    assert scene.failed(place, piece) == {"position.malformed", "location.visited", "evidence.grade"}
    assert scene.verdict(place, scene.report(place, nonce=nonce)).fulfilled


@pytest.mark.parametrize("accuracy", [None, 0, 101, 1e9])
def test_2_a_useless_accuracy(scene: Scene, accuracy: float | None) -> None:
    """A position that may be anywhere proves nothing; one that is as exact as the radius does."""
    place = scene.located()
    document = {key: value for key, value in (KAMPALA | {"accuracy": accuracy}).items() if value is not None}
    assert scene.failed(place, scene.report(place, document)) == {"location.accuracy", "location.visited"}
    assert scene.verdict(place, scene.report(place, KAMPALA | {"accuracy": 100})).fulfilled


def test_3_hard_coded_fixes(scene: Scene) -> None:
    """The same digits again and again are one fix: they make no journey, whatever the device's clock says."""
    east = {"name": "East", "latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"] + 5e-4, "radius": 100}
    west = east | {"name": "West", "longitude": KAMPALA["longitude"] - 5e-4}
    route = scene.located(verification_points=[east, west], sequence_required=True)
    clock = int(scene.now.timestamp())
    for number in range(4):
        scene.report(route, near(1e-8 * number), captured_at=clock)
        scene.wait(seconds=20)
    assert scene.failed(route) == {"location.frozen", "location.sequence"}
    scene.evidence.clear()
    for metres in (0.4, 3.1, 1.7):
        scene.report(route, near(metres))
        scene.wait(minutes=15)
    assert scene.verdict(route).fulfilled


def test_3_a_phone_at_rest(scene: Scene) -> None:
    """It says a cached fix again and again. The first one was proof, and stays it."""
    place = scene.located()
    for _ in range(4):
        scene.report(place)
        scene.wait(minutes=5)
        assert scene.verdict(place).accepted == (0,)


def test_3_teleporting(scene: Scene) -> None:
    """From one end of the town to the other in ten seconds; in five minutes it is a drive."""
    route = scene.located(
        verification_points=[
            {"name": "Pickup", "latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 50},
            {"name": "Delivery", "latitude": FAR["latitude"], "longitude": FAR["longitude"], "radius": 50},
        ]
    )
    scene.report(route)
    scene.wait(seconds=5)
    scene.report(route, FAR)
    assert scene.failed(route) == {"location.speed", "location.visited"}
    scene.evidence.clear()
    scene.wait(minutes=60)
    scene.report(route)
    scene.wait(minutes=5)
    scene.report(route, FAR)
    assert scene.verdict(route).fulfilled


def test_4_a_replayed_message(scene: Scene) -> None:
    """The second time its nonce is used up, though everything about it is genuine."""
    place = scene.located()
    message = scene.signed(place, "position", position_content(KAMPALA))
    first = scene.report(place, signed=message)
    again = scene.report(place, signed=message)
    assert scene.verdict(place, first).fulfilled
    assert scene.failed(place, again) == {"bound.nonce", "evidence.grade"}


def test_4_a_sequence_handed_in_the_other_way_round(scene: Scene) -> None:
    """Nonces taken in stock and handed in as it suits prove no order; one after the other they do."""
    points = [
        {"name": "Pickup", "latitude": KAMPALA["latitude"], "longitude": KAMPALA["longitude"], "radius": 50},
        {"name": "Delivery", "latitude": FAR["latitude"], "longitude": FAR["longitude"], "radius": 50},
    ]
    route = scene.located(verification_points=points, sequence_required=True)
    at_delivery = scene.signed(route, "position", position_content(FAR))
    scene.wait(minutes=5)
    scene.report(route)
    scene.wait(minutes=2)
    scene.report(route, FAR, signed=at_delivery)
    assert scene.failed(route) == {"location.sequence"}
    scene.report(route, FAR | {"longitude": FAR["longitude"] + 1e-6})
    assert scene.verdict(route).fulfilled


@pytest.mark.parametrize("off", [timedelta(hours=-8), timedelta(minutes=-5), timedelta(minutes=5)])
def test_5_an_altered_clock(scene: Scene, off: timedelta) -> None:
    """The device says that it was earlier or later than the server saw; a minute off is honest."""
    place = scene.located()
    captured_at = int((scene.now + off).timestamp())
    assert scene.failed(place, scene.report(place, captured_at=captured_at)) == {"bound.clock", "evidence.grade"}
    slightly = int((scene.now - timedelta(minutes=1)).timestamp())
    assert scene.verdict(place, scene.report(place, captured_at=slightly)).fulfilled


def test_5_a_nonce_kept_for_later(scene: Scene) -> None:
    """What was captured in the morning cannot be handed in at night."""
    place = scene.located()
    nonce = scene.nonce(place)
    morning = scene.now
    scene.wait(hours=9)
    piece = scene.report(place, nonce=nonce, captured_at=int(morning.timestamp()))
    assert scene.failed(place, piece) == {"bound.nonce", "evidence.grade"}


def test_6_a_window_that_the_device_is_in_and_the_server_is_not(scene: Scene) -> None:
    """08:00 to 18:00 in Kampala ends at 15:00 UTC, whatever the device claims."""
    place = scene.located(
        latitude=KAMPALA["latitude"],
        longitude=KAMPALA["longitude"],
        radius=100,
        verification_window={"start_time": "08:00", "end_time": "18:00"},
    )
    inside = scene.report(place)
    scene.wait(hours=8, minutes=59, seconds=50)
    outside = scene.report(place, near(1), captured_at=int(scene.now.timestamp()) - 60)
    assert scene.verdict(place, inside).fulfilled
    assert scene.failed(place, outside) == {"location.window", "location.visited"}


@pytest.mark.parametrize(
    "disguise",
    [
        lambda original: original,
        lambda original: original + bytes(1000),
        lambda original: jpeg(copy_of(original), shot=Shot(latitude=1.5)),
        lambda original: saved(copy_of(original), quality=35),
        lambda original: saved(copy_of(original).resize((1024, 768)), quality=80),
        lambda original: saved(ImageOps.mirror(copy_of(original)), quality=80),
        lambda original: saved(copy_of(original).rotate(180), "PNG"),
    ],
    ids=["same", "longer", "new metadata", "recompressed", "resized", "mirrored", "turned"],
)
@pytest.mark.parametrize("where", ["in this term", "in another term", "in another deal"])
def test_7_the_same_photo_again(scene: Scene, shoot: Shoot, disguise: Callable[[bytes], bytes], where: str) -> None:
    """However it is disguised and wherever it was seen; another photo passes."""
    pictures = scene.pictured(required_count=2 if where == "in this term" else 1)
    before = pictures if where == "in this term" else scene.pictured(description="another")
    own_deal = scene.deal
    if where == "in another deal":
        scene.deal = b"\x77" * 32
    first = scene.upload(before, shoot("coffee"))
    scene.deal = own_deal
    again = [scene.upload(pictures, disguise(shoot("coffee")))]
    fresh = [scene.upload(pictures, shoot("chelsea"))]
    if where == "in this term":
        again, fresh = [first, *again], [first, *fresh]
    failed = scene.failed(pictures, *again)
    assert "photo.same_picture" in failed
    assert "photo.count" in failed
    assert scene.verdict(pictures, *fresh).fulfilled


def test_8_stripped_metadata(scene: Scene, shoot: Shoot) -> None:
    """Without metadata the upload must say them; a header can say them too, as a claim."""
    pictures = scene.pictured(metadata_required=["timestamp", "location"])
    stripped = saved(copy_of(shoot("coffee")))
    assert scene.failed(pictures, scene.upload(pictures, stripped)) == {"photo.location", "photo.count"}
    assert scene.verdict(pictures, scene.upload(pictures, stripped, position=KAMPALA)).fulfilled
    assert scene.verdict(pictures, scene.upload(pictures, shoot("chelsea"))).fulfilled


def test_8_a_position_that_was_not_signed_with_the_photo(scene: Scene, shoot: Shoot) -> None:
    """The upload's position is part of what is signed."""
    pictures = scene.pictured(metadata_required=["location"])
    file = shoot("coffee")
    signed_at_home = photo_content(hashlib.sha256(file).digest(), KAMPALA)
    moved = scene.upload(pictures, file, position=FAR, content=signed_at_home)
    assert scene.failed(pictures, moved) == {"bound.content", "bound.nonce", "bound.clock", "evidence.grade"}
    assert scene.verdict(pictures, scene.upload(pictures, shoot("coffee"), position=FAR)).fulfilled


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_11_an_animation(scene: Scene, kind: str) -> None:
    """One of its frames might be the photo; as a still picture it passes."""
    pictures = scene.pictured(accepted_formats=["png", "webp"])
    frames = [picture(name, (640, 480)) for name in ("rocket", "chelsea")]
    moving = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=200)
    assert "photo.frames" in scene.failed(pictures, scene.upload(pictures, moving))
    assert scene.verdict(pictures, scene.upload(pictures, saved(frames[0], kind))).fulfilled


def test_15_evidence_of_another_deal_term_or_chain(scene: Scene) -> None:
    """A message is for what it names, and nothing else; the nonce is not used up by it."""
    place, other = scene.located(), scene.located(latitude=0.0, longitude=0.0, radius=1)
    nonce = scene.nonce(place)
    for change, code in (
        ({"deal": b"\x01" * 32}, "bound.subject"),
        ({"milestone": 1}, "bound.subject"),
        ({"term": other.id}, "bound.subject"),
        ({"kind": "photo"}, "bound.subject"),
        ({"domain": Domain(chain_id=1, contract=DOMAIN.contract)}, "bound.signature"),
        ({"domain": Domain(chain_id=31337, contract="0x" + "e6" * 20)}, "bound.signature"),
        ({"signer": account(2002)}, "bound.signature"),
        ({"content": b"\x01" * 32}, "bound.content"),
    ):
        piece = scene.report(place, nonce=nonce, **change)
        assert code in scene.failed(place, piece)
        assert not scene.verdict(place, piece).fulfilled
    assert scene.verdict(place, scene.report(place, nonce=nonce)).fulfilled


def test_15_a_nonce_of_another_term(scene: Scene) -> None:
    """It is for the term that it was issued for."""
    place, other = scene.located(), scene.located(latitude=0.0, longitude=0.0, radius=1)
    piece = scene.report(place, nonce=scene.nonce(other))
    assert scene.failed(place, piece) == {"bound.nonce", "evidence.grade"}
    assert scene.failed(place, scene.report(place, nonce=b"\x05" * 32)) == {
        "bound.nonce",
        "bound.clock",
        "evidence.grade",
    }


def test_a_picture_too_small_or_bare_to_be_told_apart(scene: Scene) -> None:
    """Four grey pixels, or a wall, are made anew at will, and no two of them look the same to a hash."""
    pictures = scene.pictured()
    tiny = Image.effect_noise((2, 2), 90)
    assert scene.failed(pictures, scene.upload(pictures, saved(tiny, "PNG"))) >= {"photo.pixels", "photo.count"}
    wall = Image.linear_gradient("L").resize((640, 480))
    assert scene.failed(pictures, scene.upload(pictures, saved(wall))) == {"photo.detail", "photo.count"}
    assert scene.verdict(pictures, scene.upload(pictures, saved(picture("coffee", (640, 480))))).fulfilled


def test_a_signature_that_is_nobodys_uses_up_no_nonce(scene: Scene) -> None:
    """Also where no submitter is named: nobody is not the one who may."""
    place = scene.located()
    nonce = scene.nonce(place)
    message = scene.signed(place, "position", position_content(KAMPALA), nonce=nonce)
    nobodys = message.model_copy(update={"signature": bytes(65)})
    case = replace(scene.case(place), signers=frozenset())
    piece = scene.intake.receive_position(KAMPALA, nobodys, case=case, received_at=scene.now)
    assert "bound.signature" in scene.failed(place, piece)
    assert scene.verdict(place, scene.report(place, nonce=nonce)).fulfilled


def test_a_picture_without_a_fresh_nonce_does_not_enter_the_index(scene: Scene, shoot: Shoot) -> None:
    """So a stranger cannot make somebody's photo look used."""
    pictures = scene.pictured()
    other = scene.pictured(description="another")
    scene.upload(other, shoot("coffee"), signer=account(2002))
    assert scene.verdict(pictures, scene.upload(pictures, shoot("coffee"))).fulfilled


def test_a_burst_pretends_to_be_work_in_progress(scene: Scene, shoot: Shoot) -> None:
    """The device says that half an hour passed; the server's clock says that it did not."""
    during = {"category": "during", "required_count": 2, "min_interval_minutes": 30}
    progress = scene.pictured(photo_requirements=[during])
    scene.upload(progress, shoot("coffee"), category="during")
    half_an_hour = int(scene.now.timestamp()) + 1800
    scene.upload(progress, shoot("rocket"), category="during", captured_at=half_an_hour)
    assert scene.failed(progress) == {"bound.clock", "photo.category_count"}
    scene.upload(progress, shoot("chelsea"), category="during")
    assert scene.failed(progress) == {"bound.clock", "photo.interval", "photo.category_count"}
    scene.wait(minutes=30)
    scene.upload(progress, shoot("astronaut"), category="during")
    assert scene.verdict(progress).fulfilled


def test_a_photo_is_put_into_another_category(scene: Scene, shoot: Shoot) -> None:
    """The category is signed with the photo: whoever carries it cannot change it."""
    requirements = scene.pictured(photo_requirements=[{"category": "before"}, {"category": "after"}])
    scene.upload(requirements, shoot("coffee"), category="before")
    signed_before = photo_content(hashlib.sha256(shoot("rocket")).digest(), None, "before")
    message = scene.signed(requirements, "photo", signed_before)
    upload = PhotoUpload(shoot("rocket"), category="after")
    piece = scene.intake.receive_photo(upload, message, case=scene.case(requirements), received_at=scene.now)
    assert {"bound.content", "photo.category_count"} <= scene.failed(requirements, scene.evidence[0], piece)
    honest = scene.upload(requirements, shoot("rocket"), category="after")
    assert scene.verdict(requirements, scene.evidence[0], honest).fulfilled


@pytest.mark.parametrize("category", ["", "x" * 101, "\ud800"])
def test_a_category_that_is_none_uses_nothing_up(scene: Scene, shoot: Shoot, category: str) -> None:
    """It is refused before the nonce is redeemed and before the picture enters the index."""
    pictures = scene.pictured()
    file = shoot("coffee")
    nonce = scene.nonce(pictures)
    message = scene.signed(pictures, "photo", bytes(32), nonce=nonce)
    upload = PhotoUpload(file, category=category)
    piece = scene.intake.receive_photo(upload, message, case=scene.case(pictures), received_at=scene.now)
    assert "photo.category" in scene.failed(pictures, piece)
    assert scene.verdict(pictures, scene.upload(pictures, file, nonce=nonce)).fulfilled


def test_a_later_fix_that_came_too_late_accuses_nobody(scene: Scene) -> None:
    """What is not looked at can't undo what was proven."""
    place = scene.located(latitude=KAMPALA["latitude"], longitude=KAMPALA["longitude"], radius=100)
    scene.report(place)
    judged_at = scene.now
    scene.report(place, KAMPALA | {"latitude": 40.0})
    scene.now = judged_at
    assert scene.verdict(place).fulfilled
