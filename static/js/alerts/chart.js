/** The band under the replay: speed, body up, load, what was seen when; a hand that shows the time. SVG of our own. */

import { bands, legs, ticks } from "shushan/alerts/time";
import { clockTime, fill, _ } from "shushan/words";

const SPACE = "http://www.w3.org/2000/svg";
const LEFT = 56; // the words of the lanes stand here; the slider begins where the plot begins
const RIGHT = 12;
const TOP = 16;
const CURVE = 76;
const LANE = 14;
const AXIS = 18;
export const HEIGHT = TOP + CURVE + 2 * (LANE + 4) + AXIS;

function svg(name, given = {}, text = "") {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(given)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

export class Chart {
  constructor(box, scene) {
    this.box = box;
    this.scene = scene;
    this.hand = svg("line", { class: "chart-hand", y1: 4, y2: HEIGHT - AXIS });
    new ResizeObserver(() => this.draw()).observe(box);
    this.draw();
  }

  x(at) {
    const { from, to } = this.scene;
    return LEFT + ((at - from) / (to - from)) * (this.wide - LEFT - RIGHT);
  }

  /** The instant under a place of the chart. */
  at(x) {
    const { from, to } = this.scene;
    return Math.min(to, Math.max(from, from + ((x - LEFT) / (this.wide - LEFT - RIGHT)) * (to - from)));
  }

  show(at) {
    this.shown = at;
    const x = this.x(at).toFixed(1);
    this.hand.setAttribute("x1", x);
    this.hand.setAttribute("x2", x);
  }

  draw() {
    const wide = this.box.clientWidth;
    if (!wide) return;
    this.wide = wide;
    const { track, points, passes, manifests, from, to } = this.scene;
    const base = TOP + CURVE;
    const most = Math.max(60, Math.ceil(Math.max(0, ...track.speed) / 20) * 20);
    const y = (kmh) => (base - (kmh / most) * CURVE).toFixed(1);
    const parts = [];
    const rect = (name, [begin, end], top, height, title) => {
      const mark = svg("rect", { class: name, x: this.x(begin).toFixed(1), y: top, width: Math.max(2, this.x(end) - this.x(begin)).toFixed(1), height });
      if (title) mark.append(svg("title", {}, title));
      parts.push(mark);
    };
    const span = ([begin, end]) => `${clockTime(begin * 1000)}–${clockTime(end * 1000)}`;
    for (const at of ticks(from, to, Math.max(3, wide / 110))) {
      parts.push(svg("line", { class: "chart-grid", x1: this.x(at), x2: this.x(at), y1: TOP, y2: HEIGHT - AXIS }));
      parts.push(svg("text", { class: "chart-word", x: this.x(at), y: HEIGHT - 4, "text-anchor": "middle" }, clockTime(at * 1000, { seconds: false })));
    }
    const up = bands(track.t, track.lift, 2);
    for (const band of up) rect("chart-up-wash", band, TOP, CURVE);
    for (const kmh of [0, most / 2, most]) {
      parts.push(svg("line", { class: "chart-grid", x1: LEFT, x2: wide - RIGHT, y1: y(kmh), y2: y(kmh) }));
      parts.push(svg("text", { class: "chart-word", x: LEFT - 6, y: Number(y(kmh)) + 4, "text-anchor": "end" }, kmh === most ? `${kmh} km/h` : String(kmh)));
    }
    for (const [first, last] of legs(track.t)) {
      const line = [];
      for (let n = first; n <= last; n += 1) line.push(`${this.x(track.t[n]).toFixed(1)},${y(track.speed[n])}`);
      parts.push(svg("polyline", { class: "chart-speed", points: line.join(" ") }));
    }
    const lanes = [[_("body"), base + 8], [_("load"), base + 12 + LANE]];
    for (const [word, top] of lanes) {
      parts.push(svg("text", { class: "chart-word", x: LEFT - 6, y: top + 11, "text-anchor": "end" }, word));
      parts.push(svg("rect", { class: "chart-lane", x: LEFT, y: top, width: wide - LEFT - RIGHT, height: LANE }));
    }
    for (const band of up) rect("chart-up", band, lanes[0][1], LANE, `${this.scene.labels.lift[2]} ${span(band)}`);
    for (const load of [1, 2, 3]) {
      for (const band of bands(track.t, track.load, load)) rect(`chart-load-${load}`, band, lanes[1][1], LANE, `${this.scene.labels.load[load]} ${span(band)}`);
    }
    const seen = (at, name, shape, title) => {
      if (at < from || at > to) return;
      const mark = svg("path", { class: name, d: shape, transform: `translate(${this.x(at).toFixed(1)} 8)` });
      mark.append(svg("title", {}, `${clockTime(at * 1000)} ${title}`));
      parts.push(mark);
    };
    for (const one of manifests) seen(one.at, "chart-paper", "M-4-5h8v10h-8z", fill(_("manifest %(number)s"), one));
    for (const one of passes) seen(one.at, "chart-pass", "M0-6 6 0 0 6-6 0z", `${one.name} ${one.direction}`);
    for (const [n, one] of points.entries()) {
      parts.push(svg("line", { class: "chart-point", x1: this.x(one.at), x2: this.x(one.at), y1: TOP, y2: base }));
      seen(one.at, "chart-point-head", "M-5-5H5L0 6z", fill(_("point %(n)s of the rule"), { n: n + 1 }));
    }
    this.box.replaceChildren(...parts, this.hand);
    this.box.setAttribute("viewBox", `0 0 ${wide} ${HEIGHT}`);
    this.show(this.shown ?? from);
  }
}
