// One chart over time, drawn by uPlot, with a legend in HTML that says what is under
// the pointer, or else what is now.
import { el, svg, text } from "./dom.js";
import { clock } from "./format.js";

export const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

const dashes = { solid: [], dashed: [6, 4], dotted: [2, 4] };

// tidy takes the zeros off the round numbers of an axis.
export const tidy = s => s.replace(/\.0+(?= |$)/, "");

// decades draws a line at powers of ten alone.
export const decades = (u, at) => at.map(v => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-6 ? v : null);

// hatch makes errors tell themselves from misses without colour.
function hatch(context, name) {
  const size = 8 * devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const g = tile.getContext("2d");
  g.fillStyle = colour(name + "-fill");
  g.fillRect(0, 0, size, size);
  g.strokeStyle = colour("surface");
  g.lineWidth = 2 * devicePixelRatio;
  g.beginPath();
  for (const o of [-size, 0, size]) {
    g.moveTo(o, size);
    g.lineTo(o + size, 0);
  }
  g.stroke();
  return context.createPattern(tile, "repeat");
}

function swatch(s) {
  const style = { width: "22", height: "12", viewBox: "0 0 22 12", "aria-hidden": "true" };
  const stroke = `var(--${s.colour})`;
  if (!s.fill) return svg("svg", style, svg("line", { x1: "0", x2: "22", y1: "6", y2: "6", stroke, "stroke-width": "2.5", "stroke-dasharray": dashes[s.dash ?? "solid"].join(" ") || null }));
  const box = svg("rect", { width: "22", height: "12", rx: "2", fill: `var(--${s.colour}-fill)`, stroke });
  const lines = s.hatched ? svg("path", { d: "M2 12L12 0M9 12L19 0M16 12L22 5", stroke: "var(--surface)", "stroke-width": "2" }) : null;
  return svg("svg", style, box, lines);
}

export class Chart {
  // series: {label, colour, dash, fill, hatched}; format makes a value readable;
  // stacked puts each series on top of those before it.
  constructor({ title, unit, series, format, stacked = false, log = false, top = null }) {
    Object.assign(this, { title, series, format, stacked, log, top });
    this.plot = el("div", { class: "plot", role: "img", "aria-label": title });
    this.nothing = el("p", { class: "none" }, "no data");
    this.values = series.map(() => el("b"));
    this.element = el("figure", { class: "panel" },
      el("h3", {}, title + " ", el("small", {}, unit)), this.plot,
      el("ul", { class: "legend" }, ...series.map((s, i) => el("li", {}, swatch(s), s.label, this.values[i]))));
    this.resized = new ResizeObserver(() => this.u?.setSize(this.size()));
    this.resized.observe(this.plot);
  }

  size() { return { width: Math.max(this.plot.clientWidth, 120), height: 200 }; }

  options() {
    const axis = { stroke: colour("muted"), font: "12px system-ui, sans-serif", grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
    const series = this.series.map(s => ({
      label: s.label, stroke: colour(s.colour), width: s.fill ? 1.25 : 2, dash: dashes[s.dash ?? "solid"],
      points: { show: false }, spanGaps: false,
      fill: !this.stacked && s.fill ? colour(s.colour + "-fill") : undefined,
    }));
    const options = {
      ...this.size(),
      legend: { show: false },
      cursor: { sync: { key: "cachemeter" }, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: true, range: () => this.range },
        y: this.log ? { distr: 3 } : { range: (u, min, max) => [0, this.top ?? (max > 0 ? max * 1.08 : 1)] },
      },
      axes: [
        { ...axis, space: 76, size: 30, values: (u, at) => at.map(t => clock(new Date(1000 * t), this.range[1] - this.range[0] <= 90)) },
        { ...axis, size: 68, values: (u, at) => at.map(v => v == null ? "" : tidy(this.format(v))), ...(this.log && { grid: { ...axis.grid, filter: decades } }) },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [u => this.legend(u.cursor.idx)] },
    };
    if (this.stacked) {
      // The first series fills down to the axis, the others down to the one before.
      options.series[1].fill = this.area(0);
      options.bands = this.series.slice(1).map((s, i) => ({ series: [i + 2, i + 1], fill: this.area(i + 1) }));
    }
    return options;
  }

  area(i) {
    const s = this.series[i];
    return s.hatched ? u => hatch(u.ctx, s.colour) : colour(s.colour + "-fill");
  }

  // update draws columns: times in seconds, then one array for each series.
  update(range, times, columns) {
    this.range = range;
    this.columns = columns;
    const some = columns.some(c => c.some(v => v != null));
    if (!some) {
      this.redraw();
      this.plot.replaceChildren(this.nothing);
      this.legend(null);
      return;
    }
    this.nothing.remove();
    let data = columns;
    if (this.stacked) {
      let below = null;
      data = columns.map(c => below = c.map((v, i) => v == null ? null : v + (below ? below[i] ?? 0 : 0)));
    }
    if (this.log) data = data.map(c => c.map(v => v > 0 ? v : null));
    if (this.u) this.u.setData([times, ...data]);
    else this.u = new uPlot(this.options(), [times, ...data], this.plot);
    this.legend(this.u.cursor.idx);
  }

  legend(at) {
    const parts = this.series.map((s, i) => {
      const column = this.columns[i];
      const value = this.format(at == null || at >= column.length ? column.at(-1) : column[at]);
      text(this.values[i], value);
      return s.label + " " + value;
    });
    // What is under the pointer changes too fast to be read out.
    if (at == null) this.plot.setAttribute("aria-label", `${this.title}, now: ${parts.join(", ")}`);
  }

  // redraw forgets the drawing, whose colours may be wrong now; update makes a new one.
  redraw() {
    this.u?.destroy();
    this.u = null;
  }

  close() {
    this.resized.disconnect();
    this.redraw();
  }
}
