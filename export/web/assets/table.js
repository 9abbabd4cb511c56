// The table of all caches: sorted, filtered, and only what is on the screen is drawn.
import { el, byId, text, attribute, badge, words } from "./dom.js";
import { NONE, number, percent, seconds, span, clock } from "./format.js";
import { sparkline } from "./spark.js";

const FEW = 100; // so many rows are drawn wherever they are

const severity = { failing: 4, degraded: 3, ok: 2, no_data: 1, idle: 0 };

const lookups = w => w ? w.hits + w.misses : 0;
const rate = (w, count) => w && count != null && w.seconds > 0 ? count / w.seconds : null;
export const hitRate = w => lookups(w) > 0 ? w.hits / lookups(w) : null;
const latency = (n, outcome, q) => (n.windows.now?.latency ?? n.windows["1m"]?.latency)?.[outcome]?.[q] ?? null;
const pair = (a, b, format) => a == null && b == null ? NONE : format(a) + " / " + format(b);

// urgency puts trouble first, then what costs and what is used most, in coarse steps:
// rows that change places all the time cannot be read.
const step = x => Math.round(2 * Math.log2(1 + Math.max(x ?? 0, 0)));
const urgency = n => severity[n.status.level] * 1e6 + step(1000 * (n.cost?.waiting_seconds_per_second ?? 0)) * 1e3 + step(n.windows.now?.requests_per_second);

// Each column: its name, what it sorts by, what it shows ([main, sub, alarming]), and how
// wide the screen has to be for it.
const columns = [
  { id: "status", label: "Status", text: true, by: n => urgency(n) },
  { id: "name", label: "Cache", text: true, ascending: true, by: n => n.name },
  { id: "requests", label: "Requests/s", by: n => n.windows.now?.requests_per_second, show: n => [number(n.windows.now?.requests_per_second)] },
  {
    id: "hitrate", label: "Hit rate", by: n => hitRate(n.windows.now),
    show: n => [percent(hitRate(n.windows.now)), n.usual_hit_rate == null ? null : "usual " + percent(n.usual_hit_rate), n.status.reason === "hit_rate" || n.status.reason === "no_hits"],
  },
  { id: "spark", label: "Hit rate, 5 min" },
  {
    id: "errors", label: "Errors/s", by: n => rate(n.windows.now, n.windows.now?.errors),
    show: n => [number(rate(n.windows.now, n.windows.now?.errors)), n.cost?.error_share > 0 ? percent(n.cost.error_share) + " of all" : null, n.status.reason === "errors"],
  },
  { id: "hit", label: "Hit p50 / p99", wide: "wide", by: n => latency(n, "hit", "p99_seconds"), show: n => [pair(latency(n, "hit", "p50_seconds"), latency(n, "hit", "p99_seconds"), seconds), null, n.status.reason === "slow"] },
  { id: "miss", label: "Miss p50 / p99", wide: "wide", by: n => latency(n, "miss", "p99_seconds"), show: n => [pair(latency(n, "miss", "p50_seconds"), latency(n, "miss", "p99_seconds"), seconds)] },
  { id: "error", label: "Error p50 / p99", wide: "widest", by: n => latency(n, "error", "p99_seconds"), show: n => [pair(latency(n, "error", "p50_seconds"), latency(n, "error", "p99_seconds"), seconds)] },
  { id: "waiting", label: "Callers waiting", by: n => n.cost?.waiting_seconds_per_second, show: n => [number(n.cost?.waiting_seconds_per_second), extra(n.cost)] },
  { id: "saved", label: "Saved/s", wide: "wider", by: n => n.cost?.saved_seconds_per_second, show: n => [seconds(n.cost?.saved_seconds_per_second)] },
  { id: "evictions", label: "Evictions/s", wide: "wider", by: n => rate(n.windows.now, n.windows.now?.evictions), show: n => [number(rate(n.windows.now, n.windows.now?.evictions))] },
  { id: "entries", label: "Entries", wide: "wider", by: n => n.total.entries, show: n => [number(n.total.entries), n.total.capacity ? "of " + number(n.total.capacity) : null] },
];

