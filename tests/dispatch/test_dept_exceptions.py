"""More time and supervision at the department's desk: who asks, endorses and replies, what is refused and where."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch import services
from incidents import services as cases
from incidents.models import Attachment, Deadline, FilingStandard, Incident, Supervision, TimeRequest
from incidents.services import reminding
from shushanwei.common.clock import STREET, db_now
from tests.dispatch.conftest import picture

BACKEND = "shushanwei.people.backends.RoleBackend"


@pytest.fixture
def desk_of(person):
    """The desk as somebody of the brigade sees it: `desk_of("dept_handler")`."""

    def make(role: str, department="ENF") -> Client:
        client = Client()
        client.user = person(role, f"{role}-{department}", department=department)
        client.force_login(client.user, backend=BACKEND)
        return client

    return make


@pytest.fixture
def account(desk_of):
    return desk_of("dept_account")


@pytest.fixture
def handler(desk_of):
    return desk_of("dept_handler")


@pytest.fixture
def dispatcher(person):
    return person("dispatcher", "派遣员甲")


@pytest.fixture
def order(opened, brigade, seat):
    """A case filed under a standard of the brigade, which handles it; no photo is with it."""
    standard = FilingStandard.objects.filter(category__code="E0301", category__scheme="SZCG").first()
    incident = opened(level=4, title="沿街店铺跨门经营")
    cases.file_case(incident.pk, actor=seat, standard_id=standard.pk)
    order = services.order_department(incident.pk, brigade.pk, actor=seat)
    return services.accept_case(order.pk, actor=None)


def limit(order) -> Deadline:
    return Deadline.objects.get(incident=order.incident_id, code="handle", void_at__isnull=True)


def document() -> SimpleUploadedFile:
    return SimpleUploadedFile(
        "采购单.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "application/pdf"
    )


def ask(desk, order, **values):
    form = {"kind": "extension", "reason": "配件未到货", "uuid": uuid.uuid4(), "file": document()} | values
    return desk.post(f"/dept/{order.pk}/request-time/", {name: given for name, given in form.items() if given})


def shown(desk, order) -> str:
    return desk.get(f"/dept/{order.pk}/").content.decode()


def request_now() -> TimeRequest:
    return TimeRequest.objects.get()


def test_a_handler_asks_the_department_endorses_the_dispatcher_decides(handler, account, order, dispatcher):
    before = limit(order).due_at
    assert ask(handler, order).status_code == 302
    assert "待部门同意" in shown(handler, order) and "/endorse-time/" not in shown(handler, order)
    assert "采购单.pdf" in shown(handler, order)

    assert "/endorse-time/" in shown(account, order)
    account.post(f"/dept/{order.pk}/endorse-time/", {"request": request_now().pk})
    page = shown(account, order)
    assert "待派遣员审批" in page and "/endorse-time/" not in page

    cases.decide_request(request_now().pk, actor=dispatcher, approve=True)
    page = shown(handler, order)
    assert "已批准" in page and "派遣员甲" in page and "已延期1次" in page
    assert limit(order).due_at > before


def test_the_departments_own_account_goes_straight_to_the_dispatcher(account, order):
    assert ask(account, order).status_code == 302
    assert request_now().state == "endorsed"
    assert Attachment.objects.get(incident=order.incident_id).kind == "file"


def test_a_hold_asked_for_ends_with_the_day_that_was_chosen(account, order, dispatcher):
    day = (db_now().astimezone(STREET) + timedelta(days=30)).date()
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    assert ask(account, order, kind="suspension", until=day.isoformat(), file=shot).status_code == 302

    cases.decide_request(request_now().pk, actor=dispatcher, approve=True)

    until = Incident.objects.get(pk=order.incident_id).suspended_until.astimezone(STREET)
    assert (until.date(), until.hour, until.minute) == (day, 23, 59)
    page = shown(account, order)
    assert f"挂账至{day} 23:59" in page
    assert "/handle/" not in page and "/request-time/" not in page, "nothing is handled on hold"


def test_a_refusal_shows_its_reason_and_leaves_the_way_open(account, order, dispatcher):
    ask(account, order)
    cases.decide_request(request_now().pk, actor=dispatcher, approve=False, note="今日可以办结")
    page = shown(account, order)
    assert "不予批准" in page and "今日可以办结" in page and "/request-time/" in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reason": ""}, "必填"),
        ({"file": None}, "必填"),
        ({"kind": "suspension"}, "挂账须填写截止日期"),
        ({"kind": "suspension", "until": "2020-01-01"}, "须晚于当前时间"),
        ({"file": "junk"}, "无法读取"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_stays(account, order, values, said):
    if values.get("file") == "junk":
        values = {"file": SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")}
    answer = ask(account, order, **values)

    assert answer.status_code == 422
    assert said in answer.content.decode().split('class="errorlist"', 1)[1][:120]
    assert not TimeRequest.objects.exists() and not Attachment.objects.exists()


def test_a_refused_request_keeps_what_was_typed(account, order):
    form = account.get(f"/dept/{order.pk}/")
    assert "/request-time/" in form.content.decode()
    now = db_now()
    Deadline.objects.filter(pk=limit(order).pk).update(due_at=now, work_at=now)

    answer = ask(account, order, reason="等待供货商发货")

    assert answer.status_code == 409
    assert "不能延期" in answer.content.decode() and "等待供货商发货" in answer.content.decode()
    assert not Attachment.objects.exists(), "the document of a refused request does not stay"


def test_only_what_may_still_be_asked_for_is_offered(account, order):
    assert 'value="extension"' in shown(account, order) and 'value="suspension"' in shown(account, order)
    Incident.objects.filter(pk=order.incident_id).update(extension_count=2)
    assert 'value="extension"' not in shown(account, order)
    Incident.objects.filter(pk=order.incident_id).update(suspension_used=True)
    assert "/request-time/" not in shown(account, order) and "不能再申请" in shown(account, order)


def test_who_asked_takes_it_back(handler, order):
    ask(handler, order)
    handler.post(f"/dept/{order.pk}/withdraw-time/", {"request": request_now().pk})
    assert request_now().state == "withdrawn"
    assert "已撤回" in shown(handler, order)


def test_a_request_lapses_with_the_handling_it_was_for(account, order, dispatcher):
    ask(account, order)
    services.send_back(order.pk, actor=account.user, reason="not_our_duty", note="属环卫职责")

    asked = request_now()
    assert asked.state == "withdrawn" and asked.decided_by is None
    assert "案卷已离开处置环节" in shown(account, order)
    assert not TimeRequest.objects.filter(state__in=TimeRequest.OPEN).exists(), "the next one may ask anew"


def test_a_handler_endorses_nothing_and_another_department_finds_nothing(handler, order, desk_of):
    ask(handler, order)
    body = {"request": request_now().pk}
    assert handler.post(f"/dept/{order.pk}/endorse-time/", body).status_code == 403
    assert desk_of("dept_account", "SAN").post(f"/dept/{order.pk}/endorse-time/", body).status_code == 404
    assert handler.post(f"/dept/{order.pk}/withdraw-time/", {"request": 10**9}).status_code == 404
    assert request_now().state == "asked"


def test_a_supervision_notice_is_read_and_answered_at_the_desk(account, handler, order, person):
    lead = person("shift_lead", "值班长甲")
    notice = cases.supervise(order.incident_id, actor=lead, note="群众多次来电")

    page = shown(account, order)
    for said in (notice.number, "群众多次来电", "值班长甲", "签发人认定"):
        assert said in page
    assert "须由本部门账号答复" in shown(handler, order)
    path, body = f"/dept/{order.pk}/reply-supervision/", {"supervision": notice.pk, "reply": "今日18时前办结"}
    assert handler.post(path, body).status_code == 403
    assert "必填" in account.post(path, body | {"reply": " "}).content.decode()
    assert account.post(path, body).status_code == 302
    assert "今日18时前办结" in shown(account, order) and "reply-supervision" not in shown(account, order)

    again = account.post(path, body | {"reply": "改为明日"})
    assert again.status_code == 409 and "已答复" in again.content.decode()
    cases.clear_supervision(notice.pk, actor=lead)
    assert notice.number in shown(account, order), "the story keeps it"
    assert "reply-supervision" not in shown(account, order)


def test_the_table_marks_what_is_reminded_supervised_and_asked_for(account, order, person):
    ask(account, order)
    cases.supervise(order.incident_id, actor=person("shift_lead"), note="群众多次来电")
    Deadline.objects.filter(pk=limit(order).pk).update(remind_at=db_now() - timedelta(seconds=1))
    assert reminding.remind(limit(order).pk)

    table = account.get("/dept/").content.decode()

    for mark in ("延期申请中", "督办", "催办1次"):
        assert mark in table


def test_the_table_costs_no_query_for_each_row(account, order, opened, brigade, seat, django_assert_max_num_queries):
    def one_more():
        incident = opened(level=4)
        cases.file_case(incident.pk, actor=seat, standard_id=order.incident.standard_id)
        more = services.order_department(incident.pk, brigade.pk, actor=seat)
        services.accept_case(more.pk, actor=None)
        ask(account, more)

    account.get("/dept/")
    with CaptureQueriesContext(connection) as asked:
        account.get("/dept/")
        one_row = len(asked)
    for _ in range(4):
        one_more()
    with django_assert_max_num_queries(one_row):
        account.get("/dept/")


def test_the_story_says_which_limit_how_often_and_until_when(account, order, person):
    Deadline.objects.filter(pk=limit(order).pk).update(remind_at=db_now() - timedelta(seconds=1))
    reminding.remind(limit(order).pk)
    notice = cases.supervise(order.incident_id, actor=person("shift_lead"), note="群众多次来电")

    page = shown(account, order)

    assert "处置时限 · 第1次" in page
    assert f"{notice.number} · 督办" in page
    assert Supervision.objects.count() == 1
