/** The seat of this console: taken when the shift is started, kept alive by a sign of life, told in the footer. */

import { toast } from "shushan/console/toast";
import { get, post } from "shushan/http";
import { clockTime, fill, named, _ } from "shushan/words";

const HERE_MS = 20_000;

export class Duty {
  constructor({ may }) {
    this.may = may;
    this.mine = null;
    this.shift = null;
    setInterval(() => this.#here(), HERE_MS);
    this.#look();
  }

  /** Come on duty and take a free seat; who is not on the roster is told so and may work on all the same. */
  async start() {
    if (!this.may.has("grid.sign_on") || this.mine) return;
    try {
      this.mine = await post("/api/v1/duty/sign-on/", {});
      if (this.mine.seat) toast(fill(_("Seat %(seat)s is yours."), { seat: this.mine.seat }));
      this.#look();
    } catch (problem) {
      toast(problem.message, "due");
    }
  }

  /** "Seat 2 · evening shift 16:00–00:00 · seats taken 1 of 2", or empty before anything is known. */
  says() {
    const words = [];
    if (this.mine?.seat) words.push(fill(_("Seat %(seat)s"), { seat: this.mine.seat }));
    if (this.shift) {
      const [from, to] = [this.shift.starts_at, this.shift.ends_at].map((at) => clockTime(at, { seconds: false }));
      words.push(`${named(this.shift)} ${from}–${to}`);
      if (this.taken < this.least) words.push(fill(_("seats taken: %(taken)s of %(least)s"), { taken: this.taken, least: this.least }));
    }
    return words.join(" · ");
  }

  async #look() {
    if (!this.may.has("grid.view_roster")) return;
    try {
      const duty = await get("/api/v1/duty/", { background: true });
      [this.shift, this.mine, this.least, this.taken] = [duty.shift, duty.mine, duty.seats_least, duty.seats_taken];
    } catch {
      // asked again with the next sign of life
    }
  }

  async #here() {
    if (this.mine) {
      try {
        await post("/api/v1/duty/here/", undefined, { background: true });
      } catch (problem) {
        if (problem.status === 404) this.mine = null; // signed off elsewhere
      }
    }
    await this.#look();
  }
}
