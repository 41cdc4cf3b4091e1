/** The icons of what a rider reports: strokes in a square of 24, in the colour of the text. */

const SHAPES = {
  fire: "M12 2.5c.7 3.2-4.6 5.6-4.6 10.2a4.6 4.6 0 0 0 9.2 0c0-1.9-.9-3.1-1.7-4.2-.4 1.4-1.1 2.1-2 2.4.6-2.9.2-5.9-.9-8.4z M5.4 13.6a7 7 0 1 0 13.2 0",
  fire_lane: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M7 10.6h10v2.8H7z",
  charging: "M13.5 2.5 5.5 13.2h5.2l-1.2 8.3 8-10.9h-5.1z",
  wires: "M7 21.5v-19 M3.5 6h7 M3.5 10.5h7 M10.5 6c3.5 0 3.5 7 6.5 7s3-2.5 4.5-2.5 M10.5 10.5c2.5 0 3 8 7.5 8",
  accident: "M12 3.8 2.4 20.2h19.2z M12 10v4.6 M12 17.3v.1",
  road: "M8.2 3 3.5 21 M15.8 3l4.7 18 M12 3v3.2 M10.4 10.2l2.9 1.6-2.4 2.4 2.7 1.5-1.2 3",
  cover: "M12 4.6c5 0 9 3.2 9 7.4s-4 7.4-9 7.4-9-3.2-9-7.4 4-7.4 9-7.4z M6.6 9h10.8 M5.6 12h12.8 M6.6 15h10.8",
  flood: "M3 16c1.5 0 1.5-1.3 3-1.3S7.5 16 9 16s1.5-1.3 3-1.3 1.5 1.3 3 1.3 1.5-1.3 3-1.3 1.5 1.3 3 1.3 M3 20.3c1.5 0 1.5-1.3 3-1.3s1.5 1.3 3 1.3 1.5-1.3 3-1.3 1.5 1.3 3 1.3 1.5-1.3 3-1.3 1.5 1.3 3 1.3 M12 2.5c2 2.7 3.3 4.4 3.3 6.1a3.3 3.3 0 0 1-6.6 0c0-1.7 1.3-3.4 3.3-6.1z",
  waste: "M4.5 7h15 M9 7V3.8h6V7 M6.7 7l1 13.7h8.6l1-13.7 M10.2 11v6 M13.8 11v6",
  person: "M10.5 4a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z M3.5 20.5c0-4.2 3-6.9 7-6.9 2.3 0 4.2.9 5.5 2.4 M19 4.5v6 M16 7.5h6",
  order: "M7.5 4.2a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z M16.5 4.2a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z M2.5 19.8c0-4 2-6.8 5-6.8 2.2 0 3.8 1.5 4.5 3.7.7-2.2 2.3-3.7 4.5-3.7 3 0 5 2.8 5 6.8 M12 2.5v4",
  crime: "M12 2.8 4.8 5.6v5.6c0 4.8 3 8 7.2 10 4.2-2 7.2-5.2 7.2-10V5.6z M12 8v5 M12 16.2v.1",
};
const SVG = "http://www.w3.org/2000/svg";

/** The icon of a hazard; it says nothing to a reader, the words beside it do. */
export function hazardIcon(code) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "hazard-icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[code] ?? SHAPES.accident);
  svg.append(path);
  return svg;
}
