/** The replay of a truck around an alert: slider, play and speeds, map and chart in step, all of it by keyboard too. */

import { Chart } from "shushan/alerts/chart";
import { canDraw, ReplayMap } from "shushan/alerts/map";
import { stateAt } from "shushan/alerts/time";
import { put, written } from "shushan/cockpit/dom";
import { clockTime, fill, _ } from "shushan/words";

const SPEEDS = [1, 5, 15, 30, 60];
const DRAW_MS = 60; // the line behind the truck is long: some fifteen times a second is smooth enough
const STEP_S = 10;

const scene = written("replay-scene");
const box = document.getElementById("replay");
const $ = (name) => box.querySelector(`[data-part=${name}]`);
const slider = $("slider");
const chart = new Chart($("chart"), scene);
const marks = [...new Set([...scene.points.map(({ at }) => at), scene.began, scene.ended])].filter((at) => at >= scene.from && at <= scene.to).sort((one, two) => one - two);
let map = null;
let at = scene.began;
let playing = false;
let before = 0;
let drawn = 0;

slider.min = scene.from;
slider.max = scene.to;
slider.step = 1;

function show(instant, { follow = false } = {}) {
  at = Math.min(scene.to, Math.max(scene.from, instant));
  const state = stateAt(scene.track, at);
  slider.value = Math.round(at);
  chart.show(at);
  map?.show(state, follow);
  const said = [clockTime(at * 1000)];
  if (state && !state.silent) {
    said.push(fill(_("%(n)s km/h"), { n: Math.round(state.speed) }), scene.labels.load[state.load]);
    if (state.lift) said.push(scene.labels.lift[state.lift]);
    if (state.cover) said.push(scene.labels.cover[state.cover]);
  } else said.push(_("no position"));
  put($("clock"), said[0]);
  put($("state"), said.slice(1).filter(Boolean).join(" · "));
  $("state").dataset.lift = state && !state.silent ? state.lift : 0;
  slider.setAttribute("aria-valuetext", said.filter(Boolean).join(", "));
  box.dataset.at = Math.round(at);
}

function frame(now) {
  if (!playing) return;
  if (now - drawn >= DRAW_MS) {
    const speed = Number($("speed").value);
    const next = at + ((now - before) / 1000) * speed;
    [before, drawn] = [now, now];
    show(next, { follow: true });
    if (next >= scene.to) return play(false);
  }
  requestAnimationFrame(frame);
}

function play(wanted) {
  if (wanted && at >= scene.to) show(scene.from);
  playing = wanted;
  box.dataset.playing = String(playing);
  const button = $("play");
  button.setAttribute("aria-pressed", String(playing));
  put(button.querySelector("span:last-of-type"), playing ? _("Pause") : _("Play"));
  if (!playing) return;
  before = drawn = performance.now();
  requestAnimationFrame(frame);
}

function faster(by) {
  const place = SPEEDS.indexOf(Number($("speed").value)) + by;
  $("speed").value = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place))];
}

const toMark = (way) => show((way > 0 ? marks.find((one) => one > at + 1) : marks.findLast((one) => one < at - 1)) ?? at);

slider.addEventListener("input", () => { play(false); show(Number(slider.value)); });
$("play").addEventListener("click", () => play(!playing));
$("back").addEventListener("click", () => toMark(-1));
$("on").addEventListener("click", () => toMark(1));
$("whole").addEventListener("click", () => map?.whole());
$("place").addEventListener("click", () => { show(scene.began); map?.toPlace(); });
$("chart").addEventListener("pointerdown", (event) => {
  const move = ({ clientX }) => show(chart.at(clientX - $("chart").getBoundingClientRect().left));
  play(false);
  move(event);
  $("chart").setPointerCapture(event.pointerId);
  $("chart").addEventListener("pointermove", move);
  $("chart").addEventListener("pointerup", () => $("chart").removeEventListener("pointermove", move), { once: true });
});
for (const row of document.querySelectorAll("[data-instant]")) row.addEventListener("click", () => { play(false); show(Number(row.dataset.instant)); });

const KEYS = {
  " ": () => play(!playing),
  ArrowLeft: () => show(at - STEP_S),
  ArrowRight: () => show(at + STEP_S),
  Home: () => show(scene.from),
  End: () => show(scene.to),
  "[": () => faster(-1),
  "]": () => faster(1),
  ",": () => toMark(-1),
  ".": () => toMark(1),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), textarea, select, button, a, summary")) return;
  const run = KEYS[event.key];
  if (!run || (event.target === slider && ["Home", "End"].includes(event.key))) return;
  event.preventDefault();
  if (event.key.startsWith("Arrow")) play(false);
  run();
});

show(at);
if (canDraw()) {
  map = new ReplayMap($("map"), scene);
  map.show(stateAt(scene.track, at));
  map.ready.then(() => { box.dataset.ready = "true"; });
} else {
  $("map").textContent = _("This browser cannot draw the map; the chart below tells the same.");
  box.dataset.ready = "true";
}
