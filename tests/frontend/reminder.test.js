/** Which reminder stands on the unit's phone, and when it goes. */
import assert from "node:assert/strict";
import test from "node:test";

import { reminderOf } from "shushan/unit/reminder";

const START = "2026-11-27T09:00:00+08:00";
const DUE = "2026-11-27T09:05:00+08:00";
const A5 = { id: 5, code: "A5", part: "", started_at: START, due_at: DUE, stopped_at: null, paused_at: null };
const reminded = (id, data = {}) => ({ id, verb: "incident.reminded", data: { code: "A5", part: "", deadline: 5, number: 1, ...data } });
const step = (id, verb, assignment = 9) => ({ id, verb: `incident.${verb}`, data: { assignment } });

/** What the phone knows; `story` is given oldest first, as it happened. */
const stands = (story, { deadlines = [A5], kind = "squad" } = {}) =>
  reminderOf({ assignment: { id: 9 }, unit: { kind }, incident: { deadlines }, story: [...story].reverse() });

test("a reminder stands until the unit takes its next step", () => {
  assert.deepEqual(stands([reminded(1)]), { id: 1, code: "A5", number: 1, due: Date.parse(DUE) });
  assert.equal(stands([reminded(1), step(2, "unit_accepted")]), null);
  assert.equal(stands([reminded(1), step(2, "unit_accepted"), reminded(3, { number: 2 })]).number, 2);
});

test("another unit's step ends nothing", () => {
  assert.equal(stands([reminded(1), step(2, "arrived", 8)]).id, 1);
});

test("what was kept or paused meanwhile is not shown", () => {
  assert.equal(stands([reminded(1)], { deadlines: [{ ...A5, stopped_at: DUE }] }), null);
  assert.equal(stands([reminded(1)], { deadlines: [{ ...A5, paused_at: DUE }] }), null);
});

test("a unit is reminded of its own promises, not of another force's or of the seat's", () => {
  const fire = { ...A5, id: 6, code: "S15", part: "fire" };
  const later = { ...A5, id: 7, code: "F24" };
  const ofFire = reminded(1, { code: "S15", part: "fire", deadline: 6 });
  assert.equal(stands([ofFire], { deadlines: [fire] }), null);
  assert.equal(stands([ofFire], { deadlines: [fire], kind: "fire" }).code, "S15");
  assert.equal(stands([reminded(1, { code: "F24", deadline: 7 })], { deadlines: [later] }), null);
});

test("without an order nothing stands", () => {
  assert.equal(reminderOf({ assignment: null, incident: null, unit: { kind: "squad" }, story: [] }), null);
});
