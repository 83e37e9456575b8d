"""Terms that are none: every closed list and every bound of the wire's section 9, with the path of what is wrong."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from corpus.case import Case
from corpus.story import KAMPALA, PEOPLE, Story, term

PLACE: Final = {"latitude": 0.347596, "longitude": 32.58252, "radius": 100}
POINT: Final = PLACE | {"name": "market"}
MEETING: Final = {"max_distance_km": 0.1, "buyer_coordinates": {"latitude": 0.347596, "longitude": 32.58252}}
BOTH: Final = [{"role": "service_provider"}, {"role": "customer"}]
HOURS: Final = {"requires_manager_approval": True, "approval_timeout_hours": 24}
EARLY: Final = "2025-07-01T09:00:00Z"
LATE: Final = "2025-07-02T09:00:00Z"
UNSEEN: Final = "\N{HANGUL FILLER}"
Row = tuple[str, str, Mapping[str, Any], str]
"""A case's name, what is wrong, the options, and where it is wrong in them."""


def checkpoint(name: str = "walls", deadline: Any = EARLY, weight: Any = 100, **other: Any) -> dict[str, Any]:
    """One that the customer signs."""
    return {"name": name, "deadline": deadline, "verification_method": "customer_signature", "weight": weight, **other}


def cases() -> Iterator[Case]:
    """All of the subject."""
    yield from documents()
    yield from named()
    for kind, told in [
        ("location_verification", anywhere()),
        ("location_verification", places()),
        ("location_verification", rounds()),
        ("photo_upload", photos()),
        ("photo_upload", categories()),
        ("delivery_confirmation", deliveries()),
        ("meeting_delivery", meetings()),
        ("custom", customs()),
        ("custom", papers()),
        ("custom", checkpoints()),
    ]:
        for name, shows, options, where in told:
            path = "terms[0].data" + (f".{where}" if where else "")
            yield Story(f"refused-terms-{name}", shows, term(kind, **options)).refused(path)
    yield from weights()
    yield from accepted()
    yield from further()


def _document(name: str, shows: str, *terms: Mapping[str, Any], **fields: Any) -> Story:
    return Story(f"refused-terms-{name}", shows, *terms or [term("location_verification", **PLACE)], **fields)


def documents() -> Iterator[Case]:
    """The document around the terms."""
    for name, shows, fields, where in [
        ("format", "Another format.", {"format": "escrow_chain/terms/2"}, "format"),
        ("salt-short", "A salt of 31 bytes.", {"salt": "0x" + "5a" * 31}, "salt"),
        ("salt-long", "A salt of 33 bytes.", {"salt": "0x" + "5a" * 33}, "salt"),
        ("salt-capital", "Capital letters would be another name of the same.", {"salt": "0x" + "5A" * 32}, "salt"),
        ("salt-number", "A salt that is a number.", {"salt": 90}, "salt"),
        ("zone-unknown", "A zone that does not exist.", {"timezone": "Africa/Kampla"}, "timezone"),
        ("zone-offset", "An offset is no zone.", {"timezone": "+03:00"}, "timezone"),
        ("zone-path", "A zone is a name, and no path.", {"timezone": "../Kampala"}, "timezone"),
        ("unknown-key", "The document has no other keys.", {"comment": "none"}, "comment"),
    ]:
        yield _document(name, shows, **fields).refused(where)

    told = _document("no-zone", "The zone is missing.").refused("timezone")
    yield replace(told, terms={key: value for key, value in told.terms.items() if key != "timezone"})

    yield Story("refused-terms-none", "A document without terms.").refused("terms")

    for name, shows, entry, where in [
        ("type-unknown", "A type that does not exist.", term("weather"), "term_type"),
        ("type-capital", "Types are in small letters.", term("Custom", verification_code="1"), "term_type"),
        ("type-number", "A type that is a number.", {"term_type": 1, "data": PLACE}, "term_type"),
        ("type-missing", "A term without a type.", {"data": PLACE}, "term_type"),
        ("data-missing", "A term without data.", {"term_type": "location_verification"}, "data"),
        ("data-list", "Data that are a list.", {"term_type": "location_verification", "data": [PLACE]}, "data"),
        ("term-unknown-key", "A term has no other keys.", term("location_verification", **PLACE) | {"id": 1}, "id"),
    ]:
        yield _document(name, shows, entry).refused(f"terms[0].{where}")

    good, bad = term("location_verification", **PLACE), term("location_verification", **PLACE | {"radius": 0})
    yield _document("second-term", "The second term is wrong.", good, bad).refused("terms[1].data.radius")
    both = term("location_verification", **PLACE | {"latitude": 91, "longitude": 181})
    yield _document("two-things", "Two options of a term are wrong.", both).refused(
        "terms[0].data.latitude", "terms[0].data.longitude"
    )


