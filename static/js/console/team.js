/** Who is who where it happened: the co-governance team of the incident's grid, each one tap away. */

import { callMember } from "shushan/calling";
import { el } from "shushan/cockpit/dom";
import { get } from "shushan/http";
import { _ } from "shushan/words";

export class Team {
  constructor(may) {
    this.may = may;
    this.element = el("div", { class: "team" });
  }

  clear() {
    this.grid = null;
    this.element.replaceChildren();
  }

  /** Fetch the team of the incident's grid, once for each grid. */
  async show(incident) {
    const code = incident.grid?.code;
    if (!code) {
      this.element.replaceChildren(el("p", { class: "case-loading" }, _("The place lies in no grid.")));
      return;
    }
    if (this.grid === code) return;
    this.grid = code;
    try {
      const { results } = await get(`/api/v1/grid/teams/?grid=${encodeURIComponent(code)}`, { background: true });
      if (this.grid === code) this.#draw(results, incident);
    } catch (problem) {
      this.grid = null;
      this.element.replaceChildren(el("p", { class: "case-loading" }, problem.message));
    }
  }

  #draw(members, incident) {
    const call = (member) => {
      const words = el("span", { class: "mono" }, member.phone_masked);
      if (!this.may.has("grid.call_team")) return words;
      const button = el("button", { type: "button", class: "button button-quiet" }, _("Dial"), " ", words);
      button.addEventListener("click", () => callMember(button, member.id, incident.case_no));
      return button;
    };
    this.element.replaceChildren(
      members.length
        ? el("table", { class: "table" }, el("tbody", {}, members.map((member) => el(
          "tr",
          {},
          el("td", { class: "muted nowrap" }, member.label),
          el("td", {}, el("b", {}, member.name), member.covers ? el("span", { class: "muted" }, ` ${member.covers}`) : null, el("div", { class: "muted small" }, member.organisation)),
          el("td", { class: "number" }, call(member)),
        ))))
        : el("p", { class: "case-loading" }, _("Nobody is named for this grid.")),
    );
  }
}
