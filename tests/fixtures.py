"""Fixtures for all rooms: the reference data, signed-in people, the browser and the running system."""

import pytest
from django.core.management import call_command


@pytest.fixture
def roles(db):
    """The roles of the starter table with the permissions of every room."""
    call_command("load_roles", verbosity=0)


@pytest.fixture
def catalogue(db):
    """Categories, filing standards, departments and deadline policies."""
    call_command("load_catalogue", verbosity=0)


@pytest.fixture
def ground(db):
    """The communities, grids and micro-grids of the street."""
    call_command("load_ground", verbosity=0)