def named() -> Iterator[Case]:
    """Who else has a word, and how."""
    somebody = PEOPLE["customer"]
    crowd = {f"role_{number}": somebody for number in range(33)}
    mistyped = somebody.swapcase().replace("0X", "0x")
    for name, shows, people, where in [
        ("people-role", "A role's name has small letters.", {"Customer": somebody}, "people.Customer"),
        ("people-recipient", "The recipient is the payee, and not named.", {"recipient": somebody}, "people.recipient"),
        ("people-short", "An address of 19 bytes.", {"customer": "0x" + "a1" * 19}, "people.customer"),
        ("people-mistyped", "An address whose capital letters don't fit.", {"customer": mistyped}, "people.customer"),
        ("people-zero", "The address that is nobody's.", {"customer": "0x" + "00" * 20}, "people.customer"),
        ("people-33", "Thirty-three people.", crowd, "people"),
    ]:
        yield _document(name, shows, people=people).refused(where)
    for name, shows, phone in [
        ("phone-bare", "A phone number without its +.", "256700000000"),
        ("phone-zero", "No country's code starts with 0.", "+0256700000"),
        ("phone-short", "A phone number of six digits.", "+256700"),
        ("phone-long", "A phone number of sixteen digits.", "+2567000000000000"),
        ("phone-blank", "A phone number with a blank.", "+256 700000000"),
    ]:
        yield _document(name, shows, phones={"customer": phone}).refused("phones.customer")
    crowd = {f"role_{number}": "+256700000000" for number in range(33)}
    yield _document("phones-33", "Thirty-three phones.", phones=crowd).refused("phones")
    for name, shows, roots, where in [
        ("root-text", "A root that is not in base64.", ["MIIB", "no certificate"], "[1]"),
        ("root-other", "A root that is no DER.", ["MIIB", "aGVsbG8="], "[1]"),
        ("root-large", "A root of more than 8192 bytes.", ["MIIB", "MIIg" + "A" * 10_920], "[1]"),
        ("root-only", "The only root is none: nothing is said of the list.", [""], "[0]"),
        ("root-none", "An authority without a root.", [], ""),
        ("root-9", "An authority with nine roots.", ["MIIB"] * 9, ""),
    ]:
        authorities = {"quality_control": roots}
        yield _document(name, shows, authorities=authorities).refused(f"authorities.quality_control{where}")
    told = _document("root-recipient", "The recipient is no authority.", authorities={"recipient": ["MIIB"]})
    yield told.refused("authorities.recipient")


def anywhere() -> Iterator[Row]:
    """What all types have."""
    for name, shows, deadline in [
        ("zoneless", "A deadline without a zone.", "2025-07-01T09:00:00"),
        ("day", "A deadline that is a day.", "2025-07-01"),
        ("number", "A deadline that is a number.", 1751360400),
        ("no-day", "A day that does not exist.", "2025-02-29T09:00:00Z"),
        ("hour-24", "An hour that does not exist.", "2025-07-01T25:00:00Z"),
        ("blank", "A blank instead of the T.", "2025-07-01 09:00:00Z"),
        ("nanoseconds", "More than six digits of a second.", "2025-07-01T09:00:00.1234567Z"),
    ]:
        yield f"deadline-{name}", shows, PLACE | {"deadline": deadline}, "deadline"
    yield "description", "A description that is a number.", PLACE | {"description": 5}, "description"
    yield "grade-g0", "A mere claim never releases money.", PLACE | {"grade": "G0"}, "grade"
    yield "grade-g4", "There is no grade above G3.", PLACE | {"grade": "G4"}, "grade"
    yield "grade-number", "A grade that is a number.", PLACE | {"grade": 1}, "grade"
    yield "grade-g3-of-place", "Nobody else can say where the recipient is.", PLACE | {"grade": "G3"}, "grade"


