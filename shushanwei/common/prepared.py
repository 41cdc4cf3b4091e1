"""Statements whose plan a connection keeps, for the few that run hundreds of times a second.

A join of nine tables is planned in ten milliseconds and run in one; PostgreSQL keeps the plan of a prepared statement
for as long as the connection lives.
"""

from typing import Any

from django.db import OperationalError, connection
from psycopg2.errors import InvalidSqlStatementName


def fetch_one(name: str, types: dict[str, str], sql: str, values: dict[str, Any]) -> tuple | None:
    """The first row of `sql` with its `%(value)s`, whose SQL types are given; the plan is kept under `name`.

    Inside a transaction, where a missing plan would be an error that ends it, the statement runs as an ordinary one.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute(sql, values)
            return cursor.fetchone()
        call = f"execute {name}({', '.join(f'%({key})s' for key in types)})"
        try:
            cursor.execute(call, values)
        except OperationalError as error:
            # A new connection, or one that a pooler handed on: it has no plan yet.
            if not isinstance(error.__cause__, InvalidSqlStatementName):
                raise
            places = {key: f"${place}" for place, key in enumerate(types, start=1)}
            cursor.execute(f"prepare {name}({', '.join(types.values())}) as {sql % places}")
            cursor.execute(call, values)
        return cursor.fetchone()
