"""The parser of PDFs, on real forms and on files made to hurt it, and documents through a real worker."""

import hashlib
import io
import random
import resource
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from escrow_chain.evidence import document_reader, pdf, pdf_form, pdf_revisions
from escrow_chain.evidence.document_reader import DocumentReader, ReadDocument
from escrow_chain.evidence.pdf import DocumentFindings, parse_pdf
from escrow_chain.evidence.refusal import Refusal
from escrow_chain.evidence.sandbox import Limits, Sandbox
from tests.evidence.papers import (
    BARE,
    PAGE,
    RECEIVED,
    assembled,
    boxed,
    for_the_web,
    form,
    report,
    stream,
    updated,
    with_hidden,
    without_origin,
)
from tests.evidence.test_sandbox import crash, eat_memory, loop_for_ever

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
FILLED = {"inspector": "Grace Nakato", "meter": "004 512", "passed": "Yes", "place": "Kampala", "roof": "tin"}


def found(content: bytes) -> DocumentFindings:
    """What a document is that must not be refused."""
    findings = parse_pdf(content, roots=(), at=RECEIVED)
    assert isinstance(findings, DocumentFindings), findings
    return findings


def refused(content: bytes) -> Refusal:
    """Why a document is refused."""
    refusal = parse_pdf(content, roots=(), at=RECEIVED)
    assert isinstance(refusal, Refusal), refusal
    return refusal


def catalog(entries: bytes) -> dict[int, bytes]:
    """The objects of an empty page, with more in the catalog."""
    return {**BARE, 1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % entries}


def annotated(entries: bytes, *, kind: bytes = b"/Link") -> dict[int, bytes]:
    """The objects of a page with an annotation."""
    annotation = b"<< /Type /Annot /Subtype %s /Rect [0 0 9 9] %s >>" % (kind, entries)
    return {**BARE, 3: PAGE[:-2] + b"/Annots [4 0 R] >>", 4: annotation}


def a_form(field: bytes, *, on_page: bool = True, look: bytes | None = None) -> dict[int, bytes]:
    """The objects of a page with one field that is its own widget, and looks as this text if any."""
    shown = b"/Annots [4 0 R]" if on_page else b""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>",
        2: BARE[2],
        3: PAGE[:-2] + shown + b">>",
        4: b"<< /Type /Annot /Subtype /Widget %s %s >>" % (field, b"/AP << /N 5 0 R >>" if look is not None else b""),
    }
    if look is not None:
        font = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        entries = b"/Type /XObject /Subtype /Form /BBox [0 0 99 20] " + font
        objects[5] = stream(b"/Tx BMC q BT /F 9 Tf 2 5 Td (%s) Tj ET Q EMC" % look, entries)
    return objects


TEXT = b"/FT /Tx /T (result) /V (approved) /Rect [0 0 99 20]"


def test_a_filled_form_says_what_people_see() -> None:
    """Texts, check boxes, choices by the words shown, radio buttons; nothing of what is left empty."""
    assert found(form(pages=3)) == DocumentFindings(pages=3, fields=FILLED, signatures=())


def test_a_document_without_a_form_has_pages() -> None:
    """Whether its objects stand by themselves or in a stream."""
    for content in (assembled(), boxed(BARE), with_hidden(BARE, {9: b"null"})):
        assert found(content) == DocumentFindings(pages=1, fields={}, signatures=())


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "empty"), (b"hello", "text"), (b"\n" + form(), "text"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\0\1", "unknown")],
    ids=["nothing", "text", "a line before", "png", "unknown"],
)
def test_what_does_not_begin_as_a_pdf_is_none(content: bytes, kind: str) -> None:
    """Programs look for %PDF- further on too; here it stands at the very beginning."""
    refusal = refused(content)
    assert (refusal.code, refusal.measured) == ("document.format", kind)


@pytest.mark.parametrize("behind", [b"", b"\n", b"%%EOF\n"])
def test_a_document_that_is_an_archive_as_well_is_refused(behind: bytes) -> None:
    """Wherever Python's own ZIP reader, more tolerant than most, finds one."""
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("hidden.txt", "no document")
    assert refused(form() + hidden.getvalue() + behind).code == "document.one_format"


