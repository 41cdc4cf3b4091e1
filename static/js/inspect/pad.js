/** A field to sign on with the finger: strokes on 1000 × 400, and the same strokes drawn again as SVG. */

import { el } from "shushan/cockpit/dom";
import { _ } from "shushan/words";

const WIDTH = 1000;
const HEIGHT = 400;
const LEAST = 150;
const SVG = "http://www.w3.org/2000/svg";

/** How much ink there is; a dot is no signature. */
export const ink = (strokes) => strokes.reduce((sum, line) => sum + line.slice(1).reduce((part, [x, y], n) => part + Math.abs(x - line[n][0]) + Math.abs(y - line[n][1]), 0), 0);
export const enough = (strokes) => ink(strokes) >= LEAST && strokes.flat().length >= 6;

/** Strokes as a picture. */
export function drawn(strokes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("class", "ink");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", strokes.map((line) => line.map(([x, y], n) => `${n ? "L" : "M"}${x} ${y}`).join("")).join(""));
  svg.append(path);
  return svg;
}

/** Ask for a signature in `dialog`; resolves to the strokes, or null where it was given up. */
export function sign(dialog, title, says = "") {
  return new Promise((resolve) => {
    const strokes = [];
    const canvas = el("canvas", { class: "sign-pad", width: WIDTH, height: HEIGHT, "aria-label": title });
    const pen = canvas.getContext("2d");
    const done = el("button", { type: "button", class: "weui-btn weui-btn_primary grow", id: "sign-done", props: { disabled: true }, on: { click: () => end(strokes) } }, _("Done"));
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const x = Math.round((event.clientX - box.left) / box.width * WIDTH);
      const y = Math.round((event.clientY - box.top) / box.height * HEIGHT);
      return [Math.min(Math.max(x, 0), WIDTH), Math.min(Math.max(y, 0), HEIGHT)];
    };
    const draw = () => {
      pen.clearRect(0, 0, WIDTH, HEIGHT);
      pen.lineWidth = 7;
      pen.lineCap = pen.lineJoin = "round";
      pen.strokeStyle = "#10233b";
      for (const line of strokes) {
        pen.beginPath();
        line.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
        pen.stroke();
      }
      done.disabled = !enough(strokes);
    };
    let line = null;
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      line = [at(event)];
      strokes.push(line);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!line) return;
      const [x, y] = at(event);
      const [lastX, lastY] = line.at(-1);
      if (Math.abs(x - lastX) + Math.abs(y - lastY) < 4) return;
      line.push([x, y]);
      draw();
    });
    const up = () => {
      line = null;
      draw();
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    const end = (given) => {
      dialog.removeEventListener("close", given_up);
      dialog.close();
      resolve(given);
    };
    // The sheet before this one may tell of its own closing only now.
    const given_up = () => {
      if (dialog.open) return;
      dialog.removeEventListener("close", given_up);
      resolve(null);
    };
    dialog.addEventListener("close", given_up);
    dialog.replaceChildren(el("div", { class: "sheet-form" },
      el("h2", {}, title), says ? el("p", { class: "muted" }, says) : null, canvas,
      el("p", { class: "muted small sign-how" }, _("Sign with your finger inside the field.")),
      el("div", { class: "sheet-actions" },
        el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => end(null) } }, _("Back")),
        el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => { strokes.length = 0; draw(); } } }, _("Clear")),
        done)));
    dialog.showModal();
    draw();
  });
}
