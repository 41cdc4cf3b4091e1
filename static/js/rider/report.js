/** One tap: an icon, the camera, and it is sent; five seconds to take it back. What was shot survives a reload. */

import { el, put, uuid } from "shushan/cockpit/dom";
import { shrink } from "shushan/phone/photo";
import { hazardIcon } from "shushan/rider/icons";
import { _, fill } from "shushan/words";

const SECONDS = 5;

export class Report {
  constructor(phone, hazards) {
    this.phone = phone;
    this.hazards = hazards;
    this.box = document.getElementById("tab-report");
    this.draft = null;
    this.left = 0;
  }

  async ready() {
    const draft = await this.phone.kept.get("draft");
    if (draft?.photo) this.#begin(draft);
  }

  draw() {
    if (this.drawn) return;
    this.drawn = true;
    this.box.replaceChildren(
      this.pending = el("section", { class: "phone-card pending", hidden: true }),
      el("p", { class: "rider-how" }, _("Tap what you see, take a photo: it is sent with your position.")),
      el("div", { class: "hazards" }, this.hazards.map((hazard) => this.#tile(hazard))),
      el("p", { class: "muted small rider-urgent" }, _("Danger to life: call 110, 119 or 120 first.")),
    );
    this.#pending();
  }

  #tile({ code, says, police }) {
    const input = el("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only", name: `photo-${code}`, on: {
      change: async ({ target }) => {
        const [file] = target.files;
        if (!file) return;
        const found_at = new Date().toISOString();
        const photo = await shrink(file);
        target.value = "";
        if (this.draft) await this.#send();
        await this.#begin({ uuid: uuid(), photo_uuid: uuid(), hazard: code, says, photo, text: "", found_at });
      },
    } });
    return el("label", { class: "hazard", data: { hazard: code } }, input, hazardIcon(code), el("span", {}, says), police ? el("i", { class: "hazard-police" }, _("police")) : null);
  }

  async #begin(draft) {
    this.draft = draft;
    this.draft.place ??= this.#here();
    this.left = SECONDS;
    this.writing = false;
    this.phone.said("");
    await this.phone.kept.set("draft", this.draft);
    this.#pending();
    scrollTo(0, 0);
  }

  #pending() {
    if (!this.pending) return;
    const { draft } = this;
    this.pending.hidden = !draft;
    if (!draft) return this.pending.replaceChildren();
    const text = el("input", { class: "pending-text", maxlength: 200, value: draft.text, placeholder: _("A few words (may be left out)"), "aria-label": _("A few words (may be left out)"), on: {
      input: ({ target }) => { this.draft.text = target.value; this.writing = true; this.phone.kept.set("draft", this.draft); this.tick(false); },
    } });
    this.pending.replaceChildren(
      el("div", { class: "pending-head" },
        el("img", { src: URL.createObjectURL(draft.photo), alt: "" }),
        el("div", {}, el("b", {}, draft.says), this.says = el("p", { class: "muted small", role: "status" }))),
      text,
      el("div", { class: "pending-acts" },
        el("button", { type: "button", class: "weui-btn weui-btn_default", id: "report-back", on: { click: () => this.#back() } }, _("Take back")),
        el("button", { type: "button", class: "weui-btn weui-btn_primary", id: "report-send", on: { click: () => this.#now() } }, _("Send now"))),
    );
    this.tick(false);
  }

  /** Each second: the countdown, unless somebody is writing or the place is not known yet. */
  tick(counts = true) {
    if (!this.draft || !this.says) return;
    if (!this.draft.place) return put(this.says, _("Waiting for your position …"));
    if (this.writing) return put(this.says, _("Press “Send now” when you are done."));
    if (counts) this.left -= 1;
    put(this.says, fill(_("Sent in %(n)s s"), { n: Math.max(this.left, 0) }));
    if (this.left <= 0) this.#send();
    return undefined;
  }

  fix() {
    if (!this.draft || this.draft.place) return;
    this.draft.place = this.#here();
    this.tick(false);
  }

  #here() {
    const { fix } = this.phone.place;
    return fix ? { lon: fix.lon, lat: fix.lat } : null;
  }

  #now() {
    if (!this.draft.place) return put(this.says, _("Waiting for your position …"));
    return this.#send();
  }

  async #back() {
    this.draft = null;
    await this.phone.kept.drop("draft");
    this.#pending();
  }

  async #send() {
    const { draft } = this;
    if (!draft?.place) return;
    this.draft = null;
    this.#pending();
    // The draft goes only once it waits safely to be sent, under the same id.
    const sending = this.phone.outbox.put({
      path: "/api/v1/rider/reports/", step: "report", order: draft.uuid, says: draft.says, files: { photo: draft.photo },
      fields: {
        uuid: draft.uuid, photo_uuid: draft.photo_uuid, hazard: draft.hazard, ...draft.place, crs: "wgs84",
        text: draft.text.trim(), found_at: draft.found_at,
      },
    });
    await this.phone.kept.drop("draft");
    await sending;
  }

  sent(item, answer) {
    if (item.step !== "report") return;
    this.phone.said(fill(answer?.joined ? _("The street knows of it already, case %(no)s: your photo was added.") : _("It has arrived: case %(no)s."), { no: answer?.case_no ?? "" }), { tone: "success" });
  }
}
