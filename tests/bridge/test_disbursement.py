"""From a published request to a deal."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.bridge.disbursement import Disbursement, Funding, Parties, Plan, plan
from escrow_chain.bridge.errors import InvalidRequest
from escrow_chain.protocol.canonical import MAX_BYTES, document_hash
from escrow_chain.protocol.checks import MAX_MILESTONES, check_deal, check_milestones
from escrow_chain.protocol.deal import milestones_root
from escrow_chain.terms import registry
from escrow_chain.terms.registry import PUBLISHED

DEMO = resources.files("escrow_chain.cli.demo")
REQUEST: dict[str, Any] = json.loads((DEMO / "request.json").read_text())
WALLETS: dict[str, str] = json.loads((DEMO / "wallets.json").read_text())
CUSTOMER = "0x" + "55" * 20
NOW = datetime(2030, 6, 5, 6, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
FUNDING = Funding(payer="0x" + "11" * 20, token="0x" + "22" * 20, decimals=2, attestor="0x" + "33" * 20)


def planned(request: dict[str, Any], *, decimals: int = 2, seed: int = 1, **people: dict[str, str]) -> Plan:
    """The plan of a request, with randomness from a seed. `people` by reference, with an underscore."""
    funding = Funding(payer=FUNDING.payer, token=FUNDING.token, decimals=decimals, attestor=FUNDING.attestor)
    named = {reference.replace("_", "-"): roles for reference, roles in people.items()}
    parties = Parties(WALLETS, named)
    return plan(request, parties=parties, funding=funding, now=NOW, random_bytes=Random(seed).randbytes)


CHECKPOINTS = [
    {
        "name": "project_start",
        "deadline": "2030-06-07T09:00:00Z",
        "verification_method": "photo_upload",
        "weight": 20,
    },
    {
        "name": "50_percent_completion",
        "deadline": "2030-06-09T17:00:00Z",
        "verification_method": "manager_approval",
        "weight": 30,
    },
    {
        "name": "final_delivery",
        "deadline": "2030-06-12T18:00:00Z",
        "verification_method": "customer_signature",
        "weight": 50,
    },
]
PEOPLE = {"customer": CUSTOMER, "manager": "0x" + "66" * 20}


def in_parts(amount: str = "25000.01", **options: Any) -> dict[str, Any]:
    """The request with a first recipient who is paid by checkpoints."""
    data = {"milestone_type": "time_based", "checkpoints": CHECKPOINTS, "partial_release_enabled": True} | options
    request = deepcopy(REQUEST)
    request["recipients"][0] |= {"amount": amount, "terms": [{"term_type": "custom", "data": data}]}
    return request


def changed(change: Any) -> dict[str, Any]:
    """The request with a change made to it."""
    request = deepcopy(REQUEST)
    change(request)
    return request


def test_a_request_becomes_a_deal_that_can_be_opened() -> None:
    """A milestone per recipient, in order, to the recipient's wallet, and the exact amount of each."""
    made = planned(REQUEST)
    check_deal(made.deal, escrow="0x" + "44" * 20)
    assert check_milestones(made.milestones, token=made.deal.token, escrow="0x" + "44" * 20, now=NOW_S) == 75_500_50
    assert [milestone.amount for milestone in made.milestones] == [25_000_00, 18_500_50, 32_000_00]
    assert [milestone.payee for milestone in made.milestones] == list(WALLETS.values())
    assert made.deal.milestones == milestones_root(made.milestones)


def test_the_hashes_are_those_of_the_documents() -> None:
    """Who has the documents can check every hash in the deal; the salts keep others from guessing."""
    made, other = planned(REQUEST), planned(REQUEST, seed=2)
    assert made.deal.agreement == document_hash(made.agreement)
    assert [m.terms for m in made.milestones] == [document_hash(document) for document in made.documents]
    assert not {m.terms for m in made.milestones} & {m.terms for m in other.milestones}
    assert made.deal.agreement != other.deal.agreement


def test_who_confirms_is_named_in_the_terms() -> None:
    """And so in the deal: nobody can be put in the customer's place afterwards."""
    term = {"term_type": "delivery_confirmation", "data": {}}
    confirmed = changed(lambda request: request["recipients"][0]["terms"].append(term))
    made = planned(confirmed, DELIVERY_001={"customer": CUSTOMER})
    assert made.terms[0].people == {"customer": CUSTOMER}
    assert made.terms[1].people == {}
    other = planned(confirmed, DELIVERY_001={"customer": WALLETS["DELIVERY-002"]})
    assert made.milestones[0].terms != other.milestones[0].terms
    with pytest.raises(InvalidRequest) as refused:
        planned(confirmed, DELIVERY_002={"customer": CUSTOMER})
    assert refused.value.field == "recipients[0].terms[2].term_type"
    assert "nobody is named as the customer" in str(refused.value)
    with pytest.raises(InvalidRequest) as refused:
        planned(confirmed, DELIVERY_001={"customer": WALLETS["DELIVERY-001"].lower()})
    assert refused.value.field == "recipients[0].reference"


