// Links, one link, and questions, asked of the server this page came from. Every text is set as text, never as markup.
(() => {
  "use strict";
  const signs = { fails: "\u2716", unknown: "?", works: "\u2713", violation: "\u2716", warning: "!" };
  const kinds = { violation: "fails", unknown: "unknown", warning: "warning" };

  const make = (tag, { text = "", ...attributes } = {}, ...children) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const badge = (word, kind = word) => make("span", { class: `badge ${kind}`, text: `${signs[word] ?? ""} ${word}`.trim() });
  const ask = async (address, options = {}) => {
    const answer = await fetch(address, options);
    if (!answer.ok) throw new Error((await answer.text()).trim() || `status ${answer.status}`);
    return answer;
  };
  const failed = (error) => make("p", { class: "refused", role: "alert", text: error.message });
  const picture = (svg) => {
    const parsed = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
    return parsed ? make("div", { class: "canvas", tabindex: "0", role: "group", "aria-label": "Lanes" }, parsed) : null;
  };

  // --- links ---------------------------------------------------------------------------------------------------------

  const filter = document.querySelector("form.filter");
  const body = document.querySelector("table.links tbody");
  const shown = document.querySelector(".shown");
  const more = document.getElementById("more");
  let asked = 0;
  const list = async (offset = 0) => {
    const number = ++asked;
    const wanted = new URLSearchParams(new FormData(filter));
    wanted.set("offset", offset);
    try {
      const told = await (await ask(`/api/links?${wanted}`)).json();
      if (number !== asked) return; // a later filter is on its way
      if (!offset) body.replaceChildren();
      body.append(...told.links.map(row));
      const there = offset + told.links.length;
      shown.textContent = `${there.toLocaleString("en")} of ${told.total.toLocaleString("en")} shown: `
        + Object.entries(told.counts).map(([word, count]) => `${count.toLocaleString("en")} ${word}`).join(", ");
      more.hidden = there >= told.total;
      more.onclick = () => list(there);
    } catch (error) {
      shown.textContent = error.message;
    }
  };
  const row = (link) => {
    const name = make("button", { class: "name", type: "button", text: link.link });
    const ends = make("span", { class: "ends", text: `${link.a_device} \u2014 ${link.b_device}` });
    const line = make("tr", { class: link.verdict }, make("td", {}, badge(link.verdict)), make("th", { scope: "row" }, name, ends),
      make("td", { text: link.modules }), make("td", { text: link.says }));
    name.addEventListener("click", () => {
      for (const other of body.rows) other.removeAttribute("aria-current");
      line.setAttribute("aria-current", "true");
      show(link.link);
    });
    return line;
  };
  let pause;
  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(list, 150); });
  for (const node of document.querySelectorAll("a[data-find]")) {
    node.addEventListener("click", () => { filter.reset(); filter.elements.text.value = node.dataset.find; list(); });
  }

  // --- one link ------------------------------------------------------------------------------------------------------

  const detail = document.getElementById("detail");
  const lines = (title, texts) => texts.length
    ? make("div", {}, make("h3", { text: title }), make("ul", { class: "account" }, ...texts.map((text) => make("li", { text })))) : null;
  const finding = (each) => make("div", { class: "finding" },
    make("p", {}, badge(each.severity, kinds[each.severity]), ` ${each.message}`),
    make("p", { class: "note", text: [
      `rule: ${each.title}`,
      each.sources.length ? `sources: ${each.sources.join(", ")}` : "",
      each.input ? `recorded in ${each.input[0]}, row ${each.input[1]}` : "",
    ].filter(Boolean).join(" \u00b7 ") }));
  const later = (title, address, draw) => {
    const box = make("details", {}, make("summary", { text: title }));
    box.addEventListener("toggle", async () => {
      if (!box.open || box.dataset.asked) return;
      box.dataset.asked = "yes";
      const waiting = make("p", { class: "note", text: "working it out \u2026" });
      box.append(waiting);
      try {
        waiting.replaceWith(...draw(await (await ask(address)).json()).filter(Boolean));
      } catch (error) {
        waiting.replaceWith(failed(error));
        delete box.dataset.asked;
      }
    });
    return box;
  };
  const show = async (name) => {
    const path = encodeURIComponent(name);
    try {
      const told = await (await ask(`/api/links/${path}`)).json();
      const record = Object.entries(told.record).map(([key, value]) => make("tr", {}, make("th", { scope: "row", text: key }), make("td", { text: value })));
      detail.replaceChildren(...[
        make("h3", {}, badge(told.verdict), ` ${told.link}`),
        make("p", { class: "note", text: [told.ends, told.modules, told.fibre].filter(Boolean).join(" \u00b7 ") }),
        ...told.findings.map(finding),
        lines("Contested", told.contested.map((text) => `it ${text}`)),
        lines("Sources differ on", told.disputes),
        lines("Assumed", told.assumed),
        lines("Not judged", told.not_judged),
        later("Lanes, options and why not more", `/api/options/${path}`, options),
        later("What the verdict rests on", `/api/explanations/${path}`, explained),
        make("details", {}, make("summary", { text: "Record" }), make("table", {}, make("tbody", {}, ...record))),
      ].filter(Boolean));
      detail.scrollTop = 0;
      detail.focus({ preventScroll: true });
    } catch (error) {
      detail.replaceChildren(failed(error));
    }
  };
  const modules = (each) => [each.a_module, each.b_module].filter(Boolean).join(" / ");
  const options = (told) => {
    const link = told.links[0];
    return [
      make("h3", { text: "As it is" }),
      picture(link.lanes),
      make("h3", { text: `What it may become at ${link.wanted_gbps}G` }),
      link.options.length ? null : make("p", { class: "note", text: "nothing" }),
      ...link.options.map((each) => make("div", { class: "option" },
        make("p", {}, badge(each.verdict), ` ${each.strategy}: ${modules(each)}`),
        each.needs.length ? make("p", { text: `needs: ${each.needs.join("; ")}` }) : null,
        make("details", {}, make("summary", { text: "Steps and lanes" }),
          make("ol", {}, ...each.steps.map((step) => make("li", { text: step }))),
          picture(each.lanes)))),
      link.rejected.length ? make("h3", { text: "Why not more" }) : null,
      ...link.rejected.map((each) => make("details", {},
        make("summary", { text: `${each.strategy}: ${modules(each)} (${each.rules.join(", ")})` }), ...each.findings.map((found) => make("p", { text: found.message })))),
      lines("What would settle it", link.repairs.map((each) => `${each.change}: ${each.verdict}`)),
    ];
  };
  const explained = (told) => told.aspects.map((each) => make("div", { class: "option" },
    make("p", { text: `${each.outcome}: ${each.title}` }),
    ...each.messages.map((text) => make("p", { class: "note", text })),
    make("ul", { class: "account" }, ...each.basis.map((fact) => make("li", { text: `${fact.subject} ${fact.figure}: ${fact.value} (${fact.source})` })))));

  // --- questions -----------------------------------------------------------------------------------------------------

  const form = document.getElementById("sparql");
  const query = document.getElementById("query");
  const examples = document.getElementById("examples");
  const parameters = document.getElementById("parameters");
  const answer = document.getElementById("answer");
  let known = new Map();
  let chosen = null;
  const loaded = ask("/questions").then((got) => got.json()).then((told) => { known = new Map(told.map((each) => [each.name, each])); });
  examples.addEventListener("change", async () => {
    await loaded;
    chosen = known.get(examples.value) ?? null;
    if (chosen) query.value = chosen.query;
    query.dispatchEvent(new Event("input"));
    parameters.replaceChildren(...(chosen?.parameters ?? []).map((each) => make("label", { title: each.text },
      `${each.name} `, make("input", { name: each.name, placeholder: `such as ${each.example}`, autocomplete: "off" }))));
  });
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.replaceChildren(make("p", { class: "note", text: "asking \u2026" }));
    const accept = "application/sparql-results+json, text/turtle;q=0.9";
    try {
      const given = [...parameters.querySelectorAll("input")].filter((each) => each.value.trim());
      const named = chosen && query.value === chosen.query;
      const got = named
        ? await ask(`/questions/${chosen.name}?${new URLSearchParams(given.map((each) => [each.name, each.value.trim()]))}`, { headers: { Accept: accept } })
        : await ask("/sparql", { method: "POST", body: query.value, headers: { Accept: accept, "Content-Type": "application/sparql-query" } });
      if (!got.headers.get("content-type").includes("json")) {
        answer.replaceChildren(make("pre", { text: await got.text() }));
        return;
      }
      answer.replaceChildren(...results(await got.json()));
    } catch (error) {
      answer.replaceChildren(failed(error));
    }
  });
  const MOST = 1000; // rows of a table on the page
  const term = (each) => !each ? "" : each.type === "uri" ? each.value.replace(/^https:\/\/w3id\.org\/opticgraph\/(ontology|catalog|design)#/, "") : each.value;
  const results = (told) => {
    if ("boolean" in told) return [make("p", { text: told.boolean ? "yes" : "no" })];
    const names = told.head.vars;
    const rows = told.results.bindings;
    const head = make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col", text: name }))));
    const cells = rows.slice(0, MOST).map((each) => make("tr", {}, ...names.map((name) => make("td", { text: term(each[name]), title: each[name]?.value ?? "" }))));
    const count = `${rows.length.toLocaleString("en")} rows` + (rows.length > MOST ? `, the first ${MOST} shown` : "");
    return [make("p", { class: "note", text: count }), make("table", {}, head, make("tbody", {}, ...cells))];
  };

  list();
})();
