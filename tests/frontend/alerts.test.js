/** Where a truck was at an instant, when its body was up, and where nothing may be drawn. */
import assert from "node:assert/strict";
import test from "node:test";

import { bands, indexAt, legs, stateAt, ticks } from "shushan/alerts/time";
import { waits } from "shushan/cockpit/alerts";

const track = {
  t: [0, 30, 60, 2000, 2030], lon: [120, 120.001, 120.002, 120.01, 120.01], lat: [30, 30, 30, 30, 30],
  heading: [0, 0, 0, 45, 45], speed: [10, 20, 30, 0, 0], load: [3, 3, 1, 1, 1], lift: [1, 2, 2, 1, 1], cover: [1, 1, 1, 1, 1],
};

test("the fix in force is the last one before the instant", () => {
  assert.deepEqual([-1, 0, 29, 30, 9999].map((at) => indexAt(track.t, at)), [-1, 0, 0, 1, 4]);
});

test("between two fixes the truck is on the line, its sensors as last heard", () => {
  const state = stateAt(track, 15);
  assert.ok(Math.abs(state.lon - 120.0005) < 1e-9);
  assert.deepEqual([state.speed, state.load, state.lift, Math.round(state.heading)], [15, 3, 1, 90]);
});

test("in a silence it stays where it was last heard and has no speed", () => {
  const state = stateAt(track, 1000);
  assert.deepEqual([state.lon, state.speed, state.silent], [120.002, null, true]);
  assert.equal(stateAt({ ...track, t: [] }, 5), null);
});

test("no line and no band runs through a silence", () => {
  assert.deepEqual(legs(track.t), [[0, 2], [3, 4]]);
  assert.deepEqual(bands(track.t, track.lift, 2), [[30, 60]]);
  assert.deepEqual(bands(track.t, track.load, 3), [[0, 60]]);
});

test("the axis has whole steps", () => {
  assert.deepEqual(ticks(10, 3700, 5), [900, 1800, 2700, 3600]);
});

test("an alert that was found long after calls nobody to the screens", () => {
  const alert = (status, late) => ({ status, late });
  assert.deepEqual(["new", "judging", "confirmed", "false", "merged"].map((status) => waits(alert(status, false))), [true, true, false, false, false]);
  assert.ok(!waits(alert("new", true)));
});
