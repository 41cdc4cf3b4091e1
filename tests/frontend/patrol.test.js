/** What the phone counts along on a patrol, by the same conditions as the server. */
import assert from "node:assert/strict";
import test from "node:test";

import { adds, inside, reached } from "shushan/field/geometry";

const ring = [[120.23, 30.12], [120.235, 30.12], [120.235, 30.124], [120.23, 30.124], [120.23, 30.12]];
const hole = [[120.231, 30.121], [120.232, 30.121], [120.232, 30.122], [120.231, 30.122], [120.231, 30.121]];
const grid = { type: "Polygon", coordinates: [ring, hole] };
const fix = (second, lon = 120.233, lat = 30.123, accuracy_m = 8) => ({ lon, lat, accuracy_m, fix_at: new Date(1_764_000_000_000 + second * 1000).toISOString() });

test("a place is inside the outline and not in its holes, of one polygon or of many", () => {
  assert.equal(inside(grid, fix(0)), true);
  assert.equal(inside(grid, { lon: 120.2315, lat: 30.1215 }), false);
  assert.equal(inside(grid, { lon: 120.236, lat: 30.123 }), false);
  assert.equal(inside({ type: "MultiPolygon", coordinates: [[[...hole]], [ring]] }, fix(0)), true);
});

test("minutes are the gaps of at most 30 s between fixes inside, as the server counts them", () => {
  assert.equal(adds(grid, null, fix(0)), 0);
  assert.equal(adds(grid, fix(0), fix(30)), 30);
  assert.equal(adds(grid, fix(0), fix(31)), 0);
  assert.equal(adds(grid, fix(0), fix(10, 120.24)), 0);
  assert.equal(adds(grid, fix(10), fix(0)), 0);
  assert.equal(adds(grid, fix(0, 120.233, 30.123, 150), fix(5)), 0);
});

test("a point is reached within its radius by a fix accurate to 30 m", () => {
  const point = { id: 1, lon: 120.2331, lat: 30.123, radius_m: 30 };
  assert.deepEqual(reached([point], fix(0)), [point]);
  assert.deepEqual(reached([point], fix(0, 120.2335)), []);
  assert.deepEqual(reached([point], fix(0, 120.233, 30.123, 31)), []);
});
