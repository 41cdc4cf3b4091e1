"""The signed line to the police: believed or not, doubled, in another order, cut, given up; both sides end up alike."""

import json
import random
import time
from datetime import timedelta
from uuid import uuid4

import pytest
import requests
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.peer.store import Store
from dispatch import services
from dispatch.models import (
    Assignment,
    LinkSubject,
    PoliceCall,
    PoliceLink,
    PoliceMessage,
    PoliceReceipt,
    PoliceTransfer,
    Reinforcement,
)  # fmt: skip
from dispatch.police.link import line, outbox, sending
from dispatch.services.photos import keep
from incidents.intake.signing import sign
from incidents.models import Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import WrongStep
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import CENTRE, fresh, north, picture

SECRET = "a-secret-of-two-centres"
HYPOTHESIS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def linked(settings):
    """The other side is a system of its own."""
    settings.POLICE_LINK_URL = "http://127.0.0.1:1/police"
    settings.POLICE_LINK_SECRET = SECRET


@pytest.fixture
def asked(opened, unit, seat):
    """A seat calls the police to a quarrel."""

    def make(title="夜市摊贩争吵", **values) -> Reinforcement:
        incident = opened(title=title, **values)
        return services.request_reinforcement(incident.pk, "police", actor=seat, reason="双方有人持械")

    return make


@pytest.fixture
def cars(unit):
    return [unit(f"派出所{n}号车", north_m=300 * n, kind="police") for n in (1, 2)]


def tell(door, body, *, key=None, secret=SECRET, at=None, raw=None):
    """One message of the other side."""
    raw = raw if raw is not None else json.dumps(body).encode()
    at = at or int(time.time())
    headers = {"X-Timestamp": str(at), "X-Signature": sign(secret.encode(), at, raw)}
    if key:
        headers["Idempotency-Key"] = key
    return Client().post(f"/api/v1/police-link/{door}/", raw, content_type="application/json", headers=headers)


def offered(number="JJ2026112700017", rev=1, **values):
    return {
        "police_no": number, "rev": rev, "call_time": db_now().isoformat(), "alarm_code": "100600",
        "address": "湖山社区3幢", "lon": CENTRE[0], "lat": CENTRE[1], "caller_name": "王小明",
        "caller_phone": "10012345678",
    } | values  # fmt: skip


# ── believed ──


def test_a_signed_call_is_taken_and_the_same_key_is_answered_alike(linked, street):
    key, body = str(uuid4()), offered()
    first, second = tell("transfers", body, key=key), tell("transfers", body, key=key)
    assert first.json()["taken"] is True
    assert second.json() == first.json() | {"repeated": True}
    assert PoliceTransfer.objects.get().by_link is True


def test_one_key_is_for_one_message(linked, street):
    tell("transfers", offered(), key="k" * 8)
    answer = tell("transfers", offered("JJ2026112700018"), key="k" * 8)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert PoliceTransfer.objects.count() == 1


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_an_old_or_future_signature_is_refused(linked, street, seconds):
    answer = tell("transfers", offered(), key="k" * 8, at=int(time.time()) + seconds)
    assert answer.status_code == 401 and answer.json()["errors"][0]["field"] == "X-Timestamp"


