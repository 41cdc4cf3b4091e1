/** Worksites and trucks under the queue: alerts to be judged, missed checks, overdue corrections; each opens its page. */

import { byUrgency } from "shushan/cockpit/alerts";
import { el, put } from "shushan/cockpit/dom";
import { clockTime, dayTime, fill, LEVEL_SIGNS, _ } from "shushan/words";

const MOST = 30;
const SOURCES = [
  { code: "alert", says: () => _("Truck alerts") },
  { code: "check", says: () => _("Checks missed") },
  { code: "finding", says: () => _("Corrections overdue") },
];

export class GroundList {
  constructor({ box, labels, urls }) {
    Object.assign(this, { box, labels, urls });
    this.source = null; // folded until somebody asks, so that the queue keeps its height
    this.list = el("ul", { class: "ground-list", hidden: true });
    this.buttons = new Map(SOURCES.map((source) => [source.code, this.#button(source)]));
    box.append(el("div", { class: "ground-sources", role: "group", "aria-label": _("Worksites and trucks") }, ...[...this.buttons.values()].map(({ button }) => button)), this.list);
  }

  #button({ code, says }) {
    const count = el("b", {}, "0");
    const button = el("button", { type: "button", "aria-expanded": "false", data: { source: code }, on: { click: () => this.#choose(code) } }, says(), count);
    return { button, count };
  }

  #choose(code) {
    this.source = this.source === code ? null : code;
    for (const [name, { button }] of this.buttons) button.setAttribute("aria-expanded", String(name === this.source));
    this.#list();
  }

  /** `figures` of the pulse, or null for who may not see worksites; `alerts` that wait. */
  draw(figures, alerts) {
    this.box.hidden = !figures && !alerts.length;
    const waiting = figures?.waiting ?? [];
    this.rows = {
      alert: [...alerts].sort(byUrgency).map((alert) => this.#alert(alert)),
      check: waiting.filter(({ kind }) => kind === "check").map((row) => ({ ...row, head: this.labels.checks[row.what] })),
      finding: waiting.filter(({ kind }) => kind === "finding").map((row) => ({ ...row, head: row.what })),
    };
    for (const [code, { button, count }] of this.buttons) {
      put(count, this.rows[code].length);
      button.dataset.tone = this.rows[code].length ? (code === "alert" ? "due" : "missed") : "";
    }
    this.#list();
  }

  #alert(alert) {
    return {
      url: fill(this.urls.alert, alert), sign: LEVEL_SIGNS[alert.level], level: alert.level, head: this.labels.rules[alert.rule] ?? alert.rule,
      name: [alert.plate, alert.site_name].filter(Boolean).join(" · "), time: clockTime(alert.raised_at, { seconds: false }),
    };
  }

  #list() {
    const rows = this.source ? this.rows[this.source].slice(0, MOST) : [];
    this.list.hidden = !this.source;
    const key = JSON.stringify([this.source, rows]);
    if (this.shown === key) return; // nothing jumps under the pointer while it says the same
    this.shown = key;
    this.list.replaceChildren(
      ...(rows.length ? rows.map((row) => this.#row(row)) : [el("li", { class: "more" }, _("Nothing here."))]),
    );
  }

  #row({ url, sign, level, head, name, time, at }) {
    return el("li", {}, el("a", { href: url },
      sign ? el("span", { class: `tag level level-${level}` }, sign) : null,
      el("b", {}, head), el("time", {}, time ?? fill(_("due %(at)s"), { at: dayTime(at) })), el("span", {}, name),
    ));
  }
}
