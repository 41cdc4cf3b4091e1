"""Emptying the tables between tests that commit: only those that hold something, without making them anew.

Django truncates all of them after each such test, which makes new files for every table and index, and then writes down
again what every model is and may: twenty times slower.
"""

KEPT = {"django_content_type", "auth_permission"}  # they come with the tables and no test changes them


def quickly() -> None:
    """From now on `flush` deletes the rows that are there. Triggers and references look away meanwhile."""
    from django.core.management.commands import flush
    from django.db import connection

    flush.emit_post_migrate_signal = lambda *said, **named: None  # type: ignore[assignment]
    # Of the class: where a browser runs beside the test, another connection may do the emptying.
    ops = type(connection.ops)
    truncate_all = ops.sql_flush
    ops.sql_flush = lambda self, *said, **named: _statements(self, truncate_all, *said, **named)  # type: ignore[method-assign]


def _statements(ops, truncate_all, style, tables, *, reset_sequences=False, allow_cascade=False):
    tables = [table for table in tables if table not in KEPT]
    if not tables or reset_sequences or allow_cascade:
        return truncate_all(ops, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
    with ops.connection.cursor() as cursor:
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {ops.quote_name(table)})" for table in tables)
        cursor.execute(" UNION ALL ".join(asked))
        held = [table for (table,) in cursor.fetchall()]
    return [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {ops.quote_name(table)}" for table in held),
        "SET LOCAL session_replication_role = DEFAULT",
    ]
