/** What a phone has seen of a visit that the centre knew already, begun on a colleague's phone. */
import assert from "node:assert/strict";
import test from "node:test";

import { groupsOf, joined, newDraft } from "shushan/inspect/draft";

const item = (id, code, phases = []) => ({ id, code, phases });
const LIST = { id: 1, groups: [{ code: "01", items: [item(1, "0101"), item(2, "0102", ["EW"])] }] };
const SITE = { id: 7, name: "一号地块", findings: [] };
const CREW = [{ id: 5, name: "陈检查" }, { id: 6, name: "林检查" }];
const SHEET = {
  uuid: "known", site: 7, list: LIST, phase: "ST", kind: "random", conduct_code: "A1", started_at: "2026-11-27T09:00:00+08:00",
  inspectors: CREW, needs: [], photos: [{ uuid: "p1", item: 1, when: "before" }],
  results: [{ item: 1, result: "fails", serious: false, note: "", at: "2026-11-27T09:05:00+08:00" }],
};

test("what was seen here goes into the sheet that the centre knows", () => {
  const draft = newDraft({
    uuid: "own", site: SITE, list: LIST, phase: "EW", people: CREW, code: "B2", qr: "data:", step: "sign", note: "雨后",
    results: { 1: { result: "ok" }, 2: { result: "ok" } }, photos: [{ uuid: "p2", item: 2, when: "before" }],
    signatures: [{ uuid: "s1", role: "inspector", user: 5 }],
  });
  const one = joined(draft, SHEET);
  assert.deepEqual([one.uuid, one.phase, one.code, one.qr], ["known", "ST", "A1", ""]);
  assert.equal(one.results[1].result, "ok");
  assert.deepEqual(one.photos.map(({ uuid }) => uuid), ["p1", "p2"]);
  assert.deepEqual([one.step, one.note, one.signatures.length], ["sign", "雨后", 1]);
  assert.deepEqual(groupsOf(one).flatMap(({ items }) => items.map(({ code }) => code)), ["0101"]);
});
