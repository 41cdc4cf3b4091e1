/** The line at the foot: what was closed well, what is overdue. It changes by the page, it does not run. */

import { spanText } from "shushan/clock";
import { el, icon } from "shushan/cockpit/dom";
import { promisesOf, runs } from "shushan/cockpit/promises";
import { clockState } from "shushan/clock";
import { serverNow } from "shushan/servertime";
import { CLOCKS, fill, _ } from "shushan/words";

const TURN_MS = 10_000;
const MOST = 30;

export class Ticker {
  constructor(list) {
    this.list = list;
    this.items = null; // nothing is known yet: that nothing is overdue would be a claim
    this.shown = 0;
    this.at = 0;
    setInterval(() => this.#turn(), TURN_MS);
  }

  draw(incidents) {
    const now = serverNow();
    const late = [];
    const done = [];
    for (const incident of incidents) {
      if (incident.status === "closed" && !incident.overdue_at) {
        done.push([Date.parse(incident.closed_at ?? incident.ended_at), "ok", _("Closed"), fill(_("%(title)s · in %(time)s"), { title: incident.title, time: spanText((Date.parse(incident.closed_at ?? incident.ended_at) - Date.parse(incident.opened_at)) / 1000) })]);
      }
      if (incident.ended_at) continue;
      for (const deadline of Object.values(promisesOf(incident))) {
        const shown = clockState(deadline, now);
        if (shown.state !== "missed" || !runs(shown.state)) continue;
        late.push([shown.seconds, "missed", CLOCKS[deadline.code]?.() ?? deadline.code, fill(_("%(title)s · over by %(time)s"), { title: incident.title, time: spanText(shown.seconds) })]);
      }
    }
    late.sort((a, b) => b[0] - a[0]);
    done.sort((a, b) => b[0] - a[0]);
    this.items = [...late, ...done].slice(0, MOST);
    if (!this.shown || this.at >= this.items.length) {
      this.at = 0;
      this.#show();
    }
  }

  #page() {
    return matchMedia("(min-width: 2600px)").matches ? 5 : 3;
  }

  #turn() {
    if (!this.items) return undefined;
    if (document.hidden || this.items.length <= this.#page()) return this.#show();
    this.at = (this.at + this.#page()) % this.items.length;
    this.list.dataset.turning = "true";
    setTimeout(() => {
      this.#show();
      this.list.dataset.turning = "false";
    }, 600);
    return undefined;
  }

  #show() {
    const items = this.items.slice(this.at, this.at + this.#page());
    const key = JSON.stringify(items.map(([, tone, name, words]) => [tone, name, tone === "ok" ? words : words.slice(0, -4)]));
    if (this.key === key) return;
    this.key = key;
    this.shown = items.length;
    this.list.replaceChildren(
      ...(items.length
        ? items.map(([, tone, name, words]) => el("li", { data: { tone } }, icon(tone), el("b", {}, name), el("span", {}, words)))
        : [el("li", {}, el("span", {}, _("Nothing is overdue.")))]),
    );
  }
}
