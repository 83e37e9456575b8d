"""Strict JSON, its RFC 8785 bytes and its hash."""

import json
import time

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.canonical import MAX_BYTES, InvalidJson, canonical, document_hash, parse

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    # Characters beyond the surrogates, too: RFC 8785 sorts keys by UTF-16 units.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (b'{"a": {"b": 1, "b": 2}}', "a.b", "given twice"),
        (b'{"a": [0, {"b": 1, "b": 1}]}', "a[1].b", "given twice"),
        (b'{"data": {"radius": NaN}}', "data.radius", "NaN is not a JSON number"),
        (b"[1, -Infinity]", "[1]", "-Infinity is not a JSON number"),
        (b'{"a": 1e400}', "a", "not a finite number"),
        (b'{"a": -9007199254740992.0}', "a", "a number beyond"),
        (b'{"a": 9007199254740992}', "a", "a number beyond"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a", "a number beyond"),
        (b'{"a": "\\ud800"}', "a", "surrogate"),
        (b'{"\\udfff": 1}', "document", "surrogate"),
        (b'{"a": {"\\udfff": 1, "\\udfff": 2}}', "a", "surrogate"),
        (b'{"' + b"k" * 300 + b'": NaN}', "k" * 200 + "\u2026", "NaN is not a JSON number"),
        (b'{"a": "\xff"}', "byte 7", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "line 1, column 1", "BOM"),
        (b'{"a": 1,\n  "b": }', "line 2, column 8", "expecting value"),
        (b'{"a": 1} {}', "line 1, column 10", "extra data"),
        (b"", "line 1, column 1", "expecting value"),
        (b"[" * 65 + b"]" * 65, "document", "nested deeper than 64 levels"),
        (b"[" * 200_000, "document", "nested deeper than 64 levels"),
        (b" " * (MAX_BYTES + 1), "document", "more than the"),
    ],
)
def test_refuses_what_two_readers_could_read_differently(text: bytes, where: str, reason: str) -> None:
    """Each fault is refused at its path in the document, or at its place in the text."""
    with pytest.raises(InvalidJson) as caught:
        parse(text)
    assert caught.value.where == where
    assert reason in caught.value.reason


def test_long_keys_cost_no_more_than_their_length() -> None:
    """The paths of all values below a key of half a megabyte would have 65 gigabytes: only what is told is made."""
    half, values = MAX_BYTES // 2 - 100, b"[" + b"0," * (MAX_BYTES // 4) + b"0]"
    times = []
    for text in (b'["' + b"k" * half + b'",' + values + b"]", b'{"' + b"k" * half + b'":' + values + b"}"):
        started = time.process_time()
        canonical(parse(text))
        times.append(time.process_time() - started)
    assert times[1] < 3 * times[0]


def test_reads_what_lies_just_inside_the_limits() -> None:
    """The deepest document and the largest integer that are allowed."""
    assert parse(b"[" * 64 + b"]" * 64)
    assert parse(b"9007199254740991") == 2**53 - 1


def test_spells_the_example_of_the_rfc() -> None:
    """RFC 8785, 3.2.2 and 3.2.3, without its 1E30: numbers, escapes, keys in the order of their UTF-16 units."""
    document = parse(
        b'{"numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001], '
        b'"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}'
    )
    assert canonical(document) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical({"\U0001f600": 1, "\ufb33": 2}) == '{"\U0001f600":1,"\ufb33":2}'.encode()


@given(JSON)
def test_canonical_bytes_survive_a_round_trip(document: object) -> None:
    """What is written is read back as the same document, and written the same again."""
    written = canonical(document)  # type: ignore[arg-type]
    assert canonical(parse(written)) == written


def test_spelling_does_not_change_the_hash() -> None:
    """White space, key order and the spelling of numbers do not matter; values do."""
    one = parse(b'{"radius": 100, "latitude": 32.582520}')
    other = parse(b'{ "latitude" : 3.258252e1 , "radius" : 1.0E2 }')
    assert document_hash(one) == document_hash(other) == keccak(b'{"latitude":32.58252,"radius":100}')
    assert document_hash({"radius": 101, "latitude": 32.58252}) != document_hash(one)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, 10**400, "\ud800", {1: 2}, b"bytes", {"a": object()}]
)
def test_refuses_to_spell_what_is_no_json(value: object) -> None:
    """A value that JSON cannot hold has no canonical bytes."""
    with pytest.raises(InvalidJson):
        canonical(value)  # type: ignore[arg-type]


def test_a_number_is_refused_at_its_path_when_it_is_hashed() -> None:
    """The path is there for values that were never text."""
    with pytest.raises(InvalidJson, match=r"data\.points\[1\]\.radius"):
        document_hash({"data": {"points": [{}, {"radius": float("nan")}]}})


def test_the_parser_agrees_with_the_standard_one_on_sound_text() -> None:
    """Strictness refuses; it never changes a value."""
    text = b'{"a": [1, 2.5, "\\u00e9", null, true], "b": {"c": -0.0}}'
    assert parse(text) == json.loads(text)
