"""The department's desk as a person uses it: the table, the steps, the error beside its field."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dispatch import services
from dispatch.models import Assignment
from tests.dispatch.conftest import CENTRE, picture


@pytest.fixture
def desk(client, person):
    client.force_login(
        person("dept_account", "dept-enf", department="ENF"), backend="shushanwei.people.backends.RoleBackend"
    )
    return client


@pytest.fixture
def order(case, brigade, seat):
    return services.order_department(case.pk, brigade.pk, actor=seat)


def state(order):
    return Assignment.objects.get(pk=order.pk).status


def test_a_case_goes_through_the_desk(desk, order):
    page = f"/dept/{order.pk}/"
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")

    assert "夜间施工噪声" in desk.get("/dept/").content.decode()
    assert desk.post(page + "accept/").status_code == 302 and state(order) == "accepted"
    form = {"done": "已清理", "photo": shot, "uuid": uuid.uuid4(), "lon": CENTRE[0], "lat": CENTRE[1]}
    assert desk.post(page + "handle/", form).status_code == 302 and state(order) == "finished"
    assert desk.post(page + "confirm/").status_code == 302 and state(order) == "confirmed"
    assert "部门已确认" in desk.get(page).content.decode()


@pytest.mark.parametrize(
    ("step", "form", "said"),
    [
        ("return", {"reason": "", "note": "属环卫职责"}, "必填"),
        ("return", {"reason": "not_our_duty", "note": ""}, "必填"),
        ("handle", {"done": "已清理", "uuid": uuid.uuid4()}, "必填"),
    ],
)
def test_an_error_stands_beside_its_field(desk, order, step, form, said):
    services.accept_case(order.pk, actor=None)

    answer = desk.post(f"/dept/{order.pk}/{step}/", form)

    assert answer.status_code == 422
    assert said in answer.content.decode().split('class="errorlist"', 1)[1][:80]
    assert state(order) == "accepted"


def test_a_photo_without_a_place_is_refused_beside_the_photo(desk, order):
    services.accept_case(order.pk, actor=None)
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")

    answer = desk.post(f"/dept/{order.pk}/handle/", {"done": "已清理", "photo": shot, "uuid": uuid.uuid4()})

    assert answer.status_code == 422
    assert "照片没有位置信息" in answer.content.decode()


def test_what_is_no_picture_is_refused_beside_the_photo(desk, order):
    services.accept_case(order.pk, actor=None)
    shot = SimpleUploadedFile("a.jpg", b"not a picture", "image/jpeg")
    form = {"done": "已清理", "photo": shot, "uuid": uuid.uuid4(), "lon": CENTRE[0], "lat": CENTRE[1]}

    assert desk.post(f"/dept/{order.pk}/handle/", form).status_code == 422


def test_the_table_keeps_its_filters_and_says_what_to_do_when_empty(desk, order):
    assert "夜间施工噪声" in desk.get("/dept/?state=offered&q=噪声").content.decode()
    assert "没有符合条件的案卷" in desk.get("/dept/?state=offered&q=渣土").content.decode()
    assert "该状态下没有案卷" in desk.get("/dept/?state=finished").content.decode()
    assert desk.get("/dept/?state=nonsense&page=x&q=%00").status_code == 200


def test_another_departments_case_is_not_there(client, person, order):
    client.force_login(
        person("dept_account", "dept-san", department="SAN"), backend="shushanwei.people.backends.RoleBackend"
    )

    assert client.get(f"/dept/{order.pk}/").status_code == 404
    assert client.post(f"/dept/{order.pk}/accept/").status_code == 404
