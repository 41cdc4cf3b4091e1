/** Shows a caller's number to who holds the call, for as long as the page stands; each look is written down. */

import { put } from "shushan/cockpit/dom";
import { post } from "shushan/http";

const form = document.getElementById("phone-form");
const shown = document.getElementById("phone-shown");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  shown.hidden = false;
  try {
    put(shown, (await post(form.action, new FormData(form))).phone);
  } catch (problem) {
    put(shown, problem.errors?.[0]?.message ?? problem.message);
  }
});
