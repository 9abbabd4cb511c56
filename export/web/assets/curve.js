// The miss-ratio curve, shown as what it means to people: the hit rate by size.
import { el } from "./dom.js";
import { number, percent } from "./format.js";
import { colour, tidy, decades } from "./chart.js";

export class CurveChart {
  constructor() {
    this.element = el("div", { class: "plot", role: "img" });
    this.resized = new ResizeObserver(() => this.u?.setSize(this.size()));
    this.resized.observe(this.element);
  }

  size() { return { width: Math.max(this.element.clientWidth, 120), height: 200 }; }

  update(curve) {
    this.curve = curve;
    const points = (curve.points ?? []).filter(p => p.size > 0);
    this.element.setAttribute("aria-label", "Hit rate by number of entries: " + (curve.sizes ?? []).filter(s => s.enough).map(s => `${number(s.size)}: ${percent(s.hit_rate)}`).join(", "));
    const data = [points.map(p => p.size), points.map(p => p.hit_rate)];
    this.u?.destroy();
    this.u = null;
    if (!points.length) return;
    const axis = { stroke: colour("muted"), font: "12px system-ui, sans-serif", grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
    // The element is measured once it is on the page.
    requestAnimationFrame(() => {
      this.u?.destroy();
      this.u = new uPlot({
        ...this.size(), legend: { show: false }, cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false, distr: 3 }, y: { range: [0, 1] } },
        axes: [{ ...axis, size: 30, grid: { ...axis.grid, filter: decades }, values: (u, at) => at.map(v => v == null ? "" : number(v)) }, { ...axis, size: 68, values: (u, at) => at.map(v => tidy(percent(v))) }],
        series: [{}, { stroke: colour("hit"), width: 2, fill: colour("hit-fill"), points: { show: false } }],
        hooks: { draw: [u => this.mark(u, curve.present_size)] },
      }, data, this.element);
    });
  }

  // mark draws a line where the cache is now.
  mark(u, size) {
    if (!size) return;
    const x = u.valToPos(size, "x", true);
    if (!(x >= u.bbox.left && x <= u.bbox.left + u.bbox.width)) return;
    const g = u.ctx;
    g.save();
    g.strokeStyle = g.fillStyle = colour("ink");
    g.lineWidth = devicePixelRatio;
    g.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    g.beginPath();
    g.moveTo(x, u.bbox.top);
    g.lineTo(x, u.bbox.top + u.bbox.height);
    g.stroke();
    g.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    const right = x > u.bbox.left + u.bbox.width - 60 * devicePixelRatio;
    g.textAlign = right ? "right" : "left";
    g.fillText("now", x + (right ? -5 : 5) * devicePixelRatio, u.bbox.top + u.bbox.height - 8 * devicePixelRatio);
    g.restore();
  }

  redraw() { if (this.curve && this.u) this.update(this.curve); }

  close() {
    this.resized.disconnect();
    this.u?.destroy();
  }
}
