// One namespace, opened: its figures by window, its charts over time, its tiers, and
// what insight says about it.
import { el, byId, text, badge } from "./dom.js";
import { NONE, number, percent, seconds } from "./format.js";
import { Chart } from "./chart.js";
import { tiles, costs } from "./summary.js";
import { sinceWhen, hitRate, extra } from "./table.js";
import { Insight } from "./insight.js";

const spans = [["1m", "1 min", 60], ["5m", "5 min", 300], ["15m", "15 min", 900]];
const windows = [["now", "Last 10 s"], ["1m", "1 min"], ["5m", "5 min"], ["15m", "15 min"], ["start", "Since start"]];
const KEPT = 900; // seconds of history

const per = (h, name) => h[name] ? h[name].map((v, i) => v / h.seconds[i]) : h.at.map(() => null);
const column = (h, name) => h[name] ?? h.at.map(() => null);

// charts are what there is to draw, and from which columns of history.
const charts = [
  {
    title: "Lookups and errors", unit: "per second, stacked", stacked: true, format: v => number(v),
    series: [{ label: "hits", colour: "hit", fill: true }, { label: "misses", colour: "miss", fill: true }, { label: "errors", colour: "error", fill: true, hatched: true }],
    of: h => [per(h, "hits"), per(h, "misses"), per(h, "errors")],
  },
  {
    title: "Hit rate", unit: "of answered lookups", top: 1, format: v => percent(v),
    series: [{ label: "hit rate", colour: "hit", fill: true }, { label: "usual", colour: "usual", dash: "dotted" }],
    of: (h, n) => [h.hits.map((v, i) => v + h.misses[i] > 0 ? v / (v + h.misses[i]) : null), h.at.map(() => n.usual_hit_rate ?? null)],
  },
  {
    title: "Latency by outcome", unit: "logarithmic", log: true, format: v => seconds(v),
    series: [
      { label: "hit p50", colour: "hit" }, { label: "hit p99", colour: "hit", dash: "dashed" },
      { label: "miss p50", colour: "miss" }, { label: "miss p99", colour: "miss", dash: "dashed" },
      { label: "error p99", colour: "error", dash: "dotted" },
    ],
    of: h => ["hit_p50_seconds", "hit_p99_seconds", "miss_p50_seconds", "miss_p99_seconds", "error_p99_seconds"].map(name => column(h, name)),
  },
  {
    title: "Loads and coalesced lookups", unit: "per second", format: v => number(v),
    series: [{ label: "loads", colour: "load" }, { label: "failed loads", colour: "error", dash: "dotted" }, { label: "coalesced", colour: "coalesced", dash: "dashed" }],
    of: h => [per(h, "loads"), per(h, "load_failures"), per(h, "coalesced")],
  },
  {
    title: "Evictions and expirations", unit: "per second", format: v => number(v), optional: h => h.evictions || h.expirations,
    series: [{ label: "evictions", colour: "miss" }, { label: "expirations", colour: "coalesced", dash: "dashed" }],
    of: h => [per(h, "evictions"), per(h, "expirations")],
  },
  {
    title: "Entries", unit: "", format: v => number(v), optional: h => h.entries,
    series: [{ label: "entries", colour: "hit", fill: true }],
    of: h => [column(h, "entries")],
  },
];

export class Detail {
  constructor(model, key) {
    this.model = model;
    this.key = key;
    this.span = spans[1];
    this.history = null;
    this.build();
  }