// extra is how many more callers wait than would at the usual hit rate.
export const extra = cost => cost?.extra_waiting_seconds_per_second >= 0.05 ? "+" + number(cost.extra_waiting_seconds_per_second) : null;

export const address = key => "#/" + encodeURIComponent(key);

class Row {
  constructor(n, look) {
    this.key = n.key;
    this.link = el("a", { href: address(n.key) }, n.name === "" ? "(empty name)" : n.name);
    this.element = el("tr", { role: "row" });
    this.cells = {};
    for (const c of columns) {
      if (c.id === "status") {
        const [e, set] = badge();
        const why = el("span", { class: "why" });
        this.setStatus = set;
        this.why = why;
        this.element.append(el("td", { role: "cell", class: "text status-cell" }, e, why));
      } else if (c.id === "name") {
        this.element.append(el("th", { role: "rowheader", scope: "row", class: "text", title: n.name }, this.link));
      } else if (c.id === "spark") {
        const [e, draw] = sparkline();
        this.draw = draw;
        this.element.append(el("td", { role: "cell", class: "spark-cell" }, e));
      } else {
        const main = document.createTextNode("");
        const sub = el("span", { class: "sub" });
        const td = el("td", { role: "cell", "data-label": c.label, class: c.wide }, main, sub);
        this.cells[c.id] = { td, main, sub };
        this.element.append(td);
      }
    }
    this.element.addEventListener("click", e => {
      if (e.target.closest("a") === null && getSelection().isCollapsed) location.hash = address(this.key);
    });
    look.observe(this.element);
    this.element.row = this;
  }

  show(n, past, at) {
    this.setStatus(n.status.level);
    text(this.why, n.status.since ? n.status.message + ", " + since(n.status, at) : "");
    for (const c of columns) {
      if (!c.show) continue;
      const cell = this.cells[c.id];
      const [main, sub, alarming] = c.show(n);
      if (cell.main.data !== main) cell.main.data = main;
      text(cell.sub, sub ?? "");
      const shape = (c.wide ?? "") + (main === NONE ? " none" : "") + (alarming ? " alarm" : "");
      if (cell.td.className !== shape) cell.td.className = shape;
    }
    if (past) this.draw(past.steps(at), n.usual_hit_rate);
  }
}

export function since(status, at) {
  if (!status.since) return "";
  const ms = at - Date.parse(status.since);
  return status.since_or_earlier ? "for " + span(ms) + " or longer" : "for " + span(ms);
}

// sinceWhen is since with the time of day.
export function sinceWhen(status, at) {
  if (!status.since) return "";
  const began = new Date(status.since);
  const day = at - began < 43_200_000 ? "" : began.toLocaleDateString() + " ";
  return `${status.since_or_earlier ? "since before" : "since"} ${day}${clock(began)} (${span(at - began)})`;
}

export class Table {
  rows = new Map();
  order = [];
  column = columns[0];
  ascending = false;
  filter = "";
  onScreen = new Set();

  constructor(model) {
    this.model = model;
    this.body = byId("rows");
    this.look = new IntersectionObserver(entries => {
      for (const e of entries) {
        if (e.isIntersecting) this.onScreen.add(e.target.row);
        else this.onScreen.delete(e.target.row);
      }
      this.draw();
    }, { rootMargin: "200px" });
    const table = byId("table");
    table.setAttribute("role", "table");
    for (const part of table.children) part.setAttribute("role", "rowgroup");
    byId("head").setAttribute("role", "row");
    for (const c of columns) this.heading(c);
    byId("sort").addEventListener("change", e => this.sortBy(columns.find(c => c.id === e.target.value)));
    byId("filter").addEventListener("input", e => this.setFilter(e.target.value));
    byId("controls").addEventListener("submit", e => e.preventDefault());
    this.markSorted();
  }

