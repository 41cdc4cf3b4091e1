/** Where something is: the phone's position once it is agreed to, a place tapped on the small map, or words. */

import { put } from "shushan/cockpit/dom";
import { position } from "shushan/m/position";
import { _, fill } from "shushan/words";

const NAMES = ["place_by", "lon", "lat", "crs", "accuracy_m", "mocked", "agreed"];

export class PlaceCard extends EventTarget {
  /** `urgent`: asks at once and needs no consent of its own. */
  constructor(form, { urgent = false } = {}) {
    super();
    this.form = form;
    this.box = form.querySelector("#place");
    this.where = form.querySelector("#where");
    this.mapWords = form.querySelector("#map-words");
    this.agreed = urgent || this.box.dataset.agreed === "true";
    this.box.querySelector(".m-place-acts").hidden = false;
    this.box.querySelector("#locate").addEventListener("click", () => this.locate());
    this.box.querySelector("#open-map").addEventListener("click", () => this.#openMap());
    form.elements.address.addEventListener("input", () => this.#words());
    form.elements.community.addEventListener("change", () => this.#words());
    this.draw();
    if (!this.at && this.agreed && !form.elements.address.value) this.locate();
  }

  /** The position in use, {lon, lat, crs, by}; null where words stand for it or nothing is known. */
  get at() {
    const { place_by, lon, lat, crs } = this.form.elements;
    return lon.value === "" || place_by.value === "community" ? null : { lon: Number(lon.value), lat: Number(lat.value), crs: crs.value || "wgs84", by: place_by.value };
  }

  /** Whether the centre would find it. */
  get known() {
    const { community, address } = this.form.elements;
    return Boolean(this.at) || Boolean(community.value && address.value.trim());
  }

  async locate() {
    // Pressing it is the consent; the report carries it, for there may be no network now.
    if (!this.agreed) this.form.elements.agreed.value = "on";
    this.agreed = true;
    put(this.where, _("Looking for your position …"));
    try {
      const { lon, lat, accuracy, mocked } = await position();
      this.#set({ place_by: "phone", lon, lat, crs: "wgs84", accuracy_m: accuracy ?? "", mocked: mocked ? "on" : "" });
      this.map?.show(this.at, true);
    } catch ({ code }) {
      if (this.at) this.draw();
      else put(this.where, code === 0 ? _("This phone tells no position: tap the map or say it in words.") : _("No position: tap the map or say it in words."));
    }
  }

  /** Put kept values back. */
  restore(values) {
    for (const name of [...NAMES, "community", "address"]) if (name in values) this.form.elements[name].value = values[name];
    this.draw();
  }

  draw() {
    const { at } = this;
    const { accuracy_m: accuracy, community, address } = this.form.elements;
    this.box.querySelector("#place-agree").hidden = this.agreed || Boolean(at);
    if (!at) put(this.where, community.value && address.value.trim() ? `${community.selectedOptions[0].textContent} ${address.value.trim()}` : "");
    else put(this.where, at.by === "map" ? _("The place you tapped") : fill(_("Your position, accurate to %(n)s m"), { n: accuracy.value || "?" }));
    if (at && this.map) this.map.show(at);
    this.#mapWords();
  }

  /** Under the map: what lies at the pin. */
  #mapWords() {
    const words = (this.map && this.at && this.map.ground.words(this.at)) || "";
    put(this.mapWords, words);
    this.mapWords.hidden = !words;
  }

  #set(values) {
    for (const [name, value] of Object.entries(values)) this.form.elements[name].value = value;
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  #words() {
    const { address, community } = this.form.elements;
    if (address.value.trim() && community.value) this.#set({ place_by: "community", lon: "", lat: "", accuracy_m: "", mocked: "" });
    else this.draw();
  }

  async #openMap() {
    const box = this.box.querySelector("#map");
    box.hidden = false;
    if (this.map) return;
    const { SmallMap } = await import("shushan/m/map");
    this.map = await SmallMap.in(box, this.box.dataset);
    this.map.tapped = ({ lon, lat }) => this.#set({ place_by: "map", lon: lon.toFixed(6), lat: lat.toFixed(6), crs: "wgs84", accuracy_m: "", mocked: "" });
    this.map.drawn = () => this.#mapWords();
    if (this.at) this.map.show(this.at, true);
    else this.map.lookAt(this.form.elements.community.value);
    this.#mapWords();
  }
}
