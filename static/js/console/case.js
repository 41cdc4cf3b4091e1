/** The right column: one case as it stands. A push rewrites only what it changed; the story is asked for anew. */

import { clockElement, setClock } from "shushan/clock";
import { arrange, el, put } from "shushan/cockpit/dom";
import { Exceptions } from "shushan/console/exceptions";
import { Forces } from "shushan/console/forces";
import { Candidates, Orders } from "shushan/console/orders";
import { showPicture } from "shushan/console/sheet";
import { clockName, Steps, Story } from "shushan/console/story";
import { Team } from "shushan/console/team";
import { get } from "shushan/http";
import { CLOCKS, clockTime, dayTime, fill, label, LEVELS, named, SOURCES, STATUSES, _ } from "shushan/words";

const ASK_AGAIN_MS = 150;
const TRY_AGAIN_MS = 3000;

export class Case {
  constructor({ box, empty, labels, may, acts, ordersOf }) {
    Object.assign(this, { box, empty, labels, may, acts, ordersOf });
    this.id = null;
    this.full = null;
    this.steps = new Steps(labels);
    this.story = new Story(labels);
    this.exceptions = new Exceptions(labels, acts);
    this.forces = new Forces(labels);
    this.orders = new Orders(labels, (order) => acts.recall(order));
    this.candidates = new Candidates((candidate, button) => acts.dispatch(this.incident, candidate, button));
    this.level = el("span", { class: "tag level" });
    this.title = el("h1");
    this.status = el("span", { class: "tag" });
    this.facts = el("div", { class: "case-facts" });
    this.text = el("p", { class: "case-text" });
    this.bar = el("div", { class: "case-acts", role: "toolbar", "aria-label": _("Actions") });
    this.promises = el("div", { class: "promises" });
    this.clocks = new Map();
    this.team = new Team(may);
    this.panes = this.#panes();
    box.replaceChildren(
      el("header", { class: "case-head" }, el("div", { class: "case-title" }, this.level, this.title, this.status), this.facts, this.text, this.steps.element),
      this.bar,
      el(
        "div",
        { class: "case-body" },
        this.exceptions.element,
        el("section", { class: "block" }, el("h2", {}, _("Promises")), this.promises),
        this.candidates.element,
        this.forces.element,
        this.orders.element,
        this.tabs,
        Object.values(this.panes).map(({ body }) => body),
      ),
    );
  }

  #panes() {
    const pane = (name, body) => {
      const count = el("span");
      const button = el("button", { type: "button", role: "tab", data: { pane: name }, on: { click: () => this.#open(name) } }, "", " ", count);
      return { button, count, body };
    };
    const panes = {
      story: pane("story", el("div", {}, this.story.element)),
      limits: pane("limits", el("div")),
      alerts: pane("alerts", el("div")),
      photos: pane("photos", el("div")),
      ...(this.may.has("grid.view_team") ? { team: pane("team", el("div", {}, this.team.element)) } : {}),
    };
    const words = { story: _("Whole story"), limits: _("Deadlines"), alerts: _("Alerts"), photos: _("Photos"), team: _("Team") };
    this.tabs = el("div", { class: "tabs", role: "tablist" }, Object.entries(panes).map(([name, { button }]) => {
      button.firstChild.textContent = words[name];
      return button;
    }));
    for (const { body } of Object.values(panes)) body.setAttribute("role", "tabpanel");
    this.panes = panes;
    this.#open("story");
    return panes;
  }

  #open(name) {
    for (const [other, { button, body }] of Object.entries(this.panes)) {
      button.setAttribute("aria-selected", String(other === name));
      body.hidden = other !== name;
    }
    if (name === "team" && this.incident) this.team.show(this.incident);
  }

  show(incident) {
    if (!incident) {
      this.id = this.incident = this.full = null;
      this.forces.clear();
      this.box.hidden = true;
      this.empty.hidden = false;
      this.candidates.clear();
      return;
    }
    const other = incident.id !== this.id;
    if (other) {
      this.id = incident.id;
      this.full = null;
      this.reporter = "";
      this.story.clear();
      this.team.clear();
      this.exceptions.clear();
      this.forces.clear();
      this.orders.clear();
      this.candidates.clear();
      this.clocks.clear();
      this.promises.replaceChildren();
      for (const name of ["limits", "alerts", "photos"]) this.panes[name].body.replaceChildren();
      this.#open("story");
      this.box.querySelector(".case-body").scrollTop = 0;
    }
    this.box.hidden = false;
    this.empty.hidden = true;
    this.chosen = other; // what a person opens keeps the person signed in; what a push fetches does not
    this.update(incident);
  }

  /** The shape changed: head, clocks, actions now; story and photos as soon as the server has answered. */
  update(incident) {
    this.incident = incident;
    this.#head(incident);
    this.#promises(incident);
    this.acts.draw(this.bar, incident, this);
    this.touchOrders();
    this.forces.set(incident);
    this.candidates.set(incident, this.may.has("dispatch.order_unit"));
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#fetch(), this.full ? ASK_AGAIN_MS : 0);
  }

  touchOrders() {
    if (this.incident) this.orders.set(this.ordersOf(this.id), this.may.has("dispatch.order_unit"));
  }

  async #fetch() {
    const { id } = this;
    if (id === null) return;
    try {
      const full = await get(`/api/v1/incidents/${id}/`, { background: !this.chosen });
      if (this.id !== id) return;
      this.chosen = false;
      this.full = full;
      this.#rest(full);
    } catch (problem) {
      if (this.id !== id) return;
      if (problem.status === 404) return this.show(null);
      // No push may come for hours: what is shown must not stay behind because one answer was lost.
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.#fetch(), TRY_AGAIN_MS);
    }
  }

