/** The badge of 110 transfers in the console's bar: how many wait, how long the nearest has, and a line that is cut. */

import { clockState, spanText } from "shushan/clock";
import { put } from "shushan/cockpit/dom";
import { ready, ring } from "shushan/cockpit/sound";
import { get } from "shushan/http";
import { serverNow } from "shushan/servertime";
import { clockTime, fill, n_, _ } from "shushan/words";

const WAITING = "/api/v1/transfers/?status=offered&page_size=100";

export class Transfers {
  constructor(link, { may }) {
    Object.assign(this, { link, on: may.has("dispatch.view_transfer"), waiting: new Map(), line: null });
    if (this.on) setInterval(() => this.draw(), 1000);
  }

  /** With every snapshot: what waits now, and how the line stands. */
  async load() {
    if (!this.on) return;
    try {
      const [{ results }, line] = await Promise.all([get(WAITING, { background: true }), get("/api/v1/police/line/", { background: true })]);
      this.waiting = new Map(results.map((transfer) => [transfer.id, transfer]));
      this.line = line;
      this.draw();
    } catch {
      // the link state tells when the server is away; the next snapshot asks again
    }
  }

  heard({ subject, shape }) {
    if (!this.on || !shape) return;
    if (subject === "policelink") this.line = shape;
    else if (subject === "policetransfer" && shape.status === "offered") {
      if (!this.waiting.has(shape.id) && ready()) ring(2);
      this.waiting.set(shape.id, shape);
    } else if (subject === "policetransfer") this.waiting.delete(shape.id);
    else return;
    this.draw();
  }

  draw() {
    const [first] = [...this.waiting.values()].sort((a, b) => Date.parse(a.accept_deadline) - Date.parse(b.accept_deadline));
    const cut = this.line?.on && this.line.down_since;
    this.link.hidden = !first && !cut;
    if (this.link.hidden) return;
    const said = [];
    if (first) {
      const n = this.waiting.size;
      const { state, seconds } = clockState({ started_at: first.offered_at, due_at: first.accept_deadline }, serverNow());
      said.push(fill(n_("110: %(n)s waits", "110: %(n)s wait", n), { n }), state === "missed" ? _("overdue") : spanText(seconds, true));
      this.link.dataset.state = state;
    } else this.link.dataset.state = "missed";
    if (cut) said.push(fill(_("police line cut since %(at)s"), { at: clockTime(cut, { seconds: false }) }));
    put(this.link, said.join(" · "));
  }
}
