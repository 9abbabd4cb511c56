// What insight reports of a namespace: curve, working set, hot keys, ages, causes of
// misses, worth. Panels appear for what is there.
import { el } from "./dom.js";
import { NONE, number, percent, seconds, span } from "./format.js";
import { CurveChart } from "./curve.js";

const list = pairs => el("dl", {}, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

const panel = (title, remark, ...content) => el("section", { class: "panel insight" }, el("h3", {}, title + " ", el("small", {}, remark ?? "")), ...content);

const cell = s => el("td", { class: s === NONE ? "none" : null }, s);

function table(label, head, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, el("table", {},
    el("thead", {}, el("tr", {}, ...head.map((h, i) => el("th", { scope: "col", class: i ? null : "text" }, h)))),
    el("tbody", {}, ...rows.map(r => el("tr", {}, el("th", { scope: "row", class: "text", title: r[0] }, r[0]), ...r.slice(1).map(cell))))));
}

function curve(c, chart) {
  const remark = c.enough ? `from a sample of ${number(c.samples)} lookups` : "";
  if (!c.enough) return panel("Would a larger cache help?", remark, el("p", { class: "none" }, c.note ?? "not enough samples"));
  const advice = [];
  if (c.within_1_percent) advice.push(`${number(c.within_1_percent)} entries are within 1 % of the best`);
  if (c.knee) advice.push(`the curve bends at ${number(c.knee)}`);
  const rows = (c.sizes ?? []).map(s => [
    `${s.factor} × (${number(s.size)})`, s.enough ? percent(s.hit_rate) : NONE,
    s.factor === 1 ? "now" : s.enough && s.saves_seconds ? (s.saves_seconds > 0 ? "saves " : "costs ") + seconds(Math.abs(s.saves_seconds)) : NONE,
  ]);
  chart.update(c);
  return panel("Would a larger cache help?", remark, chart.element,
    advice.length ? el("p", { class: "muted" }, advice.join("; ")) : null,
    rows.length ? table("Other sizes", ["Size", "Would hit", "Against now"], rows) : null);
}

function hotKeys(keys) {
  return panel("Hot keys", keys.some(k => k.key != null) ? "by share of lookups" : "by share of lookups; hashes, for keys are not shown unless the program opts in",
    table("Hot keys", ["Key", "Share", "At least / most", "Hit rate"], keys.map(k => [k.key ?? "#" + k.hash, percent(k.share), percent(k.at_least) + " / " + percent(k.at_most), percent(k.hit_rate)])));
}

const ages = { age_at_hit: "when hit", age_at_eviction: "when evicted", eviction_to_miss: "from eviction to the next miss" };

const causes = { never_seen: "never seen before", evicted: "evicted", expired: "expired", deleted: "deleted", unfilled: "seen before, never written" };

function keysOf(r) {
  const pairs = (r.working_set ?? []).filter(w => w.covered_seconds > 0).map(w => [
    "Keys in " + span(1000 * w.window_seconds) + (w.covered_seconds < 0.95 * w.window_seconds ? ` (${span(1000 * w.covered_seconds)} so far)` : ""), number(w.keys)]);
  if (r.seen_once) pairs.push(["Looked up once", percent(r.seen_once.share)]);
  if (r.never_read) pairs.push(["Written, never read", percent(r.never_read.share)]);
  return pairs.length ? panel("Working set", "", list(pairs)) : null;
}

function agesOf(r) {
  const rows = Object.entries(ages).filter(([name]) => r[name]).map(([name, label]) => [label, seconds(r[name].p50_seconds), seconds(r[name].p90_seconds), seconds(r[name].p99_seconds)]);
  return rows.length ? panel("Age of entries", "", table("Age of entries", ["", "p50", "p90", "p99"].map((h, i) => i ? h : "Age"), rows)) : null;
}

function missesOf(r) {
  if (!r.misses) return null;
  return panel("Why lookups miss", `evicted too soon: ${percent(r.misses.evicted_too_soon)}`,
    list(Object.entries(r.misses.causes).map(([cause, share]) => [causes[cause] ?? cause.replaceAll("_", " "), percent(share)])));
}

function worthOf(r) {
  if (!r.worth) return null;
  return panel("Worth", "", list([["A hit saves", seconds(r.worth.per_hit_seconds)], ["Saved in all", span(1000 * r.worth.saved_seconds)]]));
}

// Insight fills a place on the page with the panels of a report.
export class Insight {
  constructor(place) {
    this.place = place;
    this.chart = new CurveChart();
  }

  update(report) {
    const written = JSON.stringify(report ?? null);
    if (written === this.written) return;
    // Somebody who reads or scrolls in a panel is not disturbed by a new one.
    if (this.written && this.place.contains(document.activeElement)) return;
    this.written = written;
    if (report == null) {
      this.place.replaceChildren();
      return;
    }
    const known = [
      report.curve && curve(report.curve, this.chart), report.hot_keys?.length ? hotKeys(report.hot_keys) : null,
      keysOf(report), agesOf(report), missesOf(report), worthOf(report),
    ].filter(Boolean);
    if (!known.length) known.push(panel("Insight", "", el("pre", {}, JSON.stringify(report, null, 2))));
    const title = el("h3", { class: "part" }, "Insight", report.tier ? el("small", {}, ` into the keys of ${report.tier}`) : null);
    this.place.replaceChildren(title, el("div", { class: "charts" }, ...known));
  }

  redraw() { this.chart.redraw(); }

  close() { this.chart.close(); }
}
