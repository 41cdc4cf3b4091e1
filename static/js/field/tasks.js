/** Tasks: verifications and checks with the limit that is left, and parties to be called on. */

import { el, put, uuid } from "shushan/cockpit/dom";
import { METHODS, RESULTS, TASKS } from "shushan/field/words";
import { serverNow } from "shushan/servertime";
import { openSheet } from "shushan/unit/sheets";
import { metres } from "shushan/unit/track";
import { way } from "shushan/unit/view";
import { _, dayTime, fill, label, named } from "shushan/words";

export class Tasks {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-tasks");
  }

  draw() {
    const { state, outbox, place } = this.phone;
    if (!state) return this.box.replaceChildren(el("p", { class: "muted field-empty" }, _("Loading …")));
    const left = (what, list, step) => list.filter((item) => !outbox.holds(`${step}-${item.id}`, step));
    const tasks = left("tasks", state.tasks, "answer");
    const visits = left("visits", state.visits, "visit");
    const sign = JSON.stringify([tasks, visits, outbox.count, Boolean(place.fix)]);
    if (this.box.dataset.sign === sign) return;
    this.box.dataset.sign = sign;
    const none = !tasks.length && !visits.length;
    this.box.replaceChildren(
      ...(none ? [el("div", { class: "idle-card" }, el("h2", {}, _("No tasks")), el("p", { class: "muted" }, _("Verifications, checks and follow-ups of your grid appear here.")))] : []),
      ...(tasks.length ? [el("h2", { class: "phone-title" }, _("Look on the spot")), ...tasks.map((task) => this.#task(task))] : []),
      ...(visits.length ? [el("h2", { class: "phone-title" }, _("Follow-ups")), ...visits.map((visit) => this.#visit(visit))] : []),
    );
    this.tick();
  }

  #head(incident, tag, tone, due) {
    const { fix } = this.phone.place;
    const where = [incident.address, incident.grid].filter(Boolean).join(" · ");
    return [
      el("div", { class: "row" }, el("span", { class: `tag ${tone}` }, tag), due ? el("span", { class: "left-time", data: { due } }) : null, el("span", { class: "case-no" }, incident.case_no)),
      el("h2", {}, incident.title),
      el("p", { class: "muted" }, incident.title === named(incident.category) ? where : `${named(incident.category)} · ${where}`),
      incident.text && incident.text !== incident.title ? el("p", { class: "task-text" }, incident.text) : null,
      fix ? el("p", { class: "muted" }, fill(_("%(way)s away"), { way: way(metres(fix, incident)) })) : null,
    ];
  }

  #task(task) {
    return el("article", { class: "phone-card task-card", data: { task: task.id } },
      this.#head(task.incident, label(TASKS, task.kind), "tag-accent", task.due_at),
      el("button", { type: "button", class: "weui-btn weui-btn_primary", on: { click: () => this.#answer(task) } }, task.kind === "check" ? _("Check it") : _("Verify it")));
  }

  #visit(visit) {
    return el("article", { class: "phone-card task-card", data: { visit: visit.id } },
      this.#head(visit, _("follow-up"), "tag-due", visit.due_at),
      el("button", { type: "button", class: "weui-btn weui-btn_primary", on: { click: () => this.#followUp(visit) } }, _("Record the follow-up")));
  }

  #answer(task) {
    const check = task.kind === "check";
    const codes = check ? ["passed", "failed"] : ["true", "not_found", "cannot_judge"];
    const { fix } = this.phone.place;
    openSheet(this.phone.sheet, {
      title: `${label(TASKS, task.kind)} · ${task.incident.title}`,
      fields: [
        { name: "result", label: check ? _("Is it as reported done?") : _("Is it as reported?"), kind: "choice", choices: codes.map((code) => [code, label(RESULTS, code)]) },
        ...(check ? [] : [{ name: "photo_far", label: _("Photo from afar"), kind: "photo", needed: ({ result }) => result !== "cannot_judge" }]),
        { name: "photo_near", label: _("Photo from near"), kind: "photo", needed: ({ result }) => check || result === "true" },
        { name: "note", label: _("Note"), kind: "area", needed: ({ result }) => result === "failed" || result === "cannot_judge" },
      ],
      button: _("Send"),
      send: (values, _photo, files) => this.#put(`/api/v1/field/tasks/${task.id}/`, "answer", task.id, {
        ...values, ...ids(files), shot_at: new Date().toISOString(), lon: fix?.lon ?? null, lat: fix?.lat ?? null,
      }, files),
    });
  }

  #followUp(visit) {
    openSheet(this.phone.sheet, {
      title: `${_("follow-up")} · ${visit.title}`,
      says: visit.scene_closed_at ? fill(_("The scene was closed at %(at)s."), { at: dayTime(visit.scene_closed_at) }) : "",
      fields: [
        { name: "method", label: _("How?"), kind: "choice", choices: Object.keys(METHODS).map((code) => [code, label(METHODS, code)]) },
        { name: "result", label: _("What came of it?"), kind: "area", needed: true, tall: 3 },
        { name: "next", label: _("Next time (if needed)"), kind: "date" },
      ],
      button: _("Send"),
      send: ({ next, ...values }) => this.#put(`/api/v1/field/visits/${visit.id}/`, "visit", visit.id, {
        ...values, next_at: next ? `${next}T09:00:00+08:00` : null,
      }),
    });
  }

  async #put(path, step, id, fields, files) {
    this.phone.said("");
    await this.phone.outbox.put({ path, step, order: `${step}-${id}`, fields, files: files && Object.keys(files).length ? files : null });
    this.draw();
  }

  tick() {
    for (const box of this.box.querySelectorAll(".left-time")) {
      const left = (Date.parse(box.dataset.due) - serverNow()) / 60_000;
      const over = left < 0;
      const n = Math.abs(left);
      const words = n >= 2880 ? fill(_("%(n)s days"), { n: Math.floor(n / 1440) }) : n >= 60 ? fill(_("%(h)s h %(m)s min"), { h: Math.floor(n / 60), m: Math.floor(n % 60) }) : fill(_("%(n)s min"), { n: Math.floor(n) });
      box.dataset.tone = over ? "missed" : left < 30 ? "due" : "ok";
      put(box, fill(over ? _("over by %(time)s") : _("%(time)s left"), { time: words }));
    }
  }
}

/** An id for each photo: the server stores it once. */
export const ids = (files) => Object.fromEntries(Object.keys(files).map((name) => [`${name}_uuid`, uuid()]));
