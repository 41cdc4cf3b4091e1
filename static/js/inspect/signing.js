/** The end of a visit: what was found, the signatures of everybody, and the sheet goes on its way, locked. */

import { el, uuid } from "shushan/cockpit/dom";
import { fixesOf, groupsOf, nowIso, resultsOf, totals, unsigned } from "shushan/inspect/draft";
import { drawn, sign } from "shushan/inspect/pad";
import { FIXES, RESULTS, ROLES } from "shushan/inspect/words";
import { openSheet } from "shushan/unit/sheets";
import { _, fill, label, named } from "shushan/words";

export class Signing {
  constructor(phone, check) {
    this.phone = phone;
    this.check = check;
  }

  draw(box) {
    const { draft } = this.phone;
    if (draft.step === "sent") return box.replaceChildren(...this.#sent(draft));
    const missing = unsigned(draft);
    return box.replaceChildren(
      this.#summary(draft),
      el("h2", { class: "phone-title" }, _("Inspectors sign")),
      ...draft.people.map((person) => this.#inspector(person)),
      el("h2", { class: "phone-title" }, _("The site signs")),
      ...draft.signatures.filter(({ role }) => role !== "inspector").map((one) => this.#signed(one, label(ROLES, one.role))),
      el("div", { class: "phone-card sign-site" },
        ...["manager", "owner", "supervisor"].map((role) => el("button", { type: "button", class: "weui-btn weui-btn_default", data: { sign: role }, on: { click: () => this.#site(role) } }, label(ROLES, role))),
        el("button", { type: "button", class: "weui-btn weui-btn_warn", data: { sign: "refuse" }, on: { click: () => this.#refuse() } }, _("Refuses to sign"))),
      el("div", { class: "phone-actions check-actions" },
        el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => this.#back() } }, _("Back to the list")),
        el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "lock", props: { disabled: missing.inspectors.length > 0 || missing.site }, on: { click: () => this.#lock() } }, _("Lock the sheet"))));
  }

  #summary(draft) {
    const all = totals(draft);
    const fixes = Object.fromEntries(fixesOf(draft).map((one) => [one.item, one]));
    const bad = groupsOf(draft).flatMap(({ items }) => items).filter((item) => ["fails", "spot"].includes(draft.results[item.id]?.result));
    const line = (item) => {
      const result = draft.results[item.id];
      const fix = fixes[item.id];
      const until = !fix ? label(RESULTS, "spot") : item.code === "1005" ? _("wage office, 24 hours") : fix.fix === "stop" ? label(FIXES, "stop") : fill(_("%(n)s workdays"), { n: fix.days });
      return el("li", {}, el("span", { class: "mono" }, item.code), ` ${result.note || named(item)} `, el("span", { class: `tag ${fix?.fix === "stop" ? "tag-missed" : fix ? "tag-due" : "tag-ok"}` }, until));
    };
    return el("section", { class: "phone-card" },
      el("b", { class: "site-name" }, draft.site.name),
      el("p", { class: "muted small" }, fill(_("conforms %(ok)s · fails %(fails)s · mended %(spot)s · not applicable %(na)s"), all)),
      bad.length ? el("ul", { class: "sign-list" }, bad.map(line)) : el("p", { class: "tag tag-ok" }, _("No problem was found.")),
      el("textarea", { class: "item-note", rows: 2, maxlength: 2000, placeholder: _("Remarks on the sheet (may be left out)"), "aria-label": _("Remarks on the sheet"), props: { value: draft.note }, on: { input: ({ target }) => { draft.note = target.value; this.phone.keep(); } } }));
  }

  #inspector(person) {
    const found = this.phone.draft.signatures.find(({ role, user }) => role === "inspector" && user === person.id);
    if (found) return this.#signed(found, person.name);
    return el("div", { class: "phone-card sign-line" }, el("b", {}, person.name),
      el("button", { type: "button", class: "weui-btn weui-btn_primary", data: { signer: person.id }, on: { click: () => this.#draw(person.name, { role: "inspector", user: person.id, name: person.name }) } }, _("Sign")));
  }

  #signed(one, words) {
    return el("div", { class: "phone-card sign-line", data: { signed: one.role } },
      el("span", {}, el("b", {}, one.name || words), one.role === "inspector" ? null : el("span", { class: "muted small" }, ` ${words}`),
        one.refused_reason ? el("p", { class: "refusal small" }, fill(_("Refused: %(why)s Witness: %(name)s"), { why: one.refused_reason, name: one.witness })) : null),
      one.refused_reason ? null : drawn(one.strokes),
      el("button", { type: "button", class: "button-link", on: { click: () => this.#remove(one) } }, _("Sign again")));
  }

  async #draw(title, values) {
    const strokes = await sign(this.phone.sheet, title, fill(_("%(site)s · problems %(n)s"), { site: this.phone.draft.site.name, n: fixesOf(this.phone.draft).length }));
    if (strokes) await this.#add({ uuid: uuid(), ...values, strokes, refused_reason: "", witness: "", at: nowIso() });
  }

  #site(role) {
    const posts = { manager: "manager", owner: "owner", supervisor: "supervisor" };
    const known = (this.phone.draft.site.people ?? []).find(({ post }) => post === posts[role]);
    openSheet(this.phone.sheet, {
      title: label(ROLES, role),
      fields: [{ name: "name", label: _("Name of who signs"), kind: "text", value: known?.name ?? "", needed: true }],
      button: _("To the signature"),
      send: ({ name }) => this.#draw(name.trim(), { role, user: null, name: name.trim().slice(0, 30) }),
    });
  }

  #refuse() {
    openSheet(this.phone.sheet, {
      title: _("Refuses to sign"),
      says: _("The refusal is written down with its reason and a witness; the sheet counts all the same."),
      fields: [
        { name: "name", label: _("Who refuses"), kind: "text", needed: true },
        { name: "reason", label: _("Why"), kind: "area", needed: true },
        { name: "witness", label: _("Witness"), kind: "text", needed: true },
      ],
      button: _("Write it down"), danger: true,
      send: ({ name, reason, witness }) => this.#add({ uuid: uuid(), role: "manager", user: null, name: name.trim().slice(0, 30), strokes: [], refused_reason: reason.trim().slice(0, 200), witness: witness.trim().slice(0, 30), at: nowIso() }),
    });
  }

  async #add(one) {
    const { draft } = this.phone;
    // An inspector signs once: a second tap on a slow phone replaces the first.
    draft.signatures = [...draft.signatures.filter(({ role, user }) => role !== "inspector" || one.role !== role || user !== one.user), one];
    await this.phone.keep();
    this.check.draw();
  }

  async #remove(one) {
    const { draft } = this.phone;
    draft.signatures = draft.signatures.filter(({ uuid: id }) => id !== one.uuid);
    await this.phone.keep();
    this.check.draw();
  }

  /** Who changes what was signed lets everybody sign again. */
  async #back() {
    const { draft } = this.phone;
    if (draft.signatures.length && !confirm(_("Going back takes the signatures away: everybody signs what it says in the end."))) return;
    draft.signatures = [];
    draft.step = "list";
    await this.phone.keep();
    this.check.draw();
  }

  async #lock() {
    const { draft, outbox } = this.phone;
    if (draft.step === "sent") return; // a second tap, before the button is gone
    draft.step = "sent";
    draft.wrong = "";
    await this.phone.keep();
    this.check.draw();
    scrollTo(0, 0);
    await outbox.put({
      path: `/api/v1/inspections/${draft.uuid}/lock/`, step: "lock", order: draft.uuid, says: draft.site.name,
      fields: { ended_at: nowIso(), results: resultsOf(draft), fixes: fixesOf(draft), photos: draft.photos.map(({ uuid: id }) => id), signatures: draft.signatures, note: draft.note },
    });
  }

  #sent(draft) {
    return [el("div", { class: "idle-card sent-card", id: "sent" },
      el("h2", {}, _("Signed")),
      el("p", {}, draft.site.name),
      el("p", { class: "muted" }, _("The sheet is kept on this phone and sent as soon as there is a network. It can no longer be changed.")))];
  }
}
