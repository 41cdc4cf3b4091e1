/** The settings that the server wrote into the page (`#page-settings`); empty outside a browser. */

const element = globalThis.document?.getElementById("page-settings");

export const page = element ? JSON.parse(element.textContent) : {};

/** The address of the live socket: the configured one, or this host at the socket port. */
export function liveUrl(settings = page, place = globalThis.location) {
  if (settings.ws_url) return new URL(settings.ws_url, place.href).href.replace(/^http/, "ws");
  const scheme = place.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${place.hostname}:${settings.ws_port}/ws/live/`;
}
