/** What a page knows: a push counts only when it is newer. */
import assert from "node:assert/strict";
import test from "node:test";

import { Store } from "shushan/store";

const change = (id, rev, status = "reported") => ({ subject: "incident", id, rev, shape: { id, rev, status } });

test("an older push never overwrites a newer one", () => {
  const store = new Store();
  assert.equal(store.apply(change(1, 12, "handling")), true);
  assert.equal(store.apply(change(1, 11, "dispatched")), false);
  assert.equal(store.apply(change(1, 12, "dispatched")), false);
  assert.equal(store.get("incident", 1).status, "handling");
});

test("what was removed is not brought back by a late push", () => {
  const store = new Store();
  store.apply(change(1, 5));
  store.apply({ subject: "incident", id: 1, rev: 9, shape: null });
  assert.equal(store.apply(change(1, 7)), false);
  assert.deepEqual(store.all("incident"), []);
});

test("a snapshot removes what it lacks, but not what changed after it was taken", () => {
  const store = new Store();
  store.apply(change(1, 5));
  store.apply(change(2, 30));
  const drawn = store.load("incident", [change(3, 8).shape], 20);
  assert.deepEqual(drawn, { changed: [3], removed: [1] });
  assert.deepEqual(store.all("incident").map((shape) => shape.id).sort(), [2, 3]);
});

test("a snapshot of one kind leaves the other kinds alone", () => {
  const store = new Store();
  store.apply({ subject: "unit", id: 1, rev: 1, shape: { id: 1 } });
  store.load("incident", [], 99);
  assert.equal(store.all("unit").length, 1);
});

test("pushes in any order end in the same state as the snapshot", () => {
  const changes = Array.from({ length: 60 }, (_, n) => change(n % 7, n + 1, `step ${n}`));
  const straight = new Store();
  changes.forEach((item) => straight.apply(item));
  const mixed = new Store();
  [...changes].sort((a, b) => Math.sin(a.rev * 99) - Math.sin(b.rev * 99)).forEach((item) => mixed.apply(item));
  const state = (store) => store.all("incident").sort((a, b) => a.id - b.id);
  assert.deepEqual(state(mixed), state(straight));
});