def test_a_milestone_lasts_until_the_end_of_its_meeting() -> None:
    """Else nobody could prove it in time."""
    place = {"max_distance_km": 0.1, "buyer_coordinates": {"latitude": 0.3, "longitude": 32.5}}
    window = {"start": "2030-07-01T09:00:00Z", "end": "2030-07-01T17:00:00Z"}
    term = {"term_type": "meeting_delivery", "data": place | {"meeting_window": window}}
    met = changed(lambda request: request["recipients"][0].update(terms=[term]))
    made = planned(met, DELIVERY_001={"customer": CUSTOMER})
    assert made.milestones[0].deadline == int(datetime(2030, 7, 1, 18, tzinfo=UTC).timestamp())


def test_a_token_with_more_decimals_gets_more_units() -> None:
    """Amounts are scaled by the token's decimals, exactly."""
    assert [m.amount for m in planned(REQUEST, decimals=6).milestones] == [25_000_000000, 18_500_500000, 32_000_000000]


def test_a_term_without_deadline_has_72_hours() -> None:
    """The milestone is open until the latest deadline of its terms, else for 72 hours; and for an hour more, in which
    what came at the last moment is attested.
    """

    def drop(request: dict[str, Any]) -> None:
        for term in request["recipients"][0]["terms"]:
            del term["data"]["deadline"]

    made = planned(changed(drop))
    assert made.milestones[0].deadline == NOW.timestamp() + 73 * 3_600
    assert made.milestones[1].deadline == datetime(2030, 6, 5, 16, tzinfo=UTC).timestamp()


def test_a_deadline_at_the_end_of_the_calendar_is_one() -> None:
    """The hour that a milestone is open longer goes beyond what Python calls a time."""
    last = {"deadline": "9999-12-31T23:59:59Z"}
    made = planned(changed(lambda request: request["recipients"][0]["terms"][0]["data"].update(last)))
    assert made.milestones[0].deadline == 253_402_300_799 + 3_600


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda r: r.update(recipients=[]), "recipients"),
        (lambda r: r.update(recipients=r["recipients"] * 20), "recipients"),
        (lambda r: r.pop("currency"), "currency"),
        (lambda r: r.update(notes=[float("nan")]), "request.notes[0]"),
        (lambda r: r.update(notes="x" * MAX_BYTES), "request"),
        (lambda r: r["recipients"][0]["terms"][0]["data"].update(notes=[1e15] * 70_000), "recipients[0].terms"),
        (
            lambda r: r["recipients"][0]["terms"][0].update(term_type=["photo_upload"]),
            "recipients[0].terms[0].term_type",
        ),
        (lambda r: r["recipients"][0]["terms"][0].pop("term_type"), "recipients[0].terms[0].term_type"),
        (lambda r: r["recipients"][1].update(amount="1e5"), "recipients[1].amount"),
        (lambda r: r["recipients"][1].update(amount=18500.5), "recipients[1].amount"),
        (lambda r: r["recipients"][1].update(amount="18500.505"), "recipients[1].amount"),
        (lambda r: r["recipients"][1].update(amount="0.00"), "recipients[1].amount"),
        (lambda r: r["recipients"][1].update(amount="9" * 39), "recipients[1].amount"),
        (lambda r: r["auto_release"].update(timezone="Nowhere"), "auto_release.timezone"),
        (
            lambda r: r["recipients"][0]["terms"][0]["data"].update(radius=float("nan")),
            "recipients[0].terms[0].data.radius",
        ),
        (lambda r: r["recipients"][2].update(reference="DELIVERY-001"), "recipients[2].reference"),
        (lambda r: r["recipients"][2].update(reference="DELIVERY-009"), "recipients[2].reference"),
        (lambda r: r["recipients"][2].update(terms=[]), "recipients[2].terms"),
        (lambda r: r["recipients"][0]["terms"][0]["data"].update(radius=0), "recipients[0].terms[0].data.radius"),
        (
            lambda r: r["recipients"][0]["terms"][1].update(term_type="delivery_confirmation"),
            "recipients[0].terms[1].term_type",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_path(change: Any, field: str) -> None:
    """A request that can't become a deal says which field is to blame."""
    with pytest.raises(InvalidRequest) as refused:
        planned(changed(change))
    assert refused.value.field == field


def test_each_checkpoint_with_partial_release_is_a_milestone() -> None:
    """With its share rounded down to the cent, the rest for the last, its own deadline, and terms that name it."""
    reference = REQUEST["recipients"][0]["reference"]
    made = planned(in_parts(), **{reference.replace("-", "_"): PEOPLE})
    assert [milestone.amount for milestone in made.milestones[:3]] == [5_000_00, 7_500_00, 12_500_01]
    assert made.references[:4] == (reference, reference, reference, REQUEST["recipients"][1]["reference"])
    assert [datetime.fromtimestamp(each.deadline, UTC).isoformat() for each in made.milestones[:3]] == [
        "2030-06-07T10:00:00+00:00",
        "2030-06-09T18:00:00+00:00",
        "2030-06-12T19:00:00+00:00",
    ]
    due: list[Any] = [terms.terms[0].options for terms in made.terms[:3]]
    assert [[each.name for each in options.due] for options in due] == [[each["name"]] for each in CHECKPOINTS]
    assert len({milestone.terms for milestone in made.milestones}) == len(made.milestones)


@given(st.integers(min_value=100, max_value=10**15))
def test_the_shares_of_checkpoints_are_all_of_the_amount(cents: int) -> None:
    """To the last unit, in a token of six decimal places, and all but the last in whole cents."""
    reference = REQUEST["recipients"][0]["reference"].replace("-", "_")
    made = planned(in_parts(f"{cents // 100}.{cents % 100:02}"), decimals=6, **{reference: PEOPLE})
    first, second, last = (milestone.amount for milestone in made.milestones[:3])
    assert first + second + last == cents * 10_000
    assert (first % 10_000, second % 10_000) == (0, 0)
    assert (first, second) == (cents * 20 // 100 * 10_000, cents * 30 // 100 * 10_000)


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (in_parts("0.03"), "recipients[0].amount"),
        (in_parts(verification_code="7"), "recipients[0].terms[0].data.partial_release_enabled"),
        (in_parts(checkpoints=[CHECKPOINTS[0] | {"weight": 99}]), "recipients[0].terms[0].data.checkpoints"),
    ],
)
def test_checkpoints_that_cannot_be_paid_one_by_one_are_refused(request_: dict[str, Any], path: str) -> None:
    """At the path of what is wrong."""
    reference = REQUEST["recipients"][0]["reference"].replace("-", "_")
    with pytest.raises(InvalidRequest) as caught:
        planned(request_, **{reference: PEOPLE})
    assert caught.value.field == path


