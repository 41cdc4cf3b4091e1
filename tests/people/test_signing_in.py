"""Who may come in, how long they stay, and where they land."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from shushanwei.people.models import User
from shushanwei.people.sessions import KIOSK_AGE

pytestmark = pytest.mark.django_db
SECRET = "蜀山-correct-horse"


@pytest.fixture
def seat():
    return User.objects.create_user("seat-1", password=SECRET, display_name="林晓安")


def sign_in(client, password=SECRET, username="seat-1", **extra):
    return client.post(reverse("people:sign-in"), {"username": username, "password": password, **extra})


def test_the_right_password_opens_the_place_of_work(client, seat):
    answer = sign_in(client)
    assert (answer.status_code, answer.url) == (302, reverse("home"))


def test_a_wrong_password_says_the_same_as_an_unknown_name(client, seat):
    wrong = sign_in(client, "no").content.decode()
    unknown = sign_in(client, "no", username="nobody").content.decode()
    assert "用户名或密码错误" in wrong and "用户名或密码错误" in unknown


def test_after_five_failures_the_account_is_locked_for_fifteen_minutes(client, seat):
    for _ in range(4):
        assert sign_in(client, "no").status_code == 200
    fifth = sign_in(client, "no")
    assert fifth.status_code == 429
    assert "已锁定，15分钟后再试" in fifth.content.decode()
    assert fifth["Retry-After"] == "900"
    assert sign_in(client).status_code == 429, "the right password does not help while locked"


def test_a_stranger_elsewhere_does_not_lock_the_seat_out(client, seat):
    for _ in range(6):
        client.post(reverse("people:sign-in"), {"username": "seat-1", "password": "no"}, REMOTE_ADDR="10.9.9.9")
    assert sign_in(client).status_code == 302


def test_signing_out_needs_a_post(client, seat):
    sign_in(client)
    assert client.get(reverse("people:sign-out")).status_code == 405
    assert client.post(reverse("people:sign-out")).status_code == 302
    assert client.get(reverse("home")).status_code == 302


def test_nobody_is_sent_to_another_site_after_signing_in(client, seat):
    assert sign_in(client, next="https://evil.test/").url == reverse("home")


def test_a_session_ends_thirty_minutes_after_the_last_action(client, seat):
    sign_in(client)
    assert 29 * 60 < client.session.get_expiry_age() <= 30 * 60


@pytest.mark.parametrize(("background", "prolonged"), [("1", False), ("", True)])
def test_only_a_real_action_prolongs_a_session(client, seat, background, prolonged):
    sign_in(client)
    session = client.session
    session["active_at"] = int(time.time()) - 600
    session.save()
    row = Session.objects.get()
    client.get(reverse("people:here"), headers={"X-Background": background})
    assert (Session.objects.get().expire_date > row.expire_date) is prolonged


def test_a_busy_person_costs_one_session_write_a_minute(client, seat, django_assert_num_queries):
    sign_in(client)
    with django_assert_num_queries(2):  # the session and the user, nothing written
        client.get(reverse("people:here"))


def test_a_wall_stays_signed_in(client):
    User.objects.create_user("wall", password=SECRET, is_kiosk=True)
    sign_in(client, username="wall")
    assert client.session.get_expiry_age() == KIOSK_AGE


def test_a_page_learns_that_nobody_is_signed_in_any_more(client):
    assert client.get(reverse("people:here")).status_code == 401


def test_a_new_password_must_be_typed_twice_alike_and_keeps_the_session(client, seat):
    sign_in(client)
    typed = {"old_password": SECRET, "new_password1": "网格-another-horse", "new_password2": "other"}
    assert client.post(reverse("people:password"), typed).status_code == 200
    typed["new_password2"] = typed["new_password1"]
    assert client.post(reverse("people:password"), typed).status_code == 302
    assert client.get(reverse("start")).status_code == 200


def test_the_interface_is_chinese_until_english_is_chosen(client):
    assert "登录" in client.get(reverse("people:sign-in"), headers={"Accept-Language": "fr"}).content.decode()
    client.post(reverse("people:language"), {"language": "en", "next": "/sign-in/"})
    page = client.get(reverse("people:sign-in")).content.decode()
    assert "Sign in" in page and "登录" not in page