def places() -> Iterator[Row]:
    """A single place, and the daily window."""
    for name, shows, option, value in [
        ("latitude-north", "North of the pole.", "latitude", 90.0000001),
        ("latitude-south", "South of the pole.", "latitude", -90.0000001),
        ("latitude-text", "Numeric text is no number.", "latitude", "0.347596"),
        ("latitude-boolean", "A boolean is no number.", "latitude", True),
        ("latitude-null", "What is null is missing.", "latitude", None),
        ("longitude-east", "East of the antimeridian.", "longitude", 180.0000001),
        ("longitude-west", "West of the antimeridian.", "longitude", -180.0000001),
        ("longitude-null", "What is null is missing.", "longitude", None),
        ("radius-zero", "A circle of no size.", "radius", 0),
        ("radius-negative", "A circle of less than no size.", "radius", -100),
        ("radius-text", "Numeric text is no number.", "radius", "100"),
        ("radius-null", "What is null is missing.", "radius", None),
        ("sequence-text", "Text is no boolean.", "sequence_required", "true"),
        ("sequence-number", "A number is no boolean.", "sequence_required", 1),
        ("gap-zero", "No time at all between points.", "max_time_between_points", 0),
        ("gap-text", "Numeric text is no number.", "max_time_between_points", "60"),
        ("window-text", "A window is an object.", "verification_window", "08:00-18:00"),
    ]:
        yield name, shows, PLACE | {option: value}, option
    yield "place-none", "Neither a place nor several.", {}, "latitude"
    for name, shows, start, end, where in [
        ("hour-24", "The hour 24 does not exist.", "24:00", "06:00", ".start_time"),
        ("minute-60", "The minute 60 does not exist.", "08:60", "18:00", ".start_time"),
        ("one-digit", "An hour has two digits.", "8:00", "18:00", ".start_time"),
        ("seconds", "A time of day has no seconds.", "08:00", "18:00:00", ".end_time"),
        ("number", "A time of day is no number.", "08:00", 18, ".end_time"),
        ("other-digits", "Only the digits 0 to 9 are digits.", "08:00", "1٨:00", ".end_time"),
        ("missing", "A window ends.", "08:00", None, ".end_time"),
        ("equal", "A window that starts and ends at once.", "08:00", "08:00", ""),
    ]:
        window = {"start_time": start, "end_time": end}
        yield f"window-{name}", shows, PLACE | {"verification_window": window}, f"verification_window{where}"


def rounds() -> Iterator[Row]:
    """Several points."""
    yield "points-empty", "A round of no points.", {"verification_points": []}, "verification_points"
    yield "points-51", "Fifty-one points.", {"verification_points": [POINT] * 51}, "verification_points"
    unseen = "A point with a name that nobody can see."
    yield "points-unseen", unseen, {"verification_points": [POINT | {"name": UNSEEN}]}, "verification_points[0].name"
    yield "points-object", "Points that are no list.", {"verification_points": POINT}, "verification_points"
    for option in PLACE:
        options = {"verification_points": [POINT], option: PLACE[option]}
        yield f"points-and-{option}", "A single place beside several.", options, option
    optional = [POINT | {"required": False}]
    yield (
        "points-all-optional",
        "None of the points is required.",
        {"verification_points": optional},
        "verification_points",
    )
    for name, shows, option, value in [
        ("unnamed", "A point without a name.", "name", None),
        ("name-empty", "A point whose name is empty.", "name", ""),
        ("latitude", "North of the pole.", "latitude", 91),
        ("longitude", "West of the antimeridian.", "longitude", -181),
        ("radius-zero", "A circle of no size.", "radius", 0),
        ("radius-null", "A point has a radius of its own.", "radius", None),
        ("required-text", "Text is no boolean.", "required", "false"),
    ]:
        points = [POINT, POINT | {option: value}]
        yield f"point-{name}", shows, {"verification_points": points}, f"verification_points[1].{option}"


