"""The parser of photos, on real photographs and on files made to hurt it."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

import escrow_chain.cli.demo
from bench.camera import NAMES, NATIVE, Shot, jpeg, photograph, picture
from escrow_chain.evidence.photo import MAX_PIXELS, MAX_SCANS, MAX_SIDE, MOST_MEMORY, PhotoFindings, parse_photo
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.terms.photo_checks import LEAST_BRIGHTNESS, LEAST_DETAIL, LEAST_SHARPNESS, MOST_BRIGHTNESS

Shoot = Callable[[str], bytes]
DEMO_PHOTOS = Path(escrow_chain.cli.demo.__file__).parent / "photos"
KNOWN_PAIR_BITS = 60
"""Different photographs are at least this far apart, twice the limit (128 is what chance gives)."""


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image as a file of this format."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    """The picture in a file."""
    return Image.open(io.BytesIO(content)).convert("RGB")


def found(content: bytes) -> PhotoFindings:
    """What the parser found in a good photo."""
    findings = parse_photo(content)
    assert isinstance(findings, PhotoFindings), findings
    return findings


def refused(content: bytes) -> Refusal:
    """Why the parser refused a bad one."""
    refusal = parse_photo(content)
    assert isinstance(refusal, Refusal), refusal
    return refusal


def apart(one: PhotoFindings, other: PhotoFindings) -> int:
    """The bits between two photos, in the nearest orientation."""
    return min((int(one.pdq[0], 16) ^ int(turned, 16)).bit_count() for turned in other.pdq)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, data: bytes, *, colours: str = "RGB") -> bytes:
    """A PNG that promises these pixels, and has this data."""
    header = struct.pack(">IIBBBBB", width, height, 8, {"L": 0, "RGB": 2, "P": 3, "RGBA": 6}[colours], 0, 0, 0)
    palette = png_chunk(b"PLTE", bytes(48)) if colours == "P" else b""
    chunks = png_chunk(b"IHDR", header) + palette + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def jpeg_of(width: int, height: int, content: bytes) -> bytes:
    """A real JPEG whose header promises other pixels."""
    frame = content.index(b"\xff\xc2" if b"\xff\xc2" in content else b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 :]


def test_a_camera_photo_is_measured_whole() -> None:
    """12 megapixels, with the metadata of a phone."""
    findings = found(photograph("coffee"))
    assert (findings.format, findings.width, findings.height) == ("jpeg", *NATIVE)
    assert findings.exif.taken_at == "2025-06-30T16:12:40+03:00"
    assert findings.exif.latitude == pytest.approx(0.315812, abs=1e-6)
    assert findings.exif.longitude == pytest.approx(32.576498, abs=1e-6)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_the_format_is_told_by_content(shoot: Shoot, kind: str) -> None:
    """All three are read, and show the same picture."""
    original = shoot("coffee")
    copy = found(saved(opened(original), kind))
    assert copy.format == kind.lower()
    assert apart(copy, found(original)) <= 31


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "copy",
    [
        lambda image: saved(image, "JPEG", quality=30),
        lambda image: saved(image, "WEBP", quality=50),
        lambda image: saved(image.resize((800, 600)), "JPEG", quality=80),
        lambda image: saved(image.resize((400, 300)), "PNG"),
        lambda image: saved(image.resize((3200, 2400)), "JPEG", quality=85),
        lambda image: saved(ImageOps.mirror(image), "JPEG", quality=80),
        lambda image: saved(ImageOps.flip(image), "JPEG", quality=80),
        lambda image: saved(image.rotate(90, expand=True), "JPEG", quality=80),
        lambda image: saved(ImageOps.mirror(image.rotate(270, expand=True)).resize((600, 800)), "JPEG", quality=60),
        lambda image: saved(ImageEnhance.Brightness(image).enhance(1.1), "JPEG", quality=80),
    ],
    ids=["q30", "webp", "smaller", "smallest", "larger", "mirrored", "flipped", "turned", "all", "brighter"],
)
def test_a_copy_has_the_hash_of_its_original(shoot: Shoot, name: str, copy: Callable[[Image.Image], bytes]) -> None:
    """However it was compressed, resized, mirrored or turned."""
    original = shoot(name)
    assert apart(found(copy(opened(original))), found(original)) <= 31


def test_different_photographs_are_far_apart(shoot: Shoot) -> None:
    """The honest twin of the copies."""
    all_of_them = [found(shoot(name)) for name in NAMES]
    pairs = [(one, other) for number, one in enumerate(all_of_them) for other in all_of_them[:number]]
    assert min(apart(one, other) for one, other in pairs) > KNOWN_PAIR_BITS


def test_turning_a_photo_turns_its_hashes(shoot: Shoot) -> None:
    """The eight hashes are those of the eight orientations, each of them."""
    image = opened(shoot("astronaut")).resize((600, 600))
    upright = found(saved(image, "PNG"))
    for turned in (image, ImageOps.mirror(image)):
        for quarter in range(4):
            copy = found(saved(turned.rotate(90 * quarter), "PNG"))
            assert min((int(copy.pdq[0], 16) ^ int(pdq, 16)).bit_count() for pdq in upright.pdq) <= 10


def test_all_quarters_of_the_globe_are_read() -> None:
    """South and west are negative."""
    for latitude, longitude in ((-33.9249, 18.4241), (40.7128, -74.006), (-34.6037, -58.3816)):
        exif = found(jpeg(picture("coffee", (64, 48)), shot=Shot(latitude=latitude, longitude=longitude))).exif
        assert (exif.latitude, exif.longitude) == pytest.approx((latitude, longitude), abs=1e-6)


def test_stripped_metadata_are_no_metadata(shoot: Shoot) -> None:
    """And no reason to refuse the photo itself."""
    exif = found(saved(opened(shoot("coffee")), "JPEG")).exif
    assert (exif.taken_at, exif.latitude, exif.longitude) == (None, None, None)


def test_broken_metadata_are_no_metadata(shoot: Shoot) -> None:
    """Wherever the header is damaged, the picture is still one."""
    photo = shoot("coffee")
    start = photo.index(b"Exif\0\0") + 6
    chance = random.Random(5)
    for _ in range(150):
        mutated = bytearray(photo)
        for _ in range(chance.randint(1, 8)):
            mutated[start + chance.randrange(240)] = chance.randrange(256)
        claims = found(bytes(mutated)).exif
        assert claims.latitude is None or -90 <= claims.latitude <= 90


def test_a_phones_photo_with_a_depth_map_behind_it_is_one_photo(shoot: Shoot) -> None:
    """An MPO has more pictures behind the first; the first one is the photo."""
    image = opened(shoot("coffee"))
    mpo = saved(image, "MPO", save_all=True, append_images=[image.resize((200, 150))])
    assert Image.open(io.BytesIO(mpo)).format == "MPO"
    findings = found(mpo)
    assert (findings.format, findings.width) == ("jpeg", 1600)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"this is no photo\n", "text"),
        (b"\x00\x01\x02" * 100, "unknown"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
        (saved(Image.new("RGB", (40, 30)), "GIF"), "gif"),
        (saved(Image.new("RGB", (40, 30)), "BMP"), "bmp"),
        (saved(Image.new("RGB", (40, 30)), "TIFF"), "tiff"),
    ],
)
def test_other_formats_are_named_and_refused(content: bytes, kind: str) -> None:
    """Pillow could read most of them, and is not asked to."""
    refusal = refused(content)
    assert (refusal.code, refusal.measured) == ("photo.format", kind)


def jpeg_in(kind: str, image: Image.Image) -> bytes:
    """A JPEG whose colours come in one scan, one after the other (its header says so), or progressively."""
    content = bytearray(saved(image, "JPEG", progressive=kind == "progressive"))
    if kind == "colour by colour":
        content[content.index(b"\xff\xda") + 4] = 1
    return bytes(content)


@pytest.mark.parametrize(("more", "is_refused"), [(MAX_SCANS - 10, False), (MAX_SCANS - 9, True), (50_000, True)])
def test_a_jpeg_of_a_hundred_scans_is_enough(more: int, is_refused: bool) -> None:
    """For each of them libjpeg walks through all pixels, so a small file could keep a worker busy for minutes."""
    content = saved(Image.effect_noise((64, 48), 50).convert("RGB"), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    scanned = parse_photo(content[:-2] + content[last : last + 10] * more + content[-2:])
    if not is_refused:
        assert isinstance(scanned, PhotoFindings)
        return
    assert isinstance(scanned, Refusal)
    assert (scanned.code, scanned.measured, scanned.limit) == ("photo.scans", more + 10, MAX_SCANS)


@pytest.mark.parametrize(
    ("width", "height", "mode", "kind", "limit"),
    [
        (8001, 8000, "RGB", "one scan", MAX_PIXELS),
        (60_000, 60_000, "RGB", "one scan", MAX_PIXELS),
        (8001, 8000, "L", "one scan", MAX_PIXELS),
        (5000, 5000, "RGB", "progressive", MOST_MEMORY // 7),
        (5000, 5000, "RGB", "colour by colour", MOST_MEMORY // 7),
        (8000, 8000, "L", "progressive", MOST_MEMORY // 3),
        (4400, 4400, "CMYK", "one scan", MOST_MEMORY // 9),
        (4000, 4000, "CMYK", "progressive", MOST_MEMORY // 12),
    ],
)
def test_pixels_that_would_take_too_much_are_refused(width: int, height: int, mode: str, kind: str, limit: int) -> None:
    """From a JPEG's header alone; how much they take depends on the colours, and on how many scans they come in."""
    small = jpeg_in(kind, Image.effect_noise((64, 48), 50).convert(mode))
    refusal = refused(jpeg_of(width, height, small))
    assert (refusal.code, refusal.measured, refusal.unit) == ("photo.pixels", width * height, "pixels")
    assert limit - 5000 <= int(refusal.limit or 0) <= limit