@pytest.mark.parametrize("kept", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_document_that_is_cut_short_is_refused(kept: float) -> None:
    """Wherever it was cut, also within its second revision, when the first one is whole."""
    content = form()
    longer = updated(content, {900: b"(more)" * 500})
    assert refused(content[: int(len(content) * kept)]).code == "document.damaged"
    assert refused(longer[: len(content) + int((len(longer) - len(content)) * kept)]).code == "document.damaged"


def test_a_table_that_is_wrong_is_not_repaired() -> None:
    """Programs that repair files do not all repair them alike."""
    content = assembled()
    assert content.count(b"0000000015 00000 n") == 1
    assert refused(content.replace(b"0000000015 00000 n", b"0000000016 00000 n")).code == "document.damaged"
    assert refused(content.replace(b"3 0 obj", b"8 0 obj")).code == "document.damaged"


def test_a_table_may_begin_with_another_object_than_the_first() -> None:
    """Programs that add to a file name what is new, and files made for the web name their first page first."""
    content = assembled({**BARE, 7: b"(old)"})
    for objects in ({7: b"(new)"}, {1: BARE[1]}):
        assert found(without_origin(updated(content, objects))).pages == 1


def test_a_table_that_may_be_counted_from_another_object_is_refused() -> None:
    """Poppler and pdf.js take a free object 1 for object 0 where a table begins with it: all others count one less."""
    content = assembled({5: BARE[1], 2: BARE[2], 3: PAGE}).replace(b"/Root 1 0 R", b"/Root 5 0 R")
    assert found(content) == found(updated(content, {}, freed=[1]))
    assert refused(without_origin(updated(content, {}, freed=[1]))).measured == "two ways to count"


def test_a_file_for_the_web_leads_to_one_table_from_both_ends() -> None:
    """Where the first object says so, Poppler and pdf.js read the table behind it, and never look at the end."""
    assert found(for_the_web()).pages == 1
    assert found(updated(for_the_web(), {7: b"(new)"})).pages == 1
    assert found(for_the_web(misleading=True, first=b"<< /Length %d >>")).pages == 1
    for first in (
        b"<< /Linearized 1 /L %d >>",
        b"<< /Lin#65arized 1 /#4c %d >>",
        b"<< /Linearized 1 /L 0-%d >>",
        b"<< /Linearized 1 /L 1 /L %d >>",
        b"<< /Linearized 1 /L 1 /L +%d >>",
        b"<< /Linearized 1 /L 1\0%d >>",
        b"<< /L 1 /Linearized 1 /X (>> endobj) /L %d >>",
        b"<< /Linearized 0.5 /L %d.0 /X (endobj) >>",
        b"%% for the web\n<< /Linearized 1 /L %d >>",
    ):
        assert refused(for_the_web(misleading=True, first=first)).measured == "two newest revisions"


def test_a_table_that_has_an_object_twice_is_refused() -> None:
    """Some programs take the first one, others the last: pypdf and pyHanko do."""
    content = assembled({**BARE, 7: PAGE})
    twice = content.replace(b"7 0 obj", b"3 0 obj").replace(b"\n7 1\n", b"\n3 1\n")
    assert refused(twice).measured == "two newest revisions"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_document_is_refused(algorithm: str, password: str) -> None:
    """Also if it opens without a password: who may change what is then up to each program."""
    writer = PdfWriter(clone_from=io.BytesIO(form()))
    writer.encrypt(password, owner_password=password or "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    assert refused(out.getvalue()).code == "document.encrypted"


ACTIVE: Mapping[str, tuple[str, Mapping[int, bytes]]] = {
    "a script when opened": ("script", catalog(b"/OpenAction " + SCRIPT)),
    "a script by name": ("script", catalog(b"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>") | {4: SCRIPT}),
    "a script in an empty tree": ("script", catalog(b"/Names << /JavaScript << >> >>")),
    "a script on a page": ("script", {**BARE, 3: PAGE[:-2] + b"/AA << /O %s >> >>" % SCRIPT}),
    "a script on a click": ("script", annotated(b"/A " + SCRIPT)),
    "a script in a field": ("script", a_form(TEXT + b"/AA << /K %s >>" % SCRIPT)),
    "a script in a field above": (
        "script",
        a_form(TEXT + b"/Parent 6 0 R") | {6: b"<< /T (a) /Kids [4 0 R] /AA << /C %s >> >>" % SCRIPT},
    ),
    "a script in other letters": ("script", annotated(b"/A << /S /#4aava#53cript /J#53 (1) >>")),
    "a script whose name stands elsewhere": ("script", annotated(b"/A << /S 5 0 R >>") | {5: b"/JavaScript"}),
    "a script after something else": (
        "script",
        annotated(b"/A << /S /GoTo /D (a) /Next [<< /S /GoTo >> %s] >>" % SCRIPT),
    ),
    "a script that nothing leads to": ("script", {**BARE, 7: b"[[[ %s ]]]" % SCRIPT}),
    "a script in a stream's dictionary": ("script", {**BARE, 7: stream(b"", b"/X " + SCRIPT)}),
    "a program": ("action", annotated(b"/A << /S /Launch /F (cmd.exe) >>")),
    "a form sent away": ("action", annotated(b"/A << /S /SubmitForm /F (https://example.com) >>")),
    "data fetched": ("action", annotated(b"/A << /S /ImportData /F (a.fdf) >>")),
    "another file": ("action", annotated(b"/A << /S /GoToR /F (\\\\\\\\host\\\\share) >>")),
    "an enclosed file": ("action", annotated(b"/A << /S /GoToE >>")),
    "fields hidden": ("action", annotated(b"/A << /S /Hide /T (a) >>")),
    "fields reset": ("action", annotated(b"/PA << /S /ResetForm >>")),
    "a film": ("action", annotated(b"/A << /S /Rendition >>")),
    "what nobody has heard of": ("action", annotated(b"/A << /S /Beam >>")),
    "what comes next": ("action", annotated(b"/A << /S /GoTo /D (a) /Next << /S /Beam >> >>")),
    "a page fetched when opened": ("action", catalog(b"/OpenAction << /S /URI /URI (https://example.com) >>")),
    "a page fetched after that": (
        "action",
        catalog(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI /URI (https://example.com) >> >>"),
    ),
    "a page fetched on sight": (
        "action",
        annotated(b"/AA << /PV << /S /URI /URI (https://example.com) >> >>", kind=b"/Widget"),
    ),
    "a link that is a script": ("action", annotated(b"/A << /S /URI /URI (javascript:alert\\(1\\)) >>")),
    "a link to a file": ("action", annotated(b"/A << /S /URI /URI (file:///etc/passwd) >>")),
    "a link to a share": ("action", annotated(b"/A << /S /URI /URI (\\\\\\\\host\\\\share) >>")),
    "a scene": ("action", annotated(b"", kind=b"/RichMedia")),
    "a solid": ("action", annotated(b"", kind=b"/3D")),
    "a screen": ("action", annotated(b"", kind=b"/Screen")),
    "a pinned file": ("embedded", annotated(b"", kind=b"/FileAttachment")),
    "enclosed files": ("embedded", catalog(b"/Names << /EmbeddedFiles << /Names [] >> >>")),
    "an enclosed file's name": ("embedded", {**BARE, 7: b"<< /Type /Filespec /EF << /F 8 0 R >> >>"}),
    "an enclosed file itself": ("embedded", {**BARE, 7: stream(b"x", b"/Type /EmbeddedFile")}),
    "an associated file": ("embedded", catalog(b"/AF [7 0 R]")),
    "a portfolio": ("embedded", catalog(b"/Collection << >>")),
    "an XFA form": ("xfa", catalog(b"/AcroForm << /Fields [] /XFA 7 0 R >>")),
    "a stream in another file": ("external", {**BARE, 7: stream(b"", b"/F (other.bin)")}),
    "a page of another file": ("external", {**BARE, 7: stream(b"", b"/Subtype /Form /Ref << /F (a.pdf) >>")}),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_what_is_active_is_refused_wherever_it_is(name: str) -> None:
    """As an object by itself, in an object stream whose bytes say nothing, and in a later revision."""
    code, objects = ACTIVE[name]
    loose = {number: body for number, body in objects.items() if body.endswith(b"endstream")}
    packed = {number: body for number, body in objects.items() if number not in loose}
    hidden = boxed(packed, loose)
    assert b"JavaScript" not in hidden or loose
    changed = {number: body for number, body in objects.items() if BARE.get(number) != body}
    for content in (assembled(objects), hidden, updated(assembled(), changed)):
        assert refused(content).code == f"document.{code}"


@pytest.mark.parametrize(
    "objects",
    [
        catalog(b"/OpenAction [3 0 R /Fit]"),
        catalog(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
        annotated(b"/A << /S /URI /URI (https://example.com) >>"),
        annotated(b"/A << /S /URI /URI (mailto:a@example.com) >>"),
        annotated(b"/A << /S /Named /N /NextPage >>"),
        {**BARE, 3: PAGE[:-2] + b"/Group << /S /Transparency >> >>"},
        {**BARE, 7: b"<< /S /P /A << /O /Layout >> /K 0 >>"},
    ],
)
def test_what_stays_within_or_waits_for_a_click_is_allowed(objects: Mapping[int, bytes]) -> None:
    """Links, places within the document, and words that only look like actions."""
    for content in (assembled(objects), boxed(objects)):
        assert found(content).pages == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["array", "dictionary", "object", "text before"]), max_size=12), st.booleans())
def test_a_script_is_found_however_deep_it_is_hidden(path: list[str], packed: bool) -> None:
    """In arrays in dictionaries in objects that lead to each other, in a stream or not."""
    objects, value = dict(BARE), SCRIPT
    for step in path:
        if step == "object":
            number = max(objects) + 1
            objects[number] = b"[%s]" % value
            value = b"%d 0 R" % number
        else:
            value = {"array": b"[1 %s]", "dictionary": b"<< /Q %s >>", "text before": b"[(endobj) %s]"}[step] % value
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /Extra %s >>" % value
    assert refused(boxed(objects) if packed else assembled(objects)).code == "document.script"


def test_a_script_hidden_from_old_programs_is_found() -> None:
    """The table of a hybrid file calls it deleted; newer programs read its second table too."""
    objects = annotated(b"/A 9 0 R")
    assert refused(with_hidden(objects, {9: SCRIPT})).code == "document.script"
    assert found(with_hidden(objects, {9: b"<< /S /GoTo >>"})).pages == 1


def test_the_newest_revision_is_read() -> None:
    """A value, an appearance and a page count that were changed later."""
    content = assembled(a_form(TEXT, look=b"approved"))
    assert found(content).fields == {"result": "approved"}
    newer = a_form(TEXT.replace(b"approved", b"rejected"), look=b"rejected")
    assert found(updated(content, {4: newer[4], 5: newer[5]})).fields == {"result": "rejected"}
    more = {2: b"<< /Type /Pages /Kids [3 0 R 8 0 R] /Count 2 >>", 8: PAGE}
    assert found(updated(updated(content, {4: b"null"}), more)) == DocumentFindings(2, {}, ())
    assert found(updated(boxed({**BARE, 9: b"(old)"}), more)).pages == 2
    assert found(updated(assembled({**BARE, 7: SCRIPT}), {7: b"null"})).pages == 1


@pytest.mark.parametrize("build", [assembled, boxed])
def test_a_deleted_field_is_not_brought_back(build: Callable[[Mapping[int, bytes]], bytes]) -> None:
    """The form still leads to it, and programs show nothing there."""
    content = build(a_form(TEXT))
    assert found(content).fields == {"result": "approved"}
    assert found(updated(content, {}, freed=[4])).fields == {}


def test_an_object_that_no_table_names_is_not_searched_for() -> None:
    """It stands in the file, and programs show nothing."""
    stray = {**a_form(TEXT.replace(b"(approved)", b"77 0 R")), 7: b"(\n77 0 obj (approved) endobj\n)"}
    assert found(assembled(stray)).fields == {}


@pytest.mark.parametrize(
    ("field", "on_page"),
    [
        (TEXT, False),
        (TEXT + b"/F 2", True),
        (TEXT + b"/F 36", True),
        (TEXT.replace(b"[0 0 99 20]", b"[5 5 5 20]"), True),
        (TEXT.replace(b"/Rect [0 0 99 20]", b""), True),
        (TEXT.replace(b"(approved)", b"( \\t\\r\\n)"), True),
        (TEXT.replace(b"(approved)", b"<FEFF200B2060FEFF3164>"), True),
        (TEXT.replace(b"(approved)", b"null"), True),
        (b"/FT /Btn /T (go) /V /Yes /AS /Yes /Ff 65536 /Rect [0 0 9 9]", True),
        (b"/FT /Btn /T (go) /V /Off /AS /Off /Rect [0 0 9 9]", True),
        (b"/FT /Sig /T (signature) /Rect [0 0 9 9]", True),
    ],
)
def test_what_nobody_sees_is_not_filled(field: bytes, on_page: bool) -> None:
    """Hidden, without a place, without ink, or a button that only can be pressed."""
    assert found(assembled(a_form(field, on_page=on_page))).fields == {}


@pytest.mark.parametrize("look", [b"rejected", b"approved not", b"", b"not"])
def test_a_text_that_does_not_look_like_its_value_is_refused(look: bytes) -> None:
    """Some programs show the value, others the appearance. NeedAppearances does not help: not all heed it."""
    objects = a_form(TEXT, look=look)
    asked = objects[1].replace(b"/Fields", b"/NeedAppearances true /Fields")
    for content in (assembled(objects), assembled({**objects, 1: asked})):
        refusal = refused(content)
        assert (refusal.code, refusal.measured) == ("document.appearance", "result")
    assert found(assembled(a_form(TEXT, look=b"app roved"))).fields == {"result": "approved"}


@pytest.mark.parametrize(
    "states", [b"/V /Yes /AS /Off", b"/V /Yes", b"/AS /Yes", b"/V /Off /AS /Yes", b"/V /No /AS /Yes"]
)
def test_a_check_box_that_does_not_look_like_its_value_is_refused(states: bytes) -> None:
    """Ticked for some, empty for others."""
    box = b"/FT /Btn /T (passed) /Rect [0 0 9 9] "
    assert refused(assembled(a_form(box + states))).code == "document.appearance"
    assert found(assembled(a_form(box + b"/V /Yes /AS /Yes"))).fields == {"passed": "Yes"}


def test_a_field_is_named_by_all_that_stand_above_it() -> None:
    """And takes its type and value from them; a choice of many is all of them, by the words shown."""
    field = b"/T (size) /Parent 6 0 R /Rect [0 0 99 20]"
    options = b"/Opt [[(s) (small)] [(l) (large)] (huge)]"
    above = b"<< /T (box) /FT /Ch /Ff 2097152 /V [(s) (huge)] %s /Kids [4 0 R] >>" % options
    objects = {**a_form(field), 1: BARE[1][:-2] + b"/AcroForm << /Fields [6 0 R] >> >>", 6: above}
    assert found(assembled(objects)).fields == {"box.size": "small\nhuge"}


@pytest.mark.parametrize("instead", [b"[3 0 R]", b"<< /A 3 0 R >>", b"7", b"true"])
@pytest.mark.parametrize(
    "field",
    [
        TEXT.replace(b"(result)", b"%s"),
        TEXT.replace(b"(approved)", b"%s"),
        b"/FT /Btn /T (passed) /Rect [0 0 9 9] /V %s /AS /Yes",
        b"/FT /Btn /T (passed) /Rect [0 0 9 9] /V /Yes /AS %s",
        b"/FT /Btn /T (passed) /Rect [0 0 9 9] /V %s /AS %s",
    ],
)
def test_what_is_no_text_is_nobodys_name_or_value(field: bytes, instead: bytes) -> None:
    """Two judges would read something else: a place in memory is in what Python makes of it."""
    refusal = refused(assembled(a_form(field.replace(b"%s", instead))))
    assert refusal.code in ("document.damaged", "document.appearance")


def test_a_list_shows_what_is_chosen_among_all_that_could_be() -> None:
    """What was not chosen stands between what was; a combo box and a text show nothing else."""
    options = b"/Opt [[(s) (small)] [(l) (large)] (huge)] /Rect [0 0 99 20]"
    chosen = b"/FT /Ch /T (size) /Ff 2097152 /V [(s) (huge)] " + options
    assert found(assembled(a_form(chosen, look=b"small large huge"))).fields == {"size": "small\nhuge"}
    assert refused(assembled(a_form(chosen, look=b"small large"))).code == "document.appearance"
    combo = b"/FT /Ch /T (size) /Ff 131072 /V (s) " + options
    assert found(assembled(a_form(combo, look=b"small"))).fields == {"size": "small"}
    assert refused(assembled(a_form(combo, look=b"small large huge"))).code == "document.appearance"


def test_texts_are_read_in_any_script() -> None:
    """UTF-16 as the standard has it."""
    text = "Kizza Ṅkugwa 检验"
    value = b"<FEFF%s>" % text.encode("utf-16-be").hex().encode()
    assert found(assembled(a_form(TEXT.replace(b"(approved)", value)))).fields == {"result": text}
    lone = TEXT.replace(b"(approved)", b"<FEFFD8000041>")
    assert isinstance(parse_pdf(assembled(a_form(lone)), roots=(), at=RECEIVED), DocumentFindings | Refusal)


def test_a_text_is_never_cut() -> None:
    """Up to the limit it is kept whole, beyond it the document is refused; names have a limit too."""
    longest = b"x" * pdf_form.MAX_VALUE
    assert found(assembled(a_form(TEXT.replace(b"approved", longest)))).fields == {"result": longest.decode()}
    refusal = refused(assembled(a_form(TEXT.replace(b"approved", longest + b"x"))))
    assert (refusal.code, refusal.measured, refusal.limit) == (
        "document.value",
        pdf_form.MAX_VALUE + 1,
        pdf_form.MAX_VALUE,
    )
    for name in (b"x" * (pdf_form.MAX_NAME + 1), b""):
        assert refused(assembled(a_form(TEXT.replace(b"(result)", b"(%s)" % name)))).code == "document.fields"


def test_two_fields_of_one_name_are_refused() -> None:
    """Nobody knows which of them counts."""
    objects = a_form(TEXT)
    objects[1] = objects[1].replace(b"[4 0 R]", b"[4 0 R 6 0 R]")
    objects[3] = objects[3].replace(b"[4 0 R]", b"[4 0 R 6 0 R]")
    objects[6] = objects[4].replace(b"approved", b"rejected")
    assert refused(assembled(objects)).code == "document.fields"


def test_too_many_pages_are_refused() -> None:
    """And none at all."""

    def of(pages: int) -> bytes:
        kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + pages))
        tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages)
        return assembled({1: BARE[1], 2: tree, **dict.fromkeys(range(3, 3 + pages), PAGE)})

    assert found(of(pdf.MAX_PAGES)).pages == pdf.MAX_PAGES
    refusal = refused(of(pdf.MAX_PAGES + 1))
    assert (refusal.code, refusal.measured, refusal.limit) == ("document.pages", pdf.MAX_PAGES + 1, pdf.MAX_PAGES)
    assert refused(of(0)).code == "document.pages"