def photos() -> Iterator[Row]:
    """Photos of whatever category."""
    for name, shows, option, value, where in [
        ("grade-g3-of-photo", "A photo is nobody's word.", "grade", "G3", "grade"),
        ("count-zero", "No photos at all.", "required_count", 0, "required_count"),
        ("count-101", "A hundred and one photos.", "required_count", 101, "required_count"),
        ("count-half", "Half a photo.", "required_count", 1.5, "required_count"),
        ("count-text", "Numeric text is no number.", "required_count", "2", "required_count"),
        ("count-boolean", "A boolean is no number.", "required_count", True, "required_count"),
        ("formats-none", "No format at all.", "accepted_formats", [], "accepted_formats"),
        ("formats-gif", "A format that is no photo's.", "accepted_formats", ["png", "gif"], "accepted_formats[1]"),
        ("formats-text", "Formats are a list.", "accepted_formats", "jpeg", "accepted_formats"),
        (
            "formats-capital",
            "Formats are in small letters.",
            "accepted_formats",
            ["png", "JPEG"],
            "accepted_formats[1]",
        ),
        ("formats-only", "The only format is none.", "accepted_formats", ["gif"], "accepted_formats[0]"),
        ("photo-size-zero", "A photo of no size.", "max_file_size_mb", 0, "max_file_size_mb"),
        ("photo-size-small", "So small is no photo.", "max_file_size_mb", 0.009, "max_file_size_mb"),
        ("photo-size-large", "More than 64 MB are never read.", "max_file_size_mb", 64.001, "max_file_size_mb"),
        ("photo-size-text", "Numeric text is no number.", "max_file_size_mb", "10", "max_file_size_mb"),
        ("metadata-other", "Metadata that nobody looks at.", "metadata_required", ["camera"], "metadata_required[0]"),
        ("metadata-text", "What is required is a list.", "metadata_required", "location", "metadata_required"),
        ("ai-boolean", "The checks are an object.", "ai_validation", True, "ai_validation"),
        ("requirements-none", "No categories at all.", "photo_requirements", [], "photo_requirements"),
    ]:
        yield name, shows, {option: value}, where
    for option in ("enabled", "check_quality", "verify_authenticity"):
        name, options = option.replace("_", "-"), {"ai_validation": {option: 1}}
        yield f"ai-{name}", "A number is no boolean.", options, f"ai_validation.{option}"


def categories() -> Iterator[Row]:
    """Photos by category."""
    crowd = [{"category": f"room {number}"} for number in range(21)]
    twice = [{"category": "before"}, {"category": "before"}]
    yield "categories-21", "Twenty-one categories.", {"photo_requirements": crowd}, "photo_requirements"
    unseen = "A category that nobody can see."
    yield "categories-unseen", unseen, {"photo_requirements": [{"category": UNSEEN}]}, "photo_requirements[0].category"
    yield "categories-alike", "The same category twice.", {"photo_requirements": twice}, "photo_requirements"
    for name, shows, option, value in [
        ("missing", "A category without a name.", "category", None),
        ("empty", "A category whose name is empty.", "category", ""),
        ("long", "A category of 101 characters.", "category", "x" * 101),
        ("description", "A description that is a list.", "description", ["roof"]),
        ("count-zero", "No photos of a category.", "required_count", 0),
        ("count-101", "A hundred and one photos of a category.", "required_count", 101),
        ("url-http", "A model that anybody on the way can change.", "template_url", "http://example.com/a.jpg"),
        ("url-script", "A model that is a script.", "template_url", "javascript:alert(1)"),
        ("url-nowhere", "A model without a host.", "template_url", "https:///a.jpg"),
        ("url-line", "A model with a line break.", "template_url", "https://example.com/a\n.jpg"),
        ("url-broken", "A model whose host is none.", "template_url", "https://[example.com/a.jpg"),
        ("interval", "Less than no time apart.", "min_interval_minutes", -1),
        ("quality", "A number is no boolean.", "quality_check", 1),
    ]:
        requirement = {"category": "before", option: value}
        yield f"category-{name}", shows, {"photo_requirements": [requirement]}, f"photo_requirements[0].{option}"


def deliveries() -> Iterator[Row]:
    """The customer's word."""
    yield "rating-text", "Text is no boolean.", {"require_rating": "true"}, "require_rating"
    for name, shows, rating in [
        ("zero", "No rating is below 1.", 0),
        ("six", "No rating is above 5.", 6),
        ("half", "Ratings are whole.", 2.5),
        ("boolean", "A boolean is no number.", True),
    ]:
        yield f"rating-{name}", shows, {"min_rating": rating}, "min_rating"
    yield "grade-g4-of-word", "There is no grade above G3.", {"grade": "G4"}, "grade"


