/** The queue: filters, search, walking with the keyboard; what is new waits behind a bar while somebody reads. */

import { arrange, el, put } from "shushan/cockpit/dom";
import { isLate } from "shushan/cockpit/promises";
import { Row } from "shushan/console/row";
import { serverNow } from "shushan/servertime";
import { fill, n_, named, _ } from "shushan/words";

const TICK_MS = 500;
const READING_MS = 4000;
const WAITS = new Set(["reported", "pending_filing", "pending_dispatch", "returned", "pending_check", "pending_close"]);
const open = (incident) => !incident.ended_at;

export const TABS = [
  { code: "live", says: () => _("All"), fits: open },
  { code: "todo", says: () => _("To do"), fits: (i) => open(i) && WAITS.has(i.status) },
  { code: "moving", says: () => _("Moving"), fits: (i) => open(i) && !WAITS.has(i.status) },
  { code: "late", says: () => _("Late"), fits: (i, now) => open(i) && isLate(i, now), tone: "missed" },
  { code: "ended", says: () => _("Ended"), fits: (i) => !open(i) },
];

export class Queue extends EventTarget {
  constructor({ list, bar, tabs, search, store, names, unitsOf }) {
    super();
    Object.assign(this, { list, bar, store, names, unitsOf });
    this.rows = new Map();
    this.tab = TABS[0];
    this.text = "";
    this.selected = null;
    this.waiting = new Set();
    this.touchedAt = -Infinity;
    this.more = el("p", { class: "more" });
    this.seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        target._row.visible = isIntersecting;
        if (isIntersecting) target._row.tick(serverNow());
      }
    }, { root: list, rootMargin: "100px" });
    this.#tabs(tabs);
    list.addEventListener("click", ({ target }) => {
      const row = target.closest(".row");
      if (row) this.select(Number(row.dataset.id));
    });
    list.addEventListener("pointermove", () => (this.touchedAt = performance.now()));
    list.addEventListener("pointerleave", () => (this.touchedAt = -Infinity));
    list.addEventListener("scroll", () => this.waiting.size && list.scrollTop <= 4 && !this.#reading() && this.draw());
    bar.addEventListener("click", () => this.showNew());
    search.addEventListener("input", () => {
      this.text = search.value.trim().toLowerCase();
      this.draw(true);
    });
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tabs(parent) {
    for (const tab of TABS) {
      tab.count = el("b", {}, "0");
      tab.button = el(
        "button",
        { type: "button", role: "tab", "aria-selected": String(tab === this.tab), "aria-controls": "queue", data: { tab: tab.code, tone: tab.tone ?? "" }, on: { click: () => this.choose(tab) } },
        tab.says(),
        tab.count,
      );
      parent.append(tab.button);
    }
  }

  choose(tab) {
    this.tab = tab;
    for (const other of TABS) other.button.setAttribute("aria-selected", String(other === tab));
    this.draw(true);
    this.list.scrollTop = 0;
  }

  /** One incident or its units changed: write its row; the order is looked at when the page is drawn. */
  touch(id) {
    const incident = this.store.get("incident", id);
    const row = this.rows.get(id);
    if (row && incident) row.update(incident, this.unitsOf(id), serverNow());
  }

  /** Bring the list in step. `force` is the operator's own wish: a tab, a search, the bar. */
  draw(force = false) {
    const now = serverNow();
    const all = this.store.all("incident").sort((a, b) => b.id - a.id);
    for (const tab of TABS) put(tab.count, all.reduce((sum, incident) => sum + (tab.fits(incident, now) ? 1 : 0), 0));
    const wanted = all.filter((incident) => this.tab.fits(incident, now) && this.#found(incident));
    if (this.rows.size && !force && this.#reading()) this.#hold(wanted);
    else this.#show(wanted, now);
    this.#bar();
  }

  #reading() {
    return this.list.scrollTop > 4 || performance.now() - this.touchedAt < READING_MS;
  }

  #hold(wanted) {
    const ids = new Set(wanted.map((incident) => incident.id));
    this.waiting = new Set([...ids].filter((id) => !this.rows.has(id)));
    for (const row of this.rows.values()) row.element.dataset.leaving = String(!ids.has(row.id));
  }

  #show(wanted, now) {
    const ids = new Set(wanted.map((incident) => incident.id));
    // What the operator has open stays in sight until another is chosen.
    const held = this.selected !== null && !ids.has(this.selected) && this.rows.has(this.selected) && this.store.get("incident", this.selected);
    if (held) wanted = [...wanted, held].sort((a, b) => b.id - a.id);
    for (const [id, row] of this.rows) {
      if (ids.has(id) || (held && id === this.selected)) continue;
      this.seen.unobserve(row.element);
      this.rows.delete(id);
    }
    const elements = wanted.map((incident) => {
      let row = this.rows.get(incident.id);
      if (!row) {
        row = new Row(incident.id, this.names);
        row.update(incident, this.unitsOf(incident.id), now);
        this.rows.set(incident.id, row);
        this.seen.observe(row.element);
      }
      row.element.dataset.leaving = String(!ids.has(incident.id));
      row.element.setAttribute("aria-selected", String(incident.id === this.selected));
      return row.element;
    });
    put(this.more, this.#moreWords(elements.length));
    arrange(this.list, this.more.textContent ? [...elements, this.more] : elements);
    this.waiting.clear();
  }

  #moreWords(count) {
    if (!count) return this.text ? _("Nothing fits the search.") : _("Nothing here. New incidents come in by themselves.");
    const left = (this.liveTotal ?? 0) - (this.liveShown ?? 0);
    return this.tab.code !== "ended" && left > 0
      ? fill(_("%(n)s older ones are open; find them under Incidents."), { n: left })
      : "";
  }

  #bar() {
    const count = this.waiting.size;
    this.bar.hidden = !count;
    if (!count) return;
    put(this.bar, `↑ ${fill(n_("%(n)s new", "%(n)s new", count), { n: count })}`);
    this.bar.dataset.urgent = String([...this.waiting].some((id) => this.store.get("incident", id)?.level <= 2));
  }

  showNew() {
    this.touchedAt = -Infinity;
    this.draw(true);
    this.list.scrollTop = 0;
  }

  select(id, { scroll = false } = {}) {
    const before = this.rows.get(this.selected);
    before?.element.setAttribute("aria-selected", "false");
    this.selected = id;
    let row = this.rows.get(id);
    if (!row && id !== null && this.store.get("incident", id)) {
      if (!this.tab.fits(this.store.get("incident", id), serverNow())) this.choose(TABS.find((t) => t.fits(this.store.get("incident", id), serverNow())) ?? TABS[0]);
      else this.draw(true);
      row = this.rows.get(id);
    }
    row?.element.setAttribute("aria-selected", "true");
    this.list.setAttribute("aria-activedescendant", row ? row.element.id : "");
    if (scroll) row?.element.scrollIntoView({ block: "nearest" });
    this.dispatchEvent(new CustomEvent("select", { detail: id }));
  }

  /** The next (+1) or previous (−1) row as it stands on the page. */
  walk(step) {
    const ids = [...this.list.querySelectorAll(".row")].map((element) => Number(element.dataset.id));
    if (!ids.length) return;
    const at = ids.indexOf(this.selected);
    const next = at < 0 ? (step > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + step));
    this.select(ids[next], { scroll: true });
  }

  call(ids) {
    for (const row of this.rows.values()) row.element.dataset.calling = String(ids.has(row.id));
  }

  #found(incident) {
    if (!this.text) return true;
    const words = [
      incident.title, incident.case_no, incident.address, incident.community?.name, incident.grid?.name,
      named(incident.category), ...this.unitsOf(incident.id),
    ];
    return words.some((word) => word && String(word).toLowerCase().includes(this.text));
  }

  #tick() {
    if (document.hidden) return;
    const now = serverNow();
    for (const row of this.rows.values()) if (row.visible) row.tick(now);
  }
}
