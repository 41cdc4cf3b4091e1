/** Shows the way to 120 while somebody types a word that calls for it; sending stays possible. */

const form = document.getElementById("ask-officer");
const hint = document.getElementById("call-120");

if (form) {
  const squeezed = (said) => said.toLowerCase().replace(/\s+/g, "");
  const words = form.dataset.words.split("|").map(squeezed);
  const text = form.querySelector("[name=text]");
  const look = () => {
    const said = squeezed(text.value);
    hint.hidden = !words.some((word) => said.includes(word));
  };
  text.addEventListener("input", look);
  look();
}
