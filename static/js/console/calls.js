/** What asks for the operator: urgent incidents nobody has answered (with sound), and alarms to acknowledge. */

import { el, icon, put } from "shushan/cockpit/dom";
import { confirm, ready, ring, unlock } from "shushan/cockpit/sound";
import { clockName } from "shushan/console/story";
import { toast } from "shushan/console/toast";
import { post } from "shushan/http";
import { clockTime, CLOCKS, fill, LEVEL_SIGNS, listed, n_, _ } from "shushan/words";

const AGAIN_MS = 3000;
const SHOWN = 3;
const CALLS_FOR_MS = 15 * 60 * 1000;

export class Calls {
  constructor({ box, button, labels, may, store, open, answer, supervise, decisions, take, now, started }) {
    Object.assign(this, { box, button, labels, may, store, open, answer, supervise, decisions, take, now, started });
    this.nodes = new Map();
    this.all = false;
    this.button.addEventListener("click", () => this.#toggle());
    this.rest = el("button", { type: "button", class: "alarm-rest", on: { click: () => { this.all = !this.all; this.draw(); } } });
    setInterval(() => this.#sound(), AGAIN_MS);
    this.#word();
  }

  async #toggle() {
    this.on = !this.on;
    if (this.on && !(await unlock())) {
      this.on = false;
      toast(_("This browser does not let the page sound."), "missed");
    }
    if (this.on) confirm();
    this.#word();
    if (this.on) this.started();
  }

  #word() {
    this.button.setAttribute("aria-pressed", String(Boolean(this.on)));
    put(this.button.querySelector("[data-word]"), this.on ? _("Sound on") : _("Start shift · sound on"));
    this.button.querySelector(".icon").className = `icon icon-${this.on ? "sound" : "mute"}`;
  }

  /** Ids of urgent incidents that nobody has answered, the most urgent and oldest first. */
  waiting() {
    const now = this.now();
    return this.store
      .all("incident")
      .filter((i) => !i.ended_at && i.level <= 2 && !i.answered_by && now - Date.parse(i.opened_at) < CALLS_FOR_MS)
      .sort((a, b) => a.level - b.level || a.id - b.id);
  }

  /** One more urgent incident came in by a push: heard at once, also where the page is behind another. */
  heard(incident) {
    if (this.on && incident.level <= 2 && !incident.answered_by && !incident.ended_at) ring(incident.level);
  }

