// A sparkline of the hit rate over the last five minutes, with the usual rate as a
// dotted line and a mark below where there were errors. Gaps are "no data".
import { svg, attribute } from "./dom.js";
import { BUCKETS } from "./model.js";

const W = 120, H = 28, TOP = 2, BOTTOM = 23;

export function sparkline() {
  const area = svg("path", { class: "area" });
  const usual = svg("path", { class: "usual" });
  const line = svg("path", { class: "line" });
  const errors = svg("path", { class: "errors" });
  const e = svg("svg", { class: "spark", viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", "aria-hidden": "true" }, area, usual, line, errors);
  return [e, (steps, usualRate) => {
    const x = i => (i * W / (BUCKETS - 1)).toFixed(1);
    const y = rate => (BOTTOM - rate * (BOTTOM - TOP)).toFixed(1);
    let top = "", under = "", marks = "", run = [];
    const end = () => {
      if (run.length) {
        const points = run.map(([i, rate]) => x(i) + " " + y(rate)).join("L");
        top += "M" + points + (run.length === 1 ? "h1" : "");
        under += `M${x(run[0][0])} ${BOTTOM}L${points}L${x(run[run.length - 1][0])} ${BOTTOM}Z`;
      }
      run = [];
    };
    steps.forEach((s, i) => {
      if (s && s[2] > 0) marks += `M${x(i)} ${H - 3}v3`;
      if (s && s[0] + s[1] > 0) run.push([i, s[0] / (s[0] + s[1])]);
      else end();
    });
    end();
    attribute(line, "d", top);
    attribute(area, "d", under);
    attribute(errors, "d", marks);
    attribute(usual, "d", usualRate == null ? "" : `M0 ${y(usualRate)}H${W}`);
  }];
}
