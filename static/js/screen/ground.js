/** The wall's worksites: the three colours, the month's checks, what is overdue, the red sites by name; truck alerts. */

import { byUrgency } from "shushan/cockpit/alerts";
import { arrange, el, put } from "shushan/cockpit/dom";
import { chinese, clockTime, fill, LEVEL_SIGNS, _ } from "shushan/words";

const COLOURS = [["red", () => _("red")], ["yellow", () => _("yellow")], ["white", () => _("white")]];
const MOST_ALERTS = 3;

export class Ground {
  constructor(panel, checks) {
    Object.assign(this, { panel, checks });
    this.counts = COLOURS.map(([colour, words]) => {
      const n = el("b");
      return { colour, n, element: el("div", { class: `ground-${colour}` }, el("span", {}, el("i", { "aria-hidden": "true" }), words()), n) };
    });
    this.open = el("div", { class: "ground-open" });
    this.red = el("ul", { class: "ground-red" });
    panel.append(el("div", { class: "ground-counts" }, this.counts.map(({ element }) => element), this.open), this.red);
  }

  /** `figures` come with the pulse; the colours are counted from the sites themselves, which are pushed. */
  draw(figures, sites) {
    this.panel.hidden = !figures;
    if (!figures) return;
    for (const { colour, n } of this.counts) put(n, sites.filter((site) => site.colour === colour).length);
    put(this.checks, fill(_("this month: %(done)s checked · %(due)s to come · %(missed)s missed"), figures));
    this.#open(figures);
    this.#red(sites.filter((site) => site.colour === "red").sort((a, b) => Date.parse(b.colour_since) - Date.parse(a.colour_since)));
  }

  #open({ open, overdue }) {
    const key = `${open} ${overdue}`;
    if (this.said === key) return;
    this.said = key;
    this.open.replaceChildren(
      el("span", {}, _("open findings"), el("b", {}, open)),
      el("span", { data: { tone: overdue ? "missed" : "" } }, _("overdue corrections"), el("b", {}, overdue)),
    );
  }

  #red(sites) {
    const key = sites.map(({ id, rev }) => `${id}/${rev}`).join();
    if (this.named === key) return;
    this.named = key;
    const day = new Intl.DateTimeFormat(chinese() ? "zh-CN" : "en-GB", { month: "numeric", day: "numeric", timeZone: "Asia/Shanghai" });
    this.red.replaceChildren(
      ...(sites.length
        ? sites.map((site) => el("li", {}, el("i", { "aria-hidden": "true" }), el("span", {}, site.name), el("small", {}, site.stopped_at ? _("work stopped") : fill(_("red since %(day)s"), { day: day.format(new Date(site.colour_since)) }))))
        : [el("li", {}, el("span", {}, _("No site is red.")))]),
    );
  }
}

export class TruckAlerts {
  constructor({ panel, list, count, rules }) {
    Object.assign(this, { panel, list, count, rules });
    this.lines = new Map();
  }

  draw(alerts) {
    this.panel.hidden = !alerts.length;
    put(this.count, fill(_("%(n)s to be judged"), { n: alerts.length }));
    const shown = [...alerts].sort(byUrgency).slice(0, MOST_ALERTS);
    const ids = new Set(shown.map(({ id }) => id));
    for (const id of this.lines.keys()) if (!ids.has(id)) this.lines.delete(id);
    arrange(this.list, shown.map((alert) => this.#line(alert)));
  }

  #line(alert) {
    const held = this.lines.get(alert.id);
    if (held?.rev === alert.rev) return held.element;
    const place = [alert.plate, alert.site_name].filter(Boolean).join(" · ");
    const element = el(
      "li", { data: { level: alert.level } },
      el("span", { class: `tag level level-${alert.level}` }, LEVEL_SIGNS[alert.level]),
      el("b", {}, this.rules[alert.rule] ?? alert.rule), el("span", {}, place), el("time", {}, clockTime(alert.raised_at, { seconds: false })),
    );
    this.lines.set(alert.id, { rev: alert.rev, element });
    return element;
  }
}