def test_too_many_objects_are_refused() -> None:
    """By themselves, and packed into few."""
    many = dict.fromkeys(range(4, pdf_revisions.MAX_OBJECTS + 2), b"0")
    assert refused(assembled({**BARE, **many})).code == "document.objects"
    crowd = dict.fromkeys(range(4, 10), b"[%s]" % (b"0 " * 99_000))
    assert refused(assembled({**BARE, **crowd})).code == "document.objects"


def test_too_many_revisions_are_refused() -> None:
    """Each costs a look at its table."""
    content = assembled()
    for _ in range(pdf_revisions.MAX_REVISIONS):
        content = updated(content, {})
    assert refused(content).code == "document.revisions"


def bomb(size: int) -> bytes:
    """So many zeros, deflated."""
    engine, zeros = zlib.compressobj(9), bytes(1 << 20)
    first, again = (engine.compress(zeros) + engine.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * ((size >> 20) - 1) + engine.flush()


@pytest.fixture(scope="module")
def gigabyte() -> bytes:
    """A bomb of 1 GiB."""
    return bomb(1 << 30)


def held(data: bytes, entries: bytes) -> bytes:
    """A stream of data that are packed already."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


@pytest.mark.parametrize("where", ["page", "objects", "letters", "twice", "old", "appearance"])
def test_a_bomb_is_contained(gigabyte: bytes, where: str) -> None:
    """A gigabyte in a page, in an object stream, as letters, packed twice: refused in time and in memory."""
    flate = b"/Filter /FlateDecode"
    objects = {
        "page": {**BARE, 7: held(gigabyte, flate)},
        "objects": {**BARE, 7: held(gigabyte, flate + b"/Type /ObjStm /N 1 /First 4")},
        "letters": {**BARE, 7: held(gigabyte.hex().encode() + b">", b"/Filter [/AHx /Fl]")},
        "twice": {**BARE, 7: held(zlib.compress(gigabyte), b"/Filter [/FlateDecode /FlateDecode]")},
        "old": {**BARE, 7: held(bytes(400_000), b"/Filter /LZWDecode")},
        "appearance": {
            **a_form(TEXT, look=b""),
            5: held(zlib.compress(bytes(40 << 20)), flate + b"/Resources << /Font << >> >>"),
        },
    }[where]
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refused(assembled(objects)).code == "document.bomb"
    assert time.monotonic() - start < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_bomb_that_holds_the_objects_is_contained(gigabyte: bytes) -> None:
    """The parser has to open this one to read anything."""
    content = boxed({number: BARE[number] for number in (1, 2)}, {3: PAGE})
    box = content.index(b"4 0 obj")
    body = b"4 0 obj\n" + held(gigabyte, b"/Filter /FlateDecode /Type /ObjStm /N 2 /First 8") + b"\nendobj\n"
    table = content.index(b"5 0 obj")
    grown = len(body) - (table - box)
    swollen = content[:box] + body + content[table:]
    old = table.to_bytes(4)
    rows = zlib.decompress(swollen[swollen.index(b"stream\n", table + grown) + 7 :].split(b"\nendstream")[0])
    entries = b"/Type /XRef /W [1 4 2] /Size 6 /Root 1 0 R"
    rows = rows.replace(old, (table + grown).to_bytes(4))
    swollen = swollen[: table + grown] + b"5 0 obj\n" + stream(rows, entries)
    content = swollen + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table + grown)
    assert refused(content).code == "document.bomb"


@pytest.mark.parametrize(
    "objects",
    [
        {**BARE, 2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"},
        {**BARE, 2: b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", 4: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"},
        {**a_form(b"/T (a) /Kids [4 0 R]")},
        {**a_form(b"/T (a) /Kids [6 0 R]"), 6: b"<< /T (b) /Kids [4 0 R] >>"},
        {**BARE, 7: b"7 0 R"},
        {**BARE, 7: b"<< /Length 7 0 R >>\nstream\nx\nendstream"},
        {**BARE, 7: b"[" * 100_000 + b"]" * 100_000},
        {**BARE, 7: b"<< /A " * 5000 + b"0" + b" >>" * 5000},
        {**BARE, 1: b"<< /Type /Catalog >>"},
        {**BARE, 1: b"[]"},
    ],
)
def test_what_leads_to_itself_or_nowhere_comes_to_an_end(objects: Mapping[int, bytes]) -> None:
    """Trees that are none, nesting without an end, a catalog without pages."""
    answer = parse_pdf(assembled(objects), roots=(), at=RECEIVED)
    assert isinstance(answer, Refusal)
    assert answer.code in ("document.damaged", "document.bomb")


def test_tables_that_lead_in_circles_or_promise_much_come_to_an_end() -> None:
    """A revision before itself, and billions of objects."""
    content = assembled()
    start = int(content.split()[-2])
    for promise in (b"/Prev %d" % start, b"/Prev 999999999", b"/Prev -1", b"/XRefStm 999999999"):
        assert refused(assembled(trailer=promise)).code == "document.damaged"
    table = b"/Type /XRef /W [1 4 2] /Size 4000000000 /Root 1 0 R"
    huge = content[:start] + b"9 0 obj\n" + stream(bytes(700), table) + b"\nendobj\nstartxref\n%d\n%%%%EOF" % start
    assert isinstance(parse_pdf(huge, roots=(), at=RECEIVED), Refusal)


def test_the_libraries_log_nothing_of_what_a_file_says(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody could write into logs what he likes."""
    parse_pdf(assembled({**BARE, 1: b"<< /Type /Nonsense >>"}), roots=(), at=RECEIVED)
    parse_pdf(assembled(trailer=b"/XRefStm 4"), roots=(), at=RECEIVED)
    assert not caplog.records


def test_damaged_documents_never_raise() -> None:
    """Hundreds of random damages to four kinds of files end in findings or in a refusal."""
    chance = random.Random(7)
    for content in (form(), report(), boxed(a_form(TEXT)), with_hidden(a_form(TEXT, look=b"approved"), {9: b"(x)"})):
        for _ in range(100):
            damaged = damage(content, chance)
            assert isinstance(parse_pdf(damaged, roots=(), at=RECEIVED), DocumentFindings | Refusal)


def damage(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, taken out, doubled, or digits made others."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place, size = chance.randrange(len(damaged)), chance.randrange(60)
        match chance.randrange(5):
            case 0:
                del damaged[place : place + size]
            case 1:
                damaged[place:place] = damaged[place : place + size]
            case 2:
                numbers = [index for index, byte in enumerate(damaged) if 48 <= byte < 58]
                damaged[chance.choice(numbers)] = chance.randrange(48, 58)
            case _:
                damaged[place] = chance.randrange(256)
    return bytes(damaged)


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    """A reader with one worker."""
    with Sandbox() as sandbox:
        yield DocumentReader(sandbox)


def test_a_document_is_read_in_a_worker_and_named_by_its_bytes(documents: DocumentReader) -> None:
    """Its sha-256 is that of the file."""
    read = documents.read(form(), max_bytes=1_000_000, at=RECEIVED)
    assert isinstance(read, ReadDocument)
    assert (read.sha256, read.size) == (hashlib.sha256(form()).digest(), len(form()))
    assert read.findings.fields == FILLED


def test_a_document_that_is_too_large_is_not_looked_at(documents: DocumentReader) -> None:
    """The verdict will show size and limit."""
    refusal = documents.read(form(), max_bytes=1000, at=RECEIVED)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.measured, refusal.limit) == ("evidence.file_size", len(form()), 1000)


def test_what_the_parser_refuses_comes_back(documents: DocumentReader) -> None:
    """A refusal is an answer, no failure."""
    refusal = documents.read(b"text", max_bytes=1000, at=RECEIVED)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "document.format"


def loop_on(*_: object) -> None:
    """A parser that never ends."""
    loop_for_ever()


def crash_on(*_: object) -> None:
    """A parser with a hole."""
    crash()


def eat_on(*_: object) -> None:
    """A parser that takes a bomb for a document."""
    eat_memory()


@pytest.mark.parametrize(
    ("parser", "code"), [(loop_on, "document.time"), (crash_on, "document.crash"), (eat_on, "document.memory")]
)
def test_a_document_that_breaks_its_parser_is_refused(
    monkeypatch: pytest.MonkeyPatch, parser: Callable[..., None], code: str
) -> None:
    """The parser is made to loop, crash and eat memory, in the worker it really has."""
    monkeypatch.setattr(document_reader, "parse_pdf_file", parser)
    with Sandbox(limits=Limits(seconds=2.5)) as sandbox:
        refusal = DocumentReader(sandbox).read(form(), max_bytes=1_000_000, at=RECEIVED)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_the_papers_of_these_tests_are_what_they_seem() -> None:
    """A library that repairs whatever it can has nothing to repair."""
    for content in (assembled(), boxed(BARE), updated(assembled(), {3: PAGE}), with_hidden(BARE, {9: b"null"})):
        assert len(PdfReader(io.BytesIO(content), strict=True).pages) == 1