def test_a_deal_takes_no_more_milestones_than_the_contract() -> None:
    """Fifty recipients of three checkpoints each are too many."""
    request = in_parts()
    first = request["recipients"][0]
    request["recipients"] = [first | {"reference": f"courier-{number}"} for number in range(50)]
    wallets = {f"courier-{number}": f"0x{number + 1:040x}" for number in range(50)}
    parties = Parties(wallets, dict.fromkeys(wallets, PEOPLE))
    drawn: list[int] = []

    def random_bytes(size: int) -> bytes:
        drawn.append(size)
        return bytes(size)

    with pytest.raises(InvalidRequest, match="more than the 128 milestones"):
        plan(request, parties=parties, funding=FUNDING, now=NOW, random_bytes=random_bytes)
    assert len(drawn) <= MAX_MILESTONES + 1, "nothing is made of what is too much"


def test_only_the_types_that_are_allowed_make_a_deal() -> None:
    """The published ones, unless somebody says otherwise."""
    with pytest.raises(InvalidRequest) as caught:
        plan(
            REQUEST,
            parties=Parties(WALLETS),
            funding=FUNDING,
            now=NOW,
            random_bytes=Random(1).randbytes,
            term_types=["photo_upload"],
        )
    assert caught.value.field == "recipients[0].terms[0].term_type"


def test_what_is_no_name_is_no_type() -> None:
    """In whatever collection the allowed ones are."""
    unnamed = changed(lambda request: request["recipients"][0]["terms"][0].update(term_type=["photo_upload"]))
    for allowed in (PUBLISHED, frozenset(PUBLISHED)):
        with pytest.raises(InvalidRequest, match="not a term type here"):
            plan(
                unnamed,
                parties=Parties(WALLETS),
                funding=FUNDING,
                now=NOW,
                random_bytes=Random(1).randbytes,
                term_types=allowed,
            )


def test_a_type_that_is_not_allowed_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a request does not decide which packages' code is run, or fails."""
    folder = tmp_path / "broken-0.1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 0.1.0\n")
    (folder / "entry_points.txt").write_text(f"[{registry.GROUP}]\nbroken = there_is_no_such_module:TERM_TYPE\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry.added.cache_clear()
    try:
        assert "broken" in registry.added()
        with pytest.raises(InvalidRequest) as caught:
            planned(changed(lambda request: request["recipients"][0]["terms"][0].update(term_type="broken")))
    finally:
        registry.added.cache_clear()
    assert caught.value.field == "recipients[0].terms[0].term_type"


def test_a_plan_can_be_logged() -> None:
    """Its documents have codes in plain text: they are not in what is printed of it."""
    data = {"verification_code": "QC-2025-001"}
    coded = changed(lambda request: request["recipients"][0].update(terms=[{"term_type": "custom", "data": data}]))
    made = planned(coded)
    assert "QC-2025-001" in str(made.documents)
    assert "QC-2025-001" not in repr(made) + repr(Disbursement.model_validate(coded))
