"""Fixtures for all rooms: the reference data, the running system and the browser."""

import io
import shutil
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command

from grid import selectors, working


@pytest.fixture(autouse=True)
def _look_at_the_ground_again():
    """What a process keeps in memory of the ground and the calendar belongs to the test before."""
    selectors.look_again()
    working.forget()


LOADERS = {"roles": ["load_roles"], "catalogue": ["load_catalogue", "load_dispatch"], "ground": ["load_ground"]}


@pytest.fixture(scope="session")
def reference(django_db_setup, django_db_blocker):
    """What the loaders write, as bytes of COPY: loading takes a second, putting it back a few milliseconds."""
    from django.db import connection, transaction

    kept: dict[str, dict[str, bytes]] = {}
    with django_db_blocker.unblock(), transaction.atomic():
        tables = [name for name in connection.introspection.table_names() if not name.startswith("django_")]
        before = dict.fromkeys(tables, 0)
        for group, commands in LOADERS.items():
            for command in commands:
                call_command(command, verbosity=0, stdout=io.StringIO())
            kept[group] = {}
            with connection.cursor() as cursor:
                for table in tables:
                    cursor.execute(f'select count(*) from "{table}"')
                    count = cursor.fetchone()[0]
                    if count != before[table]:
                        rows = io.BytesIO()
                        cursor.copy_expert(f'copy "{table}" to stdout binary', rows)
                        kept[group][table] = rows.getvalue()
                    before[table] = count
        transaction.set_rollback(True)
    return kept


def put_back(tables: dict[str, bytes]) -> None:
    """Fill the tables that are empty; foreign keys are looked at when the transaction ends."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        empty = []
        for table in tables:
            cursor.execute(f'select exists (select from "{table}")')
            if not cursor.fetchone()[0]:
                empty.append(table)
        for table in empty:
            cursor.copy_expert(f'copy "{table}" from stdin binary', io.BytesIO(tables[table]))
            cursor.execute(
                "select pg_get_serial_sequence(%s, a.attname) from pg_attribute a"
                " where a.attrelid = %s::regclass and a.attname = 'id'",
                [table, table],
            )
            sequence = cursor.fetchone()
            if sequence and sequence[0]:
                cursor.execute(f'select setval(%s, (select max(id) from "{table}"))', [sequence[0]])


@pytest.fixture
def roles(db, reference):
    """The roles of the starter table with the permissions of every room."""
    put_back(reference["roles"])


@pytest.fixture
def catalogue(db, reference):
    """Categories, filing standards, departments, deadline policies and dispatch rules."""
    put_back(reference["catalogue"])


@pytest.fixture
def ground(db, reference):
    """The communities, grids and micro-grids of the street."""
    put_back(reference["ground"])


@pytest.fixture(scope="session")
def live_stack():
    """The whole system in real processes on its own database, empty but for the reference data."""
    from tests.stack import Stack

    local = Path(tempfile.mkdtemp(prefix="ssw-stack-"))
    stack = Stack(local)
    try:
        yield stack.start()
    finally:
        stack.stop()
        shutil.rmtree(local, ignore_errors=True)


@pytest.fixture(scope="session")
def browser():
    """The Chromium of this machine, driven by Playwright; the page tests are skipped where there is none."""
    from tests.browsing import chromium

    try:
        with chromium() as running:
            yield running
    except LookupError as none:
        pytest.skip(str(none))


@pytest.fixture
def new_page(browser):
    """Make a page as a person in Hangzhou sees it: `new_page(width=…, height=…, mobile=…)`, signed in nowhere."""
    contexts = []

    def make(width=1440, height=900, *, mobile=False, locale="zh-CN", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            has_touch=mobile,
            is_mobile=mobile,
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
