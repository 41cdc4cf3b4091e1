/**
 * The live link of a page: one WebSocket that heals itself.
 *
 *   const link = new LiveLink({
 *     snapshot: ({signal}) => getJSON("/api/v1/console/", {signal, background: true}),  // truth as of now
 *     load: (data) => …,                // take the snapshot
 *     change: (message) => …,           // {subject, id, rev, verb, shape}; Store.apply() knows whether it is newer
 *     positions: (units) => …,          // optional
 *   });
 *   link.addEventListener("state", ({detail}) => …);   // {state, age, age_s}
 *   link.start();
 *
 * States: connecting → live ⇄ reconnecting; signed-out and stopped are final. Order of things on every connection:
 * hello, then the snapshot, then what changed while it was on its way, then what changes from now on.
 */

import { liveUrl } from "shushan/page";
import { serverTime } from "shushan/servertime";

export const SILENCE_MS = 4500; // more than two heartbeats; with the watch below, shown within 5 s
const WATCH_MS = 250;
const LONGEST_WAIT_MS = 8000;
const SNAPSHOT_MS = 15_000;
const POLL_MS = 10_000;
const AMBER_S = 10;
const RED_S = 30;
const MOST_BUFFERED = 20_000;

/** How long to wait before try number `tries` (0, 1, 2 …), in ms: doubling, half of it by chance, at most 8 s. */
export function backOff(tries, chance = Math.random()) {
  const full = Math.min(LONGEST_WAIT_MS, 500 * 2 ** tries);
  return Math.round(full * (0.5 + chance / 2));
}

/** How old data looks: fresh, amber (10 s), red (30 s). */
export function ageLevel(seconds) {
  if (seconds >= RED_S) return "red";
  return seconds >= AMBER_S ? "amber" : "fresh";
}

const report = (error) => (globalThis.reportError ?? console.error)(error);

export class LiveLink extends EventTarget {
  constructor({ snapshot, load, change, positions = () => {}, other = () => {}, url, make, time, tick, chance }) {
    super();
    Object.assign(this, { snapshot, load, change, positions, other });
    this.url = url ?? (() => liveUrl());
    this.make = make ?? ((address) => new WebSocket(address));
    this.time = time ?? serverTime;
    this.tick = tick ?? (() => performance.now());
    this.chance = chance ?? Math.random;
    this.state = "stopped";
    this.socket = null;
    this.tries = 0;
    this.buffer = null; // a list while a snapshot is on its way
    this.heardAt = this.freshAt = this.tick();
    this.onVisible = () => this.#visible();
    this.onOnline = () => this.#again(0);
  }