@pytest.mark.parametrize(
    ("width", "height", "colours", "limit"),
    [
        (60_000, 60_000, "RGB", MOST_MEMORY // 5),
        (6000, 5600, "RGB", MOST_MEMORY // 5),
        (6000, 5600, "RGBA", MOST_MEMORY // 5),
        (8001, 8000, "L", MAX_PIXELS),
        (8001, 8000, "P", MAX_PIXELS),
    ],
)
def test_a_pngs_pixels_are_refused_before_they_are_decoded(width: int, height: int, colours: str, limit: int) -> None:
    """From the header alone, as those of a JPEG."""
    refusal = refused(png_of(width, height, zlib.compress(b"\0" * 1000), colours=colours))
    assert (refusal.code, refusal.measured) == ("photo.pixels", width * height)
    assert limit - 1000 <= int(refusal.limit or 0) <= limit


def test_a_webp_may_have_as_many_pixels_as_fit_beside_three_copies_of_the_file() -> None:
    """Its decoder takes sixteen bytes for each."""
    plain = saved(Image.new("RGB", (3300, 3300), "teal"), "WEBP")
    refusal = refused(plain)
    assert (refusal.code, refusal.measured) == ("photo.pixels", 3300 * 3300)
    assert refusal.limit == (MOST_MEMORY - 3 * len(plain)) // 16
    assert found(saved(Image.new("RGB", (3000, 3000), "teal"), "WEBP")).width == 3000


def test_a_photo_of_64_megapixels_is_read() -> None:
    """The largest that a phone's camera saves."""
    content = saved(Image.new("RGB", (8000, 8000), "teal"), "JPEG")
    assert found(content).width == 8000


@pytest.mark.parametrize(("width", "height"), [(65_536, 1), (1, 65_536)])
def test_a_strip_is_refused(width: int, height: int) -> None:
    """A PNG's rows can be longer than any camera's, and are kept three times."""
    refusal = refused(saved(Image.new("L", (width, height)), "PNG"))
    assert (refusal.code, refusal.measured, refusal.limit) == ("photo.pixels", 65_536, MAX_SIDE)
    assert found(saved(Image.new("L", (min(width, MAX_SIDE), min(height, MAX_SIDE))), "PNG")).format == "png"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    """Nobody knows which frame is meant."""
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "green", "blue")]
    refusal = refused(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))
    assert (refusal.code, refusal.measured, refusal.limit) == ("photo.frames", 3, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.995])
