/** Which forces were called to one case: their answer, their car, and who was called instead. */

import { arrange, el, put } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { serverNow } from "shushan/servertime";
import { clockTime, fill, named, _ } from "shushan/words";

const TONES = { accepted: "accent", arrived: "ok", refused: "missed", unanswered: "missed", requested: "due" };
const TRY_AGAIN_MS = 3000;

export class Forces {
  constructor(labels) {
    this.labels = labels;
    this.list = el("div");
    this.count = el("small");
    this.element = el("section", { class: "block", hidden: true }, el("h2", {}, _("Reinforcement"), this.count), this.list);
    this.rows = new Map();
    setInterval(() => !document.hidden && this.#tick(), 1000);
  }

  clear() {
    this.id = null;
    this.element.hidden = true;
    this.rows.clear();
    this.list.replaceChildren();
  }

  /** The incident as it is now; its calls are asked for anew when the story has grown. */
  set(incident) {
    const fresh = this.id !== incident.id || this.rev !== incident.rev;
    Object.assign(this, { id: incident.id, rev: incident.rev });
    if (!incident.reinforcement_requested_at) {
      this.element.hidden = true;
      return;
    }
    if (fresh) this.#fetch();
  }

  async #fetch() {
    const { id } = this;
    try {
      const calls = await get(`/api/v1/incidents/${id}/reinforcement/`, { background: true });
      if (this.id !== id) return;
      this.calls = calls;
      this.#draw();
    } catch {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.id === id && this.#fetch(), TRY_AGAIN_MS);
    }
  }

  #draw() {
    this.element.hidden = !this.calls.length;
    put(this.count, String(this.calls.length));
    arrange(this.list, [...this.calls].reverse().map((call) => this.#row(call)));
    this.#tick();
  }

  #row(call) {
    const followed = this.calls.find((each) => each.follows === call.id);
    const sign = JSON.stringify([call, followed?.id]);
    const held = this.rows.get(call.id);
    if (held?.sign === sign) return held.node;
    const { labels } = this;
    const times = [
      ["requested_at", _("called")], ["accepted_at", _("accepted")], ["departed_at", _("set off")], ["arrived_at", _("on scene")],
    ].filter(([column]) => call[column]);
    const left = el("span", { class: "muted small" });
    const node = el(
      "div",
      { class: "order force", data: { id: call.id, ended: String(Boolean(call.ended_at)) } },
      el(
        "div",
        { class: "order-top" },
        el("b", {}, call.department ? named(call.department) : labels.forces[call.force] ?? call.force),
        call.unit ? el("span", { class: "muted small" }, call.unit) : null,
        el("span", { class: `tag tag-${TONES[call.status] ?? ""}` }, labels.calls[call.status] ?? call.status),
      ),
      el("div", { class: "order-times" }, times.map(([column, word]) => el("span", {}, `${word} ${clockTime(call[column])}`)), left),
      call.refusal || call.reason ? el("p", { class: "story-note" }, call.refusal || call.reason) : null,
      followed ? el("p", { class: "muted small" }, fill(_("instead: %(force)s"), { force: labels.forces[followed.force] ?? followed.force })) : null,
    );
    this.rows.set(call.id, { sign, node, left, call });
    return node;
  }

  /** How long a force that has not answered may still take. */
  #tick() {
    for (const { call, left } of this.rows.values()) {
      const open = call.status === "requested" && call.answer_by && !call.passed_at;
      const seconds = open ? Math.ceil((Date.parse(call.answer_by) - serverNow()) / 1000) : 0;
      put(left, open && seconds > 0 ? fill(_("next force in %(n)s s without an answer"), { n: seconds }) : "");
    }
  }
}
