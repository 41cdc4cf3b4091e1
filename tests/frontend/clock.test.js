/** What a running promise says, and when its colour turns. */
import assert from "node:assert/strict";
import test from "node:test";

import { clockState, clockText, spanText } from "shushan/clock";

const START = Date.parse("2025-03-09T09:00:00+08:00");
const at = (seconds) => new Date(START + seconds * 1000).toISOString();
const arrival = (more = {}) => ({ code: "A5", started_at: at(0), due_at: at(300), ...more });
const stateAt = (deadline, seconds) => clockState(deadline, START + seconds * 1000);

test("a promise runs green, turns amber with a third left, and is missed when it falls due", () => {
  for (const [seconds, state] of [[0, "ok"], [199, "ok"], [200, "ok"], [201, "due"], [299, "due"], [300, "missed"], [400, "missed"]]) {
    assert.equal(stateAt(arrival(), seconds).state, state, `after ${seconds} s`);
  }
});

test("what is left and what is over is counted by the second", () => {
  assert.equal(clockText(stateAt(arrival(), 0)), "5:00 left");
  assert.equal(clockText(stateAt(arrival(), 299.2)), "0:01 left");
  assert.equal(clockText(stateAt(arrival(), 372.9)), "over by 1:12");
});

test("a kept promise shows how long it took, a broken one how late it was", () => {
  assert.equal(clockText(stateAt(arrival({ met_at: at(272) }), 9999)), "kept in 4:32");
  assert.equal(clockText(stateAt(arrival({ missed_at: at(300), stopped_at: at(420) }), 9999)), "late by 2:00");
});

test("a paused promise keeps what was left", () => {
  assert.equal(clockText(stateAt(arrival({ paused_at: at(100) }), 5000)), "paused, 3:20 left");
});

test("the bar shrinks from full to empty", () => {
  assert.equal(stateAt(arrival(), -5).part, 1);
  assert.equal(stateAt(arrival(), 150).part, 0.5);
  assert.equal(stateAt(arrival(), 301).part, 0);
});

test("long spans are told in hours and days", () => {
  assert.equal(spanText(59.9), "0:59");
  assert.equal(spanText(3675), "1:01:15");
  assert.equal(spanText(86400 + 3600), "1 d 01:00");
});
