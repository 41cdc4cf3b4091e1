"""Statements whose plan the connection keeps."""

import pytest
from django.db import ProgrammingError, connection, transaction

from shushanwei.common.prepared import fetch_one

SQL = "select %(b)s - %(a)s, %(a)s"
TYPES = {"a": "int", "b": "int"}


def ask(a=2, b=7, name="minus"):
    return fetch_one(name, TYPES, SQL, {"a": a, "b": b})


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_made_once_a_connection_and_again_on_a_new_one():
    assert ask() == ask() == (5, 2)
    connection.close()
    assert ask(1, 1) == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_prepared_statements where name = 'minus'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_prepared_and_nothing_breaks():
    with transaction.atomic():
        assert ask(name="other") == (5, 2)
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_prepared_statements where name = 'other'")
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_statement_is_an_error_as_ever():
    with pytest.raises(ProgrammingError):
        fetch_one("wrong", {}, "select nothing_of_the_kind", {})