  heading(c) {
    c.th = el("th", { role: "columnheader", scope: "col", class: [c.text && "text", c.wide].filter(Boolean).join(" ") || null });
    byId("head").append(c.th);
    if (!c.by) {
      c.th.append(el("span", { class: "head-label" }, c.label));
      return;
    }
    const button = el("button", { type: "button", "data-column": c.id }, c.label);
    button.addEventListener("click", () => this.sortBy(c));
    c.th.append(button);
    byId("sort").append(el("option", { value: c.id }, c.label));
  }

  sortBy(c) {
    this.ascending = this.column === c ? !this.ascending : Boolean(c.ascending);
    this.column = c;
    this.markSorted();
    this.update(true);
  }

  markSorted() {
    for (const c of columns) attribute(c.th, "aria-sort", c === this.column ? (this.ascending ? "ascending" : "descending") : null);
    byId("sort").value = this.column.id;
  }

  setFilter(s) {
    this.filter = s;
    if (byId("filter").value !== s) byId("filter").value = s;
    this.update(true);
  }

  matches(n) {
    return this.filter.toLowerCase().split(/\s+/).every(part =>
      n.name.toLowerCase().includes(part) || words[n.status.level]?.toLowerCase().startsWith(part) || n.status.message.toLowerCase().includes(part));
  }

  // update takes the model's figures over. Rows keep their places while somebody points
  // at one of them or is in it, unless sorting was asked for.
  update(asked = false) {
    const { namespaces } = this.model;
    for (const [key, row] of this.rows) {
      if (namespaces.has(key)) continue;
      row.element.remove();
      this.look.unobserve(row.element);
      this.onScreen.delete(row);
      this.rows.delete(key);
    }
    for (const n of namespaces.values()) {
      if (!this.rows.has(n.key)) this.rows.set(n.key, new Row(n, this.look));
    }
    const shown = [...namespaces.values()].filter(n => this.matches(n));
    const held = !asked && (this.body.matches(":hover") || this.body.contains(document.activeElement));
    this.sort(shown, held);
    const order = shown.map(n => this.rows.get(n.key));
    if (order.length !== this.body.children.length || order.some((row, i) => this.body.children[i] !== row.element)) {
      const focused = document.activeElement;
      this.body.replaceChildren(...order.map(row => row.element));
      if (focused !== document.activeElement && this.body.contains(focused)) focused.focus({ preventScroll: true });
    }
    this.order = order;
    text(byId("shown"), shown.length === namespaces.size ? "" : `${shown.length} of ${namespaces.size} caches`);
    const empty = byId("empty");
    empty.hidden = shown.length > 0;
    text(empty, namespaces.size === 0 ? "No data: no cache has been used yet." : "No cache matches the filter.");
    byId("table").hidden = shown.length === 0;
    this.draw();
  }

  sort(shown, held) {
    const place = new Map(this.order.map((row, i) => [row.key, i]));
    const { by } = this.column;
    const sign = this.ascending ? 1 : -1;
    const values = new Map(shown.map(n => [n, by(n)]));
    shown.sort((a, b) => {
      if (held) {
        const d = (place.get(a.key) ?? 1e9) - (place.get(b.key) ?? 1e9);
        if (d) return d;
      }
      const x = values.get(a), y = values.get(b);
      if ((x == null) !== (y == null)) return x == null ? 1 : -1; // no data comes last, either way
      const d = typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y;
      return sign * d || a.name.localeCompare(b.name, "en", { numeric: true });
    });
  }

  draw() {
    const at = Date.parse(this.model.document?.at);
    const rows = this.rows.size <= FEW ? this.rows.values() : this.onScreen;
    for (const row of rows) {
      const n = this.model.namespaces.get(row.key);
      if (n) row.show(n, this.model.pasts.get(row.key), at);
    }
  }

  // move goes to the next or previous row from the one in focus.
  move(step) {
    const at = this.order.findIndex(row => row.element.contains(document.activeElement));
    const to = this.order[at < 0 ? (step > 0 ? 0 : this.order.length - 1) : Math.min(Math.max(at + step, 0), this.order.length - 1)];
    to?.link.focus();
    to?.element.scrollIntoView({ block: "nearest" });
  }

  focus(key) { this.rows.get(key)?.link.focus(); }
}
