// The network by Cytoscape.js, where it is there, in place of the drawing that the page came with; it follows the filter.
(() => {
  "use strict";
  if (!window.cytoscape) return;
  const canvas = document.querySelector("#picture .canvas");
  const filter = document.querySelector("form.filter");
  const note = document.querySelector("#picture .note");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  let shown = null;
  let asked = 0;

  const says = (line) => `${line.a} to ${line.b}${line.kind ? `, ${line.kind}` : ""}: `
    + ["fails", "unknown", "works"].filter((word) => line[word]).map((word) => `${line[word].toLocaleString("en")} ${word}`).join(", ");
  const find = (text) => {
    filter.elements.text.value = text;
    filter.dispatchEvent(new Event("input"));
  };
  const draw = (network) => {
    if (shown) shown.destroy();
    const many = network.lines.length > 400;
    const of = (word) => [
      { selector: `edge[verdict = "${word}"]`, style: { "line-color": colour(word), width: word === "fails" ? 3.5 : 2,
        "line-style": word === "unknown" && !many ? "dashed" : "solid", "z-index": word === "works" ? 0 : 1 } },
      { selector: `node[verdict = "${word}"]`, style: { "border-color": colour(word) } },
    ];
    shown = cytoscape({
      container: canvas,
      elements: [
        ...network.nodes.map((node) => ({ data: { ...node, id: `node ${node.name}` }, position: { x: node.x, y: node.y } })),
        ...network.lines.map((line, nth) => ({ data: { ...line, id: `line ${nth}`, source: `node ${line.a}`, target: `node ${line.b}` } })),
      ],
      layout: { name: "preset" },
      pixelRatio: many ? 1 : "auto",
      textureOnViewport: many,
      hideEdgesOnViewport: network.lines.length > 1500,
      style: [
        { selector: "node", style: { shape: "round-rectangle", width: 116, height: 28, "background-color": colour("card"),
          "border-width": 2, label: "data(name)", color: colour("ink"), "font-size": 12, "text-valign": "center",
          "text-max-width": 110, "text-wrap": "ellipsis", "min-zoomed-font-size": 6 } },
        { selector: "edge", style: { "curve-style": many ? "haystack" : "bezier" } },
        ...["works", "unknown", "fails"].flatMap(of),
      ],
    });
    shown.on("tap", "node", (event) => find(event.target.data("name")));
    shown.on("tap", "edge", (event) => find(`${event.target.data("a")} ${event.target.data("b")}`));
    shown.on("mouseover tap", "edge", (event) => { note.textContent = says(event.target.data()); });
    window.workbenchNetwork = shown;
  };
  const refresh = async () => {
    const number = ++asked;
    const answer = await fetch(`/api/network?${new URLSearchParams(new FormData(filter))}`);
    if (number !== asked) return;
    if (!answer.ok) { note.textContent = await answer.text(); return; }
    const network = await answer.json();
    const what = network.by === "site" ? "sites, links summed by site and modules" : "devices";
    note.textContent = `${network.links.toLocaleString("en")} links between ${network.nodes.length.toLocaleString("en")} ${what}`;
    draw(network);
  };
  // Arrows move the picture, + and - bring it nearer and away, 0 shows all of it.
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    const middle = { x: shown.width() / 2, y: shown.height() / 2 };
    if (by) shown.panBy({ x: by[0], y: by[1] });
    else if (event.key === "+" || event.key === "-") shown.zoom({ level: shown.zoom() * (event.key === "+" ? 1.2 : 1 / 1.2), renderedPosition: middle });
    else if (event.key === "0") shown.fit(undefined, 20);
    else return;
    event.preventDefault();
  });
  let pause;
  filter.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(refresh, 250); });
  canvas.replaceChildren();
  canvas.classList.add("drawn");
  refresh();
})();
