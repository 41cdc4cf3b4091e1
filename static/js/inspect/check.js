/** The checklist of the visit under way: group by group, four results an item, photos of what is wrong. */

import { el, put, uuid } from "shushan/cockpit/dom";
import { groupsOf, lack, limitsOf, needsOf, nowIso, photosOf, resultsOf, totals } from "shushan/inspect/draft";
import { Signing } from "shushan/inspect/signing";
import { COLOURS, FIXES, KINDS, PHASES, RESULTS, SEVERITIES, STATES } from "shushan/inspect/words";
import { shrink } from "shushan/phone/photo";
import { _, dayTime, fill, label, named } from "shushan/words";

const MOST_PHOTOS = 6;

export class Check {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-check");
    this.signing = new Signing(phone, this);
    this.open = null; // the group that is unfolded
    this.dirty = new Set();
  }

  draw() {
    const { draft } = this.phone;
    if (!draft) {
      return this.box.replaceChildren(el("div", { class: "idle-card" }, el("h2", {}, _("No inspection is under way")), el("p", { class: "muted" }, _("Choose a site under “Plan”.")), el("a", { class: "weui-btn weui-btn_primary", href: "#plan" }, _("To the plan"))));
    }
    if (draft.step !== "list") return this.signing.draw(this.box);
    const groups = groupsOf(draft);
    this.open ??= groups.find(({ items }) => items.some((item) => lack(draft, item)))?.code ?? "";
    this.box.replaceChildren(
      this.#head(draft),
      ...groups.map((group) => this.#group(group)),
      el("div", { class: "phone-actions check-actions" },
        el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "to-sign", on: { click: () => this.#toSign() } }, _("Review and sign"))));
    return this.#counted();
  }

  #head(draft) {
    return el("section", { class: "phone-card check-head" },
      el("span", { class: "row" },
        el("span", { class: `site site-${draft.site.colour}` }, label(COLOURS, draft.site.colour)),
        el("span", { class: "tag tag-accent" }, label(KINDS, draft.kind)),
        el("span", { class: "tag" }, label(PHASES, draft.phase))),
      el("b", { class: "site-name" }, draft.site.name),
      el("p", { class: "muted small" }, draft.people.map(({ name }) => name).join("、"), " · ", dayTime(draft.started_at)),
      el("div", { class: "head-acts" },
        draft.qr ? el("button", { type: "button", class: "button-link", on: { click: () => this.#code(draft) } }, _("Show the code again")) : null,
        el("button", { type: "button", class: "button-link quiet", id: "give-up", on: { click: () => this.phone.drop({ uuid: draft.uuid, site_name: draft.site.name }) } }, _("Give it up"))),
      this.bar = el("div", { class: "check-bar", role: "img" }, el("i", {})),
      this.counts = el("p", { class: "check-counts" }));
  }

  #code(draft) {
    const { sheet } = this.phone;
    sheet.replaceChildren(el("div", { class: "sheet-form code-sheet" }, el("h2", {}, _("Conduct code")), el("img", { class: "conduct-qr", src: draft.qr, alt: draft.code, width: 280, height: 280 }), el("p", { class: "mono conduct-code" }, draft.code),
      el("div", { class: "sheet-actions" }, el("button", { type: "button", class: "weui-btn weui-btn_default grow", on: { click: () => sheet.close() } }, _("Back")))));
    sheet.showModal();
  }

  #counted() {
    const all = totals(this.phone.draft);
    const words = fill(_("%(done)s of %(total)s · fails %(fails)s · mended %(spot)s"), all);
    put(this.counts, words);
    this.bar.setAttribute("aria-label", words);
    this.bar.firstChild.style.width = `${all.total ? 100 * all.done / all.total : 0}%`;
  }

  #group(group) {
    const open = this.open === group.code;
    return el("section", { class: "phone-card check-group", data: { group: group.code } },
      el("button", { type: "button", class: "group-head", "aria-expanded": String(open), on: { click: () => this.#unfold(open ? "" : group.code) } },
        el("b", {}, `${group.code} ${named(group)}`),
        el("span", { class: "muted small" }, named({ name_zh: group.lead_zh, name_en: group.lead_en })),
        this.#state(group)),
      open ? el("div", { class: "group-items" },
        group.items.some((item) => !this.phone.draft.results[item.id])
          ? el("button", { type: "button", class: "weui-btn weui-btn_default all-conform", data: { all: group.code }, on: { click: () => this.#conform(group) } }, _("All the others conform"))
          : null,
        ...group.items.map((item) => this.#item(item, group))) : null);
  }

  #state(group) {
    const { draft } = this.phone;
    const done = group.items.filter((item) => draft.results[item.id]).length;
    const bad = group.items.filter((item) => ["fails", "spot"].includes(draft.results[item.id]?.result)).length;
    const lacking = group.items.some((item) => draft.results[item.id] && lack(draft, item));
    const tone = lacking ? "tag-due" : bad ? "tag-missed" : done === group.items.length ? "tag-ok" : "";
    const words = lacking ? _("photo missing") : bad ? fill(_("problems %(n)s"), { n: bad }) : `${done}/${group.items.length}`;
    return el("span", { class: `tag ${tone} group-state` }, words);
  }

  #unfold(code) {
    this.flush();
    this.open = code;
    this.draw();
    if (code) this.box.querySelector(`[data-group="${code}"]`)?.scrollIntoView({ block: "start" });
  }

  async #conform(group) {
    const { draft } = this.phone;
    const at = nowIso();
    for (const item of group.items) {
      if (draft.results[item.id]) continue;
      draft.results[item.id] = { result: "ok", serious: false, note: "", at };
      this.dirty.add(item.id);
    }
    await this.phone.keep();
    const groups = groupsOf(draft);
    const next = groups.slice(groups.findIndex(({ code }) => code === group.code) + 1).find(({ items }) => items.some((item) => lack(draft, item)));
    this.#unfold(group.items.some((item) => lack(draft, item)) ? group.code : next?.code ?? "");
  }

  #item(item, group) {
    const { draft } = this.phone;
    const result = draft.results[item.id];
    const again = (draft.site.findings ?? []).find(({ item_code: code }) => code === item.code);
    const serious = item.severity === "S" || result?.serious;
    const box = el("article", { class: "check-item", data: { item: item.code, result: result?.result ?? "" } },
      el("p", { class: "item-name" }, el("span", { class: "mono" }, item.code), ` ${named(item)} `, serious ? el("span", { class: "tag tag-missed" }, label(SEVERITIES, "S")) : null),
      ...needsOf(draft, item).map((need) => el("p", { class: "item-need small" }, el("b", {}, named(need.department)), need.text ? `: ${need.text}` : ` ${_("asks to look at this")}`)),
      again ? el("p", { class: "item-again small" }, fill(_("Open finding %(number)s: %(state)s"), { number: again.number, state: label(STATES, again.status) })) : null,
      el("div", { class: "results", role: "group", "aria-label": item.code }, Object.keys(RESULTS).map((code) => el("button", {
        type: "button", data: { result: code }, "aria-pressed": String(result?.result === code), on: { click: () => this.#judge(item, group, code) },
      }, label(RESULTS, code)))));
    if (result && (result.result === "fails" || result.result === "spot")) box.append(...this.#detail(item, group, result));
    else if (again && result?.result === "ok") box.append(this.#photos(item, group, "after", _("Photo after mending")));
    return box;
  }

  #detail(item, group, result) {
    const limits = limitsOf(item, result);
    const own = this.phone.draft.fixes[item.id] ?? {};
    const fix = limits.fixes.includes(own.fix) ? own.fix : limits.fix;
    const days = Math.min(own.days || limits.days || 1, limits.most);
    return [
      this.#photos(item, group, "before", _("Photo of what is wrong")),
      result.result === "spot" ? this.#photos(item, group, "after", _("Photo after mending")) : null,
      el("textarea", { class: "item-note", rows: 2, maxlength: 300, placeholder: _("What is wrong? (may be left out)"), "aria-label": _("What is wrong?"), props: { value: result.note ?? "" }, on: { input: ({ target }) => this.#change(item, { note: target.value }) } }),
      item.serious_when ? el("label", { class: "item-serious" }, el("input", { type: "checkbox", props: { checked: Boolean(result.serious) }, on: { change: async ({ target }) => { await this.#change(item, { serious: target.checked }); this.#again(group); } } }), fill(_("Serious: %(when)s"), { when: named(item.serious_when) })) : null,
      result.result === "fails" ? el("div", { class: "item-fix" },
        el("div", { class: "segments" }, limits.fixes.map((code) => el("button", { type: "button", data: { fix: code }, "aria-pressed": String(code === fix), on: { click: () => this.#fix(item, group, { fix: code }) } }, label(FIXES, code)))),
        fix === "date" && item.code !== "1005" ? el("label", { class: "item-days" }, el("input", { type: "number", inputmode: "numeric", min: 1, max: limits.most, "aria-label": _("Limit in workdays"), props: { value: days }, on: { change: ({ target }) => this.#fix(item, group, { days: Math.min(Math.max(Math.round(Number(target.value)) || 1, 1), limits.most) }) } }), fill(_("workdays (at most %(n)s)"), { n: limits.most })) : null,
        item.code === "1005" ? el("p", { class: "small muted" }, _("No stop order: report it to the wage office within 24 hours.")) : null) : null,
    ].filter(Boolean);
  }

  #photos(item, group, when, words) {
    const mine = photosOf(this.phone.draft, item, when);
    const box = el("div", { class: "item-photos" }, el("span", { class: "field-name" }, words, mine.length ? "" : el("b", { class: "needed" }, " *")), el("div", { class: "photos" },
      mine.map((photo) => el("button", { type: "button", class: "shot-kept", "aria-label": _("Throw this photo away"), on: { click: () => this.#throw(photo, group) } }, this.#picture(photo))),
      mine.length < MOST_PHOTOS ? el("label", { class: "photo-add" }, el("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only", name: `${when}-${item.code}`, on: { change: ({ target }) => target.files[0] && this.#shot(item, group, when, target.files[0]) } }), el("span", {}, el("b", { "aria-hidden": "true" }, "+"), _("Photo"))) : null));
    return box;
  }

  #picture(photo) {
    const img = el("img", { alt: "", src: photo.src ?? null });
    if (!photo.src) this.phone.kept.get(`photo-${photo.uuid}`).then((blob) => blob && (img.src = URL.createObjectURL(blob)));
    return img;
  }

  async #shot(item, group, when, file) {
    const { draft, kept, outbox, place } = this.phone;
    const shot_at = nowIso();
    const fix = place.fix && Date.now() - Date.parse(place.fix.fix_at) < 300_000 ? place.fix : null;
    const blob = await shrink(file);
    const photo = { uuid: uuid(), item: item.id, when };
    await kept.set(`photo-${photo.uuid}`, blob);
    draft.photos.push(photo);
    await this.phone.keep();
    this.#again(group);
    await outbox.put({
      path: `/api/v1/inspections/${draft.uuid}/photos/`, step: "photo", order: photo.uuid, says: `${item.code} ${draft.site.name}`, photo: blob,
      fields: { uuid: photo.uuid, item: item.id, when, shot_at, lon: fix?.lon ?? null, lat: fix?.lat ?? null },
    });
  }

  async #throw(photo, group) {
    if (!confirm(_("Throw this photo away?"))) return;
    const { draft, kept } = this.phone;
    draft.photos = draft.photos.filter(({ uuid: id }) => id !== photo.uuid);
    await this.phone.keep();
    await kept.drop(`photo-${photo.uuid}`);
    this.#again(group);
  }

  async #judge(item, group, code) {
    const { draft } = this.phone;
    const before = draft.results[item.id];
    draft.results[item.id] = { note: before?.note ?? "", serious: ["fails", "spot"].includes(code) ? Boolean(before?.serious) : false, result: code, at: nowIso() };
    if (code === "fails") draft.fixes[item.id] ??= { uuid: uuid() };
    this.dirty.add(item.id);
    await this.phone.keep();
    this.#again(group);
  }

  async #change(item, values) {
    Object.assign(this.phone.draft.results[item.id], values, { at: nowIso() });
    this.dirty.add(item.id);
    await this.phone.keep();
  }

  async #fix(item, group, values) {
    const { draft } = this.phone;
    draft.fixes[item.id] = { uuid: uuid(), ...draft.fixes[item.id], ...values };
    await this.phone.keep();
    this.#again(group);
  }

  /** Draw one group anew; the others stay where they are. */
  #again(group) {
    const old = this.box.querySelector(`[data-group="${group.code}"]`);
    if (old) old.replaceWith(this.#group(group));
    this.#counted();
  }

  /** What was seen since goes on its way. */
  flush() {
    const { draft, outbox } = this.phone;
    if (!draft || !this.dirty.size || draft.step === "sent") return;
    const results = resultsOf(draft, [...this.dirty]);
    this.dirty.clear();
    outbox.put({ path: `/api/v1/inspections/${draft.uuid}/results/`, step: "results", order: draft.uuid, says: draft.site.name, fields: { results } });
  }

  async #toSign() {
    const { draft } = this.phone;
    this.flush();
    const group = groupsOf(draft).find(({ items }) => items.some((item) => lack(draft, item)));
    if (group) {
      const item = group.items.find((one) => lack(draft, one));
      const why = { result: _("%(code)s has no result yet."), before: _("%(code)s: a photo of what is wrong is needed."), after: _("%(code)s: a photo after mending is needed.") }[lack(draft, item)];
      this.phone.said(fill(why, { code: item.code }), { tone: "error" });
      this.open = group.code;
      this.draw();
      return this.box.querySelector(`[data-item="${item.code}"]`)?.scrollIntoView({ block: "center" });
    }
    this.phone.said("");
    draft.step = "sign";
    await this.phone.keep();
    this.draw();
    return scrollTo(0, 0);
  }
}
