// Filter, sort and open the table of links; without this the page is complete, only longer.
(() => {
  "use strict";
  const table = document.querySelector("table.links");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, rank) => ({
    row,
    rank,
    text: row.textContent.toLowerCase(),
    name: row.querySelector(".name").textContent,
    modules: row.querySelector(".modules").textContent,
    length: parseFloat(row.dataset.length),
    verdict: row.dataset.verdict,
    rules: row.dataset.rules.split(" "),
    details: row.querySelector("details"),
  }));
  const bar = document.querySelector(".filter");
  const find = document.getElementById("find");
  const rule = document.getElementById("rule");
  const boxes = [...bar.querySelectorAll("input[name=verdict]")];
  const shown = bar.querySelector(".shown");
  const open = document.getElementById("open");
  bar.hidden = false;

  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let number = 0;
    for (const line of rows) {
      const fits = verdicts.has(line.verdict) && (!rule.value || line.rules.includes(rule.value))
        && line.text.includes(wanted);
      line.row.hidden = !fits;
      number += fits;
    }
    shown.textContent = `${number} of ${rows.length} shown`;
  };
  find.addEventListener("input", filter);
  rule.addEventListener("change", filter);
  for (const box of boxes) box.addEventListener("change", filter);

  const show = ({ verdict = "", words = "", broken = "" }) => {
    for (const box of boxes) box.checked = !verdict || box.value === verdict;
    rule.value = broken;
    find.value = words;
    filter();
  };
  for (const link of document.querySelectorAll("a[data-verdict], a[data-find], a[data-rule]")) {
    const { verdict, find: words, rule: broken } = link.dataset;
    link.addEventListener("click", () => show({ verdict, words, broken }));
  }

  const order = new Intl.Collator("en", { numeric: true });
  const compare = {
    rank: (a, b) => a.rank - b.rank,
    name: (a, b) => order.compare(a.name, b.name),
    modules: (a, b) => order.compare(a.modules, b.modules),
    length: (a, b) => (Number.isNaN(a.length) ? Infinity : a.length) - (Number.isNaN(b.length) ? Infinity : b.length) || 0,
  };
  const heads = [...table.querySelectorAll("th[data-sort]")];
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      rows.sort((a, b) => sign * compare[head.dataset.sort](a, b) || a.rank - b.rank);
      body.append(...rows.map((line) => line.row));
    });
  }

  open.addEventListener("click", () => {
    const closed = rows.some((line) => !line.row.hidden && !line.details.open);
    for (const line of rows) if (!line.row.hidden) line.details.open = closed;
    open.textContent = closed ? "Close all" : "Open all";
  });
  // Paper cannot be clicked: what fails or is unknown is printed unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = rows.filter((line) => line.verdict !== "works" && !line.details.open);
    for (const line of folded) line.details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const line of folded) line.details.open = false;
  });
  filter();
})();
