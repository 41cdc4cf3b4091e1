/** Who was sent and who could go: orders with their times, candidates with the sentence that explains them. */

import { arrange, el, put } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { clockTime, fill, named, _ } from "shushan/words";

const WAITS = new Set(["pending_dispatch", "returned"]);
const MOVING = new Set(["dispatched", "handling", "rework"]);
const EVERY_MS = 5000;

/** The orders of one case, the newest first; those that ended are paler. */
export class Orders {
  constructor(labels, recall) {
    Object.assign(this, { labels, recall });
    this.list = el("div");
    this.count = el("small");
    this.element = el("section", { class: "block", hidden: true }, el("h2", {}, _("Orders"), this.count), this.list);
    this.shown = new Map();
  }

  clear() {
    this.shown.clear();
    this.list.replaceChildren();
  }

  set(orders, mayRecall) {
    this.element.hidden = !orders.length;
    put(this.count, String(orders.length));
    const sorted = [...orders].sort((a, b) => b.id - a.id);
    const nodes = sorted.map((order) => {
      const held = this.shown.get(order.id);
      if (held?.rev === order.rev) return held.node;
      const node = this.#order(order, mayRecall);
      if (held) node.classList.add("changed");
      this.shown.set(order.id, { rev: order.rev, node });
      return node;
    });
    arrange(this.list, nodes);
  }

  #order(order, mayRecall) {
    const times = [
      ["offered_at", _("sent")], ["delivered_at", _("delivered")], ["accepted_at", _("accepted")], ["departed_at", _("set off")],
      ["arrived_at", _("on scene")], ["finished_at", _("finished")], ["confirmed_at", _("confirmed")],
    ].filter(([column]) => order[column]);
    const tone = { arrived: "ok", finished: "ok", confirmed: "ok", offered: "due", accepted: "accent" }[order.status] ?? "";
    return el(
      "div",
      { class: "order", data: { id: order.id, ended: String(Boolean(order.ended_at)) } },
      el(
        "div",
        { class: "order-top" },
        el("b", {}, order.unit?.name ?? named(order.department)),
        el("span", { class: "muted small" }, this.labels.parts[order.part] ?? order.part),
        el("span", { class: `tag${tone ? ` tag-${tone}` : ""}` }, this.labels.assignments[order.status] ?? order.status),
        mayRecall && !order.ended_at && order.unit
          ? el("button", { type: "button", class: "button button-quiet", on: { click: () => this.recall(order) } }, _("Recall"))
          : null,
      ),
      el("div", { class: "order-times" }, times.map(([column, word]) => el("span", {}, `${word} ${clockTime(order[column])}`))),
      order.end_note || order.result ? el("p", { class: "story-note" }, order.end_note || order.result) : null,
    );
  }
}

/** The units that could go now. The first that may go without a reason is the proposed one: key D sends it. */
export class Candidates {
  constructor(send) {
    this.send = send;
    this.list = el("div");
    this.says = el("small");
    this.element = el("section", { class: "block", hidden: true }, el("h2", {}, _("Nearest units"), this.says), this.list);
    this.units = [];
    setInterval(() => this.wanted() && !document.hidden && this.fetch(), EVERY_MS);
  }

  wanted() {
    return Boolean(this.incident) && !this.element.hidden;
  }

  clear() {
    this.incident = null;
    this.units = [];
    this.element.hidden = true;
    this.list.replaceChildren();
  }

  /** Show them for this incident where somebody is to be sent. */
  set(incident, mayOrder) {
    const fits = mayOrder && incident.level <= 3 && (WAITS.has(incident.status) || MOVING.has(incident.status));
    const fresh = this.incident?.id !== incident.id || this.incident?.status !== incident.status;
    this.incident = incident;
    this.main = WAITS.has(incident.status);
    this.element.hidden = !fits;
    if (fits && fresh) this.fetch();
  }

  async fetch() {
    const { id } = this.incident;
    try {
      const answer = await get(`/api/v1/incidents/${id}/candidates/`, { background: true });
      if (this.incident?.id !== id) return;
      this.units = answer.candidates ?? answer.results ?? answer;
      this.#draw();
    } catch (problem) {
      put(this.says, problem.message);
    }
  }

  /** The unit that one key sends, or undefined. */
  proposed() {
    return this.units.find((candidate) => !candidate.needs_reason && !candidate.tried);
  }

  #draw() {
    const first = this.main ? this.proposed() : undefined;
    put(this.says, this.units.length ? fill(_("%(n)s free"), { n: this.units.length }) : _("nobody is free; call another force"));
    this.list.replaceChildren(
      ...this.units.slice(0, this.main ? 5 : 2).map((candidate) =>
        el(
          "div",
          { class: "unit-pick", data: { unit: candidate.unit.id, first: String(candidate === first), trust: candidate.trust } },
          el("p", { style: "color: inherit" }, candidate.sentence),
          el(
            "button",
            { type: "button", class: `button${candidate === first ? " button-primary" : ""}`, on: { click: (event) => this.send(candidate, event.currentTarget) } },
            this.main ? _("Dispatch") : _("Add"),
            candidate === first ? el("kbd", {}, "D") : null,
          ),
        ),
      ),
    );
  }
}