  start() {
    if (this.state !== "stopped") return this;
    this.freshAt = this.tick();
    this.#become("connecting");
    this.watch = setInterval(() => this.#look(), WATCH_MS);
    globalThis.document?.addEventListener("visibilitychange", this.onVisible);
    globalThis.addEventListener?.("online", this.onOnline);
    this.#connect();
    return this;
  }

  stop(state = "stopped") {
    clearInterval(this.watch);
    clearTimeout(this.waiting);
    globalThis.document?.removeEventListener("visibilitychange", this.onVisible);
    globalThis.removeEventListener?.("online", this.onOnline);
    this.#drop();
    this.#become(state);
  }

  /** Seconds since the page was last known to be in step with the server. */
  age() {
    return Math.max(0, (this.tick() - this.freshAt) / 1000);
  }

  #connect() {
    this.#drop();
    this.heardAt = this.tick();
    this.greeted = false;
    let socket;
    try {
      socket = this.make(typeof this.url === "function" ? this.url() : this.url);
    } catch {
      return this.#again();
    }
    this.socket = socket;
    socket.onmessage = ({ data }) => socket === this.socket && this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (socket !== this.socket) return;
      if (code === 4401 || code === 4403) return this.stop("signed-out");
      if (!this.greeted) this.#poll();
      this.#again();
    };
    socket.onerror = () => {};
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    this.buffer = null;
    this.asking?.abort();
    this.asking = null;
    clearTimeout(this.resyncing);
    this.resyncing = null;
    try {
      socket?.close();
    } catch {
      // a socket that never opened may refuse; it is forgotten all the same
    }
  }

  #hear(message) {
    this.heardAt = this.tick();
    if (message.now) this.time.observe(message.now);
    if (this.state === "live" && !this.resyncing && this.buffer === null) this.freshAt = this.heardAt;
    switch (message.type) {
      case "hello":
        this.greeted = true;
        return this.#ask();
      case "beat":
        return undefined;
      case "change":
        return this.#take(message);
      case "batch":
        return message.items.forEach((item) => this.#hear(item));
      case "positions":
        return this.state === "live" ? this.positions(message.units) : undefined;
      case "resync":
      case "lagging":
        return this.#resync();
      default:
        return this.other(message);
    }
  }

  #take(message) {
    if (this.buffer === null) {
      if (this.state === "live") this.#tell(message);
      return;
    }
    this.buffer.push(message);
    // A flood while a snapshot is slow: forget it and ask once more, rather than fill the memory.
    if (this.buffer.length > MOST_BUFFERED) this.#ask();
  }

  /** Many pages hear "resync" at the same moment; half a second of chance spreads their questions. */
  #resync() {
    if (this.resyncing) return;
    this.resyncing = setTimeout(() => {
      this.resyncing = null;
      this.#ask();
    }, 500 * this.chance());
  }

  async #ask() {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.buffer = [];
    const patience = setTimeout(() => asking === this.asking && this.#again(), SNAPSHOT_MS);
    let data;
    try {
      data = await this.snapshot({ signal: asking.signal });
    } catch (error) {
      if (asking !== this.asking) return; // superseded, or the link was dropped
      if (error?.status === 401 || error?.status === 403) return this.stop("signed-out");
      return this.#again();
    } finally {
      clearTimeout(patience);
    }
    if (asking !== this.asking) return;
    this.asking = null;
    const since = this.buffer;
    this.buffer = null;
    try {
      this.load(data);
    } catch (error) {
      report(error);
      return this.#again();
    }
    this.tries = 0;
    this.freshAt = this.tick();
    this.#become("live");
    since.forEach((message) => this.#tell(message));
  }

  /** A change that cannot be drawn must not take along those that come after it. */
  #tell(message) {
    try {
      this.change(message);
    } catch (error) {
      report(error);
    }
  }

  /**
   * The socket is refused. Either nobody is signed in any more, which HTTP tells and a socket cannot; or only the
   * socket server is away: then the page keeps itself up to date by asking now and then.
   */
  async #poll() {
    if (this.tick() - (this.polledAt ?? -Infinity) < POLL_MS) return;
    this.polledAt = this.tick();
    try {
      const data = await this.snapshot({});
      if (this.state === "live" || this.state === "stopped" || this.asking) return;
      this.load(data);
      this.freshAt = this.tick();
    } catch (error) {
      if ((error?.status === 401 || error?.status === 403) && !this.greeted) this.stop("signed-out");
    }
  }

  #again(wait = backOff(this.tries++, this.chance())) {
    if (this.state === "stopped" || this.state === "signed-out") return;
    if (wait === 0 && this.state === "live") return;
    this.#drop();
    if (this.state === "live") this.#become("reconnecting");
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#connect(), wait);
  }

  #look() {
    const silent = this.tick() - this.heardAt;
    if (this.socket && silent > SILENCE_MS) this.#again();
    // A first connection that does not come is as lost as one that broke.
    if (this.state === "connecting" && this.age() * 1000 > SILENCE_MS) this.#become("reconnecting");
    this.#become(this.state);
  }

  /** A frozen page wakes with messages still in its queue: they are heard first, then the silence is judged. */
  #visible() {
    if (globalThis.document.hidden) return;
    this.heardAt = Math.max(this.heardAt, this.tick() - SILENCE_MS + 2 * WATCH_MS);
    if (this.state === "reconnecting" && !this.socket) this.#again(0);
  }

  #become(state) {
    const age_s = this.age();
    const age = ageLevel(age_s);
    if (state === this.state && age === this.shownAge) return;
    const before = this.state;
    this.state = state;
    this.shownAge = age;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, before, age, age_s } }));
  }
}
