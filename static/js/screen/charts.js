/** The wall's charts: made once, then given new numbers in place. */

import { chinese, label, named, SOURCES, _ } from "shushan/words";

const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();
const large = () => matchMedia("(min-width: 2600px)").matches;

export class Charts {
  constructor(boxes) {
    this.boxes = boxes;
    this.charts = {};
    this.said = {};
  }

  async start() {
    const echarts = await import("echarts");
    for (const [name, box] of Object.entries(this.boxes)) {
      this.charts[name] = echarts.init(box, null, { locale: chinese() ? "ZH" : "EN" });
      new ResizeObserver(() => this.charts[name].resize()).observe(box);
    }
    matchMedia("(min-width: 2600px)").addEventListener("change", () => {
      this.said = {};
      this.draw(this.last);
    });
    return this;
  }

  draw(counts) {
    this.last = counts;
    if (!counts) return;
    this.#put("hours", [counts.by_hour, counts.usual_by_hour], () => this.#hours(counts));
    this.#put("source", counts.by_source, () => this.#bars(counts.by_source.slice(0, 7).map(({ source, n }) => [label(SOURCES, source), n])));
    this.#put("category", counts.by_category, () => this.#bars(counts.by_category.slice(0, 7).map((row) => [named(row), row.n])));
  }

  #put(name, data, make) {
    const key = JSON.stringify(data);
    if (!this.charts[name] || this.said[name] === key) return;
    this.said[name] = key;
    this.charts[name].setOption(make(), { lazyUpdate: true });
  }

  #words() {
    return { color: colour("--text-2"), fontSize: large() ? 20 : 12, fontFamily: colour("--font") };
  }

  #hours({ by_hour, usual_by_hour }) {
    const hour = new Date(new Date().toLocaleString("en-US", { timeZone: "Asia/Shanghai" })).getHours();
    const words = this.#words();
    return {
      animationDuration: 300,
      animationDurationUpdate: 300,
      grid: { left: large() ? 56 : 34, right: large() ? 20 : 12, top: large() ? 44 : 28, bottom: large() ? 40 : 26 },
      legend: { right: large() ? 20 : 12, top: 0, textStyle: words, itemHeight: large() ? 10 : 6, itemWidth: large() ? 24 : 16, icon: "rect" },
      tooltip: { trigger: "axis", confine: true },
      xAxis: { type: "category", data: by_hour.map((_n, index) => String(index)), axisLabel: { ...words, interval: 2 }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--line") } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: words, splitLine: { lineStyle: { color: colour("--line") } }, splitNumber: 3 },
      series: [
        { name: _("today"), type: "bar", data: by_hour.map((n, index) => (index > hour ? null : n)), itemStyle: { color: colour("--accent"), borderRadius: [2, 2, 0, 0] }, barCategoryGap: "35%" },
        { name: _("usual"), type: "line", data: usual_by_hour ?? [], step: "middle", symbol: "none", lineStyle: { color: colour("--due"), width: large() ? 3 : 2 }, itemStyle: { color: colour("--due") } },
      ],
    };
  }

  #bars(rows) {
    const words = this.#words();
    return {
      animationDuration: 300,
      animationDurationUpdate: 300,
      grid: { left: large() ? 12 : 8, right: large() ? 56 : 36, top: 8, bottom: 8, containLabel: true },
      tooltip: { confine: true },
      xAxis: { type: "value", show: false, max: "dataMax" },
      yAxis: {
        type: "category", inverse: true, data: rows.map(([name]) => name), axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { ...words, width: large() ? 300 : 132, overflow: "truncate" },
      },
      series: [{ type: "bar", data: rows.map(([, n]) => n), barMaxWidth: large() ? 18 : 11, itemStyle: { color: colour("--accent"), borderRadius: 2 }, label: { show: true, position: "right", ...words, color: colour("--text") } }],
    };
  }
}
