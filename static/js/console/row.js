/** One incident in the queue: made once, then only what changed is written. */

import { el, icon, put, pulse } from "shushan/cockpit/dom";
import { CODES, promisesOf, stageOf, worst } from "shushan/cockpit/promises";
import { Tick } from "shushan/cockpit/tick";
import { clockTime, fill, label, LEVELS, LEVEL_SIGNS, listed, named, SOURCES, STATUSES, _ } from "shushan/words";

export class Row {
  constructor(id, names) {
    this.id = id;
    this.names = names;
    this.level = el("span", { class: "tag level" });
    this.title = el("span", { class: "row-title" });
    this.supervised = el("span", { class: "tag tag-missed row-supervised" }, icon("missed"), _("supervised"));
    this.time = el("time", { class: "row-time" });
    this.place = el("span", { class: "row-place" });
    this.unit = el("span", { class: "tag row-unit" });
    this.status = el("span", { class: "tag" });
    this.clocks = el("div", { class: "row-clocks" });
    this.ticks = CODES.map((code) => new Tick(code));
    this.stage = null;
    this.element = el(
      "div",
      { class: "row", role: "option", id: `row-${id}`, "aria-selected": "false", data: { id } },
      el("div", { class: "row-top" }, this.level, this.title, this.supervised, this.time),
      el("div", { class: "row-mid" }, this.place, this.unit, this.status),
      this.clocks,
    );
    this.element._row = this;
    this.visible = false;
  }

  update(incident, unitNames, now) {
    const known = this.incident;
    this.incident = incident;
    this.level.className = `tag level level-${incident.level}`;
    put(this.level, LEVEL_SIGNS[incident.level]);
    this.level.title = label(LEVELS, incident.level);
    put(this.title, incident.title);
    this.title.title = incident.title;
    this.supervised.hidden = !incident.supervised || Boolean(incident.ended_at);
    put(this.time, clockTime(incident.opened_at));
    put(this.place, placeLine(incident));
    this.status.className = `tag status-${incident.status}`;
    put(this.status, label(STATUSES, incident.status));
    this.unit.hidden = !unitNames.length;
    put(this.unit, unitNames.length > 1 ? `${unitNames[0]} +${unitNames.length - 1}` : unitNames[0]);
    this.unit.title = listed(unitNames);
    this.element.dataset.status = incident.status;
    this.#promises(incident, now);
    if (known && known.status !== incident.status) pulse(this.element);
  }

  #promises(incident, now) {
    const found = promisesOf(incident);
    const stage = Object.keys(found).length ? null : stageOf(incident);
    if (stage) {
      if (this.stage?.code !== stage.code) this.stage = new Tick(stage.code, this.names.clocks);
      this.stage.set(stage, now);
      this.stage.element.style.gridColumn = "1 / -1";
      this.shown = [this.stage];
    } else {
      this.ticks.forEach((tick) => tick.set(found[tick.code], now));
      this.shown = this.ticks;
    }
    this.clocks.hidden = !stage && !Object.keys(found).length;
    this.clocks.replaceChildren(...this.shown.map((tick) => tick.element));
    this.element.dataset.worst = worst(incident, now);
  }

  tick(now) {
    let moved = false;
    for (const tick of this.shown ?? []) {
      if (!tick.moving || !tick.deadline) continue;
      const before = tick.state;
      tick.draw(now);
      moved ||= before !== tick.state;
    }
    if (moved) this.element.dataset.worst = worst(this.incident, now);
  }
}

/** "晨晖社区 · 占道经营 · 智能预警 ×3" */
function placeLine(incident) {
  const words = [
    incident.grid?.name || incident.community?.name || incident.address,
    named(incident.category),
    label(SOURCES, incident.source_kind),
  ].filter(Boolean);
  const times = incident.alert_count > 1 ? ` ${fill(_("×%(n)s"), { n: incident.alert_count })}` : "";
  return words.join(" · ") + times;
}
