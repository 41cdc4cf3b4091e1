/** What a console or a wall shows at this moment, read from its elements. */
() => {
  const said = (node, name) => {
    const found = node.querySelector(name);
    return !found || found.hidden ? "" : found.textContent;
  };
  const all = (name, read, parent = document) => [...parent.querySelectorAll(name)].map(read);
  // The clocks of a row out of sight stand still until it is looked at, but for what the server told of them.
  const seen = (node) => {
    const [box, list] = [node.getBoundingClientRect(), node.parentElement.getBoundingClientRect()];
    return box.bottom > list.top && box.top < list.bottom;
  };
  const ticks = (node) => Object.fromEntries(all(".tick", ({ dataset }) => [dataset.code, dataset.state], node));
  const level = (node) => Number(/level-(\d)/.exec(node.querySelector(".level").className)[1]);
  const row = (node) => ({
    id: Number(node.dataset.id), status: node.dataset.status, level: level(node), title: said(node, ".row-title"),
    unit: said(node, ".row-unit"), place: said(node, ".row-place"), time: said(node, ".row-time"), clocks: ticks(node),
    seen: seen(node),
  });
  const line = (node) => ({
    status: /status-(\w+)/.exec(node.querySelector(".line-state").className)[1], level: level(node),
    title: said(node, ".line-title span:last-child"), unit: said(node, ".line-unit"), clocks: ticks(node),
  });
  const call = (node) =>
    node.dataset.call ? ["call", Number(node.dataset.call), said(node, ".level")] : ["alarm", Number(node.dataset.alarm), ""];
  const figure = (node) =>
    [node.dataset.code, (node.querySelector(".figure-value span") ?? node.querySelector("dd span")).textContent];
  return {
    rows: all("#queue .row:not([data-leaving=true])", row), // the open case stays in sight when it has ended
    lines: all("#queue .line", line),
    calls: all("#alarms .alarm:not([data-asked])", call),
    tabs: Object.fromEntries(all("#tabs [data-tab]", (tab) => [tab.dataset.tab, Number(said(tab, "b"))])),
    count: document.getElementById("queue-count")?.textContent ?? "",
    figures: Object.fromEntries(all("#figures [data-code]", figure)),
    story: all("#case .story li", (entry) => entry.dataset.verb),
    now: document.querySelector("#case .case-title .tag:last-child")?.className ?? "",
  };
}
