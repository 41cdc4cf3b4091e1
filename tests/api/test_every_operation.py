"""Strangers' input at every door of the API: whatever comes in, nothing answers 5xx and errors have one shape."""

import pytest
import requests
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings

from incidents.services import Draft, open_incident
from shushanwei.people.models import User
from tests.incidents.conftest import CENTRE, category

SKIPPED = "/api/v1/(schema|docs)/"
HERE = "http://testserver"

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True)).exclude(path_regex=SKIPPED)


@pytest.fixture
def everything(roles, catalogue, ground):
    """Somebody who may do everything, and an incident to do it to."""
    open_incident(Draft(category("J0510"), 3, "analytics", "施工噪声", *CENTRE))
    client = Client(raise_request_exception=False)
    user = User.objects.create_superuser("everything", password="Shushan-30515")
    client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return client


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_input_breaks_an_operation(case, everything):
    sent = requests.Request(**case.as_transport_kwargs(base_url=HERE)).prepare()
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.headers.items()}
    answer = everything.generic(
        sent.method,
        sent.path_url,
        sent.body or b"",
        content_type=sent.headers.get("Content-Type", "application/json"),
        headers=None,
        **headers,
    )
    assert answer.status_code < 500, f"{sent.method} {sent.path_url} {str(sent.body)[:300]}: {answer.status_code}"
    if answer.status_code >= 400 and answer.status_code != 404:
        kind = answer.headers["Content-Type"]
        assert kind.startswith("application/problem+json"), f"{sent.method} {sent.path_url}: {kind}"
