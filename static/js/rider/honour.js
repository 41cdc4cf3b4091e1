/** The honour list of the month: nicknames only, and where one stands oneself. */

import { el } from "shushan/cockpit/dom";
import { _, chinese, fill } from "shushan/words";

export class Honour {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-honour");
  }

  draw() {
    const { state } = this.phone;
    if (!state) return this.box.replaceChildren(el("p", { class: "muted field-empty" }, _("Loading …")));
    const { month, lines, mine } = state.honour;
    const [year, number] = month.split("-").map(Number);
    const when = chinese() ? `${year}年${number}月` : new Intl.DateTimeFormat("en", { month: "long", year: "numeric" }).format(new Date(year, number - 1, 1));
    return this.box.replaceChildren(
      el("div", { class: "phone-card honour-mine" }, el("p", { class: "muted" }, when), mine
        ? [el("b", {}, fill(_("Rank %(n)s"), { n: mine.rank })), el("p", {}, fill(_("Reports taken up: %(reports)s, times helped: %(helps)s"), mine))]
        : [el("b", {}, _("Not on the list yet")), el("p", { class: "muted" }, _("A report that is taken up or help that is given puts you on it."))]),
      el("ol", { class: "weui-cells honour-list" }, lines.map((line) => el("li", { class: "weui-cell", data: { me: String(line.me) } },
        el("b", { class: "honour-rank", data: { rank: line.rank } }, String(line.rank)),
        el("div", { class: "weui-cell__bd" }, el("p", {}, line.nickname), el("p", { class: "muted small" }, line.platform)),
        el("div", { class: "weui-cell__ft" }, fill(_("reports %(reports)s · helps %(helps)s"), line))))),
      lines.length ? "" : el("p", { class: "muted field-empty" }, _("Nobody has earned a place this month yet.")),
    );
  }
}
