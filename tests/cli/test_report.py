"""`escrow terms check … --report`: a page that shows the verdicts, whatever they and the evidence contain."""

import base64
import hashlib
import io
import json
import math
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from pyproj import Geod

from bench.camera import Shot, jpeg, photograph, picture
from escrow_chain.cli import main
from escrow_chain.cli.picture import refuse_to_overwrite
from escrow_chain.cli.picture.exhibits import items_of, map_of
from escrow_chain.cli.picture.labels import HEIGHT, WIDTH, Labels
from escrow_chain.cli.picture.map import Circle, Drawing, Spot, Standing, draw
from escrow_chain.cli.picture.page import _TITLES, MARK, Case, render
from escrow_chain.evidence.assembly import Judged
from escrow_chain.evidence.sandbox import Limits, Sandbox
from escrow_chain.evidence.thumbnail import LONGER_SIDE, thumbnail
from escrow_chain.evidence.thumbnail import draw as draw_photo
from escrow_chain.terms import FORMAT, Circumstances, Coordinates, Fix, NonceStatus, Piece, Term, judge, parse_term
from escrow_chain.terms.catalogue import catalogue
from escrow_chain.terms.geodesy import distance_m
from escrow_chain.terms.registry import PUBLISHED
from tests.terms.records import (
    CUSTOMER,
    DEAL,
    KAMPALA,
    MORNING,
    WALLET,
    code,
    confirmation,
    customized,
    data,
    delivered,
    located,
    meeting,
    photo,
    pictured,
    position,
)

AT = "2025-06-30T09:00:00Z"
EVIL = "<script>alert('1')</script><img src=x onerror=\"alert(2)\">\u202e{{ 7*7 }}"
PHONE = "+256700000123"
SECRET = "QC-SECRET-7"
ENGLISH = catalogue("en")
PLACES = {
    "Kampala": (0.347596, 32.58252),
    "Fiji, at the antimeridian": (-16.8, 179.9999),
    "the north pole": (89.9995, 40.0),
    "exactly the south pole": (-90.0, 0.0),
    "Tromsø": (69.65, 18.96),
}


@dataclass
class Page(HTMLParser):
    """A page as a browser takes it apart."""

    source: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    style: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "style" and not self.style:
            self.style = data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that can be read, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def judged(term: Term, *evidence: Piece) -> Judged:
    """The verdict on evidence, each piece from a file of its own."""
    return Judged(term, judge(term, evidence, circumstances()), evidence, tuple(range(len(evidence))))


def circumstances() -> Circumstances:
    """Those of an honest recipient, twelve hours later."""
    return Circumstances(
        at=MORNING.replace(hour=18),
        zone="Africa/Kampala",
        deal=DEAL,
        milestone=0,
        submitter=WALLET,
        people={"customer": CUSTOMER},
        phones={"customer": PHONE},
    )


def page_of(*each: Judged, names: Sequence[str] = (), language: str = "en", **pictures: bytes) -> Page:
    """The page about verdicts; files are called `0.json` and so on unless they have `names`."""
    named = list(names) or [f"{number}.json" for number in range(max((len(one.evidence) for one in each), default=0))]
    thumbnails = {bytes.fromhex(sha256): small for sha256, small in pictures.items()}
    case = Case(each, named, circumstances(), b"\x77" * 32, thumbnails)
    return Page(render(case, catalogue(language)))


def there(**changes: Any) -> Term:
    """The market in Kampala, 100 m around it."""
    return located(**(KAMPALA | {"radius": 100} | changes))


# The file


@pytest.fixture(scope="module")
def coffee() -> bytes:
    """A real photograph."""
    return photograph("coffee", (1600, 1200))


@pytest.fixture
def terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments of a check of a position that is too far away, and a folder to write into."""
    monkeypatch.chdir(tmp_path)
    point = {"term_type": "location_verification", "data": KAMPALA | {"radius": 100}}
    Path("t.json").write_text(json.dumps(point))
    Path("far.json").write_text(json.dumps(KAMPALA | {"latitude": 0.349, "accuracy": 8}))
    return ["terms", "check", "t.json", "far.json", "--at", AT]


def test_a_report_is_written_beside_the_usual_answer(terms: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the same exit status, and nothing else is written."""
    assert main(terms) == 1
    usual = capsys.readouterr().out
    before = {path: path.read_bytes() for path in Path().iterdir()}
    assert main([*terms, "--report", "r.html"]) == 1
    assert capsys.readouterr().out == usual
    assert {path: path.read_bytes() for path in Path().iterdir() if path.name != "r.html"} == before
    assert "155.2 m away" in Page(Path("r.html").read_text()).text