def test_a_truncated_photo_is_refused(shoot: Shoot, kind: str, kept: float) -> None:
    """Wherever it was cut; the whole file passes (`test_the_format_is_told_by_content`)."""
    content = saved(opened(shoot("coffee")), kind)
    assert refused(content[: int(len(content) * kept)]).code == "photo.decode"


def test_a_file_that_is_a_zip_as_well_is_refused(shoot: Shoot) -> None:
    """A ZIP is read from its end, so it can hide behind a photo; with other bytes behind it a photo passes."""
    hidden, entry = io.BytesIO(), zipfile.ZipInfo("hidden.txt")
    entry.comment = b"as an end begins: PK\5\6 12"
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr(entry, "not a photo")
        archive.comment = b"a comment that may be cut off"
    archive_itself = hidden.getvalue()
    for behind in (
        archive_itself,
        archive_itself[:-9],
        archive_itself + bytes(9),
        archive_itself + b"PK\5\6" + bytes(18),
    ):
        polyglot = shoot("coffee") + behind
        assert zipfile.is_zipfile(io.BytesIO(polyglot))
        assert refused(polyglot).code == "photo.one_format"
    assert found(shoot("coffee") + b"\0\0\0\x18ftypmp42" + bytes(500)).format == "jpeg"
    assert found(shoot("coffee") + b"PK\5\6" + bytes(18)).format == "jpeg", "four bytes by chance, and no archive"


