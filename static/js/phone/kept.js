/** What a phone keeps over a reload besides what it has to send: drafts with photos, the last answer, a running patrol. */

const open = (name) =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

const done = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

const committed = (asked) => new Promise((resolve, reject) => {
  asked.transaction.oncomplete = resolve;
  asked.transaction.onabort = () => reject(asked.error);
});

/** `await kept.get(key)`, `kept.set(key, value)`, `kept.drop(key)`; a full or closed store costs the keeping, not the work. */
export class Kept {
  constructor(name) {
    this.base = open(name);
  }

  async #store(mode) {
    return (await this.base).transaction("kept", mode).objectStore("kept");
  }

  get = async (key) => done((await this.#store("readonly")).get(key)).catch(() => undefined);
  set = async (key, value) => committed((await this.#store("readwrite")).put(value, key)).catch(() => {});
  drop = async (key) => done((await this.#store("readwrite")).delete(key)).catch(() => {});
}