def meetings() -> Iterator[Row]:
    """Where and how two meet."""
    place = MEETING["buyer_coordinates"]
    yield "meeting-none", "Neither a place nor people.", {}, "buyer_coordinates"
    placeless = {"max_distance_km": 0.1, "required_participants": BOTH}
    yield "meeting-placeless", "A distance from nowhere.", placeless, "buyer_coordinates"
    yield "meeting-anywhere", "A place without a distance.", {"buyer_coordinates": place}, "max_distance_km"
    yield "meeting-alone", "One person meets nobody.", {"required_participants": BOTH[:1]}, "required_participants"
    yield "meeting-nobody", "A list of nobody.", MEETING | {"required_participants": []}, "required_participants"
    twice = {"required_participants": [BOTH[1], BOTH[1]]}
    yield "meeting-twice", "The same role twice.", twice, "required_participants"
    yield "grade-g3-of-meeting", "Positions are nobody's word.", MEETING | {"grade": "G3"}, "grade"
    for name, shows, option, value in [
        ("distance-zero", "No distance at all.", "max_distance_km", 0),
        ("distance-1001", "More than a thousand kilometres.", "max_distance_km", 1000.001),
        ("tolerance-zero", "No distance at all.", "location_tolerance", 0),
        ("tolerance-1001", "More than a thousand kilometres.", "location_tolerance", 1000.001),
        ("tolerance-text", "Numeric text is no number.", "location_tolerance", "0.05"),
        ("type", "A kind of meeting that does not exist.", "meeting_type", "lunch"),
        ("method", "A way of confirming that does not exist.", "verification_method", "single_confirmation"),
        ("photo-text", "Text is no boolean.", "photo_evidence_required", "true"),
        ("signature-number", "A number is no boolean.", "signature_required", 1),
    ]:
        yield f"meeting-{name}", shows, MEETING | {option: value}, option
    for wrong, option, value in [
        ("far", "latitude", 90.1),
        ("missing", "latitude", None),
        ("far", "longitude", -180.1),
        ("text", "longitude", "32.5"),
    ]:
        options = MEETING | {"buyer_coordinates": {**place, option: value}}
        yield f"meeting-{option}-{wrong}", f"The {option} is none.", options, f"buyer_coordinates.{option}"
    for name, shows, start, end, where in [
        ("reversed", "A window that ends before it starts.", LATE, EARLY, ""),
        ("empty", "A window that ends when it starts.", EARLY, EARLY, ""),
        ("same", "The same moment in another zone.", "2025-07-01T12:00:00+03:00", EARLY, ""),
        ("zoneless", "A start without a zone.", "2025-07-01T09:00:00", LATE, ".start"),
        ("endless", "A window ends.", EARLY, None, ".end"),
    ]:
        options = MEETING | {"meeting_window": {"start": start, "end": end}}
        yield f"meeting-window-{name}", shows, options, f"meeting_window{where}"
    for name, option, value in [
        ("role", "role", "driver"),
        ("role-missing", "role", None),
        ("verification", "verification_required", "yes"),
        ("phone", "phone_verification", 1),
    ]:
        people = {"required_participants": [BOTH[0], BOTH[1] | {option: value}]}
        yield f"participant-{name}", f"A participant's {option} is none.", people, f"required_participants[1].{option}"


def customs() -> Iterator[Row]:
    """Codes, data and approvals."""
    nothing = "It asks for nothing."
    code = {"verification_code": "1234"}
    yield "custom-nothing", nothing, {}, ""
    yield "custom-no-data", nothing, {"required_data": {}}, ""
    unseen = "It asks for something that has no name to be seen."
    yield "custom-data-unseen", unseen, {"required_data": {UNSEEN: True}}, f"required_data.{UNSEEN}"
    yield "custom-data-false", nothing, {"required_data": {"report": False}}, ""
    yield "custom-no-approval", nothing, {"approval_workflow": {"requires_manager_approval": False}}, ""
    yield "grade-g3-of-custom", "What the recipient hands in is no other's word.", code | {"grade": "G3"}, "grade"
    hours = "approval_workflow.approval_timeout_hours"
    unasked = code | {"approval_workflow": {"approval_timeout_hours": 24}}
    yield "hours-alone", "Hours for an approval that nobody wants.", unasked, hours
    yield "hours-of-nothing", "Hours from something that is never handed in.", {"approval_workflow": HOURS}, hours
    for name, value in [("zero", 0), ("87601", 87_600.5), ("text", "24")]:
        workflow = HOURS | {"approval_timeout_hours": value}
        yield f"hours-{name}", "Hours are a number up to 87600.", code | {"approval_workflow": workflow}, hours
    approval = {"approval_workflow": {"requires_manager_approval": "yes"}}
    yield "approval-text", "Text is no boolean.", approval, "approval_workflow.requires_manager_approval"
    for name, shows, value in [
        ("empty", "A code that is empty.", ""),
        ("long", "A code of 201 characters.", "x" * 201),
        ("number", "A code that is a number.", 1234),
    ]:
        yield f"code-{name}", shows, {"verification_code": value}, "verification_code"
    yield "data-text", "Text is no boolean.", {"required_data": {"report": "yes"}}, "required_data.report"
    yield "data-name-empty", "A name that is empty.", {"required_data": {"": True, "report": True}}, "required_data"
    long = "x" * 101
    yield "data-name-long", "A name of 101 characters.", {"required_data": {long: True}}, f"required_data.{long}"
    crowd = {f"fact_{number}": True for number in range(101)}
    yield "data-101", "A hundred and one names.", {"required_data": crowd}, "required_data"
    yield "data-names-listed", "The names are an object.", {"required_data": ["report"]}, "required_data"


