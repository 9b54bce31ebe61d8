// Filters the list of kommuner while one types, and shows other pages that match. Without this
// script the list stands whole; the index comes from soeg.js, since fetch fails from disk.
"use strict";
(function () {
  const index = window.BESKPLAN_SOEG;
  const box = document.getElementById("soeg");
  const list = document.getElementById("kommuner");
  if (!index || !box || !list) return;
  const field = document.getElementById("soegefelt");
  const answer = document.getElementById("soegesvar");
  const others = document.getElementById("soegeandre");

  const fold = (text) =>
    text.toLowerCase().replaceAll("æ", "ae").replaceAll("ø", "oe").replaceAll("å", "aa")
      .normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const words = (text) => fold(text).split(/[^a-z0-9]+/).filter(Boolean);
  const entries = index.map(([title, href, more]) => ({ title, href, words: words(`${title} ${more}`) }));
  const items = new Map();
  for (const item of list.children) items.set(item.firstElementChild.getAttribute("href"), item);

  // Each word that is typed begins a word of the entry.
  const matches = (entry, asked) => asked.every((word) => entry.words.some((own) => own.startsWith(word)));

  function search() {
    const asked = words(field.value);
    const found = entries.filter((entry) => matches(entry, asked));
    const here = found.filter((entry) => items.has(entry.href));
    const shown = new Set(here.map((entry) => entry.href));
    for (const [href, item] of items) item.hidden = asked.length > 0 && !shown.has(href);
    others.replaceChildren();
    if (!asked.length) {
      answer.textContent = "";
      return [];
    }
    const elsewhere = found.filter((entry) => !items.has(entry.href));
    for (const entry of elsewhere) {
      const link = document.createElement("a");
      link.href = entry.href;
      link.textContent = entry.title;
      const line = document.createElement("li");
      line.append(link);
      others.append(line);
    }
    const count = here.length === 1 ? "1 kommune" : `${here.length} kommuner`;
    const more = elsewhere.length === 1 ? "1 anden side" : `${elsewhere.length} andre sider`;
    answer.textContent = elsewhere.length ? `${count}, ${more}` : count;
    return [...here, ...elsewhere];
  }

  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const found = search();
    if (found.length === 1) window.location.href = found[0].href;
  });
  box.hidden = false;
  // A browser that goes back keeps what was typed.
  search();
})();
