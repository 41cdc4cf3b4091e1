/** A small promise in a list: name, rest and bar. The list moves its visible ticks, nobody else. */

import { clockState, clockText } from "shushan/clock";
import { runs, SHORT, tickText } from "shushan/cockpit/promises";
import { el, put } from "shushan/cockpit/dom";
import { CLOCKS } from "shushan/words";

export class Tick {
  constructor(code, names = {}) {
    this.code = code;
    this.names = names;
    this.name = el("b", {}, SHORT[code]?.() ?? names[code] ?? code);
    this.says = el("span", { class: "tick-says" }, "–");
    this.element = el("div", { class: "tick", data: { code } }, this.name, this.says, el("span", { class: "tick-bar" }, el("i")));
    this.deadline = undefined;
    this.moving = false;
  }

  /** Give it another deadline (or none: this promise has not begun). */
  set(deadline, now) {
    this.deadline = deadline;
    this.state = null;
    if (deadline) return this.draw(now);
    this.moving = false;
    this.element.dataset.state = "none";
    this.element.title = "";
    this.element.style.removeProperty("--part");
    put(this.says, "–");
    return undefined;
  }

  draw(now) {
    const shown = clockState(this.deadline, now);
    this.moving = runs(shown.state);
    put(this.says, tickText(shown));
    this.element.style.setProperty("--part", bar(shown).toFixed(2));
    if (shown.state === this.state) return;
    this.state = shown.state;
    this.element.dataset.state = shown.state === "ok" ? "run" : shown.state;
    this.element.title = `${CLOCKS[this.code]?.() ?? this.names[this.code] ?? this.code}: ${clockText(shown)}`;
  }
}

/** What is kept or missed shows a full bar in its colour; what runs shows what is left. */
const bar = ({ state, part }) => (state === "met" || state === "missed" || state === "late" ? 1 : part);
