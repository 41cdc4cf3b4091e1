/** Building the page from code: every text goes in as text, so what people typed is shown and never run. */

/**
 * `el("button", {class: "row", type: "button", data: {id: 3}, on: {click}}, child, "text", null)` → element.
 * Children may be nodes, strings, numbers, lists of those; null and false are left out.
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name === "props") Object.assign(element, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of parts.css; it says nothing to a reader, the word beside it does. */
export const icon = (name) => el("span", { class: `icon icon-${name}`, "aria-hidden": "true" });

/** Set text only where it differs, so that nothing is drawn or selected anew without a reason. */
export function put(element, text) {
  const said = String(text ?? "");
  if (element.textContent !== said) element.textContent = said;
}

/** Make `parent`'s children exactly `wanted` (a list of nodes), touching only what differs. */
export function arrange(parent, wanted) {
  let place = parent.firstChild;
  const keep = new Set(wanted);
  while (place && !keep.has(place)) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
  for (const node of wanted) {
    if (node === place) {
      place = place.nextSibling;
      while (place && !keep.has(place)) {
        const gone = place;
        place = place.nextSibling;
        gone.remove();
      }
    } else parent.insertBefore(node, place);
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

/** Start the one-time pulse that says "this changed". */
export function pulse(element) {
  element.classList.remove("changed");
  void element.offsetWidth; // restarts the animation
  element.classList.add("changed");
}

/** What the server wrote into the page under `id` as JSON. */
export const written = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");

/** A random UUID; `crypto.randomUUID` is missing where the page came over plain HTTP. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
