/**
 * What the phone has to say and could not say yet: kept in IndexedDB, sent in order, each thing once.
 *
 * `outbox.put({path, fields, photo, files, stamp, order})` keeps a step; it is sent as soon as the server is reached.
 * The server answers a repeated step as it stands, so a step whose answer was lost is simply sent again. `stamp` names a
 * field that is filled with the phone's time at the moment of sending. With `keepRefused` a step that the server
 * refuses stays, with its words, until somebody sends it again or throws it away. `answered(item, answer)` is waited for
 * before the next step goes.
 */

import { post, Problem } from "shushan/http";

const RETRY_MS = 3000;
const LONGEST_MS = 60_000;
const LATER = new Set([0, 401, 408, 425, 429, 500, 502, 503, 504]);

export class Outbox extends EventTarget {
  constructor(name = "ssw-unit", { keepRefused = false, answered = null } = {}) {
    super();
    this.name = name;
    this.keepRefused = keepRefused;
    this.answered = answered;
    this.waiting = [];
    this.refused = [];
    this.wait = RETRY_MS;
    this.ready = open(name).then(async (base) => {
      this.base = base;
      await this.#read();
      this.flush();
    });
    globalThis.addEventListener("online", () => this.hurry());
    this.#again();
  }

  /** How many steps wait. */
  get count() {
    return this.waiting.length;
  }

  /** Whether a step of this kind waits for this order. */
  holds(order, step) {
    return this.waiting.some((item) => item.order === order && item.step === step);
  }

  async put(item) {
    await this.ready;
    await write(this.base, item);
    await this.#read();
    return this.hurry();
  }

  /** Try now: there is a network again, or something new to say. */
  hurry() {
    this.wait = RETRY_MS;
    return this.flush();
  }

  /** Send a refused step again, or throw it away. */
  async retry(key) {
    const item = this.refused.find((one) => one.key === key);
    if (!item) return;
    await rewrite(this.base, { ...item, refusal: null }, key);
    await this.#read();
    await this.hurry();
  }

  async discard(key) {
    await remove(this.base, key);
    await this.#read();
  }

  /** Throw away what is kept of an order. */
  async forget(order) {
    await this.#each(order, ({ key }) => remove(this.base, key));
  }

  /** What is kept of one order belongs to another: its address follows. */
  async move(from, to) {
    await this.#each(from, ({ key, ...item }) => rewrite(this.base, { ...item, path: item.path.replace(from, to), order: item.order === from ? to : item.order }, key));
  }

  async #each(order, work) {
    await this.ready;
    const about = (item) => item.order === order || item.path.includes(order);
    for (const item of [...this.refused, ...this.waiting]) if (about(item)) await work(item);
    await this.#read();
  }

  /** Send what waits, in order; one at a time, also where the page is open twice. */
  async flush() {
    if (this.busy || !this.waiting.length) return;
    this.busy = true;
    try {
      const { locks } = globalThis.navigator ?? {};
      if (locks) await locks.request(this.name, { ifAvailable: true }, (lock) => lock && this.#send(true));
      else await this.#send(false);
    } finally {
      this.busy = false;
      this.#said();
    }
  }

  async #send(again) {
    if (again) await this.#read();
    while (this.waiting.length) {
      const item = this.waiting[0];
      try {
        const answer = await post(item.path, body(item));
        this.wait = RETRY_MS;
        await this.answered?.(item, answer);
        await this.#done(item);
        this.dispatchEvent(new CustomEvent("sent", { detail: { item, answer } }));
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (LATER.has(problem.status)) {
          this.wait = Math.min(this.wait * 2, LONGEST_MS);
          this.dispatchEvent(new CustomEvent("later", { detail: { item, problem } }));
          return;
        }
        if (this.keepRefused) {
          await rewrite(this.base, { ...item, refusal: problem.errors[0]?.message ?? problem.message }, item.key);
          await this.#read();
        } else await this.#done(item);
        this.dispatchEvent(new CustomEvent("refused", { detail: { item, problem } }));
      }
    }
  }

  #again() {
    setTimeout(async () => {
      await this.flush().catch(() => {});
      this.#again();
    }, this.wait);
  }

  async #read() {
    const items = await all(this.base);
    this.waiting = items.filter((item) => !item.refusal);
    this.refused = items.filter((item) => item.refusal);
    this.#said();
  }

  async #done(item) {
    this.waiting.shift();
    await remove(this.base, item.key);
    this.#said();
  }

  #said() {
    this.dispatchEvent(new CustomEvent("count", { detail: this.count }));
  }
}

function body({ fields: given, photo, files, stamp }) {
  const fields = stamp ? { ...given, [stamp]: new Date().toISOString() } : given;
  if (!photo && !files) return fields;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined) form.append(name, value);
  if (photo) form.append("photo", photo, "photo.jpg");
  for (const [name, blob] of Object.entries(files ?? {})) form.append(name, blob, `${name}.jpg`);
  return form;
}

const open = (name) =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("steps", { autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

const store = (base, mode) => base.transaction("steps", mode).objectStore("steps");
const done = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
const write = (base, item) => done(store(base, "readwrite").add(item));
const rewrite = (base, item, key) => done(store(base, "readwrite").put(item, key));
const remove = (base, key) => done(store(base, "readwrite").delete(key));
const all = async (base) => {
  const [items, keys] = await Promise.all([done(store(base, "readonly").getAll()), done(store(base, "readonly").getAllKeys())]);
  return items.map((item, index) => ({ ...item, key: keys[index] }));
};
