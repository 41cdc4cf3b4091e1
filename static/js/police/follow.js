/**
 * Pages that the server draws and that follow what happens: parts marked `data-live` are drawn anew from the page's own
 * address; a part in which somebody writes is left alone until it is sent.
 */

import { runClocks } from "shushan/clock";
import { get } from "shushan/http";
import { showLink } from "shushan/linkstate";
import { LiveLink } from "shushan/live";

const SOON_MS = 250;

/** `follow({subjects, every_ms, drawn})`: which pushes matter, how often to look anyway, what to do after drawing. */
export function follow({ subjects, every_ms = 0, drawn = () => {} }) {
  const concerns = new Set(subjects);
  let waiting = 0;
  let busy = false;

  async function draw() {
    if (busy) return soon();
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Background": "1" }, credentials: "same-origin" });
      if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in")) return location.reload();
      if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // the link state says that the server is away; the next look mends it
    } finally {
      busy = false;
    }
    return undefined;
  }

  function put(fresh) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (!next || writing(part) || part.dataset.drawn === next.innerHTML) continue;
      const made = document.importNode(next, true);
      made.dataset.drawn = next.innerHTML;
      part.replaceWith(made);
    }
    runClocks();
    drawn();
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(draw, SOON_MS);
  }

  let first = true;
  const link = new LiveLink({
    snapshot: ({ signal }) => get("/api/v1/police/line/", { signal, background: true }),
    load: () => {
      if (!first) soon();
      first = false;
    },
    change: ({ subject }) => concerns.has(subject) && soon(),
  });
  showLink(link, document.getElementById("link-state"));
  link.start();
  if (every_ms) setInterval(() => document.hidden || soon(), every_ms);
  return { link, soon };
}

/** Whether somebody is filling something in inside this part. */
function writing(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return true;
  return [...part.querySelectorAll("input[type=text], input:not([type]), textarea")].some((field) => field.value !== field.defaultValue);
}