def papers() -> Iterator[Row]:
    """Documents."""
    paper, authority = {"type": "report"}, "verification_authority"
    yield "documents-none", "No documents at all.", {"required_documents": []}, "required_documents"
    crowd = [{"type": f"report {number}"} for number in range(21)]
    where = "required_documents[0]"
    unseen = "A document of a type that nobody can see."
    yield "documents-unseen", unseen, {"required_documents": [{"type": UNSEEN}]}, f"{where}.type"
    unseen = "A field with a name that nobody can see."
    fields = [paper | {"fields_required": ["date", UNSEEN]}]
    yield "documents-field-unseen", unseen, {"required_documents": fields}, f"{where}.fields_required[1]"
    yield "documents-21", "Twenty-one documents.", {"required_documents": crowd}, "required_documents"
    yield "documents-alike", "The same type twice.", {"required_documents": [paper, paper]}, "required_documents"
    options = {"required_documents": [paper], "verification_type": "video_check"}
    yield "verification-type-other", "A verification that does not exist.", options, "verification_type"
    options = {"verification_code": "1234", "verification_type": "document_check"}
    yield "verification-type-alone", "A check of no documents.", options, "verification_type"
    for name, shows, option, value, where in [
        ("type-missing", "A document without a type.", "type", None, "type"),
        ("type-empty", "A type that is empty.", "type", "", "type"),
        ("type-long", "A type of 101 characters.", "type", "x" * 101, "type"),
        ("format", "A format that programs show in many ways.", "format", "docx", "format"),
        ("size-zero", "A document of no size.", "max_size_mb", 0, "max_size_mb"),
        ("size-large", "More than 64 MB are never read.", "max_size_mb", 64.001, "max_size_mb"),
        ("authority-name", "A role's name has small letters.", authority, "Bureau", authority),
        ("authority-recipient", "Nobody is the authority for his own pay.", authority, "recipient", authority),
        ("fields-text", "Fields are a list.", "fields_required", "date", "fields_required"),
        ("field-empty", "A field without a name.", "fields_required", ["date", ""], "fields_required[1]"),
        ("field-long", "A field's name of 201 characters.", "fields_required", ["x" * 201], "fields_required[0]"),
        ("fields-101", "A hundred and one fields.", "fields_required", list(map(str, range(101))), "fields_required"),
    ]:
        pair = [{"type": "survey"}, {**paper, option: value}]
        yield f"document-{name}", shows, {"required_documents": pair}, f"required_documents[1].{where}"
    only = [paper | {"max_size_mb": 0}]
    yield (
        "document-only",
        "The only document is none.",
        {"required_documents": only},
        "required_documents[0].max_size_mb",
    )


def checkpoints() -> Iterator[Row]:
    """Checkpoints, but for their weights."""
    whole = [checkpoint()]
    code = {"verification_code": "1234"}
    yield "checkpoints-none", "No checkpoints at all.", code | {"checkpoints": []}, "checkpoints"
    crowd = [checkpoint(f"{k}", f"2025-07-01T09:{k:02}:00Z", weight=1 if k else 50) for k in range(51)]
    unseen = "A checkpoint with a name that nobody can see."
    yield "checkpoints-unseen", unseen, {"checkpoints": [checkpoint(UNSEEN)]}, "checkpoints[0].name"
    yield "checkpoints-51", "Fifty-one checkpoints.", {"checkpoints": crowd}, "checkpoints"
    alike = [checkpoint(weight=50), checkpoint(deadline=LATE, weight=50)]
    yield "checkpoints-alike", "The same name twice.", {"checkpoints": alike}, "checkpoints"
    rising = "Deadlines rise from one to the next."
    for name, deadline in [("equal", EARLY), ("falling", "2025-07-01T08:59:59Z"), ("same", "2025-07-01T12:00+03:00")]:
        pair = [checkpoint(weight=50), checkpoint("roof", deadline, weight=50)]
        yield f"checkpoints-{name}", rising, {"checkpoints": pair}, "checkpoints[1].deadline"
    for name, shows, option, value in [
        ("name-empty", "A checkpoint whose name is empty.", "name", ""),
        ("name-long", "A name of 101 characters.", "name", "x" * 101),
        ("method", "A way of showing it that does not exist.", "verification_method", "video"),
        ("method-missing", "No way of showing it.", "verification_method", None),
        ("deadline-missing", "A checkpoint without a deadline.", "deadline", None),
        ("deadline-zoneless", "A deadline without a zone.", "deadline", "2025-07-01T09:00:00"),
        ("weight-zero", "A checkpoint that weighs nothing.", "weight", 0),
        ("weight-negative", "A checkpoint that weighs less than nothing.", "weight", -1),
        ("weight-101", "More than all of it.", "weight", 100.5),
        ("weight-text", "Numeric text is no number.", "weight", "100"),
    ]:
        yield f"checkpoint-{name}", shows, {"checkpoints": [checkpoint() | {option: value}]}, f"checkpoints[0].{option}"
    options = {"checkpoints": whole, "milestone_type": "lunar"}
    yield "milestone-type-other", "A kind that does not exist.", options, "milestone_type"
    options = code | {"milestone_type": "time_based"}
    yield "milestone-type-alone", "Time-based, without checkpoints.", options, "milestone_type"
    options = code | {"partial_release_enabled": True}
    yield "partial-release-alone", "Parts of nothing.", options, "partial_release_enabled"
    partial = {"checkpoints": whole, "partial_release_enabled": "true"}
    yield "partial-release-text", "Text is no boolean.", partial, "partial_release_enabled"
    yield "checkpoint-alone", "One of no checkpoints.", code | {"checkpoint": "walls"}, "checkpoint"
    yield "checkpoint-other", "None of the checkpoints.", {"checkpoints": whole, "checkpoint": "cellar"}, "checkpoint"


