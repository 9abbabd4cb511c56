// The page: what is shown, the keyboard, pause and copy.
import { byId, text, attribute } from "./dom.js";
import { clock } from "./format.js";
import { Model } from "./model.js";
import { Table, address } from "./table.js";
import { Summary } from "./summary.js";
import { Detail } from "./detail.js";

let detail = null;
let paused = false;
let pausedAt = "";
let shown = null; // the document on the screen: while paused, not the latest

const summary = new Summary();
const model = new Model(changed, linked);
const table = new Table(model);

function changed() {
  if (paused) return;
  shown = model.document;
  showLink();
  summary.update(model);
  if (detail) detail.update();
  else table.update();
}

function linked() { showLink(); }

function showLink() {
  const state = paused ? "paused" : model.state;
  const at = model.document ? clock(new Date(model.document.at)) : null;
  attribute(byId("link"), "data-state", state);
  text(byId("link-text"), {
    live: `live, ${at}`,
    paused: `paused at ${pausedAt}`,
    lost: at ? `connection lost, trying again; figures of ${at}` : "no connection, trying again",
    connecting: "connecting",
  }[state]);
}

function pause() {
  paused = !paused;
  pausedAt = model.document ? clock(new Date(model.document.at)) : "";
  byId("pause").setAttribute("aria-pressed", String(paused));
  text(byId("pause"), paused ? "Go on" : "Pause");
  if (model.document) changed();
  showLink();
}

// copy puts the document that is shown on the clipboard. Browsers give the clipboard
// to pages of https and loopback only; the others go the old way.
async function copy() {
  const json = JSON.stringify(detail?.document ?? shown, null, 2);
  let done = true;
  try {
    await navigator.clipboard.writeText(json);
  } catch {
    const area = document.createElement("textarea");
    area.value = json;
    area.className = "sr";
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    byId("copy").focus();
  }
  text(byId("copy"), done ? "Copied" : "Cannot copy");
  text(byId("announce"), done ? "Copied as JSON" : "Cannot copy");
  setTimeout(() => text(byId("copy"), "Copy as JSON"), 1500);
}

// route shows what the address names: #/ all caches, #/NAME one of them.
function route() {
  const from = detail?.key;
  const encoded = location.hash.replace(/^#\/?/, "");
  let key = null;
  if (location.hash.startsWith("#/") && encoded !== "") {
    try { key = decodeURIComponent(encoded); } catch { key = encoded; }
  }
  if (detail && detail.key === key) return;
  detail?.close();
  detail = key == null ? null : new Detail(model, key);
  byId("overview").hidden = detail !== null;
  byId("detail").hidden = detail === null;
  if (detail) {
    scrollTo(0, 0);
    byId("detail-name").focus({ preventScroll: true });
    if (model.document) detail.update();
  } else {
    byId("detail").replaceChildren();
    if (model.document) table.update(true);
    if (from != null) table.focus(from);
  }
}

function typing(e) { return e.target.closest("input:not([type=radio]), select, textarea") !== null; }

addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  const filter = byId("filter");
  if (e.key === "Escape") {
    if (detail) location.hash = "#/";
    else if (filter.value) table.setFilter("");
    else document.activeElement?.blur();
    return;
  }
  if ((e.key === "ArrowDown" || e.key === "ArrowUp") && !detail && (!typing(e) || e.target === filter)) {
    e.preventDefault();
    table.move(e.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (e.target === filter && e.key === "Enter" && table.order.length) {
    location.hash = address(table.order[0].key);
    return;
  }
  if (typing(e)) return;
  if (e.key === "/" && !detail) {
    e.preventDefault();
    filter.focus();
    filter.select();
  } else if (e.key === "p") pause();
  else if (e.key === "c") copy();
});

byId("pause").addEventListener("click", pause);
byId("copy").addEventListener("click", copy);
addEventListener("hashchange", route);
route();
