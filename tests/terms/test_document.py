"""Terms documents: what is accepted, what is refused where, hashes and ids."""

import base64
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from escrow_chain.protocol.canonical import InvalidJson, canonical
from escrow_chain.terms import FORMAT, InvalidTerms, NotSupportedYet, TermsError, parse_document, parse_term, term_id
from escrow_chain.terms.people import MAX_CERTIFICATE

POINT = {"latitude": 0.347596, "longitude": 32.582520, "radius": 100}
STOP = {"name": "Pickup", **POINT}
LOCATION = {"term_type": "location_verification", "data": POINT}


def document(*terms: Any, **changes: Any) -> dict[str, Any]:
    """A terms document with these terms."""
    return {"format": FORMAT, "timezone": "Africa/Kampala", "terms": list(terms or [LOCATION])} | changes


def location(**options: Any) -> dict[str, Any]:
    """A location term with these options and no others."""
    return {"term_type": "location_verification", "data": options}


def photo(**options: Any) -> dict[str, Any]:
    """A photo term with these options and no others."""
    return {"term_type": "photo_upload", "data": options}


def test_hash_and_ids_follow_from_the_canonical_bytes() -> None:
    """Terms = keccak256(RFC 8785), term id = keccak256(abi.encode(terms, position))."""
    given = document(LOCATION, photo())
    parsed = parse_document(given)
    assert parsed.hash == keccak(canonical(given))
    expected = [keccak(encode(["bytes32", "uint256"], [parsed.hash, position])) for position in range(2)]
    assert [term.id for term in parsed.terms] == expected == [term_id(parsed.hash, position) for position in range(2)]


@pytest.mark.parametrize(
    "changed",
    [
        document(location(**POINT, grade="G1")),
        document(location(**POINT, note="unknown keys are hashed too")),
        document(timezone="Africa/Nairobi"),
        document(salt="0x" + "5a" * 32),
        document(LOCATION, LOCATION),
    ],
)
def test_whatever_is_asked_is_part_of_the_hash(changed: dict[str, Any]) -> None:
    """The grade, unknown options, the zone and the salt all change the hash."""
    assert parse_document(changed).hash != parse_document(document()).hash


def test_a_single_term_is_the_document_of_that_term() -> None:
    """A bare term has the id that it has in a document of its own."""
    bare = parse_term(LOCATION, timezone="Africa/Kampala")
    assert bare == parse_document(document())


