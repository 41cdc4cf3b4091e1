/** The five figures of today in a row above the map. */

import { el, put } from "shushan/cockpit/dom";
import { heading, percentiles, share, tone, under } from "shushan/cockpit/figures";

export class Strip {
  constructor(list) {
    this.list = list;
    this.cells = new Map();
  }

  draw(figures) {
    this.list.hidden = !figures;
    for (const figure of figures ?? []) {
      let cell = this.cells.get(figure.code);
      if (!cell) {
        const [name, target] = heading(figure.code);
        cell = { name: el("dt", {}, el("span", {}, name), " ", el("span", {}, target)), value: el("span"), unit: el("small", {}, "%"), n: el("span"), late: el("span") };
        cell.element = el("div", { data: { code: figure.code } }, cell.name, el("dd", {}, cell.value, cell.unit), el("dd", { class: "strip-rest" }, cell.n, cell.late));
        this.cells.set(figure.code, cell);
        this.list.append(cell.element);
      }
      const said = share(figure);
      put(cell.value, said);
      cell.unit.hidden = said === "–";
      const [n, late] = under(figure);
      put(cell.n, n);
      put(cell.late, late);
      const shade = tone(figure);
      cell.value.style.color = shade ? `var(--${shade})` : "";
      cell.element.title = [heading(figure.code).join(" "), ...percentiles(figure)].filter(Boolean).join("\n");
    }
  }
}
