/** The server's clock as this page knows it; every running time on a page is measured with it. */

import { page } from "shushan/page";

const KEPT = 10;

/** Server time from samples. `tick()` is a steady local clock in ms that nobody can set. */
export class ServerTime {
  constructor(tick = () => performance.now()) {
    this.tick = tick;
    this.samples = [];
    this.offset = Date.now() - tick();
  }

  /** Take the server's `now` (ISO text) as it arrives. A message can only be late, so the largest offset is nearest. */
  observe(iso) {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) return;
    this.samples.push(at - this.tick());
    if (this.samples.length > KEPT) this.samples.shift();
    this.offset = Math.max(...this.samples);
  }

  /** Milliseconds since 1970 by the server's clock. */
  now() {
    return this.tick() + this.offset;
  }
}

export const serverTime = new ServerTime();
if (page.now) serverTime.observe(page.now);
export const serverNow = () => serverTime.now();
