/** At the place: the phone says once where it is, then the form goes off as it was pressed. */

import { position } from "shushan/m/position";
import { _ } from "shushan/words";

const PATIENCE_MS = 20_000;
const WRONG = {
  0: () => _("This phone does not say where it is."),
  1: () => _("Allow this page to see your position, then press again."),
};
const form = document.getElementById("here");
const where = document.getElementById("where");

form?.addEventListener("submit", async (event) => {
  if (form.elements.lon.value !== "") return;
  event.preventDefault();
  const pressed = event.submitter;
  pressed.disabled = true;
  say(_("Looking where you are…"));
  try {
    const { lon, lat, accuracy } = await position({ fresh: true, patience_ms: PATIENCE_MS });
    form.elements.lon.value = lon.toFixed(6);
    form.elements.lat.value = lat.toFixed(6);
    form.elements.accuracy.value = accuracy ?? "";
    pressed.disabled = false;
    form.requestSubmit(pressed);
  } catch ({ code }) {
    pressed.disabled = false;
    say(WRONG[code]?.() ?? _("No position was found. Step outside and press again."));
  }
});

function say(words) {
  where.textContent = words;
}
