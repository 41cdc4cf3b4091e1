/**
 * What the phone has to say and could not say yet: kept in IndexedDB, sent in order, each thing once.
 *
 * `outbox.put({path, fields, photo, order})` keeps a step; it is sent as soon as the server is reached. The server
 * answers a repeated step as it stands, so a step whose answer was lost is simply sent again.
 */

import { post, Problem } from "shushan/http";

const RETRY_MS = 3000;
const LATER = new Set([0, 401, 408, 425, 429, 500, 502, 503, 504]);

export class Outbox extends EventTarget {
  constructor(name = "ssw-unit") {
    super();
    this.waiting = [];
    this.ready = open(name).then(async (base) => {
      this.base = base;
      this.waiting = await all(base);
      this.#said();
      this.flush();
    });
    globalThis.addEventListener("online", () => this.flush());
    setInterval(() => this.flush(), RETRY_MS);
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
    item.key = await write(this.base, item);
    this.waiting.push(item);
    this.#said();
    return this.flush();
  }

  /** Send what waits, in order; one at a time. */
  async flush() {
    if (this.busy || !this.waiting.length) return;
    this.busy = true;
    try {
      while (this.waiting.length) {
        const item = this.waiting[0];
        try {
          const answer = await post(item.path, body(item));
          await this.#done(item);
          this.dispatchEvent(new CustomEvent("sent", { detail: { item, answer } }));
        } catch (problem) {
          if (!(problem instanceof Problem)) throw problem;
          if (LATER.has(problem.status)) {
            this.dispatchEvent(new CustomEvent("later", { detail: { item, problem } }));
            return;
          }
          await this.#done(item);
          this.dispatchEvent(new CustomEvent("refused", { detail: { item, problem } }));
        }
      }
    } finally {
      this.busy = false;
      this.#said();
    }
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

function body({ fields, photo }) {
  if (!photo) return fields;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined) form.append(name, value);
  form.append("photo", photo, "photo.jpg");
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
const remove = (base, key) => done(store(base, "readwrite").delete(key));
const all = async (base) => {
  const [items, keys] = await Promise.all([done(store(base, "readonly").getAll()), done(store(base, "readonly").getAllKeys())]);
  return items.map((item, index) => ({ ...item, key: keys[index] }));
};
