// What the page knows: the latest document, and the past of every namespace.

export const BUCKET = 5000; // milliseconds that one step of a sparkline covers
export const BUCKETS = 60;

// Past keeps five minutes of one namespace in steps of five seconds.
class Past {
  stamps = new Float64Array(BUCKETS);
  counts = new Float64Array(3 * BUCKETS);

  add(at, seconds, hits, misses, errors) {
    if (!(seconds <= 2 * BUCKET / 1000)) return; // an average over minutes is no point of a line
    const stamp = Math.floor(at / BUCKET);
    const i = stamp % BUCKETS;
    if (this.stamps[i] !== stamp) {
      this.stamps[i] = stamp;
      this.counts.fill(0, 3 * i, 3 * i + 3);
    }
    this.counts[3 * i] += hits;
    this.counts[3 * i + 1] += misses;
    this.counts[3 * i + 2] += errors;
  }

  // steps yields [hits, misses, errors] or null, oldest first, up to now.
  steps(now) {
    const last = Math.floor(now / BUCKET);
    return Array.from({ length: BUCKETS }, (_, k) => {
      const stamp = last - BUCKETS + 1 + k;
      const i = stamp % BUCKETS;
      return this.stamps[i] === stamp ? this.counts.subarray(3 * i, 3 * i + 3) : null;
    });
  }
}

// keyOf tells namespaces apart that look the same: names that were not UTF-8. No key is
// empty, so that each has an address.
function keyOf(n, others) {
  const key = n.name || "\u0000";
  return others.has(key) ? key + "\u0000" + others.size : key;
}

// Model calls changed after each document, and linked when the connection changes.
export class Model {
  document = null;
  namespaces = new Map(); // by key
  pasts = new Map();
  state = "connecting"; // live, lost
  heard = 0;

  constructor(changed, linked) {
    this.changed = changed;
    this.linked = linked;
    this.connect();
    setInterval(() => {
      if (this.state === "live" && performance.now() - this.heard > 3000 + 2000 * (this.document?.interval_seconds ?? 1)) this.link("lost");
    }, 1000);
  }

  connect() {
    const source = new EventSource("events");
    source.addEventListener("stats", e => {
      this.heard = performance.now();
      this.take(JSON.parse(e.data));
      this.link("live");
    });
    source.addEventListener("error", () => {
      this.link("lost");
      // It tries again by itself, except after an answer that is no stream.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.connect(), 2000);
    });
  }

  link(state) {
    if (this.state === state) return;
    this.state = state;
    this.linked(state);
  }

  take(doc) {
    if (this.document?.instance !== doc.instance) {
      this.pasts.clear();
      this.remember();
    }
    this.document = doc;
    this.namespaces = new Map();
    const at = Date.parse(doc.at);
    for (const n of doc.namespaces) {
      const key = keyOf(n, this.namespaces);
      Object.defineProperty(n, "key", { value: key }); // not part of what is copied as JSON
      this.namespaces.set(n.key, n);
      if (n.tick) this.past(n.key).add(at, n.tick.seconds, n.tick.hits, n.tick.misses, n.tick.errors);
    }
    this.changed();
  }

  past(key) {
    let p = this.pasts.get(key);
    if (!p) this.pasts.set(key, p = new Past());
    return p;
  }

  // remember fetches what the server still knows of the time before the page was opened.
  async remember() {
    try {
      const doc = await (await fetch("stats.json?history=5m")).json();
      const met = new Map();
      for (const n of doc.namespaces) {
        const h = n.history;
        // A past that has begun meanwhile goes on: what came twice would count twice.
        const key = keyOf(n, met);
        met.set(key, n);
        const past = new Past();
        h.at.forEach((at, i) => past.add(at, h.seconds[i], h.hits[i], h.misses[i], h.errors[i]));
        this.pasts.set(key, past);
      }
      this.changed();
    } catch {
      // The page works without it; the next restart asks again.
    }
  }
}