def test_an_earlier_report_is_replaced(terms: list[str]) -> None:
    """By a whole new one."""
    for _ in range(2):
        assert main([*terms, "--report", "r.html"]) == 1
    first = Path("r.html").read_bytes()
    assert first.startswith(MARK.encode())
    Path("r.html").write_bytes(MARK.encode() + bytes(10_000_000))
    assert main([*terms, "--report", "r.html"]) == 1
    assert Path("r.html").read_bytes() == first


@pytest.mark.parametrize(
    "name", ["far.json", "page.html", "empty.html", "folder", "pipe", "no/such.html", "far.json/r"]
)
def test_nothing_but_an_earlier_report_is_written_over(
    terms: list[str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Least of all evidence: an input error, before anything is judged."""
    Path("page.html").write_text("<!doctype html>\n<p>mine</p>")
    Path("empty.html").touch()
    Path("folder").mkdir()
    Path("pipe").symlink_to("/dev/null")
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    assert main([*terms, "--report", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("escrow: ")
    assert "fault" not in captured.err
    assert {path: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


def test_a_new_name_may_be_written(tmp_path: Path) -> None:
    """The honest twin."""
    refuse_to_overwrite(tmp_path / "new.html")


def test_the_page_does_not_tell_where_its_reader_keeps_files(terms: list[str], tmp_path: Path) -> None:
    """Files are named as seen from the folder that all are in."""
    (tmp_path / "more").mkdir()
    other = tmp_path / "more" / "other.json"
    other.write_text(Path("far.json").read_text())
    main([*terms[:2], "t.json", str(tmp_path / "far.json"), str(other), "--at", AT, "--report", "r.html"])
    page = Path("r.html").read_text()
    assert "more/other.json" in page
    assert str(tmp_path) not in page


def test_real_photos_are_shown_small_and_what_is_no_photo_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coffee: bytes
) -> None:
    """By the real command, with its worker."""
    monkeypatch.chdir(tmp_path)
    Path("t.json").write_text(json.dumps({"term_type": "photo_upload", "data": {"required_count": 2}}))
    Path("good.jpg").write_bytes(coffee)
    Path("cut.jpg").write_bytes(coffee[: len(coffee) // 2])
    main(["terms", "check", "t.json", "good.jpg", "cut.jpg", "--at", AT, "--report", "r.html"])
    page = Page(Path("r.html").read_text())
    (image,) = page.all("img")
    assert image["alt"] == "Photo 1, handed in as good.jpg"
    small = Image.open(io.BytesIO(base64.b64decode((image["src"] or "").removeprefix("data:image/jpeg;base64,"))))
    assert (small.format, max(small.size)) == ("JPEG", LONGER_SIDE)
    assert "The photo is damaged or cut short." in page.text


# What is on the page


def test_the_outcome_comes_first_then_what_is_missing_then_why() -> None:
    """Each before the next."""
    page = page_of(judged(there(), position(there(), 0.349, KAMPALA["longitude"])))
    order = ["Not fulfilled", "What is missing", "no position counts as a visit", "Where it was", "All checks"]
    places = [page.text.index(text) for text in order]
    assert places == sorted(places)
    assert page_of(judged(there(), position(there(), **KAMPALA))).text.startswith("A report") is False
    assert "Fulfilled 1 of 1 terms are fulfilled." in page_of(judged(there(), position(there(), **KAMPALA))).text


def test_every_check_is_in_the_table_with_all_that_it_has() -> None:
    """Code, what was measured, limit, unit, grade, sentence."""
    one = judged(there(), position(there(), 0.349, KAMPALA["longitude"]))
    text = page_of(one).text
    for check in one.verdict.checks:
        assert check.code in text
        assert " ".join(str(check.sentence).split()) in text
    assert re.search(r"failed location\.distance 1 155\.24\d 100 m G1 the agreed place: 155\.2 m away", text)


def test_checks_that_failed_stand_above_those_that_passed() -> None:
    """And the decisive ones above the others."""
    one = judged(there(), position(there(), 0.349, KAMPALA["longitude"]))
    table = page_of(one).text.partition("All checks")[2]
    order = ["location.visited decisive", "location.distance", "evidence.grade decisive", "bound.signature"]
    places = [table.index(text) for text in order]
    assert places == sorted(places)


def test_hashes_with_the_same_ends_are_not_said_to_be_the_same() -> None:
    """Whoever looks for one that looks alike finds it, so that both are shown, and the check as it is."""
    honest = position(there(), **KAMPALA)
    content = honest.content
    swapped = position(there(), **KAMPALA, content=content[:8] + bytes(16) + content[24:])
    brief = f"0x{content.hex()[:8]}…{content.hex()[-8:]}"
    assert f"failed bound.content 1 {brief} {brief}" in page_of(judged(there(), swapped)).text
    assert f"passed bound.content 1 {brief} the same" in page_of(judged(there(), honest)).text


def test_a_verdict_without_evidence_is_shown() -> None:
    """And says so."""
    page = page_of(judged(pictured(required_count=1)))
    assert "Nothing was handed in." in page.text


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_every_type_of_term_has_a_title(name: str) -> None:
    """In English and in German."""
    assert _TITLES[name].spoken(catalogue("de").translate) != ""


def test_photos_have_their_findings_beside_them_failed_ones_first() -> None:
    """And a picture, or a word that there is none."""
    term = pictured(required_count=2)
    bad = photo(term, 2, width=90)
    page = page_of(judged(term, photo(term, 1), bad), **{(1).to_bytes(32).hex(): b"\xff\xd8small"})
    assert [each["alt"] for each in page.all("img")] == ["Photo 1, handed in as 0.json"]
    assert "This photo cannot be shown. 2 1.json" in page.text
    findings = page.text[page.text.index("2 1.json") :]
    assert findings.index("The photo has only 90 x 3000 pixels") < findings.index("Somebody whose word counts")


def test_pieces_are_numbered_in_the_order_in_which_they_came() -> None:
    """Whatever the order of their files; the checks name the same numbers."""
    term = there()
    late, early = (position(term, **KAMPALA, at=MORNING.replace(minute=minute)) for minute in (9, 3))
    one = judged(term, late, early)
    items = items_of(one, ["late.json", "early.json"], circumstances())
    assert [(item.number, item.file) for item in items] == [(1, "early.json"), (2, "late.json")]
    text = page_of(one, names=["late.json", "early.json"]).text
    assert "failed location.frozen 2" in text


def test_codes_and_phones_are_nowhere_on_the_page() -> None:
    """Neither those of the terms nor those that were given, right or wrong."""
    term = customized(verification_code=SECRET)
    right = code(term, SECRET).model_copy(update={"sent_to": PHONE})
    page = page_of(judged(term, right, code(term, "WRONG-9", attempt=2)))
    for secret in (SECRET, "WRONG-9", PHONE, PHONE[1:], "5a5a5a5a"):
        assert secret not in page.source
    assert "attempt 2" in page.text


def test_words_data_and_documents_are_in_a_table() -> None:
    """With what they say and who signed them."""
    term = delivered(min_rating=3)
    text = page_of(judged(term, confirmation(term, rating=4))).text
    assert (
        "Confirmation 0.json counted says as agreed rating 4 of 5 signer customer received 2025-06-30 06:00:00" in text
    )
    term = customized(required_data={"report": True})
    assert "report all is well" in page_of(judged(term, data(term, report="all is well"))).text


def test_long_texts_are_cut() -> None:
    """A page stays a page."""
    term = customized(required_data={"report": True})
    values = {f"name {number}": f"{number}" + "x" * 9_990 for number in range(99)} | {"report": "y"}
    text = page_of(judged(term, data(term, **values))).text
    assert "name 39 39xxx" in text
    assert "name 40" not in text
    assert "further ones 60" in text
    assert "x" * 301 not in text


def test_the_page_is_all_german_if_asked_for() -> None:
    """No label is left in English, as far as it has a German word of another spelling."""
    one = judged(there(), position(there(), 0.349, KAMPALA["longitude"]))
    page = page_of(one, language="de")
    assert page.all("html") == [{"lang": "de"}]
    for text in ("Nicht erfüllt", "Was fehlt", "155.2 m entfernt", "Gehen Sie näher heran", "Alle Prüfungen"):
        assert text in page.text
    for text in ("fulfilled", "What", "away", "failed", "received", "agreed place", "signer"):
        assert text not in page.text.replace("the agreed place", "")


def test_the_text_answer_is_german_if_asked_for(terms: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Its sentences; JSON stays as it is, for programs."""
    main([*terms, "--lang", "de"])
    assert "155.2 m entfernt, erlaubt sind 100 m. Gehen Sie näher heran" in capsys.readouterr().out
    main([*terms, "--json"])
    english = capsys.readouterr().out
    main([*terms, "--json", "--lang", "de"])
    assert capsys.readouterr().out == english
    main([*terms, "--lang", "../xx"])
    assert "Go nearer" in capsys.readouterr().out


# What nobody can put on it


def hostile() -> Page:
    """A page on which everything that comes from outside is an attack."""
    place = there(
        description=EVIL,
        verification_points=[KAMPALA | {"name": EVIL, "radius": 100}],
        **dict.fromkeys(KAMPALA),
        radius=None,
    )
    pictures = pictured(photo_requirements=[{"category": EVIL[:90]}])
    texts = customized(required_data={EVIL[:90]: True})
    seen = photo(pictures, category=EVIL[:90], exif={"taken_at": EVIL, "position": None})
    return page_of(
        judged(place, position(place, **KAMPALA)),
        judged(pictures, seen),
        judged(texts, data(texts, **{EVIL[:90]: EVIL})),
        names=[EVIL],
    )


def test_nothing_from_outside_becomes_markup() -> None:
    """Names of files and places, categories, EXIF, data: all of it is there, as text that shows every character."""
    page = hostile()
    assert page.all("script") == []
    assert page.all("img") == []
    assert "alert('1')" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "\u202e" not in page.source
    assert "\\u202e" in page.text


def test_the_page_needs_nothing_runs_nothing_and_leads_nowhere() -> None:
    """No element or attribute that could, on an honest page or on a hostile one."""
    for page in (hostile(), page_of(judged(there(), position(there(), **KAMPALA)))):
        kinds = {tag for tag, _ in page.tags}
        assert kinds.isdisjoint({"script", "link", "iframe", "object", "embed", "base", "form", "a", "use", "image"})
        for _, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on") or name in ("style", "href", "xlink:href")]
            assert (attributes.get("src") or "data:image/jpeg;base64,").startswith("data:image/jpeg;base64,")
        assert "url(" not in page.style
        assert "@import" not in page.style


def test_the_policy_allows_this_style_and_pictures_inside_the_page_and_nothing_else() -> None:
    """It comes before anything that it is to forbid."""
    page = page_of(judged(there()))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    metas = page.all("meta")
    assert metas[0] == {"charset": "utf-8"}
    assert metas[1]["content"] == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert [tag for tag, _ in page.tags[:4]] == ["html", "head", "meta", "meta"]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium here")
def test_a_browser_shows_the_page_without_a_complaint(tmp_path: Path) -> None:
    """And complains of one whose style somebody changed."""
    sound = hostile().source
    for source, complains in ((sound, False), (sound.replace("<style>", "<style> "), True)):
        page = tmp_path / "page.html"
        page.write_text(source)
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
        command = [*browser, "--enable-logging=stderr", "--dump-dom", page.as_uri()]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert "Not fulfilled" in ran.stdout or "Fulfilled" in ran.stdout
        assert ("Content Security Policy" in ran.stderr) is complains


def test_every_picture_says_in_words_what_it_is() -> None:
    """And no mark is told from another by its colour alone."""
    page = page_of(judged(there(), position(there(), **KAMPALA), position(there(), 0.349, 32.58)))
    for drawn in page.all("svg"):
        assert drawn.get("role") == "img" or drawn.get("aria-hidden") == "true"
    (named,) = [drawn["aria-labelledby"] for drawn in page.all("svg") if drawn.get("role") == "img"]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert set((named or "").split()) <= set(ids)
    assert len(set(ids)) == len(ids)
    shapes = {(tag, attributes["class"]) for tag, attributes in page.tags if "mark" in (attributes.get("class") or "")}
    assert shapes == {("circle", "mark counted"), ("path", "mark failed"), ("path", "mark idle")}


# The map


def spots(*fixes: tuple[float, float], accuracy: float | None = 5.0) -> list[Spot]:
    """Positions, numbered from 1."""
    return [
        Spot(number, Fix(latitude=latitude, longitude=longitude, accuracy=accuracy), Standing.IDLE)
        for number, (latitude, longitude) in enumerate(fixes, start=1)
    ]


def circle(latitude: float, longitude: float, radius_m: float = 100.0, name: str = "") -> Circle:
    """An agreed place."""
    return Circle(name, Coordinates(latitude=latitude, longitude=longitude), radius_m, required=True)


def from_place(drawing: Drawing, number: int) -> float:
    """How far a position is from the first place on the map, in metres by its scale."""
    at = next(drawn.at for drawn in drawing.spots if drawn.spot.number == number)
    centre = drawing.circles[0].at
    return math.hypot(at.x - centre.x, at.y - centre.y) * drawing.metres_per_pixel


def around(latitude: float, longitude: float, metres: float) -> Iterator[tuple[float, float]]:
    """Places so far away from one, all around it."""
    for degrees in range(0, 360, 30):
        east, north, _ = Geod(ellps="WGS84").fwd(longitude, latitude, degrees, metres)
        yield north, east


@pytest.mark.parametrize("name", PLACES)
def test_distances_on_the_map_are_those_on_the_ground(name: str) -> None:
    """At the antimeridian and at the poles too; and the circles have their radius."""
    here = PLACES[name]
    drawing = draw([circle(*here)], spots(*around(*here, 250.0)))
    assert len(drawing.spots) == 12
    for number in range(1, 13):
        assert from_place(drawing, number) == pytest.approx(250.0, abs=0.01)
    assert drawing.circles[0].radius * drawing.metres_per_pixel == pytest.approx(100.0)
    assert {round((drawn.blur or 0) * drawing.metres_per_pixel, 6) for drawn in drawing.spots} == {5.0}


def test_north_is_up_and_east_is_right() -> None:
    """Across the antimeridian too."""
    drawing = draw([circle(10.0, 179.9999)], spots((10.001, 179.9999), (10.0, -179.9995)))
    at = {drawn.spot.number: drawn.at for drawn in drawing.spots}
    centre = drawing.circles[0].at
    assert at[1].y < centre.y - 10
    assert abs(at[1].x - centre.x) < 0.01
    assert at[2].x > centre.x + 10
    assert abs(at[2].y - centre.y) < 0.01


def test_there_is_no_north_at_a_pole() -> None:
    """Every direction is south there."""
    assert not draw([circle(90.0, 0.0)], []).north
    assert draw([circle(89.9, 0.0)], []).north


near_by = st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))


