"use strict";
// A frame that is pointed at lights up on every link that it takes, and is told in full below.
const picture = document.getElementById("picture");
const detail = document.getElementById("detail");
let lit = [];
picture.addEventListener("pointerover", (event) => {
  const arrow = event.target.closest(".arrow");
  for (const before of lit) before.classList.remove("lit");
  lit = [];
  if (!arrow) return;
  const key = arrow.dataset.key;
  lit = key ? [...picture.querySelectorAll(`.arrow[data-key="${key}"]`)] : [arrow];
  for (const one of lit) one.classList.add("lit");
  detail.textContent = arrow.querySelector("title").textContent;
  detail.className = "full";
});
for (const box of document.querySelectorAll(".legend input")) {
  const apply = () => picture.classList.toggle(`hide-${box.dataset.kind}`, !box.checked);
  box.addEventListener("change", apply);
  apply();
}
document.documentElement.dataset.ready = String(picture.querySelectorAll(".arrow").length);
