/** The names on the small map: each where its thing is seen, roads along their course, none over another. */

import { el } from "shushan/cockpit/dom";

const ROADS_FROM = 13.5;
const BUILDINGS_FROM = 17;
const FONTS = { community: 14, road: 12, place: 12, building: 11 };
const EDGE = 6; // pixels between a name and the rim
const PIN = 14; // half of what it covers
const LEAST = 2500; // square pixels of a community that are worth its name

export class Names {
  constructor(map, ground) {
    this.map = map;
    this.ground = ground;
    map.createPane("names").style.zIndex = 390;
    this.layer = globalThis.L.layerGroup().addTo(map);
  }

  /** Write all names anew for what is seen now, none under the pin; the more important ones find room first. */
  draw(pin) {
    const { L } = globalThis;
    const { ground, map } = this;
    const zoom = map.getZoom();
    this.layer.clearLayers();
    this.taken = [];
    const { x, y } = map.getSize();
    this.view = L.bounds([EDGE, EDGE], [x - EDGE, y - EDGE]);
    const point = ([lon, lat]) => map.latLngToContainerPoint([lat, lon]);
    if (map.hasLayer(pin)) {
      const at = map.latLngToContainerPoint(pin.getLatLng());
      this.taken.push(L.bounds(at.subtract([PIN, PIN]), at.add([PIN, PIN])));
    }
    for (const { name, rings } of ground.communities) {
      const middle = this.#middle(rings[0].map(point));
      if (middle) [0, -2 * PIN, 2 * PIN].some((aside) => this.#put("community", name, middle.add([0, aside])));
    }
    if (zoom < ROADS_FROM) return;
    for (const { name, lines } of ground.roads) {
      const stretch = this.#stretch(lines.map((line) => line.map(point)));
      if (stretch) this.#put("road", name, stretch.middle, stretch);
    }
    for (const { name, at } of ground.places) this.#put("place", name, point(at));
    if (zoom < BUILDINGS_FROM) return;
    for (const { name, rings } of ground.buildings) this.#put("building", short(name), L.bounds(rings[0].map(point)).getCenter());
  }

  /** The middle of what is seen of an area, or nothing where that is little. */
  #middle(ring) {
    const seen = globalThis.L.PolyUtil.clipPolygon(ring, this.view);
    let [twice, x, y] = [0, 0, 0];
    seen.forEach((b, index) => {
      const a = seen.at(index - 1);
      const cross = a.x * b.y - b.x * a.y;
      twice += cross;
      x += (a.x + b.x) * cross;
      y += (a.y + b.y) * cross;
    });
    return Math.abs(twice) / 2 < LEAST ? null : globalThis.L.point(x / (3 * twice), y / (3 * twice));
  }

  /** The middle of the longest part of a road that is seen without a break: {middle, length, angle}. */
  #stretch(lines) {
    const { L } = globalThis;
    let best = { length: 0 };
    for (const line of lines) {
      let run = { length: 0, parts: [] };
      for (let i = 1; i < line.length; i += 1) {
        const part = L.LineUtil.clipSegment(line[i - 1], line[i], this.view);
        if (!part) {
          run = { length: 0, parts: [] };
          continue;
        }
        run.parts.push(part);
        run.length += part[0].distanceTo(part[1]);
        if (run.length > best.length) best = run;
      }
    }
    let left = best.length / 2;
    for (const [a, b] of best.parts ?? []) {
      const long = a.distanceTo(b);
      if (left <= long) {
        const angle = Math.atan2(b.y - a.y, b.x - a.x);
        // Never upside down.
        return { middle: a.add(b.subtract(a).multiplyBy(long ? left / long : 0)), length: best.length, angle: Math.abs(angle) > Math.PI / 2 ? angle - Math.sign(angle) * Math.PI : angle };
      }
      left -= long;
    }
    return null;
  }

  /** Whether there was room. */
  #put(kind, words, at, { angle = 0, length = Infinity } = {}) {
    const { L } = globalThis;
    const high = FONTS[kind];
    const wide = [...words].reduce((sum, sign) => sum + (sign > "\u2e80" ? high : high * 0.58), 0);
    if (!words || wide > length) return false;
    const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
    const half = L.point((wide * cos + high * sin) / 2 + 2, (wide * sin + high * cos) / 2 + 2);
    const box = L.bounds(at.subtract(half), at.add(half));
    if (!this.view.contains(box) || this.taken.some((other) => other.overlaps(box))) return false;
    this.taken.push(box);
    const sign = el("span", {}, words);
    sign.style.transform = `translate(-50%, -50%) rotate(${angle}rad)`;
    const icon = L.divIcon({ className: `m-map-name m-map-${kind}`, html: sign, iconSize: [0, 0] });
    L.marker(this.map.containerPointToLatLng(at), { pane: "names", interactive: false, keyboard: false, icon }).addTo(this.layer);
    return true;
  }
}

/** A building says its number alone: the community stands on the map. */
const short = (name) => name.match(/\d+\S*$/)?.[0] ?? name;
