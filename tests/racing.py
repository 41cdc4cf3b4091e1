"""Many hands at once on a real database, for tests marked `django_db(transaction=True)`."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def all_at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; returns what each gave or raised, in their order.

    Each thread closes its own connection; one that has not come back after two minutes leaves None.
    """
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index, call):
        gate.wait()
        try:
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    [thread.start() for thread in threads]
    [thread.join(120) for thread in threads]
    return results
