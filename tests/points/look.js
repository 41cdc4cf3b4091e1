/** What is wrong with the page for a thumb and for weak eyes, and where it leads: {wrong: [...], links: [...]}. */
({ target, contrast, width }) => {
  const wrong = [];
  const say = (what, element) =>
    wrong.push(`${what}: ${element.outerHTML.replace(/\s+/g, " ").slice(0, 110)}`);
  const folded = (element) => element.closest("details:not([open])") && !element.closest("summary");
  const seen = (element) => element.getClientRects().length > 0 && !folded(element) && element.checkVisibility({ visibilityProperty: true });

  if (document.documentElement.scrollWidth > width) {
    const widest = [...document.querySelectorAll("main *")].find((one) => one.getBoundingClientRect().right > width + 1);
    say(`scrolls sideways (${document.documentElement.scrollWidth} px)`, widest ?? document.body);
  }
  if (document.documentElement.lang !== "zh-hans") wrong.push(`lang is ${document.documentElement.lang}`);
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");

  for (const field of document.querySelectorAll("input, select, textarea")) {
    if (["hidden", "submit", "button"].includes(field.type)) continue;
    const named = field.labels?.length || field.getAttribute("aria-label") || field.getAttribute("aria-labelledby");
    if (!named) say("no label", field);
  }
  for (const picture of document.querySelectorAll("img")) if (!picture.hasAttribute("alt")) say("no alt", picture);

  /* A link in the middle of a sentence is as high as its line. */
  const inSentence = (one) =>
    one.tagName === "A" && getComputedStyle(one).display === "inline" &&
    [...one.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (one.type === "hidden" || !seen(one) || inSentence(one)) continue;
    const held = ["checkbox", "radio"].includes(one.type) ? one.closest("label") ?? one
      : one.matches("[data-ready] .m-file") ? one.labels[0] : one; // its label is pressed
    const { height, width: wide } = held.getBoundingClientRect();
    if (height < target - 0.5) say(`only ${Math.round(height)} px high`, one);
    else if (wide < 24) say(`only ${Math.round(wide)} px wide`, one);
    if (one.matches("a, button") && !(one.textContent.trim() || one.getAttribute("aria-label") || one.querySelector("img[alt]:not([alt=''])"))) say("says nothing", one);
  }

  const parts = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = parts(getComputedStyle(one).backgroundColor);
      if (found.a > 0.99) return found;
    }
    return { r: 255, g: 255, b: 255, a: 1 };
  };
  for (const one of document.querySelectorAll("body *")) {
    const text = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!text || !seen(one) || one.closest("[disabled], .sr-only, option, optgroup")) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(parts(style.color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const big = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 600);
    if (ratio < (big ? 3 : contrast)) say(`contrast ${ratio.toFixed(1)}`, one);
  }

  const links = [...document.querySelectorAll("a[href]")]
    .filter((one) => one.origin === location.origin && one.pathname.startsWith("/m/") && !one.hasAttribute("download"))
    .map((one) => one.pathname + one.search);
  return { wrong, links };
};
