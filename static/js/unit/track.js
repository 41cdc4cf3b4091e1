/** Where the phone is: watched, kept while off-line, sent in batches with the phone's own clock beside. */

import { post } from "shushan/http";

const EVERY_MS = 5000;
const KEPT = 400;
const NAME = "ssw-fixes";

export class Track extends EventTarget {
  constructor() {
    super();
    this.fix = null; // the newest, {lon, lat, accuracy_m, fix_at, speed_kmh}
    this.error = null;
    this.fixes = read();
  }

  start() {
    if (this.watch !== undefined || !navigator.geolocation) {
      if (!navigator.geolocation) this.#failed({ code: 2 });
      return;
    }
    this.watch = navigator.geolocation.watchPosition((place) => this.#seen(place), (error) => this.#failed(error), {
      enableHighAccuracy: true, maximumAge: 2000, timeout: 20_000,
    });
    this.timer = setInterval(() => this.#tick(), EVERY_MS);
  }

  stop() {
    if (this.watch === undefined) return;
    navigator.geolocation.clearWatch(this.watch);
    clearInterval(this.timer);
    this.watch = undefined;
  }

  #seen({ coords, timestamp }) {
    this.error = null;
    const first = this.fix === null;
    this.fix = {
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: Math.round(coords.accuracy * 10) / 10,
      speed_kmh: coords.speed === null || Number.isNaN(coords.speed) ? null : Math.round(coords.speed * 36) / 10,
      fix_at: new Date(timestamp).toISOString(),
    };
    this.dispatchEvent(new CustomEvent("fix", { detail: this.fix }));
    if (first) this.#tick();
  }

  #failed(error) {
    this.error = error.code;
    this.dispatchEvent(new CustomEvent("fix", { detail: null }));
  }

  /** A phone that stands still reports no new fix: the watch has it still, so the old place is told as it is now. */
  #tick() {
    if (this.fix && !this.error) {
      const last = this.fixes.at(-1);
      if (last?.fix_at !== this.fix.fix_at) this.fixes.push(this.fix);
      else navigator.geolocation.getCurrentPosition((place) => this.#seen(place), () => {}, { enableHighAccuracy: true, maximumAge: 0, timeout: 8000 });
      if (this.fixes.length > KEPT) this.fixes = this.fixes.slice(-KEPT);
      keep(this.fixes);
    }
    this.send();
  }

  async send() {
    const unsent = this.fixes.filter((fix) => !this.sent || fix.fix_at > this.sent);
    if (this.busy || !unsent.length) return;
    this.busy = true;
    try {
      const answer = await post("/api/v1/units/me/positions/", { sent_at: new Date().toISOString(), fixes: unsent });
      this.sent = unsent.at(-1).fix_at;
      this.fixes = this.fixes.filter((fix) => fix.fix_at >= this.sent).slice(-1);
      keep(this.fixes);
      this.dispatchEvent(new CustomEvent("sent", { detail: answer }));
    } catch {
      // they are kept and go with the next batch
    } finally {
      this.busy = false;
    }
  }
}

/** Metres between two places in degrees. */
export function metres(a, b) {
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2
    + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? [];
  } catch {
    return [];
  }
}

function keep(fixes) {
  try {
    localStorage.setItem(NAME, JSON.stringify(fixes));
  } catch {
    // a full store costs old fixes, not the work
  }
}
