/** One key each; typing in a field is typing. */

import { isOpen } from "shushan/console/sheet";

const ACTS = new Set(["A", "D", "R", "P", "V"]);

export function bindKeys({ queue, search, help, act }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      search.dispatchEvent(new Event("input"));
      search.blur();
      return;
    }
    if (event.key === "Enter" && event.target === search) {
      search.blur();
      queue.walk(1);
      return;
    }
    if (typing || isOpen()) return;
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    if (key === "J" || (event.key === "ArrowDown" && event.target === queue.list)) queue.walk(1);
    else if (key === "K" || (event.key === "ArrowUp" && event.target === queue.list)) queue.walk(-1);
    else if (event.key === "/") search.focus();
    else if (key === "N") queue.showNew();
    else if (event.key === "?") help.showModal();
    else if (ACTS.has(key) && !event.repeat) act(key);
    else return;
    event.preventDefault();
  });
}
