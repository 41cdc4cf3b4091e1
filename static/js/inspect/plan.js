/** Which sites to go to: own planned checks by day, what is near, search and the code on a site's plate; and the start. */

import { el } from "shushan/cockpit/dom";
import { canScan, scan } from "shushan/field/scan";
import { newDraft, nowIso } from "shushan/inspect/draft";
import { COLOURS, KINDS, PHASES, STATES } from "shushan/inspect/words";
import { _, dayTime, fill, label, named } from "shushan/words";

const NEAR = 6;
const dayOf = (ms) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: "Asia/Shanghai" }).format(new Date(ms));

export class Plan {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-plan");
    this.query = "";
  }

  draw() {
    const { state } = this.phone;
    if (!state) return this.box.replaceChildren(el("p", { class: "muted field-empty" }, _("Loading …")));
    if (this.search && this.search === document.activeElement) return this.#list();
    this.search = el("input", { type: "search", class: "kind-search", value: this.query, placeholder: _("Name, address or plate code"), "aria-label": _("Search sites"), on: { input: ({ target }) => { this.query = target.value.trim(); this.#list(); } } });
    this.box.replaceChildren(
      el("div", { class: "find-row" }, this.search, canScan() ? el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => this.#scan() } }, _("Scan the plate")) : null),
      this.list = el("div", {}));
    return this.#list();
  }

  async #scan() {
    const said = await scan(this.phone.sheet);
    if (!said) return;
    const code = said.replace(/\/+$/, "").split("/").at(-1).toUpperCase();
    const site = this.phone.state.sites.find(({ plate_code: plate }) => plate.toUpperCase() === code);
    if (site) this.open(site);
    else this.phone.said(_("No site of ours has this plate."), { tone: "error" });
  }

  #list() {
    const { state } = this.phone;
    const byId = Object.fromEntries(state.sites.map((site) => [site.id, site]));
    if (this.query) {
      const words = this.query.toLowerCase();
      const found = state.sites.filter((site) => `${site.name} ${site.address} ${site.code} ${site.plate_code} ${site.community}`.toLowerCase().includes(words)).slice(0, 20);
      return this.list.replaceChildren(el("h2", { class: "phone-title" }, fill(_("Found: %(n)s"), { n: found.length })), ...found.map((site) => this.#site(site)));
    }
    const today = dayOf(Date.now());
    const checks = state.planned.filter((one) => byId[one.site]);
    const part = (title, rows, none) => [
      el("h2", { class: "phone-title" }, title, rows.length ? ` · ${rows.length}` : ""),
      ...(rows.length ? rows.map((check) => this.#site(byId[check.site], check)) : none ? [el("p", { class: "phone-card muted" }, none)] : []),
    ];
    const late = checks.filter((one) => Date.parse(one.due_at) < Date.now());
    const mine = checks.filter((one) => !late.includes(one));
    const due = mine.filter(({ on }) => on <= today);
    return this.list.replaceChildren(
      ...(late.length ? part(_("Overdue"), late) : []),
      ...part(_("Today"), due, _("No check is planned for today.")),
      ...(mine.length > due.length ? part(_("This week"), mine.filter(({ on }) => on > today)) : []),
      el("h2", { class: "phone-title" }, this.phone.place.fix ? _("Near you") : _("Sites")),
      ...this.#near().map((site) => this.#site(site)));
  }

  #near() {
    const { sites } = this.phone.state;
    return [...sites].sort((a, b) => (this.phone.away(a) ?? 0) - (this.phone.away(b) ?? 0)).slice(0, NEAR);
  }

  #site(site, check = null) {
    const away = this.phone.away(site);
    const open = site.findings.length;
    return el("button", { type: "button", class: "phone-card site-card", data: { site: site.id, check: check?.id ?? "" }, on: { click: () => this.open(site, check) } },
      el("span", { class: "row" },
        el("span", { class: `site site-${site.colour}` }, label(COLOURS, site.colour)),
        check ? el("span", { class: "tag tag-accent" }, label(KINDS, check.kind)) : null,
        site.needs?.length ? el("span", { class: "tag tag-accent" }, fill(_("needs of departments: %(n)s"), { n: site.needs.length })) : null,
        site.status === "stopped" ? el("span", { class: "tag tag-missed" }, _("stopped by order")) : null,
        open ? el("span", { class: "tag tag-due" }, fill(_("open findings: %(n)s"), { n: open })) : null),
      el("b", { class: "site-name" }, site.name),
      el("span", { class: "muted small" }, [site.address || site.community, check ? fill(_("until %(at)s"), { at: dayTime(check.due_at) }) : "", away === null ? "" : away < 950 ? fill(_("%(n)s m"), { n: Math.round(away / 10) * 10 }) : fill(_("%(n)s km"), { n: (away / 1000).toFixed(1) })].filter(Boolean).join(" · ")));
  }

  /** What is known of a site, and who checks it how. */
  open(site, check = null) {
    const { state, sheet, draft } = this.phone;
    const named_ = new Set((check?.inspectors ?? []).filter((id) => id !== state.me.id));
    // Who was drawn comes first: nobody looks for a colleague in a long list.
    const others = state.officers.filter(({ id }) => id !== state.me.id).sort((a, b) => named_.has(b.id) - named_.has(a.id));
    const running = draft ? null : state.running.find((one) => one.site === site.id && one.version === 1);
    const chosen = { phase: site.phase, recheck: false };
    const wrong = el("p", { class: "errorlist", role: "alert", hidden: true });
    const pick = (name, rows, value) => el("div", { class: "choices" }, rows.map(([code, words]) => el("label", { class: "choice" },
      el("input", { type: "radio", name, value: code, props: { checked: code === String(value) }, on: { change: () => (chosen[name] = code) } }), el("span", {}, words))));
    const crew = el("div", { class: "choices crew" }, others.map(({ id, name }) => el("label", { class: "choice" },
      el("input", { type: "checkbox", name: "crew", value: id, props: { checked: named_.has(id) } }), el("span", {}, name))));
    const go = () => {
      const crew_ = [...crew.querySelectorAll("input:checked")].map(({ value }) => Number(value));
      wrong.hidden = crew_.length > 0;
      wrong.textContent = _("An inspection is made by two inspectors at least.");
      if (!crew_.length) return wrong.scrollIntoView({ block: "center" });
      return this.#show(site, check, { phase: chosen.phase, recheck: chosen.recheck === "yes", inspectors: [state.me.id, ...crew_] });
    };
    sheet.replaceChildren(el("div", { class: "sheet-form start-sheet" },
      el("h2", {}, site.name),
      el("p", { class: "muted" }, [label(COLOURS, site.colour), site.address, ...site.people.map(({ name }) => name)].filter(Boolean).join(" · ")),
      site.needs?.length ? el("div", { class: "phone-note need-note" }, el("b", {}, _("Departments ask to look at")), el("ul", {}, site.needs.map((need) => el("li", {},
        need.urgent ? el("span", { class: "tag tag-missed" }, _("urgent")) : null, ` ${named(need.department)}: ${need.items.join("、")} ${need.text}`)))) : null,
      site.findings.length ? el("ul", { class: "open-findings" }, site.findings.map((one) => el("li", {},
        el("span", { class: `tag ${one.missed || one.severity === "S" ? "tag-missed" : "tag-due"}` }, one.missed ? _("overdue") : label(STATES, one.status)), ` ${one.item_code} ${one.text}`))) : null,
      site.findings.length ? el("div", { class: "field" }, el("span", { class: "field-name" }, _("What is done?")), pick("recheck", [["no", _("Whole checklist")], ["yes", fill(_("Re-check of the %(n)s findings"), { n: site.findings.length })]], "no")) : null,
      el("div", { class: "field" }, el("span", { class: "field-name" }, _("What is being built")), pick("phase", Object.entries(PHASES).map(([code, words]) => [code, words()]), site.phase)),
      el("div", { class: "field" }, el("span", { class: "field-name" }, _("With whom (two inspectors at least)")), crew, wrong),
      draft ? el("p", { class: "phone-note phone-note-warning" }, fill(_("An inspection of %(site)s is under way: finish it first."), { site: draft.site.name })) : null,
      running ? el("p", { class: "phone-note phone-note-warning" }, fill(_("Your inspection of %(at)s is still under way here."), { at: dayTime(running.started_at) })) : null,
      el("div", { class: "sheet-actions" },
        el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => sheet.close() } }, _("Back")),
        running ? el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "go-on", on: { click: () => { sheet.close(); this.phone.resume(running); } } }, _("Go on with it")) : el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "show-code", props: { disabled: Boolean(draft) || !state.checklist }, on: { click: go } }, _("Show the code")))));
    if (!sheet.open) sheet.showModal();
    sheet.scrollTop = 0;
  }

  /** Show the code first, then inspect (亮码): large, to be scanned by who is inspected. */
  #show(site, check, values) {
    const { state, sheet } = this.phone;
    const code = this.phone.freshCode();
    if (!code) return this.phone.said(_("The codes that were kept are used up: the phone must reach the centre once."), { tone: "error" }) ?? sheet.close();
    const shown = nowIso();
    const people = values.inspectors.map((id) => state.officers.find((one) => one.id === id)).filter(Boolean);
    sheet.replaceChildren(el("div", { class: "sheet-form code-sheet" },
      el("h2", {}, _("Show the code, then inspect")),
      el("p", { class: "muted" }, _("Let the person in charge of the site scan it: who inspects what, on whose order.")),
      el("img", { class: "conduct-qr", src: code.qr, alt: code.code, width: 280, height: 280 }),
      el("p", { class: "mono conduct-code" }, code.code),
      el("p", { class: "conduct-who" }, el("b", {}, site.name), el("span", {}, people.map(({ name }) => name).join("、"))),
      el("div", { class: "sheet-actions" },
        el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => this.open(site, check) } }, _("Back")),
        el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "begin", on: { click: () => { sheet.close(); this.#begin(site, check, values, people, code, shown); } } }, _("Shown, begin")))));
    sheet.scrollTop = 0;
  }

  async #begin(site, check, values, people, code, shown) {
    const { fix } = this.phone.place;
    const needs = values.recheck ? [] : site.needs ?? [];
    const draft = newDraft({
      site, needs, list: this.phone.state.checklist, phase: values.phase, kind: values.recheck ? "recheck" : check?.kind ?? "extra", recheck: values.recheck,
      code: code.code, qr: code.qr, code_shown_at: shown, started_at: nowIso(), inspectors: values.inspectors, people,
    });
    await this.phone.useCode(code);
    await this.phone.setDraft(draft);
    await this.phone.outbox.put({
      path: "/api/v1/inspections/", step: "begin", order: draft.uuid, says: site.name,
      fields: {
        uuid: draft.uuid, site: site.id, conduct_code: code.code, code_shown_at: shown, started_at: draft.started_at, inspectors: values.inspectors,
        phase: values.phase, recheck: values.recheck, needs: needs.map(({ id }) => id), checklist: draft.list.id, lon: fix?.lon ?? null, lat: fix?.lat ?? null,
      },
    });
    location.hash = "#check";
  }
}
