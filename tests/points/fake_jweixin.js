// What WeChat's script does inside its app, as far as this street uses it: it works for who signed, and says WGS-84
// only when asked to.
globalThis.wx = {
  ready(then) {
    this.whenReady = then;
  },
  error(or) {
    this.whenNot = or;
  },
  config({ appId, timestamp, nonceStr, signature, jsApiList }) {
    const good = appId && timestamp && nonceStr && /^[0-9a-f]{40}$/.test(signature) && jsApiList.includes("getLocation");
    setTimeout(good ? this.whenReady : this.whenNot);
  },
  getLocation({ type, success, fail }) {
    if (type === "wgs84") success({ longitude: "120.236927", latitude: "30.123588", accuracy: "12.4" });
    else fail();
  },
};
