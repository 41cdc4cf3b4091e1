/** The decision by keyboard: T takes, C F M choose, the usual reasons at a press, Ctrl+Enter decides. */

const form = document.getElementById("decision");
const take = document.getElementById("take");

if (form) {
  const reason = form.querySelector("[name=reason]");
  const chosen = () => form.querySelector("[name=act]:checked")?.value ?? "";
  const show = () => {
    form.dataset.act = chosen();
    for (const part of form.querySelectorAll("[data-of]")) part.hidden = part.dataset.of !== chosen();
  };
  const choose = (act) => {
    form.querySelector(`[name=act][value=${act}]`).checked = true;
    show();
    (act === "merge" ? form.querySelector("[name=into]") : reason).focus();
  };
  form.addEventListener("change", show);
  form.addEventListener("click", ({ target }) => {
    const usual = target.closest("[data-usual]");
    if (!usual) return;
    reason.value = [reason.value.trim(), usual.dataset.usual].filter(Boolean).join("；");
    reason.focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape") event.target.blur();
  });
  form.addEventListener("submit", () => { form.querySelector("[type=submit]").setAttribute("aria-disabled", "true"); });
  const acts = { c: "confirm", f: "false", m: "merge" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range], [type=radio]), textarea, select")) return;
    const key = event.key.toLowerCase();
    if (acts[key]) { event.preventDefault(); choose(acts[key]); }
    if (key === "t" && take) { event.preventDefault(); take.requestSubmit(); }
  });
  show();
}
