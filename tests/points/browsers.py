"""Browsers in which a resident or a worker has signed in."""

from django.test import Client

from points import identity
from points.models import Resident
from points.services import signing_in
from shushanwei.people.models import User
from shushanwei.people.services import grant


def resident_in(resident: Resident) -> Client:
    """A phone in which this resident is signed in."""
    browser = Client()
    browser.cookies[identity.COOKIE] = signing_in.start_session(resident)
    return browser


def worker(role: str, **scope) -> User:
    """Somebody of the centre with this role."""
    user = User.objects.create(username=f"{role}-{User.objects.count()}", display_name=role)
    grant(user, role, **scope)
    return user


def worker_in(user: User) -> Client:
    """A browser in which this worker is signed in."""
    browser = Client()
    browser.force_login(user, backend="shushanwei.people.backends.RoleBackend")
    return browser
