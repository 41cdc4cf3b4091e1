/** The queue of calls lives: what residents say and what colleagues do is drawn anew, and its clocks each half minute. */

import { pulse } from "shushan/cockpit/dom";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";

const WAIT_MS = 300; // a burst is one drawing
const CLOCK_MS = 30_000;
const box = document.getElementById("calls-live");
const address = new URL(location.href);
address.searchParams.set("part", "list");
let waiting = false;

async function fragment({ signal } = {}) {
  const answer = await fetch(address, { signal, headers: { "X-Background": "1", "X-Requested-With": "fetch" }, credentials: "same-origin" });
  if (answer.redirected || !answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.redirected ? 401 : answer.status });
  return answer.text();
}

const revs = () => new Map([...box.querySelectorAll("[data-call]")].map((row) => [row.dataset.call, row.dataset.rev]));

function draw(text) {
  const before = revs();
  const held = document.activeElement?.closest?.("[data-call]")?.dataset.call;
  box.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  if (held) box.querySelector(`[data-call="${CSS.escape(held)}"] a`)?.focus({ preventScroll: true });
  for (const row of box.querySelectorAll("[data-call]")) if (before.get(row.dataset.call) !== row.dataset.rev) pulse(row);
}

function soon() {
  if (waiting) return;
  waiting = true;
  setTimeout(async () => {
    waiting = false;
    await fragment().then(draw, () => {});
  }, WAIT_MS);
}

const link = new LiveLink({ snapshot: fragment, load: draw, change: ({ subject }) => subject === "servicecall" && soon() });
showLink(link, document.getElementById("link-state"));
link.start();
setInterval(() => !document.hidden && soon(), CLOCK_MS);
