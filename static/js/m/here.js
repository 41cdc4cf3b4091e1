/** At the place: the phone says once where it is, then the form goes off as it was pressed. */

import { _ } from "shushan/words";

const form = document.getElementById("here");
const where = document.getElementById("where");

form?.addEventListener("submit", (event) => {
  if (form.elements.lon.value !== "") return;
  event.preventDefault();
  const pressed = event.submitter;
  if (!navigator.geolocation) return say(_("This phone does not say where it is."));
  pressed.disabled = true;
  say(_("Looking where you are…"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lon.value = coords.longitude.toFixed(6);
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      pressed.disabled = false;
      form.requestSubmit(pressed);
    },
    (error) => {
      pressed.disabled = false;
      say(error.code === 1 ? _("Allow this page to see your position, then press again.") : _("No position was found. Step outside and press again."));
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 },
  );
});

function say(words) {
  where.textContent = words;
}
