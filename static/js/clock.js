/**
 * Running 30515 clocks. Any element made by `clockElement(deadline)`, or written by a template as
 * `<span data-clock='{"code":…,"due_at":…}'>`, runs by itself: one timer moves all clocks of the page.
 */

import { serverNow } from "shushan/servertime";
import { _, CLOCKS, fill } from "shushan/words";

const EVERY_MS = 250;
const ICONS = { ok: "run", due: "due", missed: "missed", met: "ok", late: "missed", paused: "pause", void: "pause" };

/**
 * What a deadline says at `now` (ms): `{state, seconds, part}`.
 * ok – more than a third of the allowance left; due – less; missed – past and still open (seconds count up);
 * met – kept; late – came after the promise; paused; void. `seconds` is what is left, over, or was used.
 */
export function clockState(deadline, now) {
  const at = (name) => (deadline[name] ? Date.parse(deadline[name]) : null);
  const [started, due] = [at("started_at"), at("due_at")];
  const allowance = Math.max(1, due - started);
  if (deadline.void_at) return { state: "void", seconds: 0, part: 0 };
  if (at("met_at") !== null) {
    return { state: "met", seconds: Math.max(0, at("met_at") - started) / 1000, part: rest(due - at("met_at"), allowance) };
  }
  if (at("stopped_at") !== null) return { state: "late", seconds: (at("stopped_at") - due) / 1000, part: 0 };
  if (at("paused_at") !== null && at("missed_at") === null) {
    return { state: "paused", seconds: (due - at("paused_at")) / 1000, part: rest(due - at("paused_at"), allowance) };
  }
  const left = due - now;
  if (left <= 0 || at("missed_at") !== null) return { state: "missed", seconds: Math.max(0, -left) / 1000, part: 0 };
  return { state: left * 3 < allowance ? "due" : "ok", seconds: left / 1000, part: rest(left, allowance) };
}

/** 75 → "1:15", 3675 → "1:01:15", 90000 → "1 d 01:00"; whole seconds, rounded so that 0:00 means none left. */
export function spanText(seconds, up = false) {
  const whole = up ? Math.ceil(seconds) : Math.floor(seconds);
  const [days, hours, minutes, rest_s] = [
    Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60,
  ];
  const two = (number) => String(number).padStart(2, "0");
  if (days) return fill(_("%(days)s d %(time)s"), { days, time: `${two(hours)}:${two(minutes)}` });
  return hours ? `${hours}:${two(minutes)}:${two(rest_s)}` : `${minutes}:${two(rest_s)}`;
}

/** The words beside the bar. */
export function clockText({ state, seconds }) {
  switch (state) {
    case "ok":
    case "due":
      return fill(_("%(time)s left"), { time: spanText(seconds, true) });
    case "missed":
      return fill(_("over by %(time)s"), { time: spanText(seconds) });
    case "met":
      return fill(_("kept in %(time)s"), { time: spanText(seconds) });
    case "late":
      return fill(_("late by %(time)s"), { time: spanText(seconds, true) });
    case "paused":
      return fill(_("paused, %(time)s left"), { time: spanText(seconds, true) });
    default:
      return _("does not count");
  }
}

/** A clock's element; `compact` leaves the bar out. Update it with `setClock(element, deadline)`. */
export function clockElement(deadline, { compact = false } = {}) {
  const element = document.createElement("div");
  element.className = compact ? "clock clock-compact" : "clock";
  return setClock(element, deadline);
}

/** Give an element another (or a changed) deadline and draw it at once. */
export function setClock(element, deadline) {
  if (!element._parts) build(element);
  element._deadline = deadline;
  element._said = null;
  element.setAttribute("data-clock", "");
  draw(element, serverNow());
  start();
  return element;
}

function build(element) {
  element.setAttribute("role", "timer");
  const make = (tag, name) => Object.assign(document.createElement(tag), { className: name });
  const [name, bar, says, icon, text] = [
    make("span", "clock-name"), make("span", "clock-bar"), make("span", "clock-says"), make("span", "icon"), make("span", ""),
  ];
  bar.append(document.createElement("i"));
  icon.setAttribute("aria-hidden", "true");
  says.append(icon, text);
  element.replaceChildren(name, bar, says);
  element._parts = { name, icon, text };
}

function draw(element, now) {
  const deadline = element._deadline;
  const shown = clockState(deadline, now);
  const text = clockText(shown);
  const { name, icon, text: says } = element._parts;
  if (says.textContent !== text) says.textContent = text;
  element.style.setProperty("--part", shown.part.toFixed(3));
  if (shown.state === element._said) return;
  // State, name and spoken label change seldom; a reader is not told every second.
  element._said = shown.state;
  element.dataset.state = shown.state;
  icon.className = `icon icon-${ICONS[shown.state]}`;
  name.textContent = CLOCKS[deadline.code]?.() ?? deadline.code;
  name.title = deadline.code;
  element.setAttribute("aria-label", `${name.textContent}: ${text}`);
  if (shown.state === "missed") element.dispatchEvent(new CustomEvent("clock-missed", { bubbles: true, detail: deadline }));
}

let timer = null;

function start() {
  timer ??= setInterval(tickAll, EVERY_MS);
}

function tickAll() {
  if (document.hidden) return;
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-clock]")) {
    if (!element._deadline) adopt(element);
    else if (!["met", "late", "void", "paused"].includes(element._said)) draw(element, now);
  }
}

/** Clocks that a template wrote (on load, or swapped in by htmx) carry their deadline as JSON. */
function adopt(element) {
  const written = element.getAttribute("data-clock");
  if (!written) return;
  element.classList.add("clock");
  setClock(element, JSON.parse(written));
}

/** Start the clocks that templates wrote. */
export function runClocks() {
  start();
  tickAll();
}

const rest = (left, allowance) => Math.min(1, Math.max(0, left / allowance));
