/** Shows the way to 120 while somebody types a word that calls for it; sending stays possible. */

const form = document.getElementById("ask-officer");
const hint = document.getElementById("call-120");

if (form) {
  const words = form.dataset.words.split("|");
  const text = form.querySelector("[name=text]");
  const look = () => {
    const said = text.value.toLowerCase();
    const squeezed = said.replace(/\s+/g, "");
    hint.hidden = !words.some((word) => said.includes(word) || squeezed.includes(word));
  };
  text.addEventListener("input", look);
  look();
}