@given(latitude=st.floats(-80, 80), turn=st.floats(-180, 180), offsets=st.lists(near_by, min_size=1, max_size=6))
def test_the_map_does_not_depend_on_where_the_antimeridian_is(
    latitude: float, turn: float, offsets: list[tuple[float, float]]
) -> None:
    """The same places anywhere else around the globe give the same picture."""

    def drawn(longitude: float) -> Drawing:
        def turned(east: float) -> float:
            return (longitude + east + 180) % 360 - 180

        circles = [circle(latitude, turned(0)), circle(latitude + 0.004, turned(0.003))]
        return draw(circles, spots(*((latitude + north, turned(east)) for north, east in offsets)))

    one, other = drawn(0.0), drawn(turn)
    assert one.metres_per_pixel == pytest.approx(other.metres_per_pixel, rel=1e-6)
    for here, there_ in zip(one.circles, other.circles, strict=True):
        assert here.at == pytest.approx(there_.at, abs=0.05)
    at = {drawn.spot.number: drawn.at for drawn in other.spots}
    assert all(drawn.at == pytest.approx(at[drawn.spot.number], abs=0.05) for drawn in one.spots)


globe = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
radii = st.floats(1e-300, 1e300)


@given(
    places=st.lists(st.tuples(globe, radii), min_size=1, max_size=4),
    fixes=st.lists(globe, max_size=8),
    accuracy=st.one_of(st.none(), st.floats(-1e300, 1e300)),
)
def test_whatever_is_handed_in_every_position_is_on_the_map_or_at_its_edge(
    places: list[tuple[tuple[float, float], float]], fixes: list[tuple[float, float]], accuracy: float | None
) -> None:
    """With finite numbers, all places in view, and no label on another."""
    circles = [circle(*place, radius_m, name="Place") for place, radius_m in places]
    drawing = draw(circles, spots(*fixes, accuracy=accuracy))
    beyond = sum(int(each.numbers.count(",")) + 1 for each in drawing.beyond if "…" not in each.numbers)
    if all("…" not in each.numbers for each in drawing.beyond):
        assert len(drawing.spots) + beyond == len(fixes)
    dots = [each.at for each in (*drawing.circles, *drawing.spots, *drawing.beyond)]
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in dots)
    lengths = [each.radius for each in drawing.circles] + [each.blur for each in drawing.spots if each.blur]
    assert all(0 <= length < 1e5 for length in lengths)
    assert 10 <= drawing.bar <= 150.001
    labels = [each.label for each in (*drawing.circles, *drawing.spots) if each.label]
    assert all(4 < label.at.x < WIDTH - 4 and 8 < label.at.y < HEIGHT - 8 for label in labels)


