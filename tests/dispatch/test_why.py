"""Why somebody was sent is kept as facts: every reader is told in the own language."""

import re

import pytest
from django.utils import translation
from rest_framework.test import APIClient

from dispatch import services
from dispatch.models import Assignment
from dispatch.state import phone_state
from shushanwei.journal.models import Entry

ENGLISH = (
    r"Nearest: 近处班 280 m away, less than a minute, estimated as a straight line, position \d+ s ago · 熟悉该小区"
)
CHINESE = r"最近：近处班 距离280米，不到1分钟，按直线估算，位置\d+秒前 · 熟悉该小区"


def line(incident, verb):
    return Entry.objects.filter(subject_type="incident", subject_id=incident.pk, verb=verb).latest("id")


@pytest.fixture
def sent(opened, unit, seat):
    """An incident with the unit that is near; another one is far away."""
    crew = unit("近处班", north_m=200)
    unit("远处班", north_m=2000)
    incident = opened()
    incident.order = services.order_unit(incident.pk, actor=seat, reason="熟悉该小区")
    incident.crew = crew
    return incident


@pytest.mark.parametrize(("language", "sentence"), [("en", ENGLISH), ("zh-hans", CHINESE)])
def test_the_console_reads_the_story_in_its_own_language(sent, seat, language, sentence):
    reader = APIClient(headers={"accept-language": language})
    reader.force_authenticate(seat)

    story = reader.get(f"/api/v1/incidents/{sent.pk}/").json()["story"]

    (said,) = (entry["note"] for entry in story if entry["verb"] == "incident.dispatched")
    assert re.fullmatch(sentence, said)


def test_the_phone_is_told_in_its_own_language(sent):
    with translation.override("en"):
        state = phone_state(sent.crew)

    assert re.fullmatch(ENGLISH, state["assignment"]["reason"])
    assert any(re.fullmatch(ENGLISH, entry["note"]) for entry in state["story"])


def test_what_came_before_is_told_too(sent):
    services.decline(sent.order.pk, actor=sent.crew.crew, reason="车辆故障")

    with translation.override("en"):
        said = line(sent, "incident.unit_ordered").said
    assert said.startswith("远处班 2.8 km away, ") and said.endswith(" · 近处班 declined")


def test_the_department_reads_why_it_has_the_case_again(client, case, brigade, seat, person):
    order = services.order_department(case.pk, brigade.pk, actor=seat)
    Assignment.objects.filter(pk=order.pk).update(why={"because": "rework"}, reason="返工，由原单位处置")
    client.force_login(
        person("dept_account", "dept-enf", department="ENF"), backend="shushanwei.people.backends.RoleBackend"
    )

    page = client.get(f"/dept/{order.pk}/", headers={"accept-language": "en"}).content.decode()

    assert "the same as before, for rework" in page and "返工" not in page


def test_old_lines_keep_the_words_that_were_written(sent):
    old = Entry(note="最近：近处班 距离280米", data={"unit": "近处班"})

    with translation.override("en"):
        assert old.said == "最近：近处班 距离280米"
