"""Bring the ground in from GeoJSON: what a file mentions is replaced, the rest stays, all of it fits together."""

import json
from collections import Counter
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from grid import geojson, selectors
from grid.areas import Area, Problem, Refused
from grid.models import Community, Grid, Ground
from shushanwei.journal.services import record
from shushanwei.people.models import User

SHIPPED = Path(__file__).parent.parent / "data" / "ground.geojson"
KEPT_BY_COMMUNITY = ["name", "short_name", "kind", "population", "polygon", "label_lon", "label_lat"]
KEPT_BY_GRID = ["name", "kind", "community_id", "parent_id", "households", "polygon", "label_lon", "label_lat"]


@transaction.atomic
def import_ground(text: str | bytes, *, actor: User | None = None, source: str = "") -> Counter[str]:
    """Take over a GeoJSON file and return how many areas were added, changed and removed (none: no new edition).

    A file is complete for each community and kind of grid that it mentions: a grid of that kind that it leaves
    out is removed. Raises grid.areas.Refused with every problem found; then nothing was changed.
    """
    with connection.cursor() as cursor:
        # Two imports at once would each check their file against a ground that the other is changing.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ground'))")
    ground = geojson.read(text, selectors.known_ground())
    done: Counter[str] = Counter()
    _write_communities(ground.communities, done)
    _write_grids(ground.grids, done)
    _remove_grids(ground.grids, done)
    if done:
        edition, _created = Ground.objects.get_or_create(pk=1, defaults={"edition": 0})
        edition.edition += 1
        edition.save(update_fields=["edition", "changed_at"])
        record(edition, "ground.imported", actor=actor, note=source[:200], data={"edition": edition.edition, **done})
        selectors.look_again()
    return done


def load_ground(path: Path = SHIPPED) -> Counter[str]:
    """Import a file, by default the ground that the product comes with (approximate 示意边界)."""
    return import_ground(path.read_bytes(), source=path.name)


def load_shipped_ground() -> Counter[str]:
    """The shipped ground where there is none yet; a ground that somebody imported is left alone."""
    return Counter() if Community.objects.exists() else load_ground()


def _write_communities(areas: dict[str, Area], done: Counter[str]) -> None:
    rows = {row.code: row for row in Community.objects.filter(code__in=areas)}
    added: list[Community] = []
    changed: list[Community] = []
    for area in areas.values():
        values = {
            "name": area.name,
            "short_name": area.short_name,
            "kind": area.kind,
            "population": area.population,
            "polygon": area.polygon,
            "label_lon": area.label[0],
            "label_lat": area.label[1],
        }
        _sort(rows.get(area.code), Community(code=area.code, **values), values, added, changed)
    Community.objects.bulk_create(added)
    Community.objects.bulk_update(changed, KEPT_BY_COMMUNITY)
    _count(done, added, changed)


def _write_grids(areas: dict[str, Area], done: Counter[str]) -> None:
    rows = {row.code: row for row in Grid.objects.filter(code__in=areas)}
    added: list[Grid] = []
    changed: list[Grid] = []
    for area in areas.values():
        values = {
            "name": area.name,
            "kind": area.kind,
            "community_id": area.community,
            "parent_id": area.parent or None,
            "households": area.households,
            "polygon": area.polygon,
            "label_lon": area.label[0],
            "label_lat": area.label[1],
        }
        _sort(rows.get(area.code), Grid(code=area.code, **values), values, added, changed)
    # One INSERT may name a parent that stands later in it: the key is checked at the end of the transaction.
    Grid.objects.bulk_create(added)
    Grid.objects.bulk_update(changed, KEPT_BY_GRID, batch_size=200)
    _count(done, added, changed)


def _sort(old: Model | None, new: Model, values: dict, added: list, changed: list) -> None:
    if old is None:
        added.append(new)
    elif any(getattr(old, name) != value for name, value in values.items()):
        changed.append(new)


def _count(done: Counter[str], added: list, changed: list) -> None:
    for word, rows in (("added", added), ("changed", changed)):
        if rows:
            done[word] += len(rows)


def _remove_grids(areas: dict[str, Area], done: Counter[str]) -> None:
    stated = {(area.community, area.kind): area for area in areas.values()}
    for (community, kind), area in stated.items():
        gone = Grid.objects.filter(community=community, kind=kind).exclude(code__in=areas)
        codes = list(gone.values_list("code", flat=True))
        if not codes:
            continue
        try:
            gone.delete()
        except ProtectedError as error:
            message = _("The file leaves out grid %(codes)s, which cases, postings or other grids still use.")
            problem = Problem(message % {"codes": ", ".join(codes)}, area.index, area.code, "properties.community")
            raise Refused([problem]) from error
        done["removed"] += len(codes)


def export_ground() -> str:
    """All communities and grids as one file that `import_ground` reads again; one feature a line."""
    lines = [json.dumps(feature, ensure_ascii=False) for feature in selectors.features()]
    head = {"type": "FeatureCollection", "name": "ground 示意边界", "edition": selectors.edition()}
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + ",\n".join(lines) + "\n]}\n"
