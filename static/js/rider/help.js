/** Help nearby: what is asked, the place for who comes, and the switch that nobody turns but the rider. */

import { el, put } from "shushan/cockpit/dom";
import { post } from "shushan/http";
import { direction, OVER } from "shushan/rider/words";
import { serverNow } from "shushan/servertime";
import { openSheet } from "shushan/unit/sheets";
import { metres } from "shushan/unit/track";
import { way } from "shushan/unit/view";
import { _, fill, named } from "shushan/words";

const RADII = [500, 1000, 2000];

export class Help {
  constructor(phone) {
    this.phone = phone;
    this.box = document.getElementById("tab-help");
    this.asking = false;
  }

  draw() {
    const { state, outbox, place } = this.phone;
    if (!state) return this.box.replaceChildren(el("p", { class: "muted field-empty" }, _("Loading …")));
    const sign = JSON.stringify([state.me, state.parts, outbox.count, Boolean(place.fix), this.asking]);
    if (this.box.dataset.sign === sign) return undefined;
    this.box.dataset.sign = sign;
    const parts = state.parts.filter((part) => !this.phone.hidden.has(part.id)).map((part) => this.#asTold(part));
    this.box.replaceChildren(
      ...parts.map((part) => this.#card(part)),
      ...(parts.some((part) => !part.ended_at) ? [] : [this.#idle(state.me)]),
      this.#settings(state),
    );
    return this.tick();
  }

  /** What waits to be sent has happened all the same. */
  #asTold(part) {
    const { outbox } = this.phone;
    if (outbox.holds(`finish-${part.id}`, "finish")) return { ...part, status: "finished", ended_at: "now" };
    if (part.status === "accepted" && outbox.holds(`arrive-${part.id}`, "arrive")) return { ...part, status: "arrived" };
    return part;
  }

  #idle(me) {
    const words = me.paused_at ? fill(_("You are paused: %(why)s"), { why: me.pause_reason })
      : !me.helps_nearby ? _("Turn on “Help nearby” to be asked when somebody close to you needs a hand.")
        : !me.on_duty_since ? _("Turn on “On the road” to be reachable.")
          : _("Nobody nearby needs help. You are asked when somebody does.");
    return el("div", { class: "idle-card" }, el("h2", {}, _("No request")), el("p", { class: "muted" }, words));
  }

  #settings({ me, position_kept_min }) {
    const line = (id, words, hint, on, change) => el("label", { class: "weui-cell weui-cell_switch rider-switch", for: id },
      el("span", { class: "weui-cell__bd" }, words, hint ? el("small", { class: "muted" }, hint) : null),
      el("span", { class: "weui-cell__ft" }, el("input", { type: "checkbox", class: "weui-switch", id, role: "switch", props: { checked: on, disabled: this.asking || Boolean(me.paused_at) }, on: { change } })));
    return el("section", {},
      el("h2", { class: "phone-title" }, _("When may I be asked?")),
      el("div", { class: "weui-cells" },
        line("agree", _("Help nearby"), null, me.helps_nearby, ({ target }) => this.#set("agreement", { helps_nearby: target.checked, radius_m: me.radius_m })),
        line("duty", _("On the road"), null, Boolean(me.on_duty_since), ({ target }) => this.#set("duty", { on_duty: target.checked }))),
      me.helps_nearby ? el("h2", { class: "phone-title" }, _("How far?")) : null,
      me.helps_nearby ? el("div", { class: "segments", role: "group", "aria-label": _("How far?") }, RADII.map((radius_m) =>
        el("button", { type: "button", "aria-pressed": String(radius_m === me.radius_m), on: { click: () => this.#set("agreement", { helps_nearby: true, radius_m }) } }, way(radius_m)))) : null,
      el("p", { class: "muted small rider-privacy" }, fill(_("Your position is used only while both are on. Only the last one is kept, and erased after %(n)s minutes or when you turn one off. You are never asked to a dangerous place, and you may always say no."), { n: position_kept_min })),
    );
  }

  #card(part) {
    const { fix } = this.phone.place;
    const asked = part.status === "asked";
    const coming = part.status === "accepted" || part.status === "arrived";
    if (!asked && !coming) return this.#over(part);
    const where = coming
      ? fix ? fill(_("%(where)s, %(way)s"), { where: direction(fix, part.place), way: way(metres(fix, part.place)) }) : ""
      : fill(_("about %(way)s from you"), { way: way(part.distance_m) });
    return el("article", { class: "phone-card help-card", data: { part: part.id, status: part.status } },
      el("div", { class: "row" },
        el("span", { class: `tag ${asked ? "tag-due" : "tag-accent"}` }, asked ? _("help wanted") : part.status === "accepted" ? _("you are coming") : _("you are there")),
        asked ? el("span", { class: "muted help-way" }, where) : null,
        asked ? el("span", { class: "left-time", data: { due: part.expires_at } }) : null),
      el("h2", {}, part.text),
      el("p", { class: "muted" }, [named(part.category), part.community].filter(Boolean).join(" · ")),
      coming ? el("div", { class: "help-place" },
        el("b", {}, part.place.address || _("the place on the map")),
        el("span", {}, where),
        el("a", { class: "weui-btn weui-btn_default", href: `geo:${part.place.lat},${part.place.lon}?q=${part.place.lat},${part.place.lon}` }, _("Open in the map app"))) : null,
      asked ? el("p", { class: "muted small" }, fill(_("%(wanted)s wanted, %(taken)s on the way. The place is shown when you accept."), part)) : null,
      el("div", { class: "help-acts" }, asked
        ? [this.#button("weui-btn_default", _("Cannot come"), "decline", part), this.#button("weui-btn_primary grow", _("I am coming"), "accept", part)]
        : part.status === "accepted"
          ? [this.#button("weui-btn_default", _("Cannot come after all"), "decline", part), el("button", { type: "button", class: "weui-btn weui-btn_primary grow", data: { step: "arrive" }, on: { click: () => this.#later(part, "arrive", {}) } }, _("I am there"))]
          : [el("button", { type: "button", class: "weui-btn weui-btn_primary grow", data: { step: "finish" }, on: { click: () => this.#finish(part) } }, _("Done"))]),
    );
  }

  #over(part) {
    const danger = part.status === "withdrawn" && part.why === "danger";
    const words = OVER[part.status === "withdrawn" ? part.why : part.status] ?? OVER.expired;
    return el("article", { class: "phone-card help-card help-over", data: { part: part.id, status: part.status, danger: String(danger) }, role: danger ? "alert" : null },
      el("p", {}, el("b", {}, words())),
      el("p", { class: "muted small" }, part.did || part.text),
      el("button", { type: "button", class: "button-link", on: { click: () => { this.phone.hidden.add(part.id); this.box.dataset.sign = ""; this.draw(); } } }, _("Hide")));
  }

  #button(tone, words, step, part) {
    return el("button", { type: "button", class: `weui-btn ${tone}`, data: { step }, props: { disabled: this.asking }, on: { click: () => this.#now(part, step) } }, words);
  }

  /** To accept or decline the server has to say yes: others answer at the same moment. */
  async #now(part, step) {
    if (step === "decline" && part.status === "accepted" && !confirm(_("Give your place to somebody else?"))) return;
    await this.#ask(() => post(`/api/v1/rider/help/${part.id}/${step}/`));
  }

  async #set(name, values) {
    await this.#ask(() => post(`/api/v1/rider/${name}/`, values));
  }

  async #ask(work) {
    if (this.asking) return;
    this.asking = true;
    this.phone.said("");
    this.draw();
    try {
      await work();
    } catch (problem) {
      this.phone.said(problem.errors?.[0]?.message ?? problem.message, { tone: "error" });
    } finally {
      this.asking = false;
      await this.phone.refresh();
      this.draw();
    }
  }

  /** What has happened is true without a network too, and told later. */
  async #later(part, step, fields) {
    this.phone.said("");
    await this.phone.outbox.put({ path: `/api/v1/rider/help/${part.id}/${step}/`, step, order: `${step}-${part.id}`, says: part.text, fields });
    this.draw();
  }

  #finish(part) {
    openSheet(this.phone.sheet, {
      title: _("What did you do?"),
      fields: [
        { name: "did", label: _("In one sentence"), kind: "area", needed: true },
        { name: "people", label: _("How many people did you help?"), kind: "choice", choices: ["1", "2", "3", "0"].map((n) => [n, n === "3" ? _("3 or more") : n]) },
      ],
      button: _("Done"),
      send: ({ did, people }) => this.#later(part, "finish", { did: did.trim(), people: Number(people) }),
    });
  }

  tick() {
    for (const box of this.box.querySelectorAll(".left-time")) {
      const left = Math.max(0, Math.ceil((Date.parse(box.dataset.due) - serverNow()) / 1000));
      box.dataset.tone = left < 60 ? "missed" : left < 180 ? "due" : "ok";
      put(box, left >= 60 ? fill(_("%(n)s min"), { n: Math.ceil(left / 60) }) : fill(_("%(n)s s"), { n: left }));
    }
  }
}
