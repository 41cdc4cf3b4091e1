"""The end of a street that a whole file of tests shared."""

from django.core.management import call_command
from django.db import connection


def empty_street() -> None:
    """Nothing of the street is left, in tables that Django does not manage neither."""
    call_command("flush", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("truncate worksites_truckfix, grid_positionfix")
