/** "Send code": asks for a one-time code, says where it went, and counts down until it may be asked for again. */

import { fill, _ } from "shushan/words";

const AGAIN_S = 60;
const form = document.getElementById("sign-in");
const phone = form.querySelector("[name=phone]");
const button = document.getElementById("send");
const said = document.getElementById("sent");
const word = button.textContent;

function countDown(left) {
  button.disabled = left > 0;
  button.textContent = left > 0 ? fill(_("Again in %(n)s s"), { n: left }) : word;
  if (left > 0) setTimeout(countDown, 1000, left - 1);
}

button.addEventListener("click", async () => {
  if (!phone.reportValidity()) return;
  button.disabled = true;
  const body = new FormData();
  body.set("phone", phone.value);
  try {
    const answer = await fetch(form.dataset.code, { method: "POST", body, headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value } });
    const told = await answer.json();
    said.classList.toggle("m-wrong", !answer.ok);
    if (!answer.ok) {
      said.textContent = told.errors?.[0]?.message ?? told.detail;
      button.disabled = false;
      return;
    }
    said.textContent = told.code ? fill(_("No text messages are sent here; the code is %(code)s."), told) : fill(_("Sent to %(phone)s, good for five minutes."), told);
    countDown(AGAIN_S);
    form.querySelector("[name=code]").focus();
  } catch {
    said.classList.add("m-wrong");
    said.textContent = _("No connection. Try again.");
    button.disabled = false;
  }
});
