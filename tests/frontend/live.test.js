/** The live link: snapshot, then what is newer; silence is noticed; it heals by itself. */
import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { ageLevel, backOff, LiveLink } from "shushan/live";
import { liveUrl } from "shushan/page";
import { ServerTime } from "shushan/servertime";

globalThis.reportError ??= (error) => console.error(error);

/** A page with a link whose sockets, clock and snapshots the test holds in its hands. */
function page() {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const world = { now: 0, sockets: [], asked: [], heard: [], states: [] };
  world.pass = (ms) => {
    for (let left = ms; left > 0; left -= 50) {
      world.now += Math.min(50, left);
      mock.timers.tick(Math.min(50, left));
    }
  };
  world.settle = async () => {
    for (let n = 0; n < 10; n += 1) await Promise.resolve();
  };
  const link = new LiveLink({
    url: "ws://street/ws/live/",
    make: () => {
      const socket = { close() { this.closed = true; } };
      world.sockets.push(socket);
      return socket;
    },
    snapshot: ({ signal }) =>
      new Promise((resolve, reject) => {
        world.asked.push({ resolve, reject });
        signal?.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    load: (data) => world.heard.push(["snapshot", data]),
    change: (message) => world.heard.push(["change", message.rev]),
    time: new ServerTime(() => world.now),
    tick: () => world.now,
    chance: () => 0.5,
  });
  link.addEventListener("state", ({ detail }) => world.states.push(detail.state));
  world.link = link;
  world.say = (message, socket = world.sockets.at(-1)) => socket.onmessage({ data: JSON.stringify(message) });
  world.end = () => {
    link.stop();
    mock.timers.reset();
  };
  return world;
}

async function live(world) {
  world.link.start();
  world.say({ type: "hello", rev: 1, now: "2025-03-09T09:00:00Z", beat_s: 2 });
  world.asked.at(-1).resolve("now");
  await world.settle();
}

test("a page asks for the truth first and then takes what changed meanwhile", async () => {
  const world = page();
  world.link.start();
  world.say({ type: "hello", rev: 40, now: "2025-03-09T09:00:00Z" });
  world.say({ type: "change", rev: 41 });
  assert.deepEqual(world.heard, []);
  world.asked[0].resolve("as of 41");
  await world.settle();
  world.say({ type: "change", rev: 42 });
  assert.deepEqual(world.heard, [["snapshot", "as of 41"], ["change", 41], ["change", 42]]);
  assert.equal(world.link.state, "live");
  world.end();
});

test("silence shows within five seconds and heals without a reload", async () => {
  const world = page();
  await live(world);
  world.pass(4500);
  assert.equal(world.link.state, "live");
  world.pass(500);
  assert.equal(world.link.state, "reconnecting");
  world.pass(1000);
  assert.equal(world.sockets.length, 2);
  world.say({ type: "hello", rev: 9, now: "2025-03-09T09:00:06Z" });
  world.asked.at(-1).resolve("healed");
  await world.settle();
  assert.equal(world.link.state, "live");
  assert.deepEqual(world.heard.at(-1), ["snapshot", "healed"]);
  world.end();
});

test("heartbeats alone keep a quiet night live", async () => {
  const world = page();
  await live(world);
  for (let n = 0; n < 60; n += 1) {
    world.pass(2000);
    world.say({ type: "beat", rev: 1, now: "2025-03-09T09:00:00Z" });
  }
  assert.deepEqual(world.states, ["connecting", "live"]);
  world.end();
});

test("a closed socket shows at once and what an old socket still says is ignored", async () => {
  const world = page();
  await live(world);
  const old = world.sockets[0];
  old.onclose({ code: 1006 });
  assert.equal(world.link.state, "reconnecting");
  world.say({ type: "change", rev: 99 }, old);
  assert.deepEqual(world.heard, [["snapshot", "now"]]);
  world.end();
});

test("resync takes one new snapshot however often it is said", async () => {
  const world = page();
  await live(world);
  world.say({ type: "resync" });
  world.say({ type: "lagging" });
  world.pass(600);
  assert.equal(world.asked.length, 2);
  world.end();
});

test("a snapshot that never comes is given up and tried again", async () => {
  const world = page();
  world.link.start();
  world.say({ type: "hello", rev: 1 });
  for (let n = 0; n < 8; n += 1) {
    world.pass(2000);
    world.say({ type: "beat", rev: 1 });
  }
  assert.equal(world.link.state, "reconnecting");
  world.pass(1000);
  assert.equal(world.sockets.length, 2);
  world.end();
});

test("a snapshot that cannot be taken is asked for again instead of standing still", async () => {
  const world = page();
  const told = mock.method(globalThis, "reportError", () => {}, { times: 1 });
  world.link.load = () => {
    throw new Error("half a snapshot");
  };
  world.link.start();
  world.say({ type: "hello", rev: 1 });
  world.asked[0].resolve({});
  await world.settle();
  world.link.load = (data) => world.heard.push(["snapshot", data]);
  world.pass(1000);
  world.say({ type: "hello", rev: 1 });
  world.asked[1].resolve("whole");
  await world.settle();
  assert.equal(world.link.state, "live");
  assert.deepEqual(world.heard, [["snapshot", "whole"]]);
  assert.equal(told.mock.callCount(), 1);
  world.end();
});

test("a change that cannot be drawn does not take along those after it", async () => {
  const world = page();
  mock.method(globalThis, "reportError", () => {});
  await live(world);
  const { change } = world.link;
  world.link.change = (message) => {
    if (message.rev === 2) throw new Error("cannot be drawn");
    change(message);
  };
  world.say({ type: "resync" });
  world.pass(600);
  for (const rev of [2, 3]) world.say({ type: "change", rev });
  world.asked.at(-1).resolve("again");
  await world.settle();
  world.say({ type: "batch", items: [{ type: "change", rev: 2 }, { type: "change", rev: 4 }] });
  assert.deepEqual(world.heard.slice(1), [["snapshot", "again"], ["change", 3], ["change", 4]]);
  world.end();
});

test("who is signed out is told so and nothing is tried for ever", async () => {
  const world = page();
  world.link.start();
  world.sockets[0].onclose({ code: 1006 });
  world.asked[0].reject({ status: 401 });
  await world.settle();
  assert.equal(world.link.state, "signed-out");
  world.pass(60_000);
  assert.equal(world.sockets.length, 1);
  world.end();
});

test("with the socket server away the page still shows fresh data, and says so", async () => {
  const world = page();
  world.link.start();
  for (let n = 0; n < 5; n += 1) {
    world.sockets.at(-1).onclose({ code: 1006 });
    world.pass(9000);
  }
  world.asked.at(-1).resolve("by asking");
  await world.settle();
  assert.equal(world.link.state, "reconnecting");
  assert.deepEqual(world.heard, [["snapshot", "by asking"]]);
  assert.equal(world.link.age(), 0);
  world.end();
});

test("waiting doubles up to eight seconds, half of it by chance", () => {
  assert.equal(backOff(0, 0), 250);
  assert.equal(backOff(0, 1), 500);
  assert.equal(backOff(3, 1), 4000);
  assert.equal(backOff(30, 1), 8000);
});

test("data looks old after ten seconds and very old after thirty", () => {
  assert.deepEqual([0, 9.9, 10, 29, 30].map(ageLevel), ["fresh", "fresh", "amber", "amber", "red"]);
});

test("the server's clock is taken from the message that travelled fastest", () => {
  let tick = 1000;
  const time = new ServerTime(() => tick);
  time.observe("2025-03-09T09:00:00.000Z");
  tick = 3000;
  time.observe("2025-03-09T09:00:01.400Z"); // 600 ms late
  assert.equal(new Date(time.now()).toISOString(), "2025-03-09T09:00:02.000Z");
});

test("the socket's address comes from the settings, or from this host and the socket port", () => {
  const place = { protocol: "https:", hostname: "street.test", href: "https://street.test/console/" };
  assert.equal(liveUrl({ ws_port: 8001 }, place), "wss://street.test:8001/ws/live/");
  assert.equal(liveUrl({ ws_url: "/ws/live/" }, place), "wss://street.test/ws/live/");
  assert.equal(liveUrl({ ws_url: "wss://push.street.test/ws/live/" }, place), "wss://push.street.test/ws/live/");
});