def test_what_is_very_far_away_is_pointed_to_and_does_not_spoil_the_map() -> None:
    """The scale is that of the map without it, and the page says how far it is and where."""
    here = PLACES["Kampala"]
    near = draw([circle(*here)], [])
    term = there()
    one = judged(term, position(term, **KAMPALA), position(term, 51.5, -0.12, at=MORNING.replace(minute=5)))
    drawing = map_of(one, items_of(one, ["a", "b"], circumstances()))
    assert drawing is not None
    assert drawing.metres_per_pixel == pytest.approx(near.metres_per_pixel)
    (arrow,) = drawing.beyond
    metres = distance_m(Coordinates(**KAMPALA), Coordinates(latitude=51.5, longitude=-0.12))
    assert arrow.nearest_m == pytest.approx(metres)
    assert (arrow.degrees, str(arrow.direction), arrow.numbers) == (315.0, "to the north-west", "2")
    assert arrow.at.x < WIDTH / 2
    assert arrow.at.y < HEIGHT / 2
    assert f"Not on the map: 2, {metres / 1000:.0f} km away or more to the north-west." in page_of(one).text


def test_what_is_a_little_far_away_is_on_the_map() -> None:
    """Up to eight times as far as the places reach; then they would be dots."""
    here = PLACES["Kampala"]
    near, far = (next(around(*here, metres)) for metres in (790.0, 810.0))
    drawing = draw([circle(*here, 100.0)], spots(near, far))
    assert [drawn.spot.number for drawn in drawing.spots] == [1]
    assert [arrow.numbers for arrow in drawing.beyond] == ["2"]
    assert drawing.circles[0].radius > 12


