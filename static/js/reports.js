/** Report pages: charts that open lists, tabs and sorting that keep their place, printing. */

import * as echarts from "echarts";
import { page } from "shushan/page";

const drawn = [];

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
tabs();
for (const table of document.querySelectorAll("[data-sortable]")) sortable(table);
const holder = document.getElementById("report-charts");
if (holder) draw(JSON.parse(holder.textContent));

/* ── charts ── */

function draw(data) {
  const style = getComputedStyle(document.documentElement);
  const tone = (name) => style.getPropertyValue(name).trim();
  const look = {
    text: tone("--text"), quiet: tone("--text-2"), line: tone("--line"), accent: tone("--accent"), panel: tone("--panel"),
    soft: tone("--accent-soft"), clocks: [tone("--ok"), tone("--due"), tone("--missed"), tone("--text-2")],
    font: tone("--font"),
  };
  const builders = { hours, days, source: bars, top: bars, matrix };
  for (const element of document.querySelectorAll("[data-chart]")) {
    const name = element.dataset.chart;
    // Drawn as SVG: it prints sharp on A4 at any size.
    const chart = echarts.init(element, null, { renderer: "svg", locale: page.language?.startsWith("zh") ? "ZH" : "EN" });
    const option = {
      animation: false,
      textStyle: { fontFamily: look.font, color: look.text },
      aria: { enabled: true },
      ...builders[name](data[name], data, look, element.clientWidth),
    };
    chart.on("click", ({ data: point }) => {
      if (point?.url) location.assign(point.url);
    });
    // With a view box the paper can scale the drawing; charts are laid out before anybody prints.
    chart.on("finished", () => {
      element.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    });
    chart.setOption(option);
    drawn.push(chart);
  }
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
}

function axes(look) {
  return {
    label: { color: look.quiet },
    line: { lineStyle: { color: look.line } },
    split: { lineStyle: { color: look.line, type: "dashed" } },
  };
}

function hours(rows, data, look) {
  const { label, line, split } = axes(look);
  return {
    grid: { left: 44, right: 16, top: 24, bottom: 28 },
    tooltip: { trigger: "axis", formatter: ([point]) => `${point.name}:00–${point.name}:59<br>${data.words.reported} <b>${point.value}</b>` },
    xAxis: { type: "category", data: rows.map((row) => row.name), axisLabel: label, axisLine: line, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: label, splitLine: split },
    series: [{ type: "bar", name: data.words.reported, data: rows, itemStyle: { color: look.accent }, barMaxWidth: 26, cursor: "pointer" }],
  };
}

function days(rows, data, look) {
  const { label, line, split } = axes(look);
  const shown = Object.keys(data.clocks).filter((code) => rows.some((row) => row.clocks[code] != null));
  return {
    grid: { left: 44, right: 52, top: 40, bottom: 28 },
    legend: { top: 4, textStyle: { color: look.text }, itemHeight: 8, itemWidth: 16 },
    tooltip: {
      trigger: "axis",
      formatter: (points) => [points[0].name, ...points.map(
        (point) => `${point.marker}${point.seriesName} <b>${point.seriesIndex ? rate(point.value, data) : point.value}</b>`,
      )].join("<br>"),
    },
    xAxis: { type: "category", data: rows.map((row) => row.name), axisLabel: label, axisLine: line, axisTick: { show: false } },
    yAxis: [
      { type: "value", minInterval: 1, axisLabel: label, splitLine: split },
      { type: "value", min: (range) => Math.max(0, Math.floor(range.min / 10) * 10), max: 100,
        axisLabel: { ...label, formatter: "{value}%" }, splitLine: { show: false } },
    ],
    series: [
      { type: "bar", name: data.words.reported, data: rows, itemStyle: { color: look.soft, borderColor: look.accent }, barMaxWidth: 34 },
      ...shown.map((code, index) => ({
        type: "line", name: data.clocks[code], yAxisIndex: 1, symbol: ["circle", "rect", "triangle", "diamond"][index], symbolSize: 7,
        data: rows.map((row) => (row.clocks[code] == null ? null : Math.floor(row.clocks[code] * 1000) / 10)),
        itemStyle: { color: look.clocks[index] }, lineStyle: { type: ["solid", "dashed", "dotted", "solid"][index] },
      })),
    ],
  };
}

const rate = (value, data) => (value == null ? data.words.too_few : `${value}%`);