  #head(incident) {
    this.level.className = `tag level level-${incident.level}`;
    put(this.level, label(LEVELS, incident.level));
    put(this.title, incident.title);
    this.status.className = `tag status-${incident.status}`;
    put(this.status, incident.suspended_at ? _("on hold") : label(STATUSES, incident.status));
    this.steps.set(incident.status);
    const place = [incident.community?.name, incident.grid?.name, incident.address].filter(Boolean).join(" ");
    const facts = [
      incident.case_no,
      // Shared with the police: both centres read the same version.
      (incident.reinforcement_requested_at || incident.source_kind === "police_110") && fill(_("version %(rev)s"), { rev: incident.rev }),
      named(incident.category),
      label(SOURCES, incident.source_kind),
      dayTime(incident.opened_at),
      place,
      this.reporter,
      incident.answered_by ? fill(_("seat: %(name)s"), { name: incident.answered_by }) : _("not answered yet"),
      incident.alert_count > 1 && fill(_("%(n)s alerts"), { n: incident.alert_count }),
      incident.return_count > 0 && fill(_("sent back %(n)s ×"), { n: incident.return_count }),
      incident.rework_count > 0 && fill(_("rework %(n)s ×"), { n: incident.rework_count }),
      incident.suspended_until && fill(_("on hold until %(time)s"), { time: dayTime(incident.suspended_until) }),
    ].filter(Boolean);
    arrangeText(this.facts, facts);
    this.text.hidden = !incident.text || incident.text === incident.title;
    put(this.text, incident.text);
  }

  #promises(incident) {
    const kept = (incident.deadlines ?? []).filter((d) => d.policy !== "city" && (d.policy !== "stage" || !d.stopped_at));
    const nodes = kept.map((deadline) => {
      let node = this.clocks.get(deadline.id);
      if (node) setClock(node, deadline);
      else this.clocks.set(deadline.id, (node = clockElement(deadline)));
      put(node.querySelector(".clock-name"), clockName(deadline, this.labels));
      node.dataset.reminded = deadline.reminded && !deadline.stopped_at ? fill(_("reminded %(n)s ×"), { n: deadline.reminded }) : "";
      return node;
    });
    arrange(this.promises, nodes);
    if (!nodes.length) this.promises.replaceChildren(el("p", { class: "muted small" }, _("No promise runs.")));
  }

  #rest(full) {
    const entries = full.story;
    this.story.set(entries);
    this.exceptions.set(this.incident, full);
    put(this.panes.story.count, String(entries.length));
    this.#limits(this.incident.deadlines ?? []);
    this.#alerts(full.alerts);
    this.#photos(full.attachments);
    this.acts.draw(this.bar, this.incident, this);
    const { name, phone } = full.reporter ?? {};
    this.reporter = [name, phone].filter(Boolean).join(" ");
    this.#head(this.incident);
  }

  #limits(deadlines) {
    put(this.panes.limits.count, String(deadlines.length));
    const span = (from, to) => (from && to ? Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000)) : null);
    const rows = deadlines.map((deadline) => {
      const used = span(deadline.started_at, deadline.met_at ?? deadline.stopped_at);
      const tone = deadline.missed_at ? "missed" : deadline.met_at ? "ok" : "";
      const word = deadline.missed_at ? (deadline.exempt ? _("missed, exempt") : _("missed")) : deadline.met_at ? _("kept") : deadline.paused_at ? _("paused") : _("running");
      return el(
        "tr",
        {},
        el("td", {}, CLOCKS[deadline.code]?.() ?? this.labels.clocks[deadline.code] ?? deadline.code, el("span", { class: "muted" }, deadline.policy === "city" ? "" : ` ${this.labels.policies[deadline.policy] ?? ""}`)),
        el("td", { class: "number" }, clockTime(deadline.started_at)),
        el("td", { class: "number" }, deadline.paused_at && !deadline.stopped_at ? "–" : dueText(deadline)),
        el("td", { class: "number" }, used === null ? "–" : fill(_("%(n)s s"), { n: used })),
        el("td", {}, el("span", { class: `tag${tone ? ` tag-${tone}` : ""}` }, word), deadline.reminded ? el("span", { class: "reminded" }, ` ${fill(_("reminded %(n)s ×"), { n: deadline.reminded })}`) : null),
      );
    });
    this.panes.limits.body.replaceChildren(
      el(
        "table",
        { class: "table" },
        el("thead", {}, el("tr", {}, [_("Promise"), _("Start"), _("Due"), _("Used"), _("Result")].map((word, index) => el("th", { class: index > 0 && index < 4 ? "number" : null }, word)))),
        el("tbody", {}, rows),
      ),
    );
  }

  #alerts(alerts) {
    put(this.panes.alerts.count, String(this.incident.alert_count ?? alerts.length));
    const rows = alerts.map((alert) =>
      el(
        "tr",
        {},
        el("td", { class: "nowrap" }, clockTime(alert.occurred_at ?? alert.received_at)),
        el("td", {}, alert.source),
        el("td", {}, alert.title || alert.kind),
        el("td", { class: "number" }, alert.confidence === null || alert.confidence === undefined ? "" : `${Math.round(alert.confidence * 100)} %`),
      ),
    );
    this.panes.alerts.body.replaceChildren(
      rows.length
        ? el(
          "details",
          { class: "fold", open: rows.length <= 5 },
          el("summary", {}, fill(_("%(n)s alerts folded into this incident"), { n: this.incident.alert_count ?? rows.length })),
          el("table", { class: "table" }, el("tbody", {}, rows)),
        )
        : el("p", { class: "case-loading" }, _("Registered by a person; no alert stands behind it.")),
    );
  }

  #photos(photos) {
    put(this.panes.photos.count, String(photos.length));
    this.panes.photos.body.replaceChildren(
      photos.length
        ? el("div", { class: "photos" }, photos.map((photo) => {
          const words = this.labels.photos[photo.kind] ?? photo.kind;
          const { url } = photo;
          const picture = photo.content_type.startsWith("image/");
          return el(
            "figure",
            {},
            picture
              ? el("a", { href: url, on: { click: (event) => { event.preventDefault(); showPicture(url, words); } } }, el("img", { src: photo.thumb_url ?? url, alt: words, loading: "lazy" }))
              : el("a", { href: url, target: "_blank", rel: "noopener" }, photo.name || words),
            el("figcaption", {}, `${words} ${clockTime(photo.shot_at ?? photo.uploaded_at)}`),
          );
        }))
        : el("p", { class: "case-loading" }, _("No photo yet.")),
    );
  }
}

const dueText = (deadline) =>
  dayTime(deadline.due_at).slice(0, 10) === dayTime(deadline.started_at).slice(0, 10) ? clockTime(deadline.due_at) : dayTime(deadline.due_at).slice(5);

function arrangeText(parent, words) {
  if (parent.childElementCount === words.length) {
    words.forEach((word, index) => put(parent.children[index], word));
    return;
  }
  parent.replaceChildren(...words.map((word) => el("span", {}, word)));
}