def test_a_file_that_is_a_pdf_as_well_is_refused(shoot: Shoot) -> None:
    """A PDF may start anywhere in the first 1,024 bytes: here in a JPEG comment."""
    photo = shoot("coffee")
    comment = b"%PDF-1.4\n1 0 obj << >> endobj"
    polyglot = photo[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + photo[2:]
    assert refused(polyglot).code == "photo.one_format"
    harmless = photo[:2] + b"\xff\xfe" + struct.pack(">H", 7) + b"hello" + photo[2:]
    assert found(harmless).width == 1600


def test_a_photo_behind_something_else_is_no_photo(shoot: Shoot) -> None:
    """What a file is stands in its first bytes."""
    assert refused(b"<html>" + shoot("coffee")).code == "photo.format"


def test_a_picture_of_deep_greys_is_refused(shoot: Shoot) -> None:
    """A viewer scales its greys, Pillow cuts them off: it would be hashed as another picture than people see."""
    deep = np.asarray(opened(shoot("coffee")).convert("L")).astype(np.uint16) * 257
    content = saved(Image.fromarray(deep), "PNG")
    refusal = refused(content)
    assert (refusal.code, refusal.measured) == ("photo.mode", "I;16")


def see_through(image: Image.Image, mode: str) -> bytes:
    """A PNG whose picture is partly transparent, in one of the ways that PNG has."""
    image = image.resize((400, 300))
    if mode == "palette":
        return saved(image.quantize(16), "PNG", transparency=3)
    if mode == "colour":
        image.paste((1, 2, 3), (0, 0, 200, 300))
        return saved(image, "PNG", transparency=(1, 2, 3))
    image = image.convert(mode)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return saved(image, "PNG")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "palette", "colour"])
def test_a_picture_that_can_be_seen_through_is_refused(shoot: Shoot, mode: str) -> None:
    """What is under the transparent pixels is hashed, and nobody sees it."""
    refusal = refused(see_through(opened(shoot("coffee")), mode))
    assert (refusal.code, refusal.measured, refusal.limit) == ("photo.mode", "transparent", "opaque")


@pytest.mark.parametrize("place", [(0, 0), (1599, 1199), (0, 700), (800, 655)])
def test_a_single_pixel_that_can_be_seen_through_is_enough(shoot: Shoot, place: tuple[int, int]) -> None:
    """Wherever it is: the picture is looked through strip by strip."""
    image = opened(shoot("coffee")).convert("RGBA")
    red, green, blue, _ = image.getpixel(place)
    image.putpixel(place, (red, green, blue, 254))
    assert refused(saved(image, "PNG", compress_level=1)).measured == "transparent"


def with_palette(palette: bytes, *, transparency: bytes = b"") -> bytes:
    """A PNG of 160 by 160 pixels with the colours 0 to 15, of which the palette has some."""
    whole = png_of(160, 160, zlib.compress((b"\0" + bytes(range(16)) * 10) * 160), colours="P")
    chunks = png_chunk(b"PLTE", palette) if palette else b""
    chunks += png_chunk(b"tRNS", transparency) if transparency else b""
    return whole.replace(png_chunk(b"PLTE", bytes(48)), chunks)


@pytest.mark.parametrize("transparency", [b"", b"\xff\xff"])
@pytest.mark.parametrize("colours", [0, 1, 15])
def test_a_pixel_whose_colour_is_not_in_the_palette_is_refused(colours: int, transparency: bytes) -> None:
    """Some programs show it black, others grey, others show nothing of the file."""
    refusal = refused(with_palette(bytes(range(3)) * colours, transparency=transparency))
    assert (refusal.code, refusal.measured, refusal.limit) == ("photo.mode", "out of the palette", "in the palette")