  build() {
    const [status, setStatus] = badge();
    this.setStatus = setStatus;
    this.why = el("span", { class: "why" });
    this.title = el("h2", { id: "detail-name", tabindex: "-1" }, (this.model.namespaces.get(this.key)?.name ?? this.key.replaceAll("\u0000", "")) || "(empty name)");
    this.figures = el("dl", { class: "tiles" });
    this.body = el("tbody");
    this.tiers = el("div");
    const insight = el("div");
    this.insight = new Insight(insight);
    this.drawn = charts.map(spec => ({ spec, chart: new Chart(spec) }));
    const ranges = el("fieldset", { class: "ranges" }, el("legend", { class: "sr" }, "Time that the charts show"), ...spans.map(s => {
      const input = el("input", { type: "radio", name: "range", value: s[0], checked: s === this.span });
      input.addEventListener("change", () => { this.span = s; this.draw(); });
      return el("label", {}, input, s[1]);
    }));
    const figures = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures by window" }, el("table", {}, el("caption", {}, "By window"),
      el("thead", {}, el("tr", {}, ...["Window", "Requests", "Requests/s", "Hits", "Misses", "Hit rate", "Errors", "Hit p50", "Hit p99", "Miss p50", "Miss p99", "Error p50", "Error p99", "Evictions", "Loads", "Coalesced"]
        .map((label, i) => el("th", { scope: "col", class: i ? null : "text" }, label)))), this.body));
    byId("detail").replaceChildren(
      el("div", { class: "detail-head" }, el("a", { class: "back", href: "#/" }, "← All caches"), this.title, status, this.why, ranges),
      this.figures, el("div", { class: "charts" }, ...this.drawn.map(d => d.chart.element)), figures, this.tiers, insight);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => { this.drawn.forEach(d => d.chart.redraw()); this.insight.redraw(); this.draw(); };
    scheme.addEventListener("change", recolour);
    this.close = () => {
      this.closed = true;
      scheme.removeEventListener("change", recolour);
      this.drawn.forEach(d => d.chart.close());
      this.insight.close();
    };
  }

  // update asks for this namespace's details: the whole past first, then what is new.
  async update() {
    if (this.asking || this.closed) return;
    const name = this.model.namespaces.get(this.key)?.name ?? this.key.replaceAll("\u0000", "");
    const fresh = !this.history || this.instance !== this.model.document.instance;
    this.asking = true;
    try {
      const answer = await fetch("stats.json?" + new URLSearchParams({ namespace: name, history: fresh ? "15m" : "10s" }));
      if (!answer.ok) return;
      const doc = await answer.json();
      if (this.closed) return;
      this.document = doc;
      this.instance = doc.instance;
      const n = doc.namespaces[0];
      if (n) this.join(n.history, fresh);
      this.show(n);
    } catch {
      // The connection is gone; the page says so, and the next event asks again.
    } finally {
      this.asking = false;
    }
  }

  join(h, fresh) {
    if (fresh || !this.history.at.length) {
      this.history = h;
      return;
    }
    const mine = this.history;
    const from = h.at.findIndex(t => t > mine.at.at(-1));
    if (from < 0) return;
    const had = mine.at.length, drop = Math.max(mine.at.findIndex(t => t > h.at.at(-1) - 1000 * KEPT), 0);
    for (const name of new Set([...Object.keys(mine), ...Object.keys(h)])) {
      const old = mine[name] ?? Array(had).fill(name.endsWith("_seconds") ? null : 0);
      const more = h[name]?.slice(from) ?? Array(h.at.length - from).fill(name.endsWith("_seconds") ? null : 0);
      mine[name] = old.slice(drop).concat(more);
    }
  }

  show(n) {
    if (!n) {
      this.setStatus("no_data");
      text(this.why, "This cache does not exist (any more).");
      return;
    }
    const at = Date.parse(this.document.at);
    this.setStatus(n.status.level);
    text(this.why, [n.status.message, sinceWhen(n.status, at), n.status.since ? costs(n) : ""].filter(Boolean).join(", "));
    const w = n.windows.now, c = n.cost;
    tiles(this.figures, [
      ["Requests", w ? number(w.requests_per_second) + "/s" : NONE],
      ["Hit rate", percent(hitRate(w)), n.usual_hit_rate == null ? "" : "usual " + percent(n.usual_hit_rate)],
      ["Errors", w ? number(w.errors / w.seconds) + "/s" : NONE, c?.error_share > 0 ? percent(c.error_share) : ""],
      ["A miss takes", seconds(c?.miss_seconds)],
      ["Callers waiting", number(c?.waiting_seconds_per_second), extra(c)],
      ["Saved/s", seconds(c?.saved_seconds_per_second)],
      ["Entries", number(n.total.entries), n.total.capacity ? "of " + number(n.total.capacity) : ""],
    ]);
    this.body.replaceChildren(...windows.map(([id, label]) => figuresRow(label, n.windows[id])));
    this.showTiers(n.tiers);
    this.insight.update(n.insight);
    this.namespace = n;
    this.draw();
  }

  showTiers(tiers) {
    if (!tiers) {
      this.tiers.replaceChildren();
      return;
    }
    const rows = tiers.map(t => {
      const w = t.windows["1m"];
      return el("tr", {}, el("th", { scope: "row", class: "text" }, t.tier), ...[
        number(w?.requests_per_second), percent(hitRate(w)), w ? number(w.errors / w.seconds) : NONE,
        seconds(w?.latency?.hit?.p50_seconds), seconds(w?.latency?.hit?.p99_seconds), number(t.total.entries), number(t.total.hits), number(t.total.misses),
      ].map(cell));
    });
    const labels = ["Tier", "Requests/s", "Hit rate", "Errors/s", "Hit p50", "Hit p99", "Entries", "Hits in all", "Misses in all"];
    if (!this.tiers.firstChild) {
      this.tierBody = el("tbody");
      this.tiers.replaceChildren(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Tiers" }, el("table", {}, el("caption", {}, "Tiers, last minute"),
        el("thead", {}, el("tr", {}, ...labels.map((l, i) => el("th", { scope: "col", class: i ? null : "text" }, l)))), this.tierBody)));
    }
    this.tierBody.replaceChildren(...rows);
  }

  draw() {
    const h = this.history, n = this.namespace;
    if (!h || !n) return;
    const end = Date.parse(this.document.at) / 1000;
    const range = [end - this.span[2], end];
    const from = Math.max(h.at.findIndex(t => t / 1000 >= range[0]) - 1, 0);
    const past = plateaus(Object.fromEntries(Object.entries(h).map(([name, c]) => [name, c.slice(from)])));
    const times = past.at.map(t => t / 1000);
    for (const { spec, chart } of this.drawn) {
      chart.element.hidden = Boolean(spec.optional) && !spec.optional(h);
      if (!chart.element.hidden) chart.update(range, times, spec.of(past, n));
    }
  }
}

// plateaus gives a sample that covers a long time a beginning, too: an average over
// minutes is a level, not a slope.
function plateaus(h) {
  const long = h.seconds.map((s, i) => s > 16 ? i : -1).filter(i => i >= 0);
  for (const i of long.reverse()) {
    for (const name of Object.keys(h)) h[name].splice(i, 0, name === "at" ? h.at[i] - 1000 * h.seconds[i] + 1 : h[name][i]);
  }
  return h;
}

const cell = s => el("td", { class: s === NONE ? "none" : null }, s);

function figuresRow(label, w) {
  const l = w?.latency;
  return el("tr", {}, el("th", { scope: "row", class: "text" }, label), ...[
    w ? number(w.total_requests) : NONE, number(w?.requests_per_second), number(w?.hits), number(w?.misses), percent(hitRate(w)), number(w?.errors),
    seconds(l?.hit?.p50_seconds), seconds(l?.hit?.p99_seconds), seconds(l?.miss?.p50_seconds), seconds(l?.miss?.p99_seconds),
    seconds(l?.error?.p50_seconds), seconds(l?.error?.p99_seconds), number(w?.evictions), number(w?.loads), number(w?.coalesced),
  ].map(cell));
}
