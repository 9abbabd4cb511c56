// The top of the page: which cache is not working, since when, and what does it cost?
import { el, byId, text, attribute, words } from "./dom.js";
import { NONE, number, percent, seconds } from "./format.js";
import { sinceWhen, address, hitRate } from "./table.js";

const SHOWN = 4;

const rank = { failing: 2, degraded: 1 };

// costs says what trouble costs, in the terms that are known.
export function costs(n) {
  const c = n.cost, parts = [];
  if (!c) return "";
  const dropped = n.status.reason === "hit_rate" || n.status.reason === "no_hits";
  if (n.status.reason === "errors") parts.push(number(n.windows.now.errors / n.windows.now.seconds) + " errors/s");
  if (dropped && c.extra_misses_per_second >= 0.5) parts.push(number(c.extra_misses_per_second) + " more misses/s at " + (c.miss_seconds > 0 ? seconds(c.miss_seconds) : "an unknown time") + " each");
  if (c.waiting_seconds_per_second >= 0.05) parts.push(number(c.waiting_seconds_per_second) + " callers waiting");
  return parts.length ? "costs " + parts.join(", ") : "";
}

export function worst(namespaces) {
  return [...namespaces.values()]
    .filter(n => rank[n.status.level])
    .sort((a, b) => rank[b.status.level] - rank[a.status.level] ||
      (b.cost?.waiting_seconds_per_second ?? 0) - (a.cost?.waiting_seconds_per_second ?? 0) || a.name.localeCompare(b.name));
}

function headline(namespaces, bad) {
  const count = namespaces.size, failing = bad.filter(n => n.status.level === "failing").length;
  const caches = n => n === 1 ? "1 cache" : n + " caches";
  if (count === 0) return ["no_data", "No data: no cache has been used yet"];
  if (failing) return ["failing", `${failing} of ${caches(count)} ${failing === 1 ? "is" : "are"} failing` + (bad.length > failing ? `, ${bad.length - failing} degraded` : "")];
  if (bad.length) return ["degraded", `${bad.length} of ${caches(count)} ${bad.length === 1 ? "is" : "are"} degraded`];
  const ok = [...namespaces.values()].filter(n => n.status.level === "ok").length;
  if (ok === 0) return ["no_data", [...namespaces.values()].some(n => n.status.level === "no_data") ? "Waiting for the second sample" : "All caches are idle"];
  return ["ok", ok === count ? (count === 1 ? "The cache works as usual" : `All ${count} caches work as usual`) : `${ok} of ${caches(count)} work as usual, ${count - ok} without requests`];
}

export class Summary {
  items = [];
  levels = new Map();

  update(model) {
    const { namespaces } = model;
    const at = Date.parse(model.document.at);
    const bad = worst(namespaces);
    const [level, line] = headline(namespaces, bad);
    attribute(byId("verdict"), "data-level", level);
    text(byId("headline"), line);
    this.troubles(bad, at);
    this.announce(namespaces);
    this.totals(namespaces);
    document.title = (level === "failing" ? "✕ " : level === "degraded" ? "! " : "") + "cachemeter";
  }

  troubles(bad, at) {
    const list = byId("troubles");
    const shown = bad.slice(0, SHOWN);
    const wanted = shown.length + (bad.length > SHOWN ? 1 : 0);
    while (this.items.length > wanted) this.items.pop().li.remove();
    while (this.items.length < wanted) {
      const item = { link: el("a"), why: el("span"), since: el("span", { class: "since" }), costs: el("span", { class: "costs" }) };
      item.li = el("li", {}, item.link, item.why, item.since, item.costs);
      list.append(item.li);
      this.items.push(item);
    }
    shown.forEach((n, i) => {
      const item = this.items[i];
      text(item.link, n.name || "(empty name)");
      attribute(item.link, "href", address(n.key));
      text(item.why, n.status.message);
      text(item.since, sinceWhen(n.status, at));
      text(item.costs, costs(n));
    });
    if (bad.length > SHOWN) {
      const item = this.items[SHOWN];
      text(item.link, "");
      attribute(item.link, "href", null);
      text(item.why, `and ${bad.length - SHOWN} more`);
      text(item.since, "");
      text(item.costs, "");
    }
  }

  // announce tells screen readers of what changes, and only of that.
  announce(namespaces) {
    const news = [];
    for (const n of namespaces.values()) {
      const before = this.levels.get(n.key);
      if (before && before !== n.status.level && (rank[before] || rank[n.status.level])) news.push(`${n.name}: ${words[n.status.level]}, ${n.status.message}`);
      this.levels.set(n.key, n.status.level);
    }
    if (news.length) text(byId("announce"), news.slice(0, 5).join(". "));
  }

  totals(namespaces) {
    const sum = { hits: 0, misses: 0, errors: 0, requests: 0, waiting: 0, saved: 0 };
    let any = false, waitingKnown = false, savedKnown = false;
    for (const { windows, cost } of namespaces.values()) {
      const w = windows.now;
      if (!w) continue;
      any = true;
      sum.hits += w.hits;
      sum.misses += w.misses;
      sum.errors += w.errors / w.seconds;
      sum.requests += w.requests_per_second;
      if (cost?.waiting_seconds_per_second != null) waitingKnown = true, sum.waiting += cost.waiting_seconds_per_second;
      if (cost?.saved_seconds_per_second != null) savedKnown = true, sum.saved += cost.saved_seconds_per_second;
    }
    tiles(byId("totals"), [
      ["Requests", any ? number(sum.requests) + "/s" : NONE],
      ["Hit rate", percent(hitRate(sum))],
      ["Errors", any ? number(sum.errors) + "/s" : NONE],
      ["Callers waiting", waitingKnown ? number(sum.waiting) : NONE],
      ["Saved/s", savedKnown ? seconds(sum.saved) : NONE],
      ["Caches", number(namespaces.size)],
    ]);
  }
}

// tiles fills a list of figures; [name, figure, remark].
export function tiles(list, figures) {
  while (list.children.length > figures.length) list.lastChild.remove();
  while (list.children.length < figures.length) list.append(el("div", {}, el("dt"), el("dd", {}, document.createTextNode(""), el("small"))));
  figures.forEach(([name, figure, remark], i) => {
    const [dt, dd] = list.children[i].children;
    text(dt, name);
    if (dd.firstChild.data !== figure) dd.firstChild.data = figure;
    text(dd.lastChild, remark || "");
    attribute(dd, "class", figure === NONE ? "none" : null);
  });
}