function bars(rows, data, look, width) {
  const { label, split } = axes(look);
  return {
    grid: { left: 8, right: 44, top: 8, bottom: 24, containLabel: true },
    tooltip: { trigger: "item", formatter: (point) => `${point.name} <b>${point.value}</b>` },
    xAxis: { type: "value", minInterval: 1, axisLabel: label, splitLine: split },
    yAxis: {
      type: "category", inverse: true, data: rows.map((row) => row.name), axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line } }, axisLabel: { color: look.text, width: Math.max(150, Math.min(320, width * 0.3)), overflow: "truncate", interval: 0 },
    },
    series: [{
      type: "bar", data: rows, itemStyle: { color: look.accent }, barMaxWidth: 18, cursor: "pointer",
      label: { show: true, position: "right", color: look.quiet },
    }],
  };
}

function matrix(cells, data, look) {
  const { label } = axes(look);
  const most = Math.max(1, ...cells.map((cell) => cell.value));
  return {
    grid: { left: 52, right: 16, top: 8, bottom: 56 },
    tooltip: { formatter: ({ data: cell }) => `${data.weekdays[cell.value[1]]} ${String(cell.value[0]).padStart(2, "0")}:00 <b>${cell.value[2]}</b>` },
    xAxis: { type: "category", data: [...Array(24).keys()].map((hour) => String(hour).padStart(2, "0")), axisLabel: label, axisTick: { show: false }, axisLine: { show: false } },
    yAxis: { type: "category", inverse: true, data: data.weekdays, axisLabel: label, axisTick: { show: false }, axisLine: { show: false } },
    visualMap: {
      min: 0, max: most, orient: "horizontal", left: "center", bottom: 0, itemHeight: 140, itemWidth: 10, calculable: false,
      text: [String(most), "0"], textStyle: { color: look.quiet }, inRange: { color: [look.panel, look.soft, look.accent] },
    },
    series: [{
      type: "heatmap", data: cells.map((cell) => ({ value: [cell.hour, cell.weekday, cell.value], url: cell.url })),
      itemStyle: { borderColor: look.line, borderWidth: 1 },
      label: { show: true, color: look.text, fontSize: 11, formatter: ({ data: cell }) => cell.value[2] || "" },
    }],
  };
}

/* ── tabs: which one is open stands in the address ── */

function tabs() {
  for (const group of document.querySelectorAll("[data-tabs]")) {
    const name = group.dataset.tabs;
    const buttons = [...group.querySelectorAll("[data-tab]")];
    const open = (code, remember) => {
      for (const button of buttons) {
        const chosen = button.dataset.tab === code;
        button.setAttribute("aria-selected", String(chosen));
        button.tabIndex = chosen ? 0 : -1;
        group.querySelector(`[data-tab-panel="${button.dataset.tab}"]`).hidden = !chosen;
      }
      if (!remember) return;
      const address = new URL(location.href);
      address.searchParams.set(name, code);
      history.replaceState(null, "", address);
    };
    for (const [index, button] of buttons.entries()) {
      button.addEventListener("click", () => open(button.dataset.tab, true));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = buttons[(index + step + buttons.length) % buttons.length];
        open(next.dataset.tab, true);
        next.focus();
      });
    }
    const asked = new URL(location.href).searchParams.get(name);
    open(buttons.some((button) => button.dataset.tab === asked) ? asked : buttons[0].dataset.tab, false);
  }
}

/* ── sorting a table that is all on the page ── */

function sortable(table) {
  const heads = [...table.querySelectorAll("th[data-sort]")];
  for (const head of heads) {
    head.tabIndex = 0;
    const sort = () => {
      const way = head.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way);
      order(table, head, way);
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      sort();
    });
  }
}

function order(table, head, way) {
  const body = table.tBodies[0];
  const column = columnOf(table, head);
  const value = (row) => {
    const cell = row.cells[column];
    if (head.dataset.sort === "text") return cell.textContent.trim();
    const number = Number.parseFloat(cell.dataset.value ?? cell.textContent.replaceAll(",", ""));
    return Number.isNaN(number) ? -Infinity : number;
  };
  const turn = way === "ascending" ? 1 : -1;
  const rows = [...body.rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    return turn * (typeof a === "string" ? a.localeCompare(b, page.language) : a === b ? 0 : a < b ? -1 : 1);
  });
  body.append(...rows);
}

/** The heads stand in two rows: the first head spans both, the rest are in the second. */
function columnOf(table, head) {
  const [first, second] = table.tHead.rows;
  return head.parentElement === first ? head.cellIndex : head.cellIndex + [...first.cells].filter((cell) => cell.rowSpan > 1).length;
}
