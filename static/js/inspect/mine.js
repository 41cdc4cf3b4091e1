/** Mine: what waits to be sent, sheets under way elsewhere, signed sheets of late. */

import { el } from "shushan/cockpit/dom";
import { KINDS, STEPS } from "shushan/inspect/words";
import { _, dayTime, fill, label } from "shushan/words";

const LEFT_LYING_MS = 86_400_000;

let installer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installer = event;
});

export class Mine {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-mine");
  }

  draw() {
    const { state, outbox, draft } = this.phone;
    const running = (state?.running ?? []).filter(({ uuid }) => uuid !== draft?.uuid);
    this.box.replaceChildren(
      ...this.#kept(outbox),
      ...(running.length ? [el("h2", { class: "phone-title" }, _("Under way")), el("div", { class: "weui-cells" }, running.map((one) => this.#running(one)))] : []),
      el("h2", { class: "phone-title" }, _("Signed sheets")),
      el("div", { class: "weui-cells" }, state?.recent.length ? state.recent.map((one) => this.#sheet(one)) : [el("div", { class: "weui-cell muted" }, state ? _("Nothing signed yet.") : _("Loading …"))]),
      el("div", { class: "mine-foot" },
        installer ? el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => installer.prompt() } }, _("Put it on the home screen")) : null,
        el("a", { class: "weui-btn weui-btn_default", href: "/worksites/findings/" }, _("Findings")),
        el("a", { class: "weui-btn weui-btn_default", href: "/start/" }, _("All pages"))));
  }

  #running(one) {
    const old = Date.now() - Date.parse(one.started_at) > LEFT_LYING_MS;
    return el("div", { class: "weui-cell running-line", data: { running: one.uuid } },
      el("div", { class: "weui-cell__bd" },
        el("p", {}, one.site_name),
        el("p", { class: "muted small" }, `${label(KINDS, one.kind)} · ${dayTime(one.started_at)}`),
        old ? el("span", { class: "tag tag-missed" }, _("under way for more than a day")) : null),
      el("div", { class: "weui-cell__ft" },
        el("button", { type: "button", class: "button-link", data: { resume: one.uuid }, on: { click: () => this.phone.resume(one) } }, _("Go on here")),
        el("button", { type: "button", class: "button-link quiet", data: { drop: one.uuid }, on: { click: () => this.phone.drop(one) } }, _("Give it up"))));
  }

  #sheet(one) {
    const gone = one.status === "replaced" ? _("replaced") : one.status === "voided" ? _("void") : "";
    return el("div", { class: "weui-cell sheet-line", data: { sheet: one.uuid } },
      el("a", { class: "weui-cell__bd", href: one.sheet },
        el("p", {}, one.site_name, one.version > 1 ? el("span", { class: "muted small" }, ` ${fill(_("version %(n)s"), { n: one.version })}`) : null),
        el("p", { class: "muted small" }, `${label(KINDS, one.kind)} · ${one.locked_at ? dayTime(one.locked_at) : ""}`),
        el("p", { class: "muted small mono" }, one.sha256.slice(0, 16))),
      el("div", { class: "weui-cell__ft" },
        el("span", { class: `tag ${gone ? "" : one.clean ? "tag-ok" : "tag-missed"}` }, gone || (one.clean ? _("clean") : fill(_("problems %(n)s"), { n: one.found }))),
        gone || this.phone.draft ? null : el("button", { type: "button", class: "button-link", data: { correct: one.uuid }, on: { click: () => this.phone.correct(one) } }, _("Correct"))));
  }

  #kept({ waiting, refused }) {
    if (!waiting.length && !refused.length) return [];
    const line = (item) => el("div", { class: "weui-cell" },
      el("div", { class: "weui-cell__bd" }, el("p", {}, `${label(STEPS, item.step)} · ${item.says ?? ""}`), item.refusal ? el("p", { class: "refusal small" }, item.refusal) : null),
      el("div", { class: "weui-cell__ft" }, item.refusal
        ? [el("button", { type: "button", class: "button-link", on: { click: () => this.phone.outbox.retry(item.key).then(() => this.draw()) } }, _("Again")), el("button", { type: "button", class: "button-link", on: { click: () => confirm(_("Throw it away?")) && this.phone.outbox.discard(item.key).then(() => this.draw()) } }, _("Throw away"))]
        : el("span", { class: "tag tag-due" }, _("waiting"))));
    return [el("h2", { class: "phone-title" }, fill(_("Waiting to be sent: %(n)s"), { n: waiting.length })), el("div", { class: "weui-cells" }, [...refused, ...waiting].map(line))];
  }
}