def test_many_far_away_are_one_arrow_for_each_direction() -> None:
    """With the nearest of them by number."""
    far = spots(*((10.0 + number, 32.58) for number in range(9)))
    (arrow,) = draw([circle(*PLACES["Kampala"])], far).beyond
    assert arrow.numbers == "1, 2, 3, 4 …"


def test_no_map_is_of_more_than_the_globe() -> None:
    """However large a place is said to be."""
    drawing = draw([circle(*PLACES["Kampala"], 1e300)], spots(PLACES["Tromsø"]))
    assert drawing.metres_per_pixel * HEIGHT < 2.5 * 20_004_000
    assert from_place(drawing, 1) > 7e6


def test_labels_lie_on_nothing() -> None:
    """Where there is no room there is none; those that counted come first."""
    here = PLACES["Kampala"]
    crowd = [
        each._replace(standing=Standing.COUNTED if each.number == 60 else Standing.IDLE) for each in spots(*[here] * 60)
    ]
    drawing = draw([circle(*here, name="Market")], [*crowd, *spots(*around(*here, 60.0))])
    labels = [each.label for each in (*drawing.circles, *drawing.spots) if each.label]
    assert "60" in [label.text for label in labels]
    assert len(labels) < 40
    for one, other in combinations(labels, 2):
        assert abs(one.at.x - other.at.x) > 10 or abs(one.at.y - other.at.y) > 10