@pytest.mark.parametrize(
    ("term", "path"),
    [
        ({"term_type": "telepathy", "data": {}}, "term_type"),
        ({"term_type": 7, "data": {}}, "term_type"),
        ({"data": {}}, "term_type"),
        ({"term_type": "photo_upload"}, "data"),
        ({"term_type": "photo_upload", "data": []}, "data"),
        ([], "term"),
        (location(), "data.latitude"),
        (location(latitude=1, radius=5), "data.longitude"),
        (location(latitude=1, longitude=1), "data.radius"),
        (location(**POINT | {"latitude": 90.0001}), "data.latitude"),
        (location(**POINT | {"latitude": "0.3"}), "data.latitude"),
        (location(**POINT | {"latitude": True}), "data.latitude"),
        (location(**POINT | {"longitude": -180.0001}), "data.longitude"),
        (location(**POINT | {"radius": 0}), "data.radius"),
        (location(**POINT | {"radius": [100]}), "data.radius"),
        (location(**POINT, verification_points=[STOP]), "data.latitude"),
        (location(verification_points=[]), "data.verification_points"),
        (location(verification_points=[STOP, STOP | {"radius": -1}]), "data.verification_points[1].radius"),
        (location(verification_points=[STOP, POINT]), "data.verification_points[1].name"),
        (location(verification_points=[STOP | {"name": ""}]), "data.verification_points[0].name"),
        (location(verification_points=[STOP | {"name": "\u3164 "}]), "data.verification_points[0].name"),
        (location(verification_points=[STOP | {"required": "yes"}]), "data.verification_points[0].required"),
        (location(verification_points=[STOP | {"required": False}]), "data.verification_points"),
        (location(**POINT, sequence_required=1), "data.sequence_required"),
        (location(**POINT, max_time_between_points=0), "data.max_time_between_points"),
        (
            location(**POINT, verification_window={"start_time": "8:00", "end_time": "18:00"}),
            "data.verification_window.start_time",
        ),
        (
            location(**POINT, verification_window={"start_time": "08:00", "end_time": "24:00"}),
            "data.verification_window.end_time",
        ),
        (
            location(**POINT, verification_window={"start_time": "08:00", "end_time": "18:00:00"}),
            "data.verification_window.end_time",
        ),
        (location(**POINT, verification_window={"start_time": "08:00"}), "data.verification_window.end_time"),
        (
            location(**POINT, verification_window={"start_time": "08:00", "end_time": "08:00"}),
            "data.verification_window",
        ),
        (location(**POINT, deadline="2025-06-30"), "data.deadline"),
        (location(**POINT, deadline="2025-06-30T10:00:00"), "data.deadline"),
        (location(**POINT, deadline="2025-02-30T10:00:00Z"), "data.deadline"),
        (location(**POINT, deadline=1751300000), "data.deadline"),
        (location(**POINT, description=5), "data.description"),
        (location(**POINT, grade="G0"), "data.grade"),
        (location(**POINT, grade="G4"), "data.grade"),
        (photo(required_count=0), "data.required_count"),
        (photo(photo_requirements=[]), "data.photo_requirements"),
        (photo(photo_requirements={}), "data.photo_requirements"),
        (photo(photo_requirements=[{"required_count": 1}]), "data.photo_requirements[0].category"),
        (photo(photo_requirements=[{"category": ""}]), "data.photo_requirements[0].category"),
        (photo(photo_requirements=[{"category": "\u200b"}]), "data.photo_requirements[0].category"),
        (photo(photo_requirements=[{"category": "a"}, {"category": "a"}]), "data.photo_requirements"),
        (photo(photo_requirements=[{"category": str(n)} for n in range(21)]), "data.photo_requirements"),
        (
            photo(photo_requirements=[{"category": "a", "required_count": 0}]),
            "data.photo_requirements[0].required_count",
        ),
        (
            photo(photo_requirements=[{"category": "a", "min_interval_minutes": -1}]),
            "data.photo_requirements[0].min_interval_minutes",
        ),
        (
            photo(photo_requirements=[{"category": "a", "template_url": "http://example.com/a.jpg"}]),
            "data.photo_requirements[0].template_url",
        ),
        (
            photo(photo_requirements=[{"category": "a", "template_url": "https://"}]),
            "data.photo_requirements[0].template_url",
        ),
        (photo(photo_requirements=[{"category": "a", "quality_check": 1}]), "data.photo_requirements[0].quality_check"),
        (photo(ai_validation={"check_quality": "yes"}), "data.ai_validation.check_quality"),
        (photo(required_count=1.5), "data.required_count"),
        (photo(required_count=True), "data.required_count"),
        (photo(accepted_formats=[]), "data.accepted_formats"),
        (photo(accepted_formats=["jpeg", "gif"]), "data.accepted_formats[1]"),
        (photo(accepted_formats="jpeg"), "data.accepted_formats"),
        (photo(required_count=101), "data.required_count"),
        (photo(max_file_size_mb=0.009), "data.max_file_size_mb"),
        (photo(max_file_size_mb=64.1), "data.max_file_size_mb"),
        (location(verification_points=[STOP] * 51), "data.verification_points"),
        (photo(metadata_required=["timestamp", "mood"]), "data.metadata_required[1]"),
        (photo(ai_validation={"enabled": 1}), "data.ai_validation.enabled"),
        (photo(ai_validation=True), "data.ai_validation"),
    ],
)
def test_refuses_a_broken_rule_at_its_path(term: Any, path: str) -> None:
    """Closed lists, bounds and types are enforced, and the error says where."""
    with pytest.raises(InvalidTerms) as caught:
        parse_term(term)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("term", "path"),
    [
        (location(**POINT, grade="G3"), "data.grade"),
        (photo(grade="G3"), "data.grade"),
    ],
)
def test_refuses_what_nothing_checks_yet(term: Any, path: str) -> None:
    """Asking for a check that does not exist is refused, not ignored."""
    with pytest.raises(NotSupportedYet) as caught:
        parse_term(term)
    assert caught.value.path == path
    assert "not supported yet" in str(caught.value)


