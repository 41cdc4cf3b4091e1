"""The private PostgreSQL and Redis start, start again, and survive a kill."""


def test_the_database_is_a_postgresql_18(db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert cursor.fetchone()[0].startswith("18")