def weights() -> Iterator[Case]:
    """Weights that are not all of it together, exactly."""
    for name, parts in [
        ("less", (33.3, 33.3, 33.3)),
        ("a-little-less", (20, 30, 49.9999999999)),
        ("more", (20, 30, 51)),
        ("a-little-more", (20, 30, 50.0000000001)),
        ("one", (99,)),
    ]:
        asked = [checkpoint(f"{k}", f"2025-07-0{k + 1}T09:00:00Z", part) for k, part in enumerate(parts)]
        yield Story(
            f"refused-terms-weights-{name}",
            "The weights are not 100 together.",
            term("custom", checkpoints=asked),
            threat=16,
            honest="refused-terms-weights-exact",
        ).refused("terms[0].data.checkpoints")
    asked = [checkpoint(f"{k}", f"2025-07-0{k + 1}T09:00:00Z", part) for k, part in enumerate((0.1, 0.2, 33.3, 66.4))]
    told = Story(
        "refused-terms-weights-exact",
        "Weights are added up as they are written, which makes 100, though the sum of the nearest doubles may not.",
        term("custom", checkpoints=asked),
    )
    for each in asked:
        told.confirm(about=each["name"])
    yield told.passes()


def accepted() -> Iterator[Case]:
    """What is just inside of the bounds. Nothing is handed in, so that only the terms are looked at."""
    rooms = [{"category": f"{k}" * 50, "required_count": 100, "min_interval_minutes": 0} for k in range(10, 30)]
    model = {"category": "a", "template_url": "https://example.com/a.jpg"}
    checked, timed = {"verification_type": "document_check"}, {"milestone_type": "time_based"}
    fifty = [checkpoint(f"{k}", f"2025-07-01T09:{k:02}:00Z", weight=2) for k in range(50)]
    papers = [{"type": f"report {number}", "max_size_mb": 64} for number in range(20)]
    for name, kind, options, failed in [
        ("photo-most", "photo_upload", {"required_count": 100, "max_file_size_mb": 64, "grade": "G2"}, "photo.count"),
        ("photo-least", "photo_upload", {"required_count": 1, "max_file_size_mb": 0.01}, "photo.count"),
        ("categories-20", "photo_upload", {"photo_requirements": rooms}, "photo.category_count"),
        ("template-url", "photo_upload", {"photo_requirements": [model]}, "photo.category_count"),
        ("rating-5", "delivery_confirmation", {"min_rating": 5, "require_rating": False}, "confirmation.rating"),
        ("rating-1", "delivery_confirmation", {"min_rating": 1, "grade": "G2"}, "confirmation.rating"),
        ("documents-20", "custom", {"required_documents": papers}, "document.supplied"),
        ("document-check", "custom", {"required_documents": papers} | checked, "document.supplied"),
        ("checkpoints-50", "custom", {"checkpoints": fifty}, "checkpoint.customer_signature"),
        ("time-based", "custom", {"checkpoints": fifty} | timed, "checkpoint.customer_signature"),
        (
            "fields-100",
            "custom",
            {"required_documents": [{"type": "report", "fields_required": [f"field {k}" for k in range(100)]}]},
            "document.supplied",
        ),
        ("code-200", "custom", {"verification_code": "x" * 200, "grade": "G2"}, "code.given"),
        ("data-100", "custom", {"required_data": {f"{k:0100}": True for k in range(100)}}, "data.supplied"),
    ]:
        more = ["confirmation.confirmed"] if kind == "delivery_confirmation" else []
        yield Story(f"refused-terms-not-{name}", "The bounds themselves are allowed.", term(kind, **options)).fails(
            "evidence.grade", failed, *more
        )

    hours = {"required_data": {"report": True}, "approval_workflow": HOURS | {"approval_timeout_hours": 87_600}}
    told = Story("refused-terms-not-hours-87600", "Ten years for an approval.", term("custom", **hours))
    yield told.fails("evidence.grade", "data.supplied", "approval.given")

    for name, options in [
        ("1000-km", MEETING | {"max_distance_km": 1000}),
        ("tolerance-1000-km", {"required_participants": BOTH, "location_tolerance": 1000}),
    ]:
        told = Story(
            f"refused-terms-not-{name}", "The bounds themselves are allowed.", term("meeting_delivery", **options)
        )
        yield told.fails("evidence.grade", "meeting.recipient", "meeting.customer", "meeting.together")

    for name, shows, options in [
        ("unknown-option", "Options that nobody knows are left alone.", {"colour": "blue"}),
        ("null", "An option that is null is not given.", {"sequence_required": None, "deadline": None}),
        ("milliseconds", "A deadline as JavaScript writes it.", {"deadline": "2025-07-01T12:00:00.000+03:00"}),
        ("minutes", "A deadline to the minute.", {"deadline": "2025-07-01T09:00Z"}),
    ]:
        told = Story(f"refused-terms-not-{name}", shows, term("location_verification", **PLACE | options))
        told.report(KAMPALA)
        yield told.passes()

    for name, fields in [
        ("32-people", {"people": {f"role_{k}": PEOPLE["customer"] for k in range(32)}}),
        ("phones", {"phones": {"recipient": "+2567000", "customer": "+256700000000000"}}),
        ("8-roots", {"authorities": {"quality_control": ["MIIB"] * 8}}),
        ("small-address", {"people": {"customer": PEOPLE["customer"].lower()}}),
        ("utc", {"zone": "UTC"}),
    ]:
        told = _document(f"not-{name}", "Who and where may be named so.", **fields)
        told.report(KAMPALA)
        yield told.passes()


