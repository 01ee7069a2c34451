// Filter the links; without this the page is complete, only longer.
(() => {
  "use strict";
  const bar = document.querySelector(".filter");
  if (!bar) return;
  const links = [...document.querySelectorAll("details.link")].map((link) => ({
    link,
    text: link.textContent.toLowerCase(),
    outcome: link.dataset.outcome,
    now: link.dataset.now,
  }));
  const find = document.getElementById("find");
  const now = document.getElementById("now");
  const boxes = [...bar.querySelectorAll("input[name=outcome]")];
  const shown = bar.querySelector(".shown");
  bar.hidden = false;

  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    const outcomes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let number = 0;
    for (const each of links) {
      const fits = outcomes.has(each.outcome) && (!now.value || each.now === now.value) && each.text.includes(wanted);
      each.link.hidden = !fits;
      number += fits;
    }
    shown.textContent = `${number} of ${links.length} shown`;
  };
  find.addEventListener("input", filter);
  now.addEventListener("change", filter);
  for (const box of boxes) box.addEventListener("change", filter);
  for (const tile of document.querySelectorAll("a[data-outcome]")) {
    tile.addEventListener("click", () => {
      for (const box of boxes) box.checked = box.value === tile.dataset.outcome;
      find.value = now.value = "";
      filter();
    });
  }
  // Paper cannot be clicked: a link that is open is printed with its best options unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = links.flatMap((each) =>
      each.link.open ? [...each.link.querySelectorAll("h4 + details.option:not([open])")] : []);
    for (const option of folded) option.open = true;
  });
  addEventListener("afterprint", () => {
    for (const option of folded) option.open = false;
  });
  filter();
})();
