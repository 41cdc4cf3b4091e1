/** What slides up from below: decline, photo of arrival, feedback, reinforcement, the end. */

import { el } from "shushan/cockpit/dom";
import { shrink } from "shushan/phone/photo";
import { DECLINES, FORCES } from "shushan/unit/words";
import { _, label } from "shushan/words";

/**
 * Open the sheet with a form; `send(values, photo, photos)` is called once all is there. A field is
 * {name, label, kind: "text"|"area"|"photo"|"choice"|"date", needed (or a function of the values), hint, choices}; `photo`
 * is the field of that name, `photos` are all by name.
 */
export function openSheet(dialog, { title, says, fields, button, danger = false, send }) {
  const errors = new Map();
  const form = el("form", { class: "sheet-form", novalidate: true }, el("h2", {}, title), says ? el("p", { class: "muted" }, says) : null);
  const photos = {};
  for (const field of fields) {
    const wrong = el("p", { class: "errorlist", role: "alert", hidden: true });
    errors.set(field.name, wrong);
    form.append(el("div", { class: "field" }, ...draw(field, (blob) => (photos[field.name] = blob)), wrong));
  }
  form.addEventListener("input", ({ target }) => {
    const wrong = errors.get(target.name);
    if (wrong) wrong.hidden = true;
  });
  const go = el("button", { type: "submit", class: `weui-btn grow ${danger ? "weui-btn_warn" : "weui-btn_primary"}` }, button);
  const back = el("button", { type: "button", class: "weui-btn weui-btn_default", on: { click: () => dialog.close() } }, _("Back"));
  form.append(el("div", { class: "sheet-actions" }, back, go));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    let right = true;
    for (const { name, kind, needed } of fields) {
      const there = kind === "photo" ? photos[name] : (values[name] ?? "").trim();
      const wrong = errors.get(name);
      wrong.hidden = !(typeof needed === "function" ? needed(values) : needed) || Boolean(there);
      wrong.textContent = wrong.hidden ? "" : kind === "photo" ? _("A photo is needed.") : _("Please fill this in.");
      right &&= wrong.hidden;
    }
    if (!right) return form.querySelector(".errorlist:not([hidden])").scrollIntoView({ block: "center" });
    go.disabled = true;
    for (const { name, kind } of fields) if (kind === "photo") delete values[name];
    const small = {};
    for (const [name, blob] of Object.entries(photos)) small[name] = await shrink(blob);
    dialog.close();
    send(values, small.photo ?? null, small);
  });
  dialog.replaceChildren(form);
  dialog.showModal();
  return form;
}

function draw({ name, label: words, kind, hint, choices, value, tall }, taken) {
  const id = `field-${name}`;
  const said = hint ? el("small", { class: "muted" }, hint) : null;
  if (kind === "choice") {
    return [
      el("span", { class: "field-name" }, words),
      el("div", { class: "choices" }, choices.map(([code, text], index) =>
        el("label", { class: "choice" }, el("input", { type: "radio", name, value: code, checked: index === 0 }), el("span", {}, text)))),
      said,
    ];
  }
  if (kind === "photo") {
    const seen = el("img", { alt: "", hidden: true });
    const add = el("span", { class: "photo-add" }, _("Take a photo"));
    const input = el("input", {
      type: "file", id, accept: "image/*", capture: "environment", class: "sr-only",
      on: {
        change: () => {
          const [file] = input.files;
          if (!file) return;
          taken(file);
          input.closest(".field").querySelector(".errorlist").hidden = true;
          seen.src = URL.createObjectURL(file);
          seen.hidden = false;
          add.textContent = _("Take another");
        },
      },
    });
    return [el("span", { class: "field-name" }, words), el("label", { class: "photo-field", for: id }, input, seen, add), said];
  }
  const control = kind === "area" ? el("textarea", { id, name, rows: tall ?? 2, maxlength: 2000 }, value ?? "") : el("input", { id, name, type: kind === "date" ? "date" : "text", maxlength: 200, value });
  return [el("label", { for: id }, words), control, said];
}

export const decline = (dialog, send) => {
  const form = openSheet(dialog, {
    title: _("Why can you not go?"),
    says: _("The next unit is ordered in the same moment."),
    fields: [{ name: "reason", label: _("Reason"), kind: "area", needed: true }],
    button: _("Decline"),
    danger: true,
    send,
  });
  const box = form.querySelector("textarea");
  form.querySelector(".field").prepend(
    el("div", { class: "quick" }, DECLINES.map((words) => el("button", { type: "button", class: "tag", on: { click: () => (box.value = words()) } }, words()))),
  );
};

export const arrive = (dialog, send) =>
  openSheet(dialog, {
    title: _("Arrived: show it"),
    says: _("Within 100 m of the scene your arrival is seen by itself. A photo counts where the position is poor."),
    fields: [{ name: "photo", label: _("Photo on scene"), kind: "photo", needed: true }],
    button: _("Confirm arrival"),
    send,
  });

export const feedback = (dialog, send) =>
  openSheet(dialog, {
    title: _("Feedback from the scene"),
    fields: [
      { name: "text", label: _("What do you see?"), kind: "area", tall: 3, needed: true },
      { name: "photo", label: _("Photo (if useful)"), kind: "photo" },
    ],
    button: _("Send"),
    send,
  });

export const reinforce = (dialog, send) =>
  openSheet(dialog, {
    title: _("Call reinforcement"),
    fields: [
      { name: "force", label: _("Which force?"), kind: "choice", choices: Object.keys(FORCES).filter((code) => code !== "department").map((code) => [code, label(FORCES, code)]) },
      { name: "reason", label: _("Why?"), kind: "area" },
    ],
    button: _("Call"),
    danger: true,
    send,
  });

export const finish = (dialog, send, { main, photoNeeded }) =>
  openSheet(dialog, {
    title: _("Finish on scene"),
    fields: [
      { name: "found", label: _("What was found?"), kind: "area", needed: main },
      { name: "contacted", label: _("Who was spoken to?"), kind: "text" },
      { name: "done", label: _("What was done?"), kind: "area", needed: main },
      { name: "remains", label: _("What remains?"), kind: "text" },
      { name: "photo", label: _("Photo after handling"), kind: "photo", needed: main && photoNeeded },
    ],
    button: _("Finish"),
    send,
  });
