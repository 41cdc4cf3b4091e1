"""What a body must look like, and what is said about one that does not."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.intake import limits
from incidents.intake.parsing import BadBody, Parsed, parse_json, parse_lines
from tests.incidents.intake_fixtures import an_alert

NOW = datetime.now(UTC)


def parsed(value) -> Parsed:
    return parse_json(value if isinstance(value, bytes) else json.dumps(value).encode(), NOW)


def complaint(value) -> tuple[str, str]:
    (bad,) = parsed(value).bad
    return bad.field, bad.message


def test_one_alert_a_list_and_an_envelope_are_understood():
    alert = an_alert()
    assert parsed(alert).single
    assert len(parsed([alert]).rows) == len(parsed({"alerts": [alert]}).rows) == 1
    assert not parsed([alert]).single


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"external_id": ""}, "external_id"),
        ({"external_id": "  "}, "external_id"),
        ({"external_id": None}, "external_id"),
        ({"external_id": 7}, "external_id"),
        ({"external_id": "x" * 121}, "external_id"),
        ({"kind": "x" * 81}, "kind"),
        ({"kind": "a\x00b"}, "kind"),
        ({"lon": 181}, "lon"),
        ({"lon": "120"}, "lon"),
        ({"lon": True}, "lon"),
        ({"lat": 120.2, "lon": 30.1}, "lat"),
        ({"lon": 0, "lat": 0}, "lon"),
        ({"crs": "utm"}, "crs"),
        ({"crs": None}, "crs"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
        ({"occurred_at": (NOW + timedelta(hours=25)).isoformat()}, "occurred_at"),
        ({"confidence": 1.01}, "confidence"),
        ({"confidence": -0.1}, "confidence"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"media_url": "http://"}, "media_url"),
        ({"media_url": "http://[bad"}, "media_url"),
        ({"media_url": "http://a b/"}, "media_url"),
        ({"payload": [1]}, "payload"),
        ({"payload": {"a": "x" * 70_000}}, "payload"),
        ({"payload": {"a": "nul \x00"}}, "payload"),
        ({"payload": {"nul \x00": 1}}, "payload"),
        ({"confidense": 0.5}, "confidense"),
    ],
)
def test_a_bad_field_is_named(change, field):
    assert complaint(an_alert(**change))[0] == field
    assert complaint([an_alert(**change)])[0] == field


def test_a_payload_may_speak_of_backslash_u0000_without_being_one():
    assert parsed(an_alert(payload={"regex": r"\u0000", "list": [{"a": r"\\u0000"}]})).rows


def test_a_payload_is_deep_only_up_to_a_point():
    def nested(levels):
        value = {}
        for _ in range(levels - 1):
            value = {"in": value}
        return value

    assert parsed(an_alert(payload=nested(limits.MAX_PAYLOAD_DEPTH))).rows
    assert complaint(an_alert(payload=nested(limits.MAX_PAYLOAD_DEPTH + 1)))[0] == "payload"
    assert parsed(an_alert(payload={"flat": [{} for _ in range(500)]})).rows


def test_numbers_no_database_can_hold_are_refused():
    body = json.dumps(an_alert(payload={"n": 7})).encode()
    for number in (b"1e400", b"-1e999999", b"9" * 5000, b"NaN", b"Infinity"):
        with_number = body.replace(b'"n": 7', b'"n": ' + number)
        mixed = b"[" + with_number + b"," + body + b"]"
        if len(number) < 5000:
            assert parse_json(with_number, NOW).bad
            assert [bad.index for bad in parse_json(mixed, NOW).bad] == [0]


def test_half_a_character_is_refused():
    body = json.dumps(an_alert(title="T")).encode()
    for half in (rb'"\ud800"', b'"\xff"', b'"\xed\xa0\x80"'):
        spoilt = body.replace(b'"T"', half)
        assert parse_json(spoilt, NOW).bad
        mixed = parse_json(b"[" + spoilt + b"," + body + b"]", NOW)
        assert [bad.index for bad in mixed.bad] == [0]
        assert [index for index, _ in mixed.rows] == [1]


def test_bodies_that_are_no_alerts_are_refused_as_a_whole():
    for body in (
        b"",
        b"  ",
        b"{",
        b"[",
        b"nothing",
        b'"text"',
        b"7",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"[] []",
        b"[]",
        b'{"alerts":7}',
        b'{"alerts":{}}',
    ):
        with pytest.raises(BadBody):
            parse_json(body, NOW)


def test_a_batch_of_a_thousand_and_one_is_too_large():
    assert len(parsed([an_alert() for _ in range(1000)]).rows) == 1000
    with pytest.raises(BadBody) as refused:
        parsed([an_alert() for _ in range(1001)])
    assert refused.value.status == 413


def test_good_ones_are_kept_beside_bad_ones_and_the_bad_ones_named():
    found = parsed([an_alert(), an_alert(external_id="bad", lat=99), 7, None, an_alert()])
    assert [index for index, _ in found.rows] == [0, 4]
    assert [(bad.index, bad.external_id) for bad in found.bad] == [(1, "bad"), (2, ""), (3, "")]


def test_lines_keep_their_numbers_past_empty_ones():
    lines = [json.dumps(an_alert()).encode(), b"", b"{oops", json.dumps(an_alert()).encode(), b'{"a":1}{"b":2}']
    found = parse_lines(enumerate(lines), NOW)
    assert [index for index, _ in found.rows] == [0, 3]
    assert [bad.index for bad in found.bad] == [2, 4]


def test_a_chinese_map_position_is_converted_at_the_door():
    ((_, row),) = parsed(an_alert(lon=120.241404, lat=30.121130, crs="gcj02")).rows
    assert (row.lon, row.lat) == pytest.approx((120.236927, 30.123588), abs=2e-5)


def test_the_digest_is_of_the_content_not_of_its_spelling():
    alert = an_alert(payload={"b": 1, "a": 2})
    other = dict(reversed(alert.items())) | {"payload": {"a": 2, "b": 1}}
    ((_, first),), ((_, second),) = parsed(alert).rows, parsed(other).rows
    assert first.digest == second.digest
    ((_, changed),) = parsed(alert | {"title": "other"}).rows
    assert changed.digest != first.digest


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from([*an_alert(), "payload", "media_url", "title", "other"])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | _json.map(lambda value: json.dumps(value).encode()))
def test_no_body_whatever_breaks_the_reader(body):
    try:
        found = parse_json(body, NOW)
    except BadBody as refused:
        assert refused.status in (400, 413, 422)
    else:
        assert found.rows or found.bad
    parse_lines(enumerate(body.split(b"\n")), NOW)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_names, _json, max_size=4), st.binary(max_size=3), st.integers(0, 300))
def test_no_alert_whatever_breaks_the_reader(changes, noise, at):
    body = json.dumps([an_alert() | changes]).encode()
    for sent in (body, body[: at % len(body)] + noise + body[at % len(body) :]):
        try:
            found = parse_json(sent, NOW)
        except BadBody:
            continue
        assert len(found.rows) + len(found.bad) >= 1