def test_people_are_part_of_the_document_and_of_its_hash() -> None:
    """With checksummed addresses; without people the document is what it was before there were any."""
    named = parse_document(document(people={"customer": "0x" + "ab" * 20, "quality_control": "0x" + "12" * 20}))
    assert named.people["customer"] == "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB"
    assert named.hash != parse_document(document()).hash
    assert parse_document(document()).people == {}


def test_roles_that_nobody_is_named_for_are_known() -> None:
    """The recipient is the milestone's payee, and needs no name."""
    rated = {"term_type": "delivery_confirmation", "data": {}}
    nameless = parse_document(document(terms=[location(**POINT), rated]))
    assert [(term.position, role) for term, role in nameless.unnamed()] == [(1, "customer")]
    named = parse_document(document(terms=[rated], people={"customer": "0x" + "ab" * 20}))
    assert list(named.unnamed()) == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (document(people=[]), "people"),
        (document(people=None), "people"),
        (document(people={"customer": "0x12"}), "people.customer"),
        (document(people={"customer": 5}), "people.customer"),
        (document(people={"customer": "0x" + "00" * 20}), "people.customer"),
        (document(people={"The Customer": "0x" + "ab" * 20}), "people.The Customer"),
        (document(people={"recipient": "0x" + "ab" * 20}), "people.recipient"),
        (document(people={f"role_{number}": "0x" + "ab" * 20 for number in range(33)}), "people"),
        (document(format="escrow_chain/terms/2"), "format"),
        (document(timezone="Africa/Atlantis"), "timezone"),
        (document(timezone="../../etc/passwd"), "timezone"),
        (document(terms=[]), "terms"),
        (document(terms={}), "terms"),
        (document(extra=1), "extra"),
        (document(salt="0x5a"), "salt"),
        (document(LOCATION | {"id": 1}), "terms[0].id"),
        (document(LOCATION, location(**POINT | {"radius": -1})), "terms[1].data.radius"),
        ({"format": FORMAT, "terms": [LOCATION]}, "timezone"),
    ],
)
def test_refuses_a_broken_document_at_its_path(given: Any, path: str) -> None:
    """The document itself is a closed format."""
    with pytest.raises(InvalidTerms) as caught:
        parse_document(given)
    assert caught.value.path == path


def test_all_problems_are_named_at_once() -> None:
    """Who corrects terms sees everything that is wrong with one of them."""
    with pytest.raises(InvalidTerms) as caught:
        parse_term(location(latitude=91, longitude=181, radius=0))
    assert [problem.path for problem in caught.value.problems] == ["data.latitude", "data.longitude", "data.radius"]


def test_a_number_without_a_hash_is_refused() -> None:
    """NaN has no canonical form, so terms with it are no terms."""
    with pytest.raises(InvalidJson):
        parse_document(document(location(**POINT, note=float("nan"))))


@pytest.mark.parametrize(
    "term",
    [
        location(
            **POINT, description="Verify arrival", verification_window={"start_time": "22:00", "end_time": "06:00"}
        ),
        location(verification_points=[STOP, STOP], sequence_required=True, max_time_between_points=120),
        location(verification_points=[STOP, STOP | {"required": False}]),
        location(**POINT, deadline="2025-06-30T16:30:00.000Z", verification_window=None),
        photo(required_count=2, accepted_formats=["jpg", "png", "webp"], metadata_required=["timestamp", "location"]),
        photo(required_count=2.0, max_file_size_mb=0.5, ai_validation={"enabled": False, "check_quality": True}),
        photo(required_count=100, max_file_size_mb=64),
        photo(max_file_size_mb=0.01),
        location(verification_points=[STOP] * 50),
        photo(description="Before and after", deadline="2025-06-30T16:30:00+03:00"),
    ],
)
def test_accepts_the_options_of_the_wire(term: Any) -> None:
    """The published examples, and what their rules allow beside them."""
    assert len(parse_term(term).terms) == 1