def further() -> Iterator[Case]:
    """What is at the edge of a rule, and is easily forgotten."""
    told = _document("terms-text", "The terms are a text.").refused("terms")
    yield replace(told, terms=told.terms | {"terms": "location_verification"})

    told = _document("term-text", "A term is a text.").refused("terms[0]")
    yield replace(told, terms=told.terms | {"terms": ["location_verification"]})

    told = _document("not-no-salt", "Terms that are only tried out need no salt.").fails(
        "evidence.grade", "location.visited"
    )
    yield replace(told, terms={key: value for key, value in told.terms.items() if key != "salt"})

    photo = term("photo_upload", grade="G3", required_count=0)
    told = _document("not-yet-and-wrong", "What is wrong is said, not what is not supported.", photo)
    yield told.refused("terms[0].data.required_count")

    early = {"deadline": "0001-01-01T00:00:00+14:00"}
    told = _document("deadline-too-early", "A time before all times.", term("location_verification", **PLACE | early))
    yield told.refused("terms[0].data.deadline")

    root = base64.b64encode(b"\x30" + bytes(8191)).decode()
    for name, shows, authorities, where in [
        ("root-number", "A root that is a number.", {"quality_control": [90]}, "authorities.quality_control[0]"),
        ("authorities-33", "Thirty-three authorities.", {f"role_{k}": ["MIIB"] for k in range(33)}, "authorities"),
    ]:
        yield _document(name, shows, authorities=authorities).refused(where)
    for name, fields in [
        ("root-8192", {"authorities": {"quality_control": [root]}}),
        ("32-authorities", {"authorities": {f"role_{k}": ["MIIB"] for k in range(32)}}),
        ("32-phones", {"phones": {f"role_{k}": "+256700000000" for k in range(32)}}),
    ]:
        told = _document(f"not-{name}", "Who and where may be named so.", **fields)
        told.report(KAMPALA)
        yield told.passes()
