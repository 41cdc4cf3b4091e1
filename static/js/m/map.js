/** The small map that corrects a place: Leaflet and the drawn ground come only when somebody asks for it. */

import { get } from "shushan/http";

const CENTRE = [30.1236, 120.2369];
const LAYERS = ["boundary", "water", "roads"];
const shade = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const loaded = (tag, props) => new Promise((resolve, reject) => {
  const element = Object.assign(document.createElement(tag), props);
  element.addEventListener("load", resolve);
  element.addEventListener("error", reject);
  document.head.append(element);
});

export class SmallMap {
  tapped = () => {};

  static async in(box, { leaflet, leafletCss, ground }) {
    if (!globalThis.L) await Promise.all([loaded("link", { rel: "stylesheet", href: leafletCss }), loaded("script", { src: leaflet })]);
    return new SmallMap(box, ground);
  }

  constructor(box, ground) {
    const { L } = globalThis;
    this.map = L.map(box, { attributionControl: false, preferCanvas: true, center: CENTRE, zoom: 15 });
    this.map.createPane("ground").style.zIndex = 250;
    const renderer = L.canvas({ pane: "ground", padding: 0.3 });
    const styles = {
      boundary: () => ({ color: shade("--line-2"), weight: 1.5, fill: false, dashArray: "4 4" }),
      water: () => ({ stroke: false, fillColor: shade("--accent"), fillOpacity: 0.16 }),
      roads: () => ({ color: shade("--line-2"), weight: 2 }),
    };
    for (const name of LAYERS) {
      get(ground.replace("/code/", `/${name}/`), { background: true }).then(
        (drawing) => L.geoJSON(drawing, { pane: "ground", renderer, interactive: false, style: styles[name], pointToLayer: () => null }).addTo(this.map), () => {});
    }
    this.pin = L.circleMarker([0, 0], { radius: 10, color: "#fff", weight: 2, fillColor: shade("--missed"), fillOpacity: 1 });
    this.map.on("click", ({ latlng }) => this.tapped({ lon: latlng.lng, lat: latlng.lat }));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(box);
  }

  /** Put the pin there; `move` brings it into the middle. */
  show({ lon, lat }, move = false) {
    this.pin.setLatLng([lat, lon]).addTo(this.map);
    if (move || !this.map.getBounds().contains([lat, lon])) this.map.setView([lat, lon], 17, { animate: false });
  }
}