def test_defaults_are_those_of_the_wire() -> None:
    """One photo of 10 MB, JPEG or PNG, grade G1; `jpg` is `jpeg`."""
    options: Any = parse_term(photo()).terms[0].options
    assert (options.photos_needed, options.accepted_formats, options.max_bytes) == (1, ("jpeg", "png"), 10_000_000)
    assert options.grade == "G1"
    named: Any = parse_term(photo(accepted_formats=["jpg"])).terms[0].options
    assert named.accepted_formats == ("jpeg",)


def test_all_errors_are_terms_errors() -> None:
    """One `except` is enough for whoever reads terms."""
    assert issubclass(InvalidTerms, TermsError)
    assert issubclass(NotSupportedYet, TermsError)


# ---------------------------------------------------------------------------------------------- phones and authorities


CERTIFICATE = b"\x30\x03\x02\x01\x07"
"""Looks like a certificate from outside, which is all that is looked at here."""
ROOT = base64.b64encode(CERTIFICATE).decode()
CUSTOMER = "0x" + "ab" * 20
PHONE = "+256700000000"


def custom(**options: Any) -> dict[str, Any]:
    """A custom term with these options and no others."""
    return {"term_type": "custom", "data": options}


def test_phones_and_roots_are_part_of_the_document_and_of_its_hash() -> None:
    """And the judge is told of them: roots by the sha-256 of their bytes."""
    other = base64.b64encode(CERTIFICATE + b"\x00").decode()
    given = document(
        people={"customer": CUSTOMER},
        phones={"customer": PHONE, "recipient": "+447946000"},
        authorities={"quality_control": [ROOT, other], "safety": [ROOT]},
    )
    parsed = parse_document(given)
    assert parsed.phones == {"customer": PHONE, "recipient": "+447946000"}
    assert parsed.roots == (CERTIFICATE, CERTIFICATE + b"\x00")
    at = datetime(2025, 6, 30, tzinfo=UTC)
    around = parsed.circumstances(at=at, deal=b"\x01" * 32, milestone=2, submitter=None, deadline=at)
    hashes = [sha256(root).digest() for root in parsed.roots]
    assert around.roots == {"quality_control": frozenset(hashes), "safety": frozenset(hashes[:1])}
    assert (around.phones, around.people) == (parsed.phones, parsed.people)
    assert (around.milestone, around.submitter, around.deadline, around.zone) == (2, None, at, "Africa/Kampala")
    hashes_of_documents = {
        parse_document(given | change).hash
        for change in ({}, {"phones": {}}, {"authorities": {}}, {"people": {}}, {"phones": {"customer": PHONE + "0"}})
    }
    assert len(hashes_of_documents) == 5


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"phones": []}, "phones"),
        ({"phones": None}, "phones"),
        ({"phones": {"customer": "0700000000"}}, "phones.customer"),
        ({"phones": {"customer": "+0700000000"}}, "phones.customer"),
        ({"phones": {"customer": "+25670"}}, "phones.customer"),
        ({"phones": {"customer": "+2567000000000000"}}, "phones.customer"),
        ({"phones": {"customer": "+256 700 000000"}}, "phones.customer"),
        ({"phones": {"customer": PHONE + "\n"}}, "phones.customer"),
        ({"phones": {"customer": "+25670000000\u0660"}}, "phones.customer"),
        ({"phones": {"customer": 256700000000}}, "phones.customer"),
        ({"phones": {"Customer": PHONE}}, "phones.Customer"),
        ({"phones": {f"role_{number}": PHONE for number in range(33)}}, "phones"),
        ({"authorities": []}, "authorities"),
        ({"authorities": {"quality_control": []}}, "authorities.quality_control"),
        ({"authorities": {"quality_control": ROOT}}, "authorities.quality_control"),
        ({"authorities": {"quality_control": [ROOT] * 9}}, "authorities.quality_control"),
        ({"authorities": {"quality_control": [ROOT, "!"]}}, "authorities.quality_control[1]"),
        ({"authorities": {"quality_control": [""]}}, "authorities.quality_control[0]"),
        ({"authorities": {"quality_control": ["AAAA"]}}, "authorities.quality_control[0]"),
        ({"authorities": {"quality_control": [ROOT + "\n"]}}, "authorities.quality_control[0]"),
        ({"authorities": {"quality_control": [7]}}, "authorities.quality_control[0]"),
        ({"authorities": {"recipient": [ROOT]}}, "authorities.recipient"),
        ({"authorities": {"Quality Control": [ROOT]}}, "authorities.Quality Control"),
        ({"authorities": {f"role_{number}": [ROOT] for number in range(33)}}, "authorities"),
        ({"phone": {}}, "phone"),
    ],
)
def test_refuses_broken_phones_and_authorities_at_their_path(given: Any, path: str) -> None:
    """Numbers as E.164 writes them, certificates in base64."""
    with pytest.raises(InvalidTerms) as caught:
        parse_document(document(**given))
    assert caught.value.path == path


