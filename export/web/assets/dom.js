// Elements are made here and nowhere from strings: a name that looks like HTML is text.

const SVG = "http://www.w3.org/2000/svg";

function fill(e, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === false || value == null) continue;
    e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.filter(c => c != null));
  return e;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const byId = id => document.getElementById(id);

// text changes an element's text where it differs: most cells stay as they are.
export function text(e, s) {
  if (e.textContent !== s) e.textContent = s;
}

export function attribute(e, name, value) {
  if (value == null) e.removeAttribute(name);
  else if (e.getAttribute(name) !== value) e.setAttribute(name, value);
}

// Levels differ by shape and word, not by colour alone.
const shapes = {
  failing: "M4 4l8 8M12 4l-8 8",
  degraded: "M8 2.5L14.5 13.5H1.5zM8 6.5v3.2M8 11.4v.4",
  ok: "M3 8.5l3.5 3.5L13 4.5",
  idle: "M3.5 8h9",
  no_data: "M8 3.2a4.8 4.8 0 1 0 .01 0",
};

export const words = { failing: "Failing", degraded: "Degraded", ok: "OK", idle: "Idle", no_data: "No data" };

// badge returns an element that shows a level, and a function that changes it.
export function badge() {
  const path = svg("path", { fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" });
  const word = el("span");
  const e = el("span", { class: "status" }, svg("svg", { width: "16", height: "16", viewBox: "0 0 16 16", "aria-hidden": "true" }, path), word);
  return [e, level => {
    attribute(e, "data-level", level);
    attribute(path, "d", shapes[level] ?? shapes.no_data);
    text(word, words[level] ?? level);
  }];
}
