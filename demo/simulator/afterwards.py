"""The picture that is made when something has been put right: of what a resident reported, it shows the same place."""

from datetime import datetime

from demo.residents.pictures import place_dice, scene_of, sight
from demo.simulator.pictures import photo


def put_right(incident: dict, at: datetime) -> bytes:
    """A JPEG for the shape of an incident, as the place looks at `at`."""
    if incident.get("source_kind") != "resident":
        return photo(incident["title"], at, tidy=True)
    scene = scene_of(incident["category"]["code"], incident["title"])
    return sight(scene, at, place_dice(incident["lon"], incident["lat"]), tidy=True)
