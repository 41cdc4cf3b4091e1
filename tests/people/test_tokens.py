"""Programs sign in under the same lock as people."""

import pytest
from rest_framework.test import APIClient

from shushanwei.people.models import User

pytestmark = pytest.mark.django_db
URL = "/api/v1/token/"
SECRET = "camera-correct-horse"


@pytest.fixture
def api():
    User.objects.create_user("camera", password=SECRET)
    return APIClient()


def ask(api, password=SECRET):
    return api.post(URL, {"username": "camera", "password": password}, format="json")


def test_a_token_opens_the_api_until_it_is_taken_back(api):
    token = ask(api).json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.delete(URL).status_code == 204
    assert api.delete(URL).status_code == 401


def test_a_wrong_password_is_a_problem_that_names_no_account(api):
    answer = ask(api, "no")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("not-signed-in")


def test_a_missing_password_names_the_field(api):
    answer = api.post(URL, {"username": "camera"}, format="json")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["password"]


def test_guessing_is_stopped_after_five_tries(api):
    answers = [ask(api, "no") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
    assert ask(api).status_code == 429
    assert ask(api)["Content-Type"] == "application/problem+json"


def test_success_forgets_earlier_failures(api):
    for _ in range(3):
        for _ in range(4):
            ask(api, "no")
        assert ask(api).status_code == 201


def test_an_account_holds_at_most_twenty_tokens(api):
    for _ in range(20):
        assert ask(api).status_code == 201
    assert ask(api).status_code == 409


NONSENSE = ["[]", "3", '"x"', "{", '{"username": null, "password": "x"}', '{"username": "\\u0000", "password": "x"}']


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_refused_never_a_server_error(api, body):
    assert api.post(URL, body, content_type="application/json").status_code in {400, 422}


def test_an_unknown_api_address_is_a_problem_too(api):
    answer = api.get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
