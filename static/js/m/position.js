/**
 * Where the phone is. Inside WeChat, where the street has an account there, WeChat is asked: its browser on some phones
 * never asks the person, and then knows no place. Everywhere else, and where WeChat does not answer, the browser is.
 */

import { get } from "shushan/http";

const PATIENCE_MS = 15_000;
const sdk = document.querySelector("meta[name=wechat-sdk]");
let configured;

/**
 * {lon, lat} in WGS-84 degrees, accuracy in metres (null: not told), mocked: written by a program. `fresh`: measured now.
 * Rejects with {code}: 0 this phone tells no place, 1 the person refused, 2 or 3 none was found.
 */
export async function position({ fresh = false, patience_ms = PATIENCE_MS } = {}) {
  if (!sdk) return ofBrowser(fresh, patience_ms);
  try {
    return await inTime(ofWeChat(), patience_ms / 2);
  } catch (refusal) {
    if (refusal?.code === 1) throw refusal;
    return ofBrowser(fresh, patience_ms / 2);
  }
}

function ofBrowser(fresh, timeout) {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) {
      reject({ code: 0 });
      return;
    }
    navigator.geolocation.getCurrentPosition(
      // A phone that measures is never exact: an accuracy of nothing is written by a program.
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy: Math.round(coords.accuracy), mocked: coords.accuracy === 0 }),
      reject,
      { enableHighAccuracy: true, maximumAge: fresh ? 0 : 10_000, timeout },
    );
  });
}

async function ofWeChat() {
  configured ??= configure().catch((problem) => {
    configured = undefined; // the network may be back when it is pressed again
    throw problem;
  });
  const wx = await configured;
  return new Promise((resolve, reject) => {
    wx.getLocation({
      type: "wgs84", // by itself WeChat says gcj02, half a kilometre off
      success: ({ longitude, latitude, accuracy }) => resolve({ lon: Number(longitude), lat: Number(latitude), accuracy: Math.round(Number(accuracy)) || null, mocked: false }),
      cancel: () => reject({ code: 1 }),
      fail: () => reject({ code: 2 }),
    });
  });
}

/** WeChat's script, signed for this page. */
async function configure() {
  const asked = new URLSearchParams({ url: location.href.split("#")[0] });
  const [signed] = await Promise.all([get(`${sdk.dataset.config}?${asked}`, { background: true, patience_ms: PATIENCE_MS }), loaded(sdk.content)]);
  const { wx } = globalThis;
  return new Promise((resolve, reject) => {
    wx.ready(() => resolve(wx));
    wx.error(() => reject({ code: 2 }));
    wx.config({ ...signed, jsApiList: ["getLocation"] });
  });
}

function loaded(src) {
  if (globalThis.wx?.config) return null;
  return new Promise((resolve, reject) => {
    const { nonce } = document.querySelector("script[nonce]");
    const script = Object.assign(document.createElement("script"), { src, nonce });
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject({ code: 2 }));
    document.head.append(script);
  });
}

const inTime = (promise, ms) => Promise.race([promise, new Promise((_resolve, reject) => setTimeout(reject, ms, { code: 3 }))]);
