"""The centre's page of volunteers and the rider's page, as people use them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from dispatch.models import DelayNote, Rider
from tests.dispatch.riders import ask, make_rider, part_of, tap

pytestmark = pytest.mark.django_db
CARD = {"vest_no": "KD900", "name": "周小东", "nickname": "东子", "platform": "蓝骑外卖", "phone": "10012345678"}


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


@pytest.fixture
def lead(person):
    return browser(person("shift_lead"))


@pytest.mark.parametrize("tab", ["riders", "deeds", "notes", "honour"])
def test_each_tab_shows_what_there_is_and_says_so_where_there_is_nothing(lead, person, opened, seat, tab):
    assert lead.get(f"/volunteers/?tab={tab}").status_code == 200
    rider = make_rider(person, "KD1")
    tap(rider, "crime")
    ask(opened(title="另一处", lat=30.12), seat)
    assert lead.get(f"/volunteers/?tab={tab}&solve=1&void=1&edit={rider.pk}&month=x&page=9").status_code == 200


def test_a_rider_is_registered_once_corrected_and_paused(lead):
    page = lead.post("/volunteers/add/", CARD, follow=True).content.decode()
    password = re.search(r"密码 (\S+?)，", page)[1]
    rider = Rider.objects.get()
    assert rider.user.check_password(password)
    again = lead.post("/volunteers/add/", CARD)
    assert again.status_code == 422 and "errorlist" in again.content.decode()
    lead.post(f"/volunteers/{rider.pk}/", {"nickname": "阿东", "platform": "青鸟速递", "phone": ""})
    lead.post(f"/volunteers/{rider.pk}/pause/", {"reason": "休假"})
    rider.refresh_from_db()
    assert (rider.nickname, rider.phone_masked, rider.pause_reason) == ("阿东", "100****5678", "休假")
    lead.post(f"/volunteers/{rider.pk}/pause/")
    rider.refresh_from_db()
    assert rider.paused_at is None


def test_a_note_begins_with_the_facts_of_the_help(lead, person, opened, seat):
    rider = make_rider(person, "KD1")
    ask(opened(address="学士路12号"), seat, text="请帮忙看车")
    part = part_of(rider)
    client = browser(rider.user)
    for step in ("accept", "arrive"):
        client.post(f"/api/v1/rider/help/{part.pk}/{step}/")
    form = lead.get(f"/volunteers/?tab=notes&part={part.pk}").context["note_form"]
    first = form.initial
    sent = {
        "uuid": "6b1f9c1e-6f1b-4a3e-9d56-0c1f6f1b4a3e", "part": part.pk, "rider": first["rider"],
        "place": first["place"], "did": first["did"], "ended_at": f"{first['begun_at']:%Y-%m-%dT%H:%M}",
        "begun_at": f"{first['begun_at'] - timedelta(minutes=10):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    wrong = lead.post("/volunteers/notes/", sent | {"begun_at": sent["ended_at"]})
    assert wrong.status_code == 422 and not DelayNote.objects.exists()
    for _twice in range(2):
        lead.post("/volunteers/notes/", sent)
    note = DelayNote.objects.get()
    assert (note.place, note.did, note.part) == ("学士路12号", "请帮忙看车", part)
    lead.post(f"/volunteers/notes/{note.pk}/void/", {"reason": "填错"})
    note.refresh_from_db()
    assert note.void_reason == "填错"


def test_a_request_is_taken_back_and_a_report_counted_from_the_page(lead, person, opened, seat):
    rider = make_rider(person, "KD1")
    call = ask(opened(), seat)
    report, _ = tap(rider, "crime", lat=30.14)
    lead.post(f"/volunteers/calls/{call.pk}/withdraw/")
    lead.post(f"/volunteers/reports/{report.pk}/solved/", {"note": "协助抓获"})
    assert part_of(rider).status == "withdrawn"
    assert lead.get("/volunteers/").context["counters"]["cases"] == 1


def test_the_phone_opens_for_a_rider_and_tells_a_stranger_whom_to_ask(person):
    rider = make_rider(person, "KD1")
    assert "rider-settings" in browser(rider.user).get("/rider/").content.decode()
    assert "rider-settings" not in browser(person("rider", "stranger")).get("/rider/").content.decode()
    assert Client().get("/rider/manifest.webmanifest").json()["scope"] == "/rider/"
    assert "ssw-rider" in Client().get("/rider/sw.js").content.decode()
