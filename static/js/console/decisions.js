/** Which cases wait for the dispatcher's word on more time: asked for once on every connection, and when one changes. */

import { get } from "shushan/http";

const AGAIN_MS = 300;
const CHANGES = /^incident\.time_/;

export class Decisions {
  /** `changed` is called when the list differs. Who may not decide is asked nothing. */
  constructor({ may, changed }) {
    this.wanted = may.has("incidents.suspend_incident");
    this.changed = changed;
    this.incidents = [];
  }

  /** A push came: was it about a request for time? */
  heard({ verb }) {
    if (CHANGES.test(verb ?? "")) this.load();
  }

  load() {
    if (!this.wanted) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#ask(), AGAIN_MS);
  }

  async #ask() {
    try {
      const { results } = await get("/api/v1/incidents/?live=true&time_request=endorsed&page_size=100", { background: true });
      this.incidents = results.sort((a, b) => a.id - b.id);
      this.changed();
    } catch {
      // the link state tells when the server is away; the next connection asks again
    }
  }
}