def test_a_certificate_has_a_largest_size() -> None:
    """So that terms can be read."""
    for size, fits in ((MAX_CERTIFICATE, True), (MAX_CERTIFICATE + 1, False)):
        given = document(authorities={"safety": [base64.b64encode(b"\x30" + bytes(size - 1)).decode()]})
        if fits:
            assert len(parse_document(given).roots[0]) == size
        else:
            with pytest.raises(InvalidTerms):
                parse_document(given)


CERTIFIED = custom(required_documents=[{"type": "report", "verification_authority": "quality_control"}])
MANAGED = custom(
    required_documents=[{"type": "report", "verification_authority": "manager"}],
    approval_workflow={"requires_manager_approval": True},
)
CHECKED = custom(
    required_documents=[{"type": "report", "verification_authority": "customer"}],
    checkpoints=[
        {"name": "end", "deadline": "2025-06-30T10:00:00Z", "verification_method": "customer_signature", "weight": 100}
    ],
)
VERIFIED = {
    "term_type": "meeting_delivery",
    "data": {
        "required_participants": [
            {"role": "service_provider", "phone_verification": True},
            {"role": "customer", "phone_verification": True},
        ]
    },
}


@pytest.mark.parametrize(
    ("term", "named", "missing"),
    [
        (CERTIFIED, {}, ["quality_control"]),
        (CERTIFIED, {"people": {"customer": CUSTOMER}, "authorities": {"safety": [ROOT]}}, ["quality_control"]),
        (CERTIFIED, {"people": {"quality_control": CUSTOMER}}, []),
        (CERTIFIED, {"authorities": {"quality_control": [ROOT]}}, []),
        (MANAGED, {"authorities": {"manager": [ROOT]}}, ["manager"]),
        (MANAGED, {"people": {"manager": CUSTOMER}}, []),
        (CHECKED, {"authorities": {"customer": [ROOT]}}, ["customer"]),
        (CHECKED, {"people": {"customer": CUSTOMER}}, []),
        (VERIFIED, {}, ["customer", "customer's phone", "recipient's phone"]),
        (VERIFIED, {"people": {"customer": CUSTOMER}, "phones": {"customer": PHONE}}, ["recipient's phone"]),
        (VERIFIED, {"people": {"customer": CUSTOMER}, "phones": {"customer": PHONE, "recipient": PHONE}}, []),
    ],
)
def test_who_is_wanted_and_not_named_is_known(term: Any, named: Any, missing: list[str]) -> None:
    """An authority by its address or its roots, whoever must give a word by an address, and phones by role."""
    assert [role for _, role in parse_document(document(term, **named)).unnamed()] == missing


# ---------------------------------------------------------------------------------------------- the published examples


