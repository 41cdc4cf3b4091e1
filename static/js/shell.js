/** What every page does: menus close, colours switch, htmx finds the CSRF token, written clocks run. */

import { runClocks } from "shushan/clock";
import { page } from "shushan/page";

const root = document.documentElement;

for (const menu of document.querySelectorAll("[data-menu]")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  const name = () => (button.textContent = root.dataset.theme === "dark" ? button.dataset.light : button.dataset.dark);
  button.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    document.cookie = `ssw_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    document.dispatchEvent(new CustomEvent("theme", { detail: root.dataset.theme }));
    name();
  });
  name();
}

// A form sends once: a second press while it is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// A fragment that a signed-out person asks for must not be the sign-in page inside the page.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.responseURL && new URL(detail.xhr.responseURL).pathname.startsWith("/sign-in")) {
    detail.shouldSwap = false;
    location.reload();
  }
});

// Who watches the console works, even when nothing is sent for long: hands on mouse or keys keep the session.
const HERE_MS = 5 * 60_000;
let hereAt = Date.now();

async function here() {
  if (!page.user_id || page.kiosk || Date.now() - hereAt < HERE_MS) return;
  hereAt = Date.now();
  const answer = await fetch("/here/", { credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 401) location.reload();
}

for (const kind of ["pointerdown", "pointermove", "keydown", "touchstart"]) {
  document.addEventListener(kind, here, { passive: true });
}

if (document.querySelector("[data-clock]")) runClocks();
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.matches?.("[data-clock]") || detail.elt.querySelector?.("[data-clock]")) runClocks();
});
