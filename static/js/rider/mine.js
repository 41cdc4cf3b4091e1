/** Mine: what waits to be sent, own reports and what became of them, own notes of delay to show. */

import { el } from "shushan/cockpit/dom";
import { BECAME, STEPS } from "shushan/rider/words";
import { _, clockTime, dayTime, fill, label } from "shushan/words";

let installer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installer = event;
});

export class Mine {
  constructor(phone, hazards) {
    this.phone = phone;
    this.words = Object.fromEntries(hazards.map(({ code, says }) => [code, says]));
    this.box = document.getElementById("tab-mine");
  }

  draw() {
    const { state, outbox } = this.phone;
    this.box.replaceChildren(
      ...this.#kept(outbox),
      ...(state ? [
        el("section", { class: "phone-card rider-card" },
          el("b", {}, state.me.nickname), el("span", { class: "muted" }, fill(_("vest %(no)s"), { no: state.me.vest_no })),
          el("p", { class: "muted small" }, [state.me.platform, state.me.station, state.me.area].filter(Boolean).join(" · "))),
        el("h2", { class: "phone-title" }, _("My notes of delay")),
        el("div", { class: "weui-cells" }, state.notes.length ? state.notes.map((note) => this.#note(note)) : [el("div", { class: "weui-cell muted" }, _("None yet. After you have helped, the centre can issue one for your platform."))]),
        el("h2", { class: "phone-title" }, _("My reports")),
        el("div", { class: "weui-cells" }, state.reports.length ? state.reports.map((one) => this.#report(one)) : [el("div", { class: "weui-cell muted" }, _("Nothing reported yet."))]),
      ] : [el("p", { class: "muted field-empty" }, _("Loading …"))]),
      el("div", { class: "mine-foot" },
        installer ? el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => installer.prompt() } }, _("Put it on the home screen")) : null,
        el("a", { class: "weui-btn weui-btn_default", href: "/start/" }, _("All pages"))),
    );
  }

  #report(one) {
    const [words, tone] = BECAME[one.became] ?? BECAME.looking;
    return el("div", { class: "weui-cell", data: { report: one.id } },
      el("div", { class: "weui-cell__bd" },
        el("p", {}, this.words[one.hazard] ?? one.hazard, one.solved ? el("span", { class: "tag tag-ok rider-solved" }, _("helped to solve a case")) : null),
        el("p", { class: "muted small" }, dayTime(one.found_at)), el("p", { class: "muted small mono" }, one.case_no)),
      el("div", { class: "weui-cell__ft" }, el("span", { class: `tag ${tone}` }, words())));
  }

  #note(note) {
    return el("button", { type: "button", class: "weui-cell weui-cell_access rider-note", data: { note: note.id }, on: { click: () => this.#show(note) } },
      el("div", { class: "weui-cell__bd" }, el("p", { class: "mono" }, note.number), el("p", { class: "muted small" }, `${dayTime(note.begun_at)}–${clockTime(note.ended_at, { seconds: false })} · ${note.place}`)),
      el("div", { class: "weui-cell__ft" }, note.voided_at ? el("span", { class: "tag tag-missed" }, _("void")) : ""));
  }

  /** Large, to be held out to somebody; from what is kept, so also without a network. */
  #show(note) {
    const { sheet } = this.phone;
    const row = (words, value, mono = false) => [el("dt", {}, words), el("dd", { class: mono ? "mono" : null }, value)];
    sheet.replaceChildren(el("div", { class: "sheet-form note-sheet" },
      el("h2", {}, _("Certificate of delay")),
      note.voided_at ? el("p", { class: "phone-note phone-note-error" }, _("This note holds no more.")) : null,
      el("dl", {}, row(_("Number"), note.number, true), row(_("Time"), `${dayTime(note.begun_at)} – ${clockTime(note.ended_at, { seconds: false })}`), row(_("Place"), note.place), row(_("What the rider did"), note.did), row(_("Code for checking"), note.code, true)),
      el("p", { class: "muted small" }, fill(_("The platform checks it at %(address)s"), { address: `${location.host}/delay-note/` })),
      el("div", { class: "sheet-actions" },
        el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => sheet.close() } }, _("Back")),
        el("a", { class: "weui-btn weui-btn_primary grow", href: `/delay-note/${note.id}/print/` }, _("Open the certificate")))));
    sheet.showModal();
  }

  #kept({ waiting, refused }) {
    if (!waiting.length && !refused.length) return [];
    const line = (item) => el("div", { class: "weui-cell" },
      el("div", { class: "weui-cell__bd" }, el("p", {}, `${label(STEPS, item.step)} · ${item.says ?? ""}`), item.refusal ? el("p", { class: "refusal small" }, item.refusal) : null),
      el("div", { class: "weui-cell__ft" }, item.refusal
        ? [el("button", { type: "button", class: "button-link", on: { click: () => this.phone.outbox.retry(item.key).then(() => this.draw()) } }, _("Again")), el("button", { type: "button", class: "button-link", on: { click: () => confirm(_("Throw it away?")) && this.phone.outbox.discard(item.key).then(() => this.draw()) } }, _("Throw away"))]
        : el("span", { class: "tag tag-due" }, _("waiting"))));
    return [
      el("h2", { class: "phone-title" }, fill(_("Waiting to be sent: %(n)s"), { n: waiting.length })),
      el("div", { class: "weui-cells" }, [...refused, ...waiting].map(line)),
    ];
  }
}