def test_a_wrong_secret_and_a_changed_body_are_refused(linked, street):
    assert tell("transfers", offered(), key="k" * 8, secret="another-secret-16").status_code == 401
    raw, at = json.dumps(offered()).encode(), int(time.time())
    headers = {"X-Timestamp": str(at), "X-Signature": sign(SECRET.encode(), at, raw), "Idempotency-Key": "k" * 8}
    changed = raw.replace(b"100600", b"100800")
    answer = Client().post("/api/v1/police-link/transfers/", changed, content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert PoliceTransfer.objects.count() == PoliceReceipt.objects.count() == 0


def test_without_a_secret_nobody_is_believed(street, settings):
    settings.POLICE_LINK_SECRET = ""
    assert tell("transfers", offered(), key="k" * 8, secret="").status_code == 401


def test_facts_about_persons_are_refused_by_name(linked, street):
    answer = tell("transfers", offered(id_card="330…"), key="k" * 8)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "id_card"


# ── doubled, in another order ──


def test_an_older_or_doubled_verdict_changes_nothing(linked, street, seat):
    tell("transfers", offered(), key="offer-17")
    transfer = services.accept_transfer(PoliceTransfer.objects.get().pk, actor=seat)
    PoliceTransfer.objects.update(status="closed", closed_at=db_now(), result={"done": "已劝"})
    brief = {"police_no": transfer.police_no, "quality": "too_brief", "note": "太短"}
    passed = {"police_no": transfer.police_no, "quality": "pass"}
    assert tell("verdicts", brief | {"rev": 3}, key="verdict-3").json()["taken"] is True
    assert tell("verdicts", brief | {"rev": 3}, key="verdict-3b").json()["taken"] is False
    assert tell("verdicts", passed | {"rev": 2}, key="verdict-2").json()["taken"] is False
    assert tell("transfers", offered(rev=4), key="offer-17b").json()["taken"] is False  # it was not given back
    assert (fresh(transfer).status, fresh(transfer).quality) == ("sent_back", "too_brief")


def test_answers_in_any_order_and_doubled_end_alike(linked, street, asked, cars, transactional_db):
    """Car one, then car two, then no car at all, then car one after all: the newest counts."""
    call = asked()
    subject = f"escalation:{call.pk}"
    answers = [
        {"subject": subject, "rev": 1, "answer": "accepted", "car": cars[0].code},
        {"subject": subject, "rev": 2, "answer": "accepted", "car": cars[1].code},
        {"subject": subject, "rev": 3, "answer": "refused", "reason": "无警力"},
        {"subject": subject, "rev": 4, "answer": "accepted", "car": cars[1].code},
    ]

    @HYPOTHESIS
    @given(st.lists(st.sampled_from(range(4)), max_size=6), st.permutations(range(4)), st.integers(1, 4))
    def deliver(order, rest, upto):
        with transaction.atomic():
            for number in [n for n in [*order, *rest] if n < upto]:
                answer = tell("answers", answers[number], key=f"answer-{number}")
                assert answer.status_code == 200, answer.content
            now = fresh(call)
            car = Assignment.objects.filter(incident=call.incident, ended_at__isnull=True, unit__in=cars)
            expected = {1: ("accepted", [cars[0].pk]), 2: ("accepted", [cars[1].pk]), 3: ("refused", []),
                        4: ("accepted", [cars[1].pk])}[upto]  # fmt: skip
            assert (now.status, list(car.values_list("unit_id", flat=True))) == expected
            assert PoliceCall.objects.get(call=call).peer_rev == upto
            transaction.set_rollback(True)

    deliver()


@HYPOTHESIS
@given(
    revs=st.lists(st.integers(1, 12), min_size=1, max_size=12, unique=True),
    doubled=st.lists(st.integers(0, 11), max_size=8),
    seed=st.integers(0, 10_000),
)
def test_the_other_side_keeps_the_newest_version_whatever_comes_when(tmp_path_factory, revs, doubled, seed):
    path = tmp_path_factory.mktemp("peer") / "peer.jsonl"
    messages = [
        {"key": f"k{rev}", "subject": "escalation:1", "rev": rev, "event": "changed", "data": {"n": rev}}
        for rev in revs
    ]
    messages += [messages[n % len(messages)] for n in doubled]
    random.Random(seed).shuffle(messages)
    store = Store(path)
    for number, message in enumerate(messages):
        store.take(message)
        if number % 3 == 2:
            store.file.write(b'{"do":"heard","key":"half a li')  # killed in the middle of a line
            store.file.flush()
            store = Store(path)
    assert store.subjects["escalation:1"]["rev"] == max(revs)
    assert store.subjects["escalation:1"]["data"] == {"n": max(revs)}


# ── the outbox ──


class Line:
    """Stands for the wire: what was sent, and what is answered."""

    def __init__(self, status=200):
        self.status, self.bodies, self.cut = status, [], False

    def __call__(self, body, headers):
        if self.cut:
            raise requests.ConnectionError("nobody answers")
        self.bodies.append(json.loads(body))
        return self.status, b'{"rev": 0}' if self.status == 200 else b"no"

    def events(self):
        return [body["event"] for body in self.bodies if body["kind"] == "message"]


def due_now():
    PoliceMessage.objects.filter(state="pending").update(next_try_at=db_now() - timedelta(seconds=1))
    PoliceLink.objects.update(next_probe_at=None)


def test_without_another_system_nothing_is_written(street, asked):
    asked()
    assert sending.work_line(Line()) == 0 and PoliceMessage.objects.count() == 0


def test_the_message_stands_or_falls_with_its_change(linked, asked, cars, person):
    call = asked()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.accept_call(call.pk, cars[0].pk, actor=person("police_liaison"))
        assert PoliceMessage.objects.count() == 1
        _ = 1 / 0
    assert PoliceMessage.objects.count() == 0 and fresh(call).status == "requested"


def test_an_escalation_goes_over_with_all_a_dispatcher_needs(linked, asked, cars):
    call, wire = asked(), Line()
    sending.work_line(wire)

    message = wire.bodies[0]
    data = message["data"]
    assert (message["event"], message["subject"]) == ("escalation.requested", f"escalation:{call.pk}")
    assert message["rev"] == data["incident"]["rev"] == Incident.objects.get(pk=call.incident_id).rev
    assert data["call"]["reason"] == "双方有人持械" and data["clock"]["code"] == "S15"
    assert data["orders"][0]["unit"]["code"] == cars[0].code
    assert LinkSubject.objects.get().known_rev == message["rev"]


def test_what_the_street_does_afterwards_is_told_by_comparing_versions(linked, asked, unit, seat):
    call, wire = asked(), Line()
    sending.work_line(wire)
    sending.work_line(wire)
    assert wire.events() == ["escalation.requested"]

    unit("南片二班", north_m=200)
    services.order_unit(call.incident_id, actor=seat)
    sending.work_line(wire)

    assert wire.events() == ["escalation.requested", "escalation.changed"]
    assert wire.bodies[-1]["data"]["incident"]["status"] == "dispatched"


def test_a_cut_line_loses_nothing_and_heals(linked, asked, cars, person):
    officer, wire = person("police_liaison"), Line()
    wire.cut = True
    call = asked()
    for _ in range(4):
        sending.work_line(wire)
        due_now()
    services.accept_call(call.pk, cars[0].pk, actor=officer)
    assert line.line_shape(line.line())["down_since"] is not None
    assert PoliceMessage.objects.filter(state="pending", attempts=0).count() == 2  # a cut line is nobody's fault

    wire.cut = False
    due_now()
    sending.work_line(wire)

    assert [m["seq"] for m in wire.bodies if m["kind"] == "message"] == [1, 2]
    assert line.line().down_since is None
    assert Entry.objects.filter(verb__in=["police_link.cut", "police_link.healed"]).count() == 2
    assert outbox.is_known(f"escalation:{call.pk}", Incident.objects.get(pk=call.incident_id))


def test_a_line_that_is_cut_is_tried_less_and_less(linked, asked):
    wire = Line()
    wire.cut = True
    asked()
    sending.work_line(wire)
    sending.work_line(wire)
    link = line.line()
    assert link.failures == 1 and link.next_probe_at > db_now()


def test_an_idle_line_is_tried_so_that_a_cut_shows(linked, street):
    wire = Line()
    sending.work_line(wire)
    assert [body["kind"] for body in wire.bodies] == ["ping"]
    sending.work_line(wire)
    assert len(wire.bodies) == 1
    PoliceLink.objects.update(last_ok_at=db_now() - timedelta(seconds=60))
    wire.cut = True
    sending.work_line(wire)
    PoliceLink.objects.update(next_probe_at=None)
    sending.work_line(wire)
    assert line.line().down_since is not None


def test_what_is_refused_for_good_is_kept_until_a_person_sends_it_fresh(linked, asked, person):
    wire = Line(status=422)
    asked()
    sending.work_line(wire)
    dead = PoliceMessage.objects.get()
    assert (dead.state, dead.attempts) == ("dead", 1) and "422" in dead.last_error

    lead = person("shift_lead")
    assert sending.resend(dead.pk, actor=lead).state == "pending"
    wire.status = 200
    sending.work_line(wire)

    assert fresh(dead).state == "sent"
    with pytest.raises(WrongStep):
        sending.resend(dead.pk, actor=lead)


def test_a_busy_side_is_tried_twelve_times_and_then_given_up(linked, asked):
    wire = Line(status=429)
    asked()
    for _ in range(15):
        sending.work_line(wire)
        due_now()
    assert PoliceMessage.objects.get().state == "dead"
    assert len(wire.events()) == sending.MOST_TRIES


def test_a_message_given_up_does_not_hold_back_the_next(linked, asked, cars, person):
    wire, call = Line(status=422), asked()
    sending.work_line(wire)
    wire.status = 200
    services.accept_call(call.pk, cars[0].pk, actor=person("police_liaison"))
    sending.work_line(wire)
    assert wire.events() == ["escalation.requested", "escalation.accepted"]


def test_who_dies_while_sending_leaves_the_message_to_the_next(linked, asked):
    asked()
    outbox.share_one(outbox.share_changed()[0])
    message = PoliceMessage.objects.get()
    assert sending._claim(message.pk) is not None
    assert sending._claim(message.pk) is None  # another worker does not send it too
    PoliceMessage.objects.update(next_try_at=db_now() - timedelta(seconds=1))
    assert sending._claim(message.pk) is not None


# ── cars ──


def test_a_car_arrives_by_its_positions_never_by_its_word(linked, asked, cars):
    call = asked()
    type(cars[0].position).objects.update(fix_at=db_now() - timedelta(seconds=60))  # a drive from there is no jump
    answer = {"subject": f"escalation:{call.pk}", "rev": 1, "answer": "accepted", "car": cars[0].code}
    assert tell("answers", answer, key="k" * 8).json()["status"] == "accepted"

    def drive(metres):
        at = (db_now() - timedelta(seconds=0.1)).isoformat()
        fix = {"lon": CENTRE[0], "lat": north(metres), "accuracy_m": 8, "fix_at": at}
        return tell("cars", {"cars": [{"code": cars[0].code, "fixes": [fix]}]}).json()["cars"][0]

    told = tell("cars", {"cars": [{"code": cars[0].code, "finished": True}]}).json()["cars"][0]
    assert told["taken"] is False  # who has not arrived has not finished
    assert drive(60)["arrived"] is False
    time.sleep(1.1)
    assert drive(50)["arrived"] is True
    assert fresh(call).status == "arrived"
    told = tell("cars", {"cars": [{"code": cars[0].code, "feedback": "双方已分开", "finished": True}]}).json()
    assert told["cars"][0]["taken"] is True
    assert not Assignment.objects.filter(unit=cars[0], ended_at__isnull=True).exists()


def test_an_unknown_car_does_not_take_the_others_along(linked, street, cars):
    told = tell("cars", {"cars": [{"code": "X-9"}, {"code": cars[0].code, "on_duty": False}]}).json()["cars"]
    assert [car["taken"] for car in told] == [False, True]
    assert fresh(cars[0]).on_duty_since is None


def test_the_state_and_the_photos_are_given_to_the_signed_only(linked, asked, seat):
    call = asked()
    photo = keep(Incident.objects.get(pk=call.incident_id), services.Photo(picture(), uuid4()), "near", seat)

    def ask(path, signed):
        at = int(time.time())
        headers = {"X-Timestamp": str(at), "X-Signature": sign(SECRET.encode(), at, signed.encode())}
        return Client().get(path, headers=headers)

    state, own = "/api/v1/police-link/state/", f"/api/v1/police-link/photos/{photo.uuid}/"
    assert ask(state, state).json()["escalations"][0]["data"]["photos"][0]["uuid"] == str(photo.uuid)
    assert ask(own, own).status_code == 200
    for path, signed in [(own, state), (state, own), (own, ""), (f"{own}?thumb=1", own)]:
        assert ask(path, signed).status_code == 401
    assert [Client().get(path).status_code for path in (own, state)] == [401, 401]
