/** The five big figures: attainment, target, n, what is overdue now, and how the last seven days went. */

import { el, put } from "shushan/cockpit/dom";
import { count, heading, percentiles, share, tone } from "shushan/cockpit/figures";
import { fill, _ } from "shushan/words";

export class Figures {
  constructor(list) {
    this.list = list;
    this.cards = new Map();
  }

  draw(figures) {
    this.list.hidden = !figures;
    for (const figure of figures ?? []) {
      let card = this.cards.get(figure.code);
      if (!card) this.cards.set(figure.code, (card = this.#card(figure.code)));
      const said = share(figure);
      put(card.value, said);
      card.unit.hidden = said === "–";
      const shade = tone(figure);
      card.value.parentElement.style.color = shade ? `var(--${shade})` : "";
      put(card.n, count(figure));
      put(card.over, figure.open_overdue ? fill(_("%(n)s overdue"), { n: figure.open_overdue }) : "");
      const [middle = "", most = ""] = percentiles(figure);
      put(card.middle, middle);
      put(card.most, most);
      this.#spark(card, figure);
    }
  }

  #card(code) {
    const [name, target] = heading(code);
    const card = { value: el("span"), unit: el("small", {}, "%"), n: el("span"), over: el("b"), middle: el("span"), most: el("span"), spark: el("div", { class: "figure-spark" }) };
    this.list.append(
      el(
        "li",
        { data: { code } },
        el("div", { class: "figure-name" }, el("span", {}, name), el("i", {}, target)),
        el("div", { class: "figure-value" }, card.value, card.unit),
        el("div", { class: "figure-rest" }, card.n, " ", card.over),
        el("div", { class: "figure-rest figure-spread" }, card.middle, card.most),
        card.spark,
      ),
    );
    return card;
  }

  /** A line of at most seven points; the dot is today. Drawn only when the numbers changed. */
  #spark(card, figure) {
    const key = JSON.stringify(figure.trend);
    if (card.key === key) return;
    card.key = key;
    if (figure.trend.length < 2) return card.spark.replaceChildren();
    const values = figure.trend.map((day) => day.attainment);
    const low = Math.min(...values, 0.8);
    const at = (value, index) => [(index / (values.length - 1)) * 100, 28 - ((value - low) / Math.max(0.01, 1 - low)) * 24];
    const points = values.map(at);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 100 32");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", fill(_("last %(n)s days"), { n: values.length }));
    const line = document.createElementNS(svg.namespaceURI, "polyline");
    line.setAttribute("points", points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
    for (const [name, value] of [["fill", "none"], ["stroke", "var(--accent)"], ["stroke-width", "2"], ["vector-effect", "non-scaling-stroke"]]) line.setAttribute(name, value);
    svg.append(line);
    return card.spark.replaceChildren(svg);
  }
}