def test_a_label_without_a_name_takes_no_room() -> None:
    """One place alone needs no name."""
    labels = Labels()
    room = len(labels.taken)
    drawing = draw([circle(*PLACES["Kampala"])], [])
    assert drawing.circles[0].label is None
    assert len(Labels().taken) == room


def test_the_scale_bar_is_a_round_length() -> None:
    """1, 2 or 5 with noughts."""
    for radius_m in (1.0, 30.0, 77.0, 1234.0, 5e6):
        drawing = draw([circle(*PLACES["Kampala"], radius_m)], [])
        assert re.fullmatch(r"[125]0*", f"{drawing.bar_m:.0f}")


def test_two_thousand_positions_are_drawn_in_time(coffee: bytes) -> None:
    """As many as one term takes: a second is enough, a minute would not be."""
    latitude, longitude = PLACES["Kampala"]
    many = spots(*((latitude + (n % 50) * 1e-5, longitude + (n // 50) * 1e-5) for n in range(2000)))
    started = time.perf_counter()
    assert len(draw([circle(latitude, longitude)], many).spots) == 2000
    assert time.perf_counter() - started < 15


def standings(one: Judged) -> list[Standing]:
    """What became of each piece."""
    by_piece = {item.piece: item.standing for item in items_of(one, ["x"] * len(one.evidence), circumstances())}
    return [by_piece[piece] for piece in range(len(one.evidence))]


def test_positions_are_marked_by_whether_they_counted() -> None:
    """Counted, sound but not needed, and failed."""
    term = there()
    good = position(term, **KAMPALA)
    spare = position(term, KAMPALA["latitude"] + 0.003, KAMPALA["longitude"], at=MORNING.replace(minute=4))
    stale = position(term, KAMPALA["latitude"], 32.5826, at=MORNING.replace(minute=6), nonce_status=NonceStatus.USED)
    assert standings(judged(term, good, spare, stale)) == [Standing.COUNTED, Standing.IDLE, Standing.FAILED]
    assert standings(judged(term, spare)) == [Standing.FAILED]


def test_a_position_at_one_place_is_no_failure_for_being_far_from_another() -> None:
    """It is only not enough."""
    points = [KAMPALA | {"name": "A", "radius": 50}, KAMPALA | {"name": "B", "radius": 50, "latitude": 0.4}]
    term = located(verification_points=points)
    assert standings(judged(term, position(term, **KAMPALA))) == [Standing.IDLE]
    assert standings(judged(term, position(term, **KAMPALA, accuracy=50.5))) == [Standing.FAILED]
    points[1]["required"] = False
    term = located(verification_points=points)
    passing_by = position(term, 0.36, KAMPALA["longitude"], at=MORNING.replace(minute=30))
    assert standings(judged(term, position(term, **KAMPALA), passing_by)) == [Standing.COUNTED, Standing.IDLE]


def test_the_way_goes_through_what_counted_in_its_order() -> None:
    """And through nothing else."""
    points = [KAMPALA | {"name": "A", "radius": 50}, KAMPALA | {"name": "B", "radius": 50, "latitude": 0.35}]
    term = located(verification_points=points, sequence_required=True)
    on_the_way = ((1, 0.347596), (5, 0.349), (9, 0.35))
    stops = [position(term, north, 32.58252, at=MORNING.replace(minute=minute)) for minute, north in on_the_way]
    one = judged(term, *stops[::-1])
    assert one.verdict.fulfilled
    drawing = map_of(one, items_of(one, ["c", "b", "a"], circumstances()))
    assert drawing is not None
    by_number = {drawn.spot.number: drawn.at for drawn in drawing.spots}
    assert drawing.way == (by_number[1], by_number[3])
    assert by_number[3].y < by_number[2].y < by_number[1].y


def test_a_meeting_has_a_map() -> None:
    """With the agreed place, or the tolerance about the first who was there."""
    agreed = meeting(max_distance_km=0.2, buyer_coordinates=KAMPALA)
    parts = [{"role": "service_provider"}, {"role": "customer"}]
    anywhere = meeting(location_tolerance=0.03, required_participants=parts)
    for term, radius_m in ((agreed, 200.0), (anywhere, 30.0)):
        pair = [
            position(term, **KAMPALA),
            position(term, KAMPALA["latitude"] + 1e-4, KAMPALA["longitude"], signer=CUSTOMER),
        ]
        one = judged(term, *pair)
        assert one.verdict.fulfilled
        drawing = map_of(one, items_of(one, ["a", "b"], circumstances()))
        assert drawing is not None
        assert drawing.circles[0].radius * drawing.metres_per_pixel == pytest.approx(radius_m)
        assert len(drawing.way) == 2
    nobody = judged(anywhere)
    assert map_of(nobody, items_of(nobody, [], circumstances())) is None


def test_other_terms_have_no_map() -> None:
    """Photos are shown by themselves."""
    term = pictured(required_count=1)
    one = judged(term, photo(term))
    assert map_of(one, items_of(one, ["a"], circumstances())) is None


# Thumbnails


def opened(small: bytes | None) -> Image.Image:
    """A thumbnail that there must be."""
    assert small is not None
    return Image.open(io.BytesIO(small))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_thumbnail_is_a_small_jpeg_of_the_same_picture(coffee: bytes, kind: str) -> None:
    """Of every format that is accepted as a photo."""
    whole = Image.open(io.BytesIO(coffee))
    saved = io.BytesIO()
    whole.save(saved, kind)
    small = opened(draw_photo(saved.getvalue()))
    assert (small.format, small.size) == ("JPEG", (480, 360))
    corner = whole.resize((4, 3)).getpixel((0, 0))
    assert all(abs(a - b) < 25 for a, b in zip(small.resize((4, 3)).getpixel((0, 0)), corner, strict=True))  # type: ignore[arg-type]


def test_a_thumbnail_has_no_metadata() -> None:
    """No EXIF, no position, no comment, no colour profile, whatever the photo has."""
    image = picture("coffee", (800, 600))
    saved = io.BytesIO()
    with Image.open(io.BytesIO(jpeg(image, shot=Shot()))) as source:
        image.save(saved, "JPEG", exif=source.getexif(), comment=b"secret", icc_profile=b"secret profile" * 20)
    assert b"Phone 1" in saved.getvalue()
    small = draw_photo(saved.getvalue())
    assert set(opened(small).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"secret" not in (small or b"")
    assert b"Exif" not in (small or b"")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_thumbnail_is_upright(orientation: int) -> None:
    """However the camera was held."""
    inverse = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    upright = Image.new("RGB", (400, 300), "white")
    upright.paste("red", (0, 0, 200, 150))
    held = upright.transpose(Image.Transpose(inverse[orientation])) if orientation > 1 else upright
    header = Image.Exif()
    header[ExifTags.Base.Orientation] = orientation
    saved = io.BytesIO()
    held.save(saved, "JPEG", exif=header, quality=95)
    small = opened(draw_photo(saved.getvalue()))
    assert small.size == (400, 300)
    red, *others = (small.getpixel(at) for at in ((50, 50), (350, 50), (50, 250), (350, 250)))
    assert red[1] < 60  # type: ignore[index]
    assert all(each[1] > 200 for each in others)  # type: ignore[index]


def test_damaged_photos_have_no_thumbnail_and_raise_nothing(coffee: bytes) -> None:
    """Nor do files of other kinds, nor what promises too many pixels."""
    frame = coffee.index(b"\xff\xc0")
    huge = coffee[: frame + 5] + b"\xea\x60\xea\x60" + coffee[frame + 9 :]
    gif = io.BytesIO()
    Image.new("RGB", (40, 30)).save(gif, "GIF")
    for content in (b"", b"<svg/>", coffee[:3000], huge, gif.getvalue()):
        assert draw_photo(content) is None


def test_a_broken_header_costs_the_turn_and_not_the_picture(coffee: bytes) -> None:
    """A photo whose EXIF makes no sense is shown as it is."""
    start = coffee.index(b"Exif\0\0") + 6
    broken = coffee[:start] + bytes(range(200)) + coffee[start + 200 :]
    assert opened(draw_photo(broken)).size == (480, 360)


def test_thumbnails_are_made_in_the_sandbox(coffee: bytes) -> None:
    """A worker that may open nothing draws nothing, and the page goes on without."""
    with Sandbox() as sandbox:
        assert opened(thumbnail(coffee, sandbox=sandbox)).size == (480, 360)
    with Sandbox(limits=Limits(open_files=1)) as sandbox:
        assert thumbnail(coffee, sandbox=sandbox) is None


def test_a_terms_document_with_several_terms_is_one_page(terms: list[str]) -> None:
    """A section for each, with headings and maps of their own."""
    data_ = KAMPALA | {"radius": 100}
    term = {"term_type": "location_verification", "data": data_}
    Path("t.json").write_text(json.dumps({"format": FORMAT, "timezone": "UTC", "terms": [term, term]}))
    main([*terms, "--report", "r.html"])
    page = Page(Path("r.html").read_text())
    assert "0 of 2 terms are fulfilled." in page.text
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len([each for each in page.all("svg") if each.get("role") == "img"]) == 2
    assert parse_term(term)
