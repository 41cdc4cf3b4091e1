/** The live queue of the wall: as many of the newest incidents as fit, with running clocks; never more nodes. */

import { arrange, el, put, pulse } from "shushan/cockpit/dom";
import { CODES, promisesOf, stageOf, worst } from "shushan/cockpit/promises";
import { Tick } from "shushan/cockpit/tick";
import { serverNow } from "shushan/servertime";
import { fill, label, LEVEL_SIGNS, named, SOURCES, STATUSES, _ } from "shushan/words";

const MOST = 16;

export class Board {
  constructor({ list, count, labels, unitsOf }) {
    Object.assign(this, { list, count, labels, unitsOf });
    this.lines = new Map();
    this.empty = el("li", { class: "empty" }, _("All quiet. New incidents come in by themselves."));
    setInterval(() => this.#tick(), 500);
  }

  draw(incidents, liveTotal) {
    const now = serverNow();
    const open = incidents.filter((incident) => !incident.ended_at).sort((a, b) => b.id - a.id);
    put(this.count, fill(_("%(n)s open"), { n: Math.max(liveTotal ?? 0, open.length) }));
    const shown = open.slice(0, this.#fits());
    const ids = new Set(shown.map((incident) => incident.id));
    for (const id of this.lines.keys()) if (!ids.has(id)) this.lines.delete(id);
    const nodes = shown.map((incident) => {
      let line = this.lines.get(incident.id);
      if (!line) this.lines.set(incident.id, (line = this.#line()));
      if (line.rev !== incident.rev || line.units !== this.unitsOf(incident.id).join()) this.#fill(line, incident, now);
      return line.element;
    });
    arrange(this.list, nodes.length ? nodes : [this.empty]);
  }

  /** A line that is cut in half says less than none. */
  #fits() {
    const first = this.list.querySelector(".line");
    const height = first ? first.getBoundingClientRect().height : 118;
    return Math.max(1, Math.min(MOST, Math.floor(this.list.clientHeight / height)));
  }

  #line() {
    const line = {
      level: el("span", { class: "tag level" }), title: el("span"), state: el("span", { class: "tag line-state" }),
      place: el("span", { class: "line-place" }), unit: el("span", { class: "line-unit" }), clocks: el("div", { class: "line-clocks" }),
      ticks: CODES.map((code) => new Tick(code)), shown: [],
    };
    line.element = el("li", { class: "line" }, el("div", { class: "line-title" }, line.level, line.title), line.state, line.place, line.unit, line.clocks);
    return line;
  }

  #fill(line, incident, now) {
    const fresh = line.rev === undefined;
    const moved = !fresh && line.incident.status !== incident.status;
    const units = this.unitsOf(incident.id);
    Object.assign(line, { rev: incident.rev, incident, units: units.join() });
    line.level.className = `tag level level-${incident.level}`;
    put(line.level, LEVEL_SIGNS[incident.level]);
    put(line.title, incident.title);
    line.state.className = `tag line-state status-${incident.status}`;
    put(line.state, label(STATUSES, incident.status));
    put(line.place, [incident.grid?.name || incident.community?.name, named(incident.category), label(SOURCES, incident.source_kind)].filter(Boolean).join(" · "));
    put(line.unit, units.length > 1 ? `${units[0]} +${units.length - 1}` : units[0]);
    const found = promisesOf(incident);
    const stage = Object.keys(found).length ? null : stageOf(incident);
    if (stage) {
      const tick = new Tick(stage.code, this.labels.clocks);
      tick.set(stage, now);
      tick.element.style.gridColumn = "1 / -1";
      line.shown = [tick];
    } else {
      line.ticks.forEach((tick) => tick.set(found[tick.code], now));
      line.shown = line.ticks;
    }
    line.clocks.replaceChildren(...line.shown.map((tick) => tick.element));
    line.element.dataset.worst = worst(incident, now);
    if (moved) pulse(line.element);
  }

  #tick() {
    if (document.hidden) return;
    const now = serverNow();
    for (const line of this.lines.values()) {
      let changed = false;
      for (const tick of line.shown) {
        if (!tick.moving || !tick.deadline) continue;
        const before = tick.state;
        tick.draw(now);
        changed ||= before !== tick.state;
      }
      if (changed) line.element.dataset.worst = worst(line.incident, now);
    }
  }
}
