"""The duty log's page: written once, found again, named mistakes."""

import uuid

import pytest

from grid.models import DutyLog
from shushanwei.people.models import User
from shushanwei.people.services import grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(client, roles):
    user = User.objects.create_user("seat", display_name="甲坐席")
    grant(user, "seat_operator")
    client.force_login(user)
    return user


def a_line(**values) -> dict:
    return {
        "uuid": str(uuid.uuid4()), "kind": "radio", "caller": "甲坐席", "called": "综治03",
        "content": "到山阴路口协助疏导", "case_no": "", "at": "",
    } | values  # fmt: skip


def test_a_line_sent_twice_is_written_once(client, seat):
    line = a_line()
    for _time in range(2):
        assert client.post("/duty-log/write/", line).status_code == 302
    assert DutyLog.objects.get().by == seat


def test_the_same_id_with_other_words_is_refused(client, seat):
    line = a_line()
    client.post("/duty-log/write/", line)
    assert client.post("/duty-log/write/", line | {"content": "别的"}).status_code == 409
    assert DutyLog.objects.get().content == line["content"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("content", ""), ("kind", "smoke"), ("uuid", "x"), ("caller", "长" * 61), ("at", "2999-01-01T00:00"), ("at", "x")],
)
def test_a_mistake_stands_beside_its_field(client, seat, field, value):
    answer = client.post("/duty-log/write/", a_line(**{field: value}))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not DutyLog.objects.exists()


def test_lines_are_found_by_day_kind_and_words(client, seat):
    client.post("/duty-log/write/", a_line(content="水泵已到"))
    client.post("/duty-log/write/", a_line(kind="call", called="供电所", case_no="20261127000001"))
    found = {
        "": 2, "?kind=call": 1, "?q=水泵": 1, "?q=20261127000001": 1, "?q=供电": 1, "?day=2020-01-01": 0,
        "?kind=smoke&day=yesterday": 2, "?page=99": 2,
    }  # fmt: skip
    for query, count in found.items():
        assert client.get(f"/duty-log/{query}").context["part"].paginator.count == count, query


def test_who_only_reads_has_no_form(client, roles):
    reader = User.objects.create_user("leader")
    grant(reader, "leader_view")
    client.force_login(reader)
    assert client.get("/duty-log/").context["form"] is None
    assert client.post("/duty-log/write/", a_line()).status_code == 403