  #sound() {
    if (!this.on || !ready() || !this.may.has("incidents.answer_incident")) return;
    const [first] = this.waiting();
    if (first) ring(first.level);
  }

  draw() {
    const calls = this.may.has("incidents.answer_incident") ? this.waiting() : [];
    const alarms = this.store.all("alarm").filter((alarm) => !alarm.acknowledged_at).sort((a, b) => b.id - a.id);
    const asked = this.decisions.incidents;
    const wanted = [
      ...calls.map((i) => [`call-${i.id}-${i.level}-${i.title}`, () => this.#call(i)]),
      ...(asked.length ? [[`asked-${asked.map((i) => i.id)}`, () => this.#asked(asked)]] : []),
      ...alarms.map((a) => [`alarm-${a.id}`, () => this.#alarm(a)]),
    ];
    const shown = this.all ? wanted.slice(0, 20) : wanted.slice(0, SHOWN);
    const keep = new Set(shown.map(([key]) => key));
    for (const [key, node] of this.nodes) {
      if (keep.has(key)) continue;
      node.remove();
      this.nodes.delete(key);
    }
    shown.forEach(([key, make], index) => {
      let node = this.nodes.get(key);
      if (!node) this.nodes.set(key, (node = make()));
      if (this.box.children[index] !== node) this.box.insertBefore(node, this.box.children[index] ?? null);
    });
    const left = wanted.length - shown.length;
    this.rest.hidden = wanted.length <= SHOWN;
    put(this.rest, left > 0 ? fill(n_("%(n)s more", "%(n)s more", left), { n: left }) : _("show fewer"));
    this.box.append(this.rest);
    return new Set(calls.map((incident) => incident.id));
  }

  #call(incident) {
    return el(
      "div",
      { class: "alarm", data: { call: incident.id }, role: "alert" },
      el("span", { class: `tag level level-${incident.level}` }, LEVEL_SIGNS[incident.level]),
      el(
        "div",
        { class: "alarm-words" },
        el("b", {}, el("button", { type: "button", on: { click: () => this.open(incident.id) } }, incident.title)),
        el("span", {}, [clockTime(incident.opened_at), incident.community?.name, incident.grid?.name].filter(Boolean).join(" · ")),
      ),
      el("button", { type: "button", class: "button button-primary", on: { click: (event) => this.answer(incident, event.currentTarget) } }, _("Respond"), el("kbd", { "aria-hidden": "true" }, "A")),
    );
  }

  /** All requests for time that await the dispatcher in one line: they are opened one after the other. */
  #asked(incidents) {
    const [first] = incidents;
    return el(
      "div",
      { class: "alarm", data: { asked: incidents.length }, role: "status" },
      icon("due"),
      el(
        "div",
        { class: "alarm-words" },
        el("b", {}, fill(n_("%(n)s request for more time awaits the dispatcher", "%(n)s requests for more time await the dispatcher", incidents.length), { n: incidents.length })),
        el("span", {}, [first.case_no, first.title].join(" · ")),
      ),
      el("button", { type: "button", class: "button", on: { click: () => this.open(first.id, first) } }, _("Open")),
    );
  }

  #alarm(alarm) {
    const calledFor = alarm.kind === "supervision_due" && alarm.incident && this.may.has(alarm.data.level === 2 ? "incidents.supervise_as_leader" : "incidents.supervise");
    return el(
      "div",
      { class: "alarm", data: { alarm: alarm.id, kind: alarm.kind }, role: "alert" },
      icon("missed"),
      el(
        "div",
        { class: "alarm-words" },
        el("b", {}, this.labels.alarms[alarm.kind] ?? alarm.kind),
        el("span", {}, this.#about(alarm)),
      ),
      alarm.incident ? el("button", { type: "button", class: "button", on: { click: () => this.open(alarm.incident) } }, _("Open")) : null,
      alarm.kind === "grids_uncovered" ? el("a", { class: "button", href: `/patrols/${alarm.data.community ? `?community=${alarm.data.community}` : ""}`, target: "_blank" }, _("Open")) : null,
      alarm.kind === "transfer_late" ? el("a", { class: "button", href: `/transfers/?transfer=${alarm.data.transfer}` }, _("Open")) : null,
      calledFor ? el("button", { type: "button", class: "button button-primary", on: { click: () => this.supervise(alarm.incident, alarm.data.level) } }, this.labels.notices[alarm.data.level]) : null,
      el("button", { type: "button", class: "button", on: { click: (event) => this.#acknowledge(alarm, event.currentTarget) } }, _("Acknowledge")),
    );
  }

  #about(alarm) {
    if (alarm.kind === "outage_digest") {
      const counts = Object.entries(alarm.data.counts ?? {}).map(([code, n]) => `${CLOCKS[code]?.() ?? this.labels.clocks[code] ?? code} ${n}`);
      return `${clockTime(alarm.data.from)}–${clockTime(alarm.data.to)} · ${listed(counts)}`;
    }
    const { data = {} } = alarm;
    if (alarm.kind === "transfer_late") return [clockTime(alarm.raised_at), data.police_no, data.address].join(" · ");
    if (alarm.kind === "seats_empty") return `${clockTime(alarm.raised_at)} · ${fill(_("seats taken: %(taken)s of %(least)s"), data)}`;
    if (alarm.kind === "units_absent") return `${clockTime(alarm.raised_at, { seconds: false })} · ${fill(_("%(count)s of %(planned)s planned units: %(units)s"), { ...data, units: data.units.join("、") })}`;
    if (alarm.kind === "grids_uncovered") return `${clockTime(alarm.raised_at, { seconds: false })} · ${fill(_("%(n)s of %(grids)s grids are not covered"), data)}`;
    const what =
      alarm.kind === "supervision_due" ? `${this.labels.notices[data.level]} · ${this.labels.triggers[data.trigger]}`
        : alarm.kind === "no_progress" ? clockName(data, this.labels)
          : this.labels.forces[data.part];
    return [clockTime(alarm.raised_at), what, alarm.title].filter(Boolean).join(" · ");
  }

  async #acknowledge(alarm, button) {
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await post(`/api/v1/alarms/${alarm.id}/acknowledge/`);
      this.take("alarm", answer);
    } catch (problem) {
      toast(problem.message, "missed");
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
}
