"""Checks under fire: lost answers, late phones, hostile input, sweeps at once; nothing is doubled, nothing is a 5xx."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from shushanwei.common.clock import STREET, db_now
from tests.dispatch.conftest import client_of, picture
from tests.racing import all_at_once
from tests.worksites import checks
from tests.worksites.checks import STROKES, begun, item, lock_of, make_site, officer, shot, visited
from worksites.checks import codes
from worksites.facts import facts_of
from worksites.models import Evidence, Finding, Inspection, Penalty, PlannedCheck, Site, SiteDocument
from worksites.services import findings, inspections, links, plan
from worksites.services.colours import recolour

pytestmark = pytest.mark.django_db
site = checks.site
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
HOSTILE = [SVG, HTML, b"", b"GIF89a" + b"\0" * 40, b"\x89PNG\r\n\x1a\n" + b"\0" * 40]


def desk(user) -> Client:
    client = Client()
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


def sent(lock) -> dict:
    """What the phone sends to lock a sheet."""
    return {
        "ended_at": lock.ended_at.isoformat(), "photos": [str(one) for one in lock.photos], "note": lock.note,
        "results": [{**line, "at": line["at"].isoformat()} for line in lock.results],
        "signatures": [{**line, "uuid": str(line["uuid"])} for line in lock.signatures],
        "fixes": [{**line, "uuid": str(line["uuid"])} for line in lock.fixes],
    }  # fmt: skip


def test_every_step_sent_again_after_a_lost_answer_is_done_once(site, two):
    client, at = client_of(two[0]), db_now() - timedelta(minutes=20)
    key, photo = str(uuid.uuid4()), str(uuid.uuid4())
    begin = {"uuid": key, "site": site.pk, "conduct_code": codes.issue(at), "code_shown_at": at.isoformat(),
             "started_at": at.isoformat(), "inspectors": [one.pk for one in two]}  # fmt: skip
    first, again = (client.post("/api/v1/inspections/", begin, format="json") for _time in range(2))
    assert (first.status_code, again.status_code) == (201, 200) and first.json()["id"] == again.json()["id"]
    sheet = Inspection.objects.get()
    bad, raw = item(sheet, "0201"), picture()
    for wanted in (201, 200):
        files = {"uuid": photo, "item": bad.pk, "when": "before", "photo": SimpleUploadedFile("a.jpg", raw)}
        assert client.post(f"/api/v1/inspections/{key}/photos/", files, format="multipart").status_code == wanted
    given = lock_of(sheet, two[0], photos=[photo])
    given.results[:] = [line | ({"result": "fails"} if line["item"] == bad.pk else {}) for line in given.results]
    for wanted in (201, 200, 200):
        answer = client.post(f"/api/v1/inspections/{key}/lock/", sent(given), format="json")
        assert answer.status_code == wanted, answer.content
    assert (Finding.objects.count(), Evidence.objects.count()) == (1, 1)
    changed = sent(given) | {"note": "anders"}
    assert client.post(f"/api/v1/inspections/{key}/lock/", changed, format="json").status_code == 409


@pytest.mark.parametrize(
    "spoil",
    [
        lambda given: given["signatures"][0].update(strokes=[[["nan", "nan"]] * 8]),
        lambda given: given["signatures"][0].update(strokes=[[["inf", "1e999"]] * 8]),
        lambda given: given["signatures"][0].update(strokes=[[[10**400, 1]] * 8]),
        lambda given: given["signatures"][0].update(strokes="x" * 50),
        lambda given: given["signatures"][1].update(uuid=given["signatures"][0]["uuid"]),
        lambda given: given["signatures"][-1].update(name="a\0b"),
        lambda given: given["results"][0].update(item=2**62),
        lambda given: given["results"][0].update(result="perfect"),
        lambda given: given.update(ended_at="9999-12-31T23:59:59Z"),
        lambda given: given.update(photos=[str(uuid.uuid4())]),
        lambda given: given.update(results=[given["results"][0]] * 300),
        lambda given: given.update(signatures=[]),
    ],
)
def test_a_spoilt_lock_is_refused_and_leaves_the_sheet_running(site, two, spoil):
    sheet = begun(site, *two)
    given = sent(lock_of(sheet, two[0]))
    spoil(given)
    answer = client_of(two[0]).post(f"/api/v1/inspections/{sheet.uuid}/lock/", given, format="json")
    assert 400 <= answer.status_code < 500, answer.content
    assert Inspection.objects.get().status == "running"


def test_ids_of_another_sheet_are_refused_not_broken(site, two):
    old = visited(site, *two, {"0204": "fails"})
    taken, used = old.findings.get(), old.signatures.first()
    sheet = begun(site, *two)
    given = lock_of(sheet, two[0], {"0201": "fails"})
    bad = item(sheet, "0201").pk
    client, where = client_of(two[0]), f"/api/v1/inspections/{sheet.uuid}/lock/"
    clash = sent(given) | {"fixes": [{"item": bad, "uuid": str(taken.uuid)}]}
    assert client.post(where, clash, format="json").status_code == 422
    again = sent(given)
    again["signatures"][0]["uuid"] = str(used.uuid)
    assert client.post(where, again, format="json").status_code == 422
    assert client.post(where, sent(given), format="json").status_code == 201


@pytest.mark.parametrize("field", ["lon", "lat"])
@pytest.mark.parametrize("value", [10**400, "nan", 1e308, "x"])
def test_a_place_that_is_none_begins_nothing(site, two, field, value):
    at = db_now().isoformat()
    given = {"uuid": str(uuid.uuid4()), "site": site.pk, "conduct_code": codes.issue(db_now()), "code_shown_at": at,
             "started_at": at, "inspectors": [two[1].pk], "lon": 120.2, "lat": 30.1} | {field: value}  # fmt: skip
    assert client_of(two[0]).post("/api/v1/inspections/", given, format="json").status_code == 422


@pytest.mark.parametrize("raw", HOSTILE)
def test_only_pictures_are_taken_at_every_door(site, two, raw):
    sheet = visited(site, *two, {"0204": "fails"})
    running = begun(site, *two)
    lead = officer("lead", "brigade_lead")
    _link, token = links.make_link(site.pk, actor=lead)
    finding, kept = sheet.findings.get(), Evidence.objects.count()

    def file():
        return SimpleUploadedFile("photo.jpg", raw, "image/jpeg")

    photo = {"uuid": str(uuid.uuid4()), "item": item(running, "0201").pk, "when": "before", "photo": file()}
    where = f"/api/v1/inspections/{running.uuid}/photos/"
    assert client_of(two[0]).post(where, photo, format="multipart").status_code in (400, 422)
    form = {"uuid": str(uuid.uuid4()), "photos": file(), "note": ""}
    assert Client().post(f"/site/{token}/findings/{finding.pk}/", form).status_code == 422
    paper = {"uuid": str(uuid.uuid4()), "kind": "plan", "title": "方案", "file": file()}
    assert desk(lead).post(f"/worksites/{site.pk}/papers/", paper).status_code == 422
    assert (Evidence.objects.count(), SiteDocument.objects.count()) == (kept, 0)


def test_a_huge_file_or_a_heap_of_them_is_refused(site, two):
    finding = visited(site, *two, {"0204": "fails"}).findings.get()
    lead = officer("lead", "brigade_lead")
    _link, token = links.make_link(site.pk, actor=lead)
    where, huge = f"/site/{token}/findings/{finding.pk}/", picture() + b"\0" * (11 * 1024 * 1024)
    key = str(uuid.uuid4())
    for files in ([SimpleUploadedFile("a.jpg", huge)], [SimpleUploadedFile("a.jpg", picture())] * 7):
        assert Client().post(where, {"uuid": key, "photos": files}).status_code == 422
    paper = {"uuid": key, "kind": "plan", "title": "方案", "file": SimpleUploadedFile("a.pdf", b"%PDF-" + huge)}
    assert desk(lead).post(f"/worksites/{site.pk}/papers/", paper).status_code == 422
    finding.refresh_from_db()
    assert finding.status == "open"


def test_a_paper_is_kept_once_opened_by_who_may_and_taken_away_with_a_reason(site, two):
    lead = officer("lead", "brigade_lead")
    client, key = desk(lead), str(uuid.uuid4())
    for _time in range(2):
        form = {
            "uuid": key,
            "kind": "contract",
            "title": "运输合同/2026",
            "file": SimpleUploadedFile("a.pdf", b"%PDF-1"),
        }
        assert client.post(f"/worksites/{site.pk}/papers/", form).status_code == 302
    paper = SiteDocument.objects.get()
    answer = client.get(f"/worksites/papers/{paper.uuid}/")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert "运输合同/2026" in client.get(f"/worksites/{site.pk}/").content.decode()
    form |= {"file": SimpleUploadedFile("b.pdf", b"%PDF-2")}
    client.post(f"/worksites/{site.pk}/papers/", form)
    assert SiteDocument.objects.count() == 1
    away = f"/worksites/papers/{paper.uuid}/remove/"
    client.post(away, {"reason": ""})
    assert SiteDocument.objects.get().removed_at is None
    client.post(away, {"reason": "上传错误"})
    assert SiteDocument.objects.get().removed_reason == "上传错误"


def test_tokens_are_not_guessed_for_long_and_a_right_one_still_opens(site, settings):
    lead = officer("lead", "brigade_lead")
    _link, token = links.make_link(site.pk, actor=lead)
    client = Client(REMOTE_ADDR="10.9.8.7")
    seen = [client.get(f"/site/{uuid.uuid4().hex}/").status_code for _try in range(62)]
    assert seen[:60] == [404] * 60 and seen[60:] == [429, 429]
    assert client.get(f"/site/{token}/").status_code == 200
    assert Client().get(f"/site/{token.swapcase()}/").status_code == 404


def test_the_hash_changes_with_every_photo_and_signature(site, two):
    from worksites.checks.sealing import digest

    sheet = visited(site, *two, {"0204": "fails"})
    said = sheet.sheet
    assert digest(said) == sheet.sha256
    photos = [photo for group in said["groups"] for one in group["items"] for photo in one["photos"]]
    assert [photo["sha256"] for photo in photos] == list(sheet.photos.values_list("sha256", flat=True))
    photos[0]["sha256"] = "0" * 64
    assert digest(said) != sheet.sha256
    again = Inspection.objects.get(pk=sheet.pk).sheet
    again["signatures"][0]["strokes"] = [*STROKES, [[1, 1], [2, 2]]]
    assert digest(again) != sheet.sha256


def test_a_sheet_made_in_time_and_brought_late_is_not_missed_and_takes_no_later_check(site, two):
    Site.objects.filter(pk=site.pk).update(colour="yellow", rule_colour="yellow", colour_since=db_now())
    plan.plan_site(site.pk)
    check, now = PlannedCheck.objects.get(), db_now()
    PlannedCheck.objects.update(made_at=now - timedelta(days=16), due_at=now - timedelta(hours=2),
                                on=(now - timedelta(days=1)).astimezone(STREET).date())  # fmt: skip
    assert plan.miss(check.pk)
    following = PlannedCheck.objects.get(missed_at=None)
    sheet = visited(site, *two, at=now - timedelta(hours=3))
    check.refresh_from_db()
    following.refresh_from_db()
    assert (check.missed_at, check.inspection_id, sheet.kind) == (None, sheet.pk, "general")
    assert following.done_at is None


def test_a_check_of_the_last_day_is_missed_when_the_month_ends_and_the_next_month_is_drawn(site, two):
    plan.plan_site(site.pk)
    now = db_now()
    begin = now.astimezone(STREET).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = (begin - timedelta(days=1)).date()
    PlannedCheck.objects.all().delete()
    check = PlannedCheck.objects.create(site=site, kind="random", period=f"{last:%Y-%m}", colour="white", on=last,
                                        due_at=begin, made_at=begin - timedelta(days=20))  # fmt: skip
    assert plan.due_to_miss(begin) == [check.pk] and plan.due_to_miss(begin - timedelta(seconds=1)) == []
    assert plan.miss(check.pk) and not plan.miss(check.pk)
    check.refresh_from_db()
    assert check.missed_at == begin
    others = PlannedCheck.objects.exclude(pk=check.pk)
    assert all(one.period == f"{now.astimezone(STREET):%Y-%m}" for one in others)


def test_a_re_check_is_no_clean_week_and_moves_no_planned_check(site, two):
    lead = officer("lead", "brigade_lead")
    now = db_now()
    Site.objects.filter(pk=site.pk).update(colour_since=now - timedelta(days=90), rule_since=now - timedelta(days=90),
                                           watched_since=now - timedelta(days=90))  # fmt: skip
    visited(site, *two, {"0204": "fails"}, at=now - timedelta(days=10))
    check = PlannedCheck.objects.get(done_at=None, dropped_at=None)
    finding = Finding.objects.get()
    key = uuid.uuid4()
    findings.hand_in(finding.pk, [(key, picture())], "", by_site=True, at=now - timedelta(days=9))
    findings.pass_evidence(finding.pk, actor=lead, at=now - timedelta(days=9))
    visited(site, *two, at=now - timedelta(days=3), recheck=True)
    site.refresh_from_db()
    assert [fact.clean for fact in facts_of(site, now).checks] == [False]
    open_check = PlannedCheck.objects.get(done_at=None, dropped_at=None)
    assert (open_check.pk, open_check.on) == (check.pk, check.on)
    recolour(site.pk)
    assert Site.objects.get().colour == "yellow"


def test_a_newer_version_keeps_its_photos_bytes_and_a_phone_that_lost_its_ids(site, two):
    old = visited(site, *two, {"0204": "fails"})
    running = client_of(two[0])
    new = begun(site, *two, replaces=old.uuid)
    state = running.get("/api/v1/inspections/phone/").json()
    mine = next(one for one in state["running"] if one["uuid"] == str(new.uuid))
    assert [photo["when"] for photo in mine["photos"]] == ["before"] and mine["needs"] == []


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_make_one_miss_and_one_penalty_case(roles):
    call_command("load_checklist", verbosity=0)
    site, people = make_site(), (officer("officer-a"), officer("officer-b"))
    visited(site, *people, {"0204": "fails", "0201": "fails"}, at=db_now() - timedelta(days=30))
    ids = findings.overdue_ids(db_now())
    assert len(ids) == 2
    told = all_at_once(*[lambda: [findings.miss(one) for one in ids]] * 8)
    assert sorted(sum(told, [])) == [False] * 14 + [True] * 2
    numbers = list(Penalty.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 2
    assert list(Finding.objects.values_list("missed_count", flat=True)) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_lock_sent_by_two_connections_at_once_is_one_sheet(roles):
    call_command("load_checklist", verbosity=0)
    site, people = make_site(), (officer("officer-a"), officer("officer-b"))
    sheet = begun(site, *people)
    photo = shot(sheet, people[0], item(sheet, "0204"))
    given = lock_of(sheet, people[0], photos=[photo])
    bad = item(sheet, "0204").pk
    given.results[:] = [line | ({"result": "fails"} if line["item"] == bad else {}) for line in given.results]
    news = all_at_once(*[lambda: inspections.lock(people[0], sheet.uuid, given)[1]] * 4)
    assert sorted(news) == [False, False, False, True]
    assert Finding.objects.count() == 1
