/** The page of volunteers: a call fetches the phone (which is written down) and dials; the lists follow by themselves. */

import { dialled } from "shushan/calling";
import { follow } from "shushan/police/follow";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rider-phone]");
  if (button) dialled(button, `/api/v1/riders/${button.dataset.riderPhone}/call/`);
});
for (const select of document.querySelectorAll(".force-filters select")) select.addEventListener("change", () => select.form.submit());

if (document.querySelector("[data-live]")) follow({ subjects: ["helpcall", "helppart", "riderreport", "delaynote"] });
