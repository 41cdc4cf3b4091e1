/** Mine: figures of today and the month, own reports with their state, what waits and what was refused. */

import { el } from "shushan/cockpit/dom";
import { STEPS } from "shushan/field/words";
import { _, dayTime, fill, label, named, STATUSES } from "shushan/words";

const ROWS = [
  ["reported", () => _("reported")],
  ["self_handled", () => _("handled by myself")],
  ["tasks", () => _("tasks done (in time)"), "tasks_in_time"],
  ["visits", () => _("follow-ups (in time)"), "visits_in_time"],
  ["patrol_days", () => _("days with a valid patrol")],
];

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
    const { state, outbox } = this.phone;
    if (!state) return;
    const { today, month } = state.figures;
    const told = (of, [name, , second]) => (second ? `${of[name]} (${of[second]})` : String(of[name]));
    this.box.replaceChildren(
      ...this.#kept(outbox),
      el("div", { class: "phone-card" },
        el("table", { class: "figures-table" },
          el("thead", {}, el("tr", {}, el("th", {}, state.me.name), el("th", {}, _("today")), el("th", {}, _("this month")))),
          el("tbody", {}, ROWS.map((row) => el("tr", {}, el("th", { scope: "row" }, row[1]()), el("td", {}, told(today, row)), el("td", {}, told(month, row))))))),
      el("h2", { class: "phone-title" }, _("My reports")),
      el("div", { class: "weui-cells" }, state.reports.length
        ? state.reports.map((one) => el("div", { class: "weui-cell" },
            el("div", { class: "weui-cell__bd" }, el("p", {}, named(one.category)), el("p", { class: "muted small" }, `${dayTime(one.opened_at)} · ${one.case_no}`)),
            el("div", { class: "weui-cell__ft" }, el("span", { class: `tag ${one.self_handled ? "tag-ok" : ""}` }, one.self_handled ? _("handled by myself") : label(STATUSES, one.status)))))
        : [el("div", { class: "weui-cell muted" }, _("Nothing reported yet."))]),
      el("div", { class: "mine-foot" },
        installer ? el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => installer.prompt() } }, _("Put it on the home screen")) : null,
        el("a", { class: "weui-btn weui-btn_default", href: "/start/" }, _("All pages"))),
    );
  }

  #kept({ waiting, refused }) {
    if (!waiting.length && !refused.length) return [];
    const line = (item) => el("div", { class: "weui-cell" },
      el("div", { class: "weui-cell__bd" }, el("p", {}, label(STEPS, item.step)), item.refusal ? el("p", { class: "refusal small" }, item.refusal) : null),
      el("div", { class: "weui-cell__ft" }, item.refusal
        ? [el("button", { type: "button", class: "button-link", on: { click: () => this.#again(item) } }, _("Again")), el("button", { type: "button", class: "button-link", on: { click: () => confirm(_("Throw it away?")) && this.phone.outbox.discard(item.key).then(() => this.draw()) } }, _("Throw away"))]
        : el("span", { class: "tag tag-due" }, _("waiting"))));
    return [
      el("h2", { class: "phone-title" }, fill(_("Waiting to be sent: %(n)s"), { n: waiting.length })),
      el("div", { class: "weui-cells" }, [...refused, ...waiting].map(line)),
    ];
  }

  async #again(item) {
    await this.phone.outbox.retry(item.key);
    this.draw();
  }
}
