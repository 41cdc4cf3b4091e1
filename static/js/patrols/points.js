/** Routes and points: laid out on the map, named in the table, printed as QR codes. */

import { el, written } from "shushan/cockpit/dom";
import { ask, get, post } from "shushan/http";
import { byId, colour, picking, pointMark, problem, query, streetMap } from "shushan/patrols/parts";
import { _, fill } from "shushan/words";

const { L } = globalThis;
const map = streetMap();
const shown = L.layerGroup().addTo(map);
const patch = (url, body) => ask(url, { method: "PATCH", body });
const page = written("patrol-settings");
let grid = null;
let chosen = {};
let line = null;
let adding = false;

async function load(fit = true) {
  try {
    const wanted = chosen.grid || chosen.community ? (await get(`/api/v1/patrols/points/?${query(chosen)}`)).grids : [];
    grid = chosen.grid ? (wanted[0] ?? null) : null;
    draw(wanted, fit);
    problem(null);
  } catch (error) {
    problem(error);
  }
}

function draw(grids, fit) {
  shown.clearLayers();
  line = null;
  const outlines = L.featureGroup();
  for (const one of grids) {
    L.geoJSON(one.polygon, { style: { color: colour("--accent"), weight: 1.8, fillOpacity: 0.05 }, interactive: false }).addTo(outlines);
    if (one.route) {
      const way = L.polyline(one.route.coordinates.map(([lon, lat]) => [lat, lon]), { color: colour("--due"), weight: 3, opacity: 0.85 }).addTo(shown);
      if (one === grid) line = way;
    }
    for (const point of one.points) {
      L.circle([point.lat, point.lon], { radius: point.radius_m, color: colour("--accent"), weight: 1, fillOpacity: 0.12, interactive: false }).addTo(shown);
      const mark = pointMark(point, { draggable: page.may_edit && grid !== null }).addTo(shown);
      mark.on("dragend", () => change(point, { lon: mark.getLatLng().lng, lat: mark.getLatLng().lat }));
    }
  }
  outlines.addTo(shown);
  if (fit && grids.length) map.fitBounds(outlines.getBounds(), { padding: [16, 16] });
  table();
  for (const id of ["add-point", "draw-route"]) if (byId(id)) byId(id).disabled = !grid;
  const print = byId("print-codes");
  if (print) {
    print.href = `${print.href.split("?")[0]}?${query(chosen)}`;
    print.toggleAttribute("hidden", !chosen.grid && !chosen.community);
  }
}

function table() {
  const body = document.querySelector("#points tbody");
  byId("points-title").textContent = grid ? `${grid.name} · ${fill(_("%(n)s points"), { n: grid.points.length })}` : _("Points");
  if (!grid || !grid.points.length) {
    body.replaceChildren(el("tr", {}, el("td", { colspan: 5, class: "muted" }, grid ? _("No points yet: add the places that a patrol must see.") : _("Choose a grid to see its points."))));
    return;
  }
  body.replaceChildren(...grid.points.map((point) => (page.may_edit ? edited(point) : el("tr", {},
    el("td", { class: "number" }, point.place), el("td", {}, point.name), el("td", { class: "number" }, fill(_("%(n)s m"), { n: point.radius_m })),
    el("td", {}, point.mandatory ? _("yes") : _("no"))))));
}

function edited(point) {
  const box = (name, props) => el("input", { class: "input", name, value: point[name], "aria-label": name, ...props,
    on: { change: ({ target }) => change(point, { [name]: props.type === "number" ? Number(target.value) : target.value }) } });
  return el("tr", {},
    el("td", { class: "number" }, box("place", { type: "number", min: 1, max: 200, "aria-label": _("No.") })),
    el("td", {}, box("name", { type: "text", maxlength: 60, "aria-label": _("Name") })),
    el("td", { class: "number" }, box("radius_m", { type: "number", min: 10, max: 200, "aria-label": _("Radius in metres") })),
    el("td", {}, el("input", { type: "checkbox", props: { checked: point.mandatory }, "aria-label": _("Mandatory"), on: { change: ({ target }) => change(point, { mandatory: target.checked }) } })),
    el("td", {},
      el("button", { type: "button", class: "button button-quiet", title: _("The printed code is worth nothing afterwards."), on: { click: () => confirm(_("A new code? The printed one is worth nothing afterwards.")) && act(() => post(`/api/v1/patrols/points/${point.id}/new-code/`)) } }, _("New code")),
      el("button", { type: "button", class: "button button-quiet", on: { click: () => confirm(fill(_("Take “%(name)s” out?"), { name: point.name })) && act(() => ask(`/api/v1/patrols/points/${point.id}/`, { method: "DELETE" })) } }, _("Take out"))));
}

async function act(work) {
  try {
    await work();
    await load(false);
  } catch (error) {
    await load(false);
    problem(error);
  }
}

const change = (point, values) => act(() => patch(`/api/v1/patrols/points/${point.id}/`, values));

// ── adding a point, drawing the route ──

byId("add-point")?.addEventListener("click", ({ target }) => {
  adding = !adding;
  target.setAttribute("aria-pressed", String(adding));
  map.getContainer().style.cursor = adding ? "crosshair" : "";
});
map.on("click", ({ latlng }) => {
  if (!adding || !grid) return;
  adding = false;
  byId("add-point").setAttribute("aria-pressed", "false");
  map.getContainer().style.cursor = "";
  const place = Math.max(0, ...grid.points.map((point) => point.place)) + 1;
  act(() => post("/api/v1/patrols/points/", { grid: grid.code, name: fill(_("Point %(n)s"), { n: place }), lon: latlng.lng, lat: latlng.lat, place }));
});

if (L.Draw) {
  const toolbar = L.drawLocal.draw.handlers.polyline.tooltip;
  Object.assign(toolbar, { start: _("Click where the route begins"), cont: _("Click on along the way"), end: _("Click the last place again to finish") });
  byId("draw-route").addEventListener("click", () => {
    if (!grid) return;
    if (line) shown.removeLayer(line);
    new L.Draw.Polyline(map, { shapeOptions: { color: colour("--due"), weight: 3 } }).enable();
  });
  map.on(L.Draw.Event.CREATED, ({ layer }) => {
    const coordinates = layer.getLatLngs().map(({ lng, lat }) => [lng, lat]);
    act(() => ask(`/api/v1/patrols/routes/${grid.code}/`, { method: "PUT", body: { line: { type: "LineString", coordinates } } }));
  });
}

picking((picked) => {
  chosen = picked;
  load();
});
document.body.append(el("span", { class: "sr-only", id: "patrols-ready" }));
