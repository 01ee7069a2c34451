// The editor of YASGUI, where it is there, in place of the plain field, which goes on to hold the query.
// What YASGUI draws answers with is left out: it makes markup of what a record holds.
(() => {
  "use strict";
  if (!window.Yasgui) return;
  const query = document.getElementById("query");
  const form = document.getElementById("sparql");
  const place = document.createElement("div");
  query.before(place);
  query.hidden = true;
  const ask = () => form.requestSubmit();
  const editor = new Yasgui.Yasqe(place, {
    autocompleters: ["variables"], // the others ask services elsewhere
    value: query.value,
    persistenceId: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: true,
    requestConfig: { endpoint: `${location.origin}/sparql` },
  });
  // Tab leaves the editor, as it does any field.
  editor.setOption("extraKeys", { ...editor.getOption("extraKeys"), "Ctrl-Enter": ask, "Cmd-Enter": ask, Tab: false, "Shift-Tab": false });
  editor.on("change", () => { query.value = editor.getValue(); });
  query.addEventListener("input", () => { if (query.value !== editor.getValue()) editor.setValue(query.value); });
})();
