/** Shows a LiveLink's state on the page: icon and word in a badge, and how old the data is. */

import { _, fill } from "shushan/words";

const WORDS = {
  connecting: ["retry", () => _("connecting")],
  live: ["link", () => _("live")],
  reconnecting: ["retry", () => _("reconnecting")],
  "signed-out": ["missed", () => _("signed out")],
  stopped: ["pause", () => _("stopped")],
};

/** Keep `badge` in step with `link`. Returns a function that ends it. */
export function showLink(link, badge) {
  badge.classList.add("link-state");
  badge.setAttribute("role", "status");
  const icon = document.createElement("span");
  icon.setAttribute("aria-hidden", "true");
  const word = document.createElement("span");
  const age = document.createElement("span");
  age.setAttribute("aria-hidden", "true"); // it changes each second: read out, it would never stop
  const again = document.createElement("a");
  again.href = globalThis.location.href; // loading the page again leads to the sign-in page and back
  again.textContent = _("sign in again");
  badge.replaceChildren(icon, word, age, again);

  const draw = () => {
    const [shape, says] = WORDS[link.state] ?? WORDS.connecting;
    const seconds = Math.floor(link.age());
    badge.dataset.state = link.state;
    badge.dataset.age = seconds >= 30 ? "red" : seconds >= 10 ? "amber" : "fresh";
    icon.className = `icon icon-${shape}`;
    put(word, says());
    put(age, seconds >= 5 ? fill(_("data %(age)s old"), { age: ageText(seconds) }) : "");
    age.hidden = seconds < 5;
    again.hidden = link.state !== "signed-out";
  };
  link.addEventListener("state", draw);
  const timer = setInterval(draw, 1000);
  draw();
  return () => {
    clearInterval(timer);
    link.removeEventListener("state", draw);
  };
}

function ageText(seconds) {
  if (seconds < 60) return fill(_("%(n)s s"), { n: seconds });
  return fill(_("%(n)s min"), { n: Math.floor(seconds / 60) });
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