@pytest.mark.parametrize("transparency", [b"", b"\xff\xff"])
@pytest.mark.parametrize("colours", [16, 17, 256])
def test_a_palette_may_have_more_colours_than_are_used(colours: int, transparency: bytes) -> None:
    """They are all there."""
    assert found(with_palette(bytes(range(3)) * colours, transparency=transparency)).format == "png"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_opaque_picture_with_alpha_is_a_photo(shoot: Shoot, kind: str) -> None:
    """Programs that save screenshots and edits write alpha everywhere."""
    original = opened(shoot("coffee"))
    assert apart(found(saved(original.convert("RGBA"), kind, lossless=True)), found(shoot("coffee"))) <= 31


def test_a_refusal_says_the_same_every_time(shoot: Shoot) -> None:
    """No address in memory, no name of a temporary file: else two judges' verdicts would differ."""
    for broken in (b"\x89PNG\r\n\x1a\n" + bytes(40), shoot("coffee")[:5000]):
        refusal = refused(broken)
        assert refusal.code == "photo.decode"
        assert refusal.measured in ("UnidentifiedImageError", "OSError")


def test_the_photographs_at_hand_have_detail_and_featureless_pictures_have_none(shoot: Shoot) -> None:
    """Also out of focus; a wall, a sheet with a line of text and a lens cap do not reach the limit."""
    photos = [shoot(name) for name in NAMES]
    photos += [saved(opened(photo).filter(ImageFilter.GaussianBlur(8)), "JPEG") for photo in photos]
    photos += [path.read_bytes() for path in DEMO_PHOTOS.glob("*.jpg")]
    assert len(photos) == 12
    assert all(found(photo).pdq_quality >= LEAST_DETAIL for photo in photos)
    sheet = Image.new("L", (800, 600), 255)
    ImageDraw.Draw(sheet).text((100, 100), "hello world", fill=0)
    for bare in (Image.new("L", (800, 600), 130), Image.linear_gradient("L").resize((800, 600)), sheet):
        assert found(saved(bare, "PNG")).pdq_quality < LEAST_DETAIL


def test_the_photographs_at_hand_are_sharp_and_lit_and_hopeless_ones_are_not(shoot: Shoot) -> None:
    """Whatever their size; slightly out of focus is sharp enough."""
    for name in NAMES:
        photo = opened(shoot(name))
        for good in (photo, photo.resize((1600, 1200)), photo.filter(ImageFilter.GaussianBlur(photo.width / 1000))):
            kept = found(saved(good, "JPEG"))
            assert kept.sharpness >= LEAST_SHARPNESS
            assert LEAST_BRIGHTNESS <= kept.brightness <= MOST_BRIGHTNESS
        blurred = found(saved(photo.filter(ImageFilter.GaussianBlur(photo.width / 200)), "JPEG"))
        assert blurred.sharpness < LEAST_SHARPNESS
        assert found(saved(photo.point(lambda grey: grey // 12), "JPEG")).brightness < LEAST_BRIGHTNESS
        assert found(saved(photo.point(lambda grey: 240 + grey // 20), "JPEG")).brightness > MOST_BRIGHTNESS


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    """By hand, on a picture that is not reduced: one white dot on black."""
    dot = Image.new("L", (22, 22))
    dot.putpixel((11, 11), 255)
    edges = [-4 * 255] + [255] * 4 + [0] * 395
    mean = sum(edges) / 400
    expected = sum((edge - mean) ** 2 for edge in edges) / 400
    kept = found(saved(dot, "PNG"))
    assert kept.sharpness == pytest.approx(expected)
    assert kept.brightness == pytest.approx(255 / 484)


def test_damaged_photos_never_raise(shoot: Shoot) -> None:
    """A thousand random damages in all three formats end in findings or in a refusal."""
    chance = random.Random(7)
    small = opened(shoot("chelsea")).resize((320, 240))
    for kind in ("JPEG", "PNG", "WEBP"):
        content = saved(small, kind)
        for _ in range(350):
            damaged = bytearray(content)
            for _ in range(chance.randint(1, 12)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            assert isinstance(parse_photo(bytes(damaged)), PhotoFindings | Refusal)
