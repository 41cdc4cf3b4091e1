"""Notes of the story in the reader's language, where an entry keeps facts instead of words."""

from collections.abc import Callable
from typing import Any

# What a key of an entry's data says. Rooms that write such data add to it when they start.
SAYS: dict[str, Callable[[Any], str]] = {}


def note_of(note: str, data: dict[str, Any]) -> str:
    """The note as it is read: said from the facts in `data`, else as it was written down."""
    for key, says in SAYS.items():
        if data.get(key) and (words := says(data[key])):
            return words
    return note
