/** A level-Ⅰ (or Ⅱ) incident takes the map for eight seconds: what, where, since when; then the wall is calm again. */

import { el } from "shushan/cockpit/dom";
import { promisesOf } from "shushan/cockpit/promises";
import { Tick } from "shushan/cockpit/tick";
import { serverNow } from "shushan/servertime";
import { clockTime, label, LEVELS, named, SOURCES } from "shushan/words";

const STAYS_MS = 8000;
const FRESH_MS = 60_000;

export class Takeover {
  constructor(box, visit) {
    Object.assign(this, { box, visit });
    this.seen = new Set();
    this.waiting = [];
  }

  /** Something opened or became urgent. What the wall knew before it connected is not news. */
  offer(incident) {
    if (incident.level > 2 || incident.ended_at || this.seen.has(incident.id)) return;
    this.seen.add(incident.id);
    if (this.seen.size > 500) this.seen = new Set([...this.seen].slice(-250));
    if (serverNow() - Date.parse(incident.opened_at) > FRESH_MS) return;
    this.waiting.push(incident);
    this.waiting.sort((a, b) => a.level - b.level);
    if (this.waiting.length > 5) this.waiting.length = 5;
    if (!this.showing) this.#next();
  }

  known(incidents) {
    for (const incident of incidents) if (incident.level <= 2) this.seen.add(incident.id);
  }

  #next() {
    const incident = this.waiting.shift();
    this.showing = Boolean(incident);
    clearInterval(this.timer);
    if (!incident) {
      this.box.hidden = true;
      this.box.replaceChildren();
      return;
    }
    const tick = new Tick("R30");
    tick.set(promisesOf(incident).R30, serverNow());
    this.timer = setInterval(() => tick.deadline && tick.draw(serverNow()), 250);
    this.box.replaceChildren(
      el("h3", {}, el("span", { class: `tag level level-${incident.level}` }, label(LEVELS, incident.level)), el("span", {}, incident.title)),
      el("p", {}, [incident.community?.name, incident.grid?.name, incident.address].filter(Boolean).join(" ")),
      el("p", {}, [clockTime(incident.opened_at), named(incident.category), label(SOURCES, incident.source_kind)].join(" · ")),
      tick.element,
    );
    this.box.hidden = false;
    this.visit(incident);
    setTimeout(() => this.#next(), STAYS_MS);
  }
}
