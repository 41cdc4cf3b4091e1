/** What is drawn on the small map, as it is asked: which community, road and building a place lies at. Pure. */

import { _, chinese, fill } from "shushan/words";

const METRES_LAT = 111_195;
const ROAD_M = 150; // a road farther away tells nobody where it is
const BUILDING_M = 40;

export class Ground {
  communities = []; // {code, name, rings, bounds}
  roads = []; // {name, lines}
  buildings = []; // {name, rings}
  places = []; // {name, at}

  add(features) {
    for (const { properties, geometry } of features) {
      const name = (chinese() ? properties.name : properties.name_en || properties.name) ?? "";
      const lines = linesOf(geometry);
      if (properties.layer === "community") this.communities.push({ code: properties.code, name, rings: lines, bounds: boundsOf(lines) });
      else if (properties.layer === "road") this.roads.push({ name, lines });
      else if (properties.layer === "building") this.buildings.push({ name, rings: lines });
      else if (properties.layer === "place") this.places.push({ name, at: geometry.coordinates });
    }
  }

  /** [[south, west], [north, east]] of all communities; null while none is known. */
  get bounds() {
    return this.communities.length ? boundsOf(this.communities.flatMap(({ rings }) => rings)) : null;
  }

  /** "朝阳社区 · 晨晖路附近 · 朝阳社区12幢附近": the words of a place {lon, lat}; empty while no ground is known. */
  words({ lon, lat }) {
    if (!this.communities.length) return "";
    const community = this.communities.find(({ rings }) => inside(rings, lon, lat));
    if (!community) return _("Outside the street");
    const road = nearest(this.roads, "lines", lon, lat, ROAD_M);
    const building = nearest(this.buildings, "rings", lon, lat, BUILDING_M);
    const near = [road, building].filter(Boolean).map((place) => fill(_("near %(place)s"), { place }));
    return [community.name, ...near].join(" · ");
  }
}

function linesOf({ type, coordinates }) {
  if (type === "LineString") return [coordinates];
  if (type === "Polygon" || type === "MultiLineString") return coordinates;
  return type === "MultiPolygon" ? coordinates.flat() : [];
}

function boundsOf(lines) {
  const lons = lines.flat().map(([lon]) => lon);
  const lats = lines.flat().map(([, lat]) => lat);
  return [[Math.min(...lats), Math.min(...lons)], [Math.max(...lats), Math.max(...lons)]];
}

/** Whether a line eastward from the place crosses the rings an odd number of times. */
function inside(rings, lon, lat) {
  let odd = false;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [[x1, y1], [x2, y2]] = [ring[i - 1], ring[i]];
      if ((y1 > lat) !== (y2 > lat) && lon < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) odd = !odd;
    }
  }
  return odd;
}

/** The name of the nearest thing with one within `most` metres, or nothing. */
function nearest(things, part, lon, lat, most) {
  let [found, best] = ["", most];
  for (const thing of things) {
    if (!thing.name) continue;
    const away = Math.min(...thing[part].map((line) => metresTo(line, lon, lat)));
    if (away < best) [found, best] = [thing.name, away];
  }
  return found;
}

function metresTo(line, lon, lat) {
  const scale = METRES_LAT * Math.cos((lat * Math.PI) / 180);
  const points = line.map(([x, y]) => [(x - lon) * scale, (y - lat) * METRES_LAT]);
  let best = Infinity;
  for (let i = 1; i < points.length; i += 1) {
    const [[x1, y1], [x2, y2]] = [points[i - 1], points[i]];
    const [dx, dy] = [x2 - x1, y2 - y1];
    const along = Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(x1 + along * dx, y1 + along * dy));
  }
  return best;
}
