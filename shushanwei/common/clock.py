"""The one clock that measures promises: the database's, the same for every process and machine."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

STREET = ZoneInfo("Asia/Shanghai")


def db_now() -> datetime:
    """The database's present instant (start of the statement), timezone-aware."""
    with connection.cursor() as cursor:
        cursor.execute("select statement_timestamp()")
        return cursor.fetchone()[0]
