/** The conditions of a patrol as the phone counts them along; what the server says later decides. */

import { metres } from "shushan/unit/track";

export const GAP_MS = 30_000;
const BLIND_M = 100;
const POINT_ACCURACY_M = 30;

/** Whether a place lies in a GeoJSON Polygon or MultiPolygon. */
export function inside({ type, coordinates }, { lon, lat }) {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.some(([outer, ...holes]) => within(outer, lon, lat) && !holes.some((hole) => within(hole, lon, lat)));
}

function within(ring, x, y) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/** Seconds that the step from one fix to the next adds: both inside, at most 30 s apart. */
export function adds(polygon, before, after) {
  if (!before || before.accuracy_m > BLIND_M || after.accuracy_m > BLIND_M) return 0;
  const gap = Date.parse(after.fix_at) - Date.parse(before.fix_at);
  return gap > 0 && gap <= GAP_MS && inside(polygon, before) && inside(polygon, after) ? gap / 1000 : 0;
}

/** The points that this fix reaches. */
export const reached = (points, fix) =>
  (fix.accuracy_m > POINT_ACCURACY_M ? [] : points.filter((point) => metres(fix, point) <= point.radius_m));
