/** One tap to call a team member: the number is fetched (and that is written down), shown on the button and dialled. */

import { post } from "shushan/http";

export const callMember = (button, id, about) => dialled(button, `/api/v1/grid/teams/${id}/call/`, { about });

/** The number behind an address, shown on the button and dialled; a second tap dials it again. */
export async function dialled(button, address, body = {}) {
  if (button.dataset.phone) return dial(button.dataset.phone);
  button.disabled = true;
  try {
    const { phone } = await post(address, body);
    button.dataset.phone = phone;
    (button.querySelector(".mono") ?? button).textContent = phone;
    dial(phone);
  } catch (problem) {
    (button.querySelector(".mono") ?? button).textContent = problem.message;
  } finally {
    button.disabled = false;
  }
  return undefined;
}

function dial(phone) {
  location.href = `tel:${phone.replace(/[^+0-9]/g, "")}`;
}