CHECKLIST = custom(
    verification_code="QC-2025-001",
    description="Complete quality control inspection checklist",
    required_data={"inspection_report": True, "compliance_certificate": True, "manager_approval": True},
)
DOCUMENT_CHECK = custom(
    verification_type="document_check",
    required_documents=[
        {
            "type": "completion_certificate",
            "format": "pdf",
            "max_size_mb": 5,
            "verification_authority": "quality_control",
        },
        {"type": "inspection_report", "format": "pdf", "fields_required": ["inspector_id", "date", "signature"]},
    ],
    approval_workflow={"requires_manager_approval": True, "approval_timeout_hours": 48},
)
TIME_MILESTONES = custom(
    milestone_type="time_based",
    checkpoints=[
        {
            "name": "project_start",
            "deadline": "2025-06-07T09:00:00Z",
            "verification_method": "photo_upload",
            "weight": 20,
        },
        {
            "name": "50_percent_completion",
            "deadline": "2025-06-09T17:00:00Z",
            "verification_method": "manager_approval",
            "weight": 30,
        },
        {
            "name": "final_delivery",
            "deadline": "2025-06-12T18:00:00Z",
            "verification_method": "customer_signature",
            "weight": 50,
        },
    ],
    partial_release_enabled=True,
)
ADVANCED_MEETING = {
    "term_type": "meeting_delivery",
    "data": {
        "meeting_type": "scheduled_appointment",
        "location_tolerance": 0.05,
        "required_participants": [
            {"role": "service_provider", "verification_required": True},
            {"role": "customer", "phone_verification": True},
        ],
        "verification_method": "dual_confirmation",
        "photo_evidence_required": True,
        "signature_required": True,
    },
}


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        (CHECKLIST, ["manager"]),
        (DOCUMENT_CHECK, ["manager", "quality_control"]),
        (TIME_MILESTONES, ["customer", "manager"]),
        (ADVANCED_MEETING, ["customer", "customer's phone"]),
    ],
)
def test_the_published_examples_are_accepted_as_they_stand(term: Any, wanted: list[str]) -> None:
    """Nothing in them is passed over; and whom they want is known."""
    assert [role for _, role in parse_term(term).unnamed()] == wanted


@pytest.mark.parametrize(
    ("term", "option", "closed"),
    [
        (DOCUMENT_CHECK, "verification_type", ["document_check"]),
        (TIME_MILESTONES, "milestone_type", ["time_based"]),
        (ADVANCED_MEETING, "meeting_type", ["scheduled_appointment"]),
        (ADVANCED_MEETING, "verification_method", ["dual_confirmation"]),
        (DOCUMENT_CHECK, "required_documents[0].format", ["pdf"]),
        (
            TIME_MILESTONES,
            "checkpoints[2].verification_method",
            ["photo_upload", "manager_approval", "customer_signature"],
        ),
        (ADVANCED_MEETING, "required_participants[1].role", ["customer"]),
    ],
)
def test_lists_are_closed(term: Any, option: str, closed: list[str]) -> None:
    """Each value of the wire's tables is accepted, and nothing that is nearly one."""
    for value in closed:
        parse_term(_with(term, option, value))
    for value in (closed[0].upper(), closed[0] + " ", "", "other", 1, True, [closed[0]]):
        with pytest.raises(InvalidTerms) as caught:
            parse_term(_with(term, option, value))
        assert caught.value.path == f"data.{option}"


def _with(term: Any, option: str, value: Any) -> Any:
    """The term with another value of an option: `name`, or `name[0].name` in a list of objects."""
    name, _, inner = option.partition("[")
    if inner:
        place, _, inner_name = inner.partition("].")
        value = [
            each | {inner_name: value} if number == int(place) else each
            for number, each in enumerate(term["data"][name])
        ]
    return term | {"data": term["data"] | {name: value}}


def test_a_list_with_a_wrong_item_is_not_called_too_short_as_well() -> None:
    """One fault is one problem, at its own path; an empty list is one too."""
    with pytest.raises(InvalidTerms) as caught:
        parse_term({"term_type": "custom", "data": {"required_documents": [{"type": "report", "max_size_mb": -1}]}})
    assert [problem.path for problem in caught.value.problems] == ["data.required_documents[0].max_size_mb"]
    with pytest.raises(InvalidTerms) as caught:
        parse_term({"term_type": "custom", "data": {"required_documents": []}})
    assert [problem.path for problem in caught.value.problems] == ["data.required_documents"]
    with pytest.raises(InvalidTerms) as caught:
        parse_document(document(authorities={"quality_control": ["no certificate"]}))
    assert [problem.path for problem in caught.value.problems] == ["authorities.quality_control[0]"]
