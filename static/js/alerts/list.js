/** The list of truck alerts lives: what the rules raise and what other desks decide is drawn anew, and pulses once. */

import { pulse } from "shushan/cockpit/dom";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";

const WAIT_MS = 300; // a burst is one drawing
const AGAIN_MS = 3000;
const box = document.getElementById("alerts-live");
const address = new URL(location.href);
address.searchParams.set("part", "list");
let waiting = false;
let asked = 0;

async function fragment({ signal } = {}) {
  asked += 1;
  const answer = await fetch(address, { signal, headers: { "X-Background": "1", "X-Requested-With": "fetch" }, credentials: "same-origin" });
  if (answer.redirected || !answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.redirected ? 401 : answer.status });
  return answer.text();
}

const numbers = () => new Map([...box.querySelectorAll("[data-alert]")].map((row) => [row.dataset.alert, row.dataset.rev]));

function draw(text) {
  const before = numbers();
  const held = document.activeElement?.closest?.("[data-alert]")?.dataset.alert;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  box.replaceChildren(...fresh.body.childNodes);
  if (held) box.querySelector(`[data-alert="${CSS.escape(held)}"] a`)?.focus({ preventScroll: true });
  for (const row of box.querySelectorAll("[data-alert]")) if (before.get(row.dataset.alert) !== row.dataset.rev) pulse(row);
}

/** Ask soon; changes that go on and on do not put it off, and an answer that was overtaken is not drawn. */
function soon(after = WAIT_MS) {
  if (waiting) return;
  waiting = true;
  setTimeout(async () => {
    waiting = false;
    const turn = asked + 1;
    try {
      const text = await fragment();
      if (turn === asked) draw(text);
    } catch (error) {
      if (error.status !== 401 && error.status !== 403) soon(AGAIN_MS);
    }
  }, after);
}

const link = new LiveLink({ snapshot: fragment, load: draw, change: ({ subject }) => subject === "truckalert" && soon() });
showLink(link, document.getElementById("link-state"));
link.start();
