/** The team page: choosing a grid shows it at once; a call fetches the phone and dials. */

import { callMember } from "shushan/calling";

const select = document.getElementById("team-grid");
select?.addEventListener("change", () => select.form.submit());

document.querySelector("[data-call=yes]")?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-member]");
  if (button) callMember(button, button.dataset.member, "");
});
