/** A dialog with a small form: errors stand beside their field, the button waits for the server's answer. */

import { el, icon, put } from "shushan/cockpit/dom";
import { _ } from "shushan/words";

const dialog = () => document.getElementById("sheet");

/**
 * Ask for a few fields and send them. `fields`: {name, label, type, options [[value, label, small]], required, hint,
 * value, rows}. `type` is text, textarea, radio, checks (several), select, datetime, file or cards. `send(values)` is awaited; a Problem
 * it throws is shown and the dialog stays. `note` is a sentence above the fields, `warn(values)` a warning to heed.
 * Resolves with the answer, or null when the person thought better of it.
 */
export function ask({ title, note, fields, submit, danger = false, send, warn }) {
  const box = dialog();
  const controls = fields.map(field);
  const says = el("p", { class: "error", role: "alert" });
  const warning = el("p", { class: "warn", hidden: true }, icon("due"), el("span"));
  const button = el("button", { class: `button ${danger ? "button-danger" : "button-primary"}`, value: "yes" }, submit);
  const values = () => Object.fromEntries(controls.map((control) => [control.name, control.read()]));
  return new Promise((resolve) => {
    const end = (answer) => {
      box.onclose = null;
      if (box.open) box.close();
      box.replaceChildren();
      resolve(answer);
    };
    const form = el(
      "form",
      { novalidate: true, autocomplete: "off" },
      el("header", { class: "sheet-head" }, el("h2", { id: "sheet-title" }, title), closer(() => end(null))),
      el("div", { class: "sheet-body" }, note ? el("p", { class: "muted" }, note) : null, controls.map((c) => c.element), warning),
      el("footer", { class: "sheet-foot" }, says, el("button", { type: "button", class: "button", on: { click: () => end(null) } }, _("Cancel")), button),
    );
    const look = () => {
      const text = warn?.(values()) ?? "";
      warning.hidden = !text;
      put(warning.lastChild, text);
    };
    form.addEventListener("input", look);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-busy") === "true") return;
      if (!controls.map((control) => control.check()).every(Boolean)) return;
      put(says, "");
      button.setAttribute("aria-busy", "true");
      try {
        end(await send(values()));
      } catch (problem) {
        refuse(problem, controls, says);
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
    box.onclose = () => end(null);
    box.setAttribute("aria-labelledby", "sheet-title");
    box.replaceChildren(form);
    box.showModal();
    look();
    (form.querySelector("input:checked") ?? form.querySelector("textarea, input, select") ?? button).focus();
  });
}

/** A picture as large as the window allows. */
export function showPicture(url, words) {
  const box = dialog();
  box.classList.add("viewer");
  box.onclose = () => {
    box.classList.remove("viewer");
    box.replaceChildren();
  };
  box.replaceChildren(
    el("header", { class: "sheet-head" }, el("h2", {}, words), closer(() => box.close())),
    el("img", { src: url, alt: words }),
  );
  box.showModal();
}

export const isOpen = () => Boolean(document.querySelector("dialog[open]"));

const closer = (run) => el("button", { type: "button", class: "sheet-x", "aria-label": _("Close"), on: { click: run } }, "×");

function refuse(problem, controls, says) {
  let placed = false;
  for (const { field, message } of problem.errors ?? []) {
    const control = controls.find(({ name }) => name === field || `closing.${name}` === field);
    if (!control) continue;
    control.wrong(message);
    placed = true;
  }
  if (!placed) put(says, problem.errors?.[0]?.message ?? problem.message);
}

function field(about) {
  const id = `field-${about.name}`;
  const error = el("span", { class: "error", id: `${id}-error` });
  const made = ["radio", "cards", "checks"].includes(about.type) ? choices(about, id) : single(about, id);
  const grouped = made.grouped;
  const element = el(
    grouped ? "fieldset" : "div",
    { class: "field", style: grouped ? "border:0;margin:0;padding:0" : null },
    el(grouped ? "legend" : "label", grouped ? {} : { for: id }, about.label, about.required ? "" : el("span", { class: "muted small" }, ` ${_("(optional)")}`)),
    made.body,
    about.hint ? el("span", { class: "hint" }, about.hint) : null,
    error,
  );
  const wrong = (message) => {
    put(error, message);
    element.classList.toggle("field-wrong", Boolean(message));
    if (message) made.focus().focus();
  };
  return {
    name: about.name,
    element,
    read: made.read,
    wrong,
    check() {
      const given = made.read();
      const missing = about.required && (given === "" || given === null || given === undefined || given.length === 0);
      wrong(missing ? _("This is needed.") : "");
      return !missing;
    },
  };
}

function single(about, id) {
  const common = { id, name: about.name, "aria-describedby": `${id}-error` };
  let body;
  if (about.type === "textarea") body = el("textarea", { ...common, rows: about.rows ?? 3, maxlength: 2000, props: { value: about.value ?? "" } });
  else if (about.type === "select") {
    body = el("select", common, about.options.map(([value, label]) => el("option", { value, selected: value === about.value }, label)));
  } else if (about.type === "datetime") body = el("input", { ...common, type: "datetime-local", min: about.min, max: about.max, value: about.value });
  else if (about.type === "file") body = el("input", { ...common, type: "file", accept: about.accept ?? "image/*" });
  else body = el("input", { ...common, type: about.type ?? "text", maxlength: 200, inputmode: about.inputmode, props: { value: about.value ?? "" } });
  const read = () => {
    if (about.type === "file") return body.files[0] ?? null;
    const text = body.value.trim();
    return about.number && text !== "" ? Number(text) : text;
  };
  return { body, read, focus: () => body };
}

function choices(about, id) {
  const inputs = [];
  const many = about.type === "checks";
  const given = [about.value ?? []].flat().map(String);
  const body = el("div", { class: about.type === "cards" ? "standards" : "choices" });
  about.options.forEach(([value, label, small, tail], index) => {
    const input = el("input", { type: many ? "checkbox" : "radio", name: about.name, id: `${id}-${index}`, value, checked: given.includes(String(value)) });
    inputs.push([input, value]);
    body.append(el("label", {}, input, el("span", {}, label), tail ? el("span", { class: "muted small" }, tail) : null, small ? el("small", {}, small) : null));
  });
  return {
    body,
    grouped: true,
    read: () => (many ? inputs.filter(([input]) => input.checked).map(([, value]) => value) : inputs.find(([input]) => input.checked)?.[1] ?? null),
    focus: () => inputs[0]?.[0] ?? body,
  };
}
