"""Frames, messages and pieces of JT/T 808, byte by byte; no bytes can crash it, a bad frame costs only itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksites.jt808 import messages, packets, vendors
from worksites.jt808.frames import MOST_BODY, Bad, Frame, Splitter, address_of, read_frame, write_frame

ADDRESS = address_of("13812345678")
BODY = bytes.fromhex("000000000008030301cba644072aab7f000c01a9005a230518213005")
WHOLE = bytes.fromhex("7e0200001c013812345678007d02" + BODY.hex() + "5c7e")


def frame(message=0x0200, body=BODY, serial=126, **more) -> bytes:
    return write_frame(message, body, address=more.pop("address", ADDRESS), serial=serial, **more)


def kinds(found) -> list[str | int]:
    return [one.kind if isinstance(one, Bad) else one.message for one in found]


# ── frames ──


def test_a_frame_is_written_byte_by_byte_as_the_standard_shows():
    assert frame() == WHOLE


def test_a_frame_of_2013_is_read():
    (read,) = Splitter().feed(WHOLE)
    assert read == Frame(0x0200, 2013, "13812345678", ADDRESS, 126, BODY)


def test_a_frame_of_2019_has_a_version_and_twenty_digits():
    sent = frame(version=2019, address=address_of("13812345678", 2019))
    (read,) = Splitter().feed(sent)
    assert sent[1:6].hex() == "0200401c01" and (read.version, read.phone, read.body) == (2019, "13812345678", BODY)


def test_the_two_special_bytes_travel_escaped():
    body = bytes([0x7E, 0x7D, 0x01, 0x7D, 0x02, 0x7E])
    sent = frame(0x0900, body)
    assert b"\x7d\x02\x7d\x01\x01\x7d\x01\x02\x7d\x02" in sent and sent.count(b"\x7e") == 2
    assert Splitter().feed(sent)[0].body == body


@given(st.binary(max_size=MOST_BODY), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.sampled_from([2013, 2019]))
def test_whatever_is_written_is_read_again(body, message, serial, version):
    address = address_of("1234567890", version)
    (read,) = Splitter().feed(write_frame(message, body, address=address, serial=serial, version=version))
    assert read == Frame(message, version, "1234567890", address, serial, body)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=60))
def test_frames_cut_anywhere_by_the_network_arrive_whole(steps):
    stream, splitter, found, at = (WHOLE + frame(0x0002, b"", 127)) * 3, Splitter(), [], 0
    for step in [*steps, 10_000]:
        found += splitter.feed(stream[at : at + step])
        at += step
    assert kinds(found) == [0x0200, 0x0002] * 3


def test_one_mark_between_two_frames_is_enough():
    assert kinds(Splitter().feed(WHOLE + frame(0x0002, b"")[1:])) == [0x0200, 0x0002]


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b"\x7e" + WHOLE[1:-2] + b"\x5d\x7e", "checksum"),
        (b"\x7e\x02\x00\x7d\x03\x7e", "escape"),
        (b"\x7e\x02\x00\x7e", "header"),
        (b"\x7e" + bytes(5000) + b"\x7e", "long"),
        (b"GET / HTTP/1.1\r\n\r\n", "noise"),
        (frame(address=bytes.fromhex("0138abcdef99")), "phone"),
        (frame(total=2, number=3), "piece"),
        (frame(total=2, number=0), "piece"),
    ],
)
def test_a_bad_frame_is_named_and_costs_only_itself(bad, kind):
    assert kinds(Splitter().feed(bad + WHOLE + WHOLE)) == [kind, 0x0200, 0x0200]


def test_a_length_that_does_not_fit_can_be_answered():
    raw = bytearray(WHOLE[1:-1].replace(b"\x7d\x02", b"\x7e"))
    raw[3] -= 1
    raw[-1] ^= 0x1C ^ 0x1B
    bad = read_frame(bytes(raw).replace(b"\x7e", b"\x7d\x02"))
    assert isinstance(bad, Bad) and bad.kind == "length" and bad.frame.serial == 126


def test_a_stream_that_never_ends_a_frame_takes_no_memory():
    splitter = Splitter()
    found = splitter.feed(b"\x7e")
    for _more in range(1000):
        found += splitter.feed(bytes(1000))
    assert kinds(found) == ["long"] and len(splitter._rest) < 5000
    assert kinds(splitter.feed(b"\x7e" + WHOLE)) == [0x0200]


@given(st.binary(max_size=4000))
def test_no_bytes_crash_the_splitter_and_a_good_frame_comes_through_after_them(junk):
    splitter = Splitter()
    splitter.feed(junk)
    splitter.feed(b"\x7e")
    assert [one for one in splitter.feed(WHOLE) if isinstance(one, Frame)][-1].body == BODY


@given(st.integers(1, len(WHOLE) - 2), st.integers(1, 255))
def test_one_changed_byte_is_never_taken_for_the_truth(place, change):
    broken = bytearray(WHOLE)
    broken[place] ^= change
    read = [one for one in Splitter().feed(bytes(broken)) if isinstance(one, Frame)]
    assert read == [] or read == [Frame(0x0200, 2013, "13812345678", ADDRESS, 126, BODY)]


# ── positions ──


def test_the_test_body_says_what_it_must():
    read = messages.read_position(BODY)
    assert (read.alarm, read.ignition, read.positioned, read.load) == (0, True, True, 3)
    assert (read.lat, read.lon, read.altitude_m, read.speed_kmh, read.heading) == (30.123588, 120.236927, 12, 42.5, 90)
    assert read.at == datetime(2023, 5, 18, 13, 30, 5, tzinfo=UTC)
    assert read.status & 1 << 19  # BeiDou


def test_a_position_is_written_as_it_is_read():
    read = messages.read_position(BODY)
    assert (
        messages.write_position(
            status=0x80303, lon=read.lon, lat=read.lat, altitude_m=12, speed_kmh=42.5, heading=90, at=read.at
        )
        == BODY
    )


@pytest.mark.parametrize(("bits", "load"), [(0, 1), (1, 2), (2, 0), (3, 3)])
def test_the_load_is_two_bits_of_the_status(bits, load):
    body = messages.write_position(status=bits << 8 | 0xFFFFFCFF & 0x3, lon=120, lat=30, at=datetime.now(UTC))
    assert messages.read_position(body).load == load


def test_south_and_west_are_bits_and_not_signs():
    read = messages.read_position(messages.write_position(lon=-70.5, lat=-33.25, at=datetime.now(UTC)))
    assert (read.lon, read.lat) == (-70.5, -33.25)


def test_extra_items_are_read_and_a_cut_off_tail_does_not_cost_the_position():
    items = [(0x01, bytes.fromhex("00003039")), (0xE1, b"\x02"), (0x30, b"\x1f")]
    body = messages.write_position(lon=120, lat=30, at=datetime.now(UTC), items=items)
    read = messages.read_position(body + b"\xe2\x09\x01")
    assert read.mileage_km == 1234.5 and read.items == {0xE1: b"\x02", 0x30: b"\x1f"}


@pytest.mark.parametrize(
    ("place", "value", "kind"),
    [
        (slice(22, 24), "2313", "time"),
        (slice(25, 26), "24", "time"),
        (slice(26, 27), "60", "time"),
        (slice(22, 23), "ab", "time"),
        (slice(8, 12), "ffffffff", "position"),
        (slice(12, 16), "0abc0000", "position"),
        (slice(20, 28), "", "short"),
    ],
)
def test_a_position_that_cannot_be_is_named(place, value, kind):
    body = bytearray(BODY)
    body[place] = bytes.fromhex(value)
    with pytest.raises(messages.BadBody) as caught:
        messages.read_position(bytes(body))
    assert caught.value.kind == kind


def test_a_batch_keeps_its_good_positions():
    wrong = bytearray(BODY)
    wrong[22:24] = b"\x23\x13"
    good, bad = messages.read_positions(messages.write_positions([BODY, bytes(wrong), BODY]))
    assert len(good) == 2 and bad == ["time"]
    good, bad = messages.read_positions(messages.write_positions([BODY, BODY])[:-3])
    assert len(good) == 1 and bad == ["short"]


@pytest.mark.parametrize("body", [b"", b"\0\0\0", b"\xff\xff\0" + bytes(10)])
def test_a_batch_without_a_true_count_is_wrong_as_a_whole(body):
    with pytest.raises(messages.BadBody):
        messages.read_positions(body)


@given(st.binary(max_size=200))
def test_no_body_of_any_message_crashes(body):
    for read in (
        messages.read_position,
        messages.read_positions,
        lambda it: messages.read_registration(it, 2013),
        lambda it: messages.read_registration(it, 2019),
        lambda it: messages.read_token(it, 2013),
        lambda it: messages.read_token(it, 2019),
        messages.read_answer,
    ):
        try:
            read(body)
        except messages.BadBody:
            pass


# ── who it is, and answers ──


@pytest.mark.parametrize("version", [2013, 2019])
def test_a_registration_names_the_plate_in_gbk(version):
    body = messages.write_registration("浙A1D234", version=version, serial="T000042", colour=2)
    assert messages.read_registration(body, version) == (33, 100, "SSW", "T1", "T000042", 2, "浙A1D234")


def test_a_registration_of_2011_is_shorter():
    body = bytes.fromhex("00210064") + b"MAKER" + b"MODEL\0\0\0" + b"ID00001" + b"\x02" + "浙A1D23".encode("gbk")[:8]
    assert messages.read_registration(body, 2013)[2:5] == ("MAKER", "MODEL", "ID00001")


@pytest.mark.parametrize("version", [2013, 2019])
def test_a_token_comes_back_as_it_was_given(version):
    assert messages.read_token(messages.write_token("a1b2c3", version), version) == "a1b2c3"


def test_answers_are_the_bytes_of_the_standard():
    assert messages.answer_body(126, 0x0200, 0).hex() == "007e020000"
    assert messages.registered_body(7, 0, "abc").hex() == "000700616263"
    assert messages.registered_body(7, 4, "abc").hex() == "000704"
    assert messages.resend_body(10, [2, 3], 2013).hex() == "000a0200020003"
    assert messages.resend_body(10, [2, 3], 2019).hex() == "000a000200020003"
    assert messages.time_body(datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)).hex() == "261127010203"


# ── pieces ──


def pieces(count=4, first=100) -> list[Frame]:
    return [Frame(0x0704, 2013, "1", ADDRESS, first + n & 0xFFFF, bytes([n]) * 3, count, n + 1) for n in range(count)]


@given(st.permutations(range(4)), st.integers(0, 0xFFFF))
def test_pieces_make_the_message_in_any_order_and_across_the_end_of_the_numbers(order, first):
    piles, whole = packets.Piles(), []
    for place in order:
        whole.append(piles.add(pieces(first=first)[place], 0))
    assert whole[:-1] == [None] * 3 and whole[-1].body == b"\0\0\0\1\1\1\2\2\2\3\3\3" and not piles.open


def test_a_piece_that_comes_twice_changes_nothing():
    piles = packets.Piles()
    for piece in (pieces()[0], pieces()[0], pieces()[1], pieces()[1], pieces()[2]):
        assert piles.add(piece, 0) is None
    assert piles.add(pieces()[3], 0) is not None


def test_a_missing_piece_is_asked_for_once_and_given_up_after_a_minute():
    piles = packets.Piles()
    piles.add(pieces()[0], 0)
    piles.add(pieces()[2], 1)
    assert piles.stale(3) == []
    (asked,) = piles.stale(7)
    assert (asked.first, asked.missing()) == (100, [2, 4])
    assert piles.stale(20) == [] and piles.stale(61) == [] and piles.dropped == 1 and not piles.open


def test_pieces_cannot_fill_the_memory():
    piles = packets.Piles()
    for n in range(50):
        piles.add(pieces(first=n * 10)[0], n)
    assert len(piles.open) == packets.MOST_OPEN
    with pytest.raises(messages.BadBody):
        piles.add(pieces()[0]._replace(total=packets.MOST_PIECES + 1), 0)
    big = [Frame(1, 2013, "1", ADDRESS, n, bytes(1023), 200, n + 1) for n in range(200)]
    refused = 0
    for piece in big:
        try:
            piles.add(piece, 0)
        except messages.BadBody:
            refused += 1
    held = sum(pile.size for pile in piles.open.values())
    assert refused == 1 and held == piles.budget.taken <= packets.MOST_BYTES
    piles.close()
    assert piles.budget.taken == 0


# ── vendors ──


def test_a_vendors_items_are_read_by_its_table():
    rules = [
        vendors.Rule(0xE1, 0, "lift", {"1": 1, "2": 2}),
        vendors.Rule(0xE1, 1, "cover", {"1": 1, "2": 2}),
        vendors.Rule(0xE2, 0, "load", {"0": 1, "1": 2, "3": 3}),
    ]
    assert vendors.told(rules, {0xE1: b"\x02\x01", 0xE2: b"\x03"}) == (2, 3, 1)
    assert vendors.told(rules, {0xE1: b"\x02"}) == (2, 0, 0)
    assert vendors.told(rules, {0xE2: b"\x09"}) == (0, 0, 0)
    assert vendors.told([], {0xE2: b"\x03"}) == (0, 0, 0)


@pytest.mark.parametrize(("weight", "load"), [(3, 1), (8, 2), (20, 3)])
def test_a_weight_becomes_a_load(weight, load):
    rule = vendors.Rule(0xE5, 0, "weight", {"half": 5, "full": 15})
    assert vendors.told([rule], {0xE5: weight.to_bytes(2, "big")}).load == load
