/** Asking the server: half an answer is none, and a question that nobody answers ends. */
import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { get, post, Problem } from "shushan/http";

globalThis.document ??= { cookie: "" };

/** A server that says what `answer({signal})` returns or throws. */
const serving = (answer) => mock.method(globalThis, "fetch", async (_url, options) => answer(options));
const silent = ({ signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const refused = async (asked) => {
  try {
    await asked;
  } catch (error) {
    return error;
  }
  return assert.fail("this was to be refused");
};

test.afterEach(() => {
  mock.restoreAll();
  mock.timers.reset();
});

test("an answer is its JSON, an empty one is an empty object, 204 is null", async () => {
  serving(() => new Response('{"rev": 7}'));
  assert.deepEqual(await get("/x/"), { rev: 7 });
  serving(() => new Response(""));
  assert.deepEqual(await get("/x/"), {});
  serving(() => new Response(null, { status: 204 }));
  assert.equal(await get("/x/"), null);
});

test("an answer that was cut off is no answer", async () => {
  serving(() => new Response('{"rev": 7, "incidents": [{"id"'));
  const problem = await refused(get("/api/v1/console/snapshot/"));
  assert.ok(problem instanceof Problem);
  assert.equal(problem.status, 0);
});

test("a refusal keeps its status and words, also when its body is no JSON", async () => {
  serving(() => new Response('{"detail": "太晚了", "code": "conflict"}', { status: 409 }));
  const told = await refused(post("/x/"));
  assert.deepEqual([told.status, told.message, told.extra.code], [409, "太晚了", "conflict"]);
  serving(() => new Response("<html>", { status: 502 }));
  assert.equal((await refused(get("/x/"))).status, 502);
});

test("what the page asks by itself is given up after fifteen seconds, so that it holds no connection for ever", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  serving(silent);
  const asked = refused(get("/api/v1/screen/pulse/", { background: true }));
  mock.timers.tick(14_999);
  const early = await Promise.race([asked, Promise.resolve("waits")]);
  assert.equal(early, "waits");
  mock.timers.tick(1);
  assert.equal((await asked).status, 0);
});

test("who takes a question back is told so and not that the server is away", async () => {
  serving(silent);
  const ending = new AbortController();
  const asked = refused(get("/x/", { signal: ending.signal }));
  ending.abort();
  assert.equal((await asked).name, "AbortError");
});
