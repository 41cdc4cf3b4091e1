/** Where the phone is: the newest fix, also while it stands still. */

const STILL_MS = 8000;

export class Place extends EventTarget {
  fix = null; // {lon, lat, accuracy_m, fix_at, speed_kmh}
  error = null;

  start() {
    if (this.watch !== undefined) return;
    if (!navigator.geolocation) return this.#failed({ code: 2 });
    this.watch = navigator.geolocation.watchPosition((at) => this.#seen(at), (error) => this.#failed(error), {
      enableHighAccuracy: true, maximumAge: 2000, timeout: 20_000,
    });
    // A phone that stands still reports no new fix: it is asked where it is.
    this.timer = setInterval(() => {
      if (this.fix && Date.now() - Date.parse(this.fix.fix_at) < STILL_MS) return;
      navigator.geolocation.getCurrentPosition((at) => this.#seen(at), () => {}, { enableHighAccuracy: true, maximumAge: 0, timeout: 8000 });
    }, STILL_MS);
  }

  #seen({ coords, timestamp }) {
    this.error = null;
    this.fix = {
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: Math.round(coords.accuracy * 10) / 10,
      speed_kmh: coords.speed === null || Number.isNaN(coords.speed) ? null : Math.round(coords.speed * 36) / 10,
      fix_at: new Date(timestamp).toISOString(),
    };
    this.dispatchEvent(new CustomEvent("fix", { detail: this.fix }));
  }

  #failed(error) {
    this.error = error.code;
    this.dispatchEvent(new CustomEvent("fix", { detail: null }));
  }
}
