// Words for numbers. What is not there is null and becomes "no data", never zero.

export const NONE = "no data";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function number(x) {
  if (x == null || !Number.isFinite(x)) return NONE;
  const a = Math.abs(x);
  if (a >= 1e9) return (x / 1e9).toFixed(1) + " G";
  if (a >= 1e6) return (x / 1e6).toFixed(1) + " M";
  if (a >= 100 || Number.isInteger(x)) return whole.format(x);
  if (a >= 10) return x.toFixed(1);
  if (a >= 0.005) return x.toFixed(2);
  return a === 0 ? "0" : "< 0.01";
}

export function percent(x) {
  if (x == null || !Number.isFinite(x)) return NONE;
  const p = 100 * x;
  if (p === 0 || p === 100) return p + " %";
  if (p < 0.1) return "< 0.1 %";
  if (p > 99.9) return "> 99.9 %";
  return p.toFixed(1) + " %";
}

// seconds is how long something takes: "1.2 ms".
export function seconds(x) {
  if (x == null || !Number.isFinite(x)) return NONE;
  const units = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];
  if (x === 0) return "0 s";
  const [size, unit] = units.find(([size]) => x >= size) ?? units[3];
  const v = x / size;
  return (v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2)) + " " + unit;
}

// span is a time that has passed, as people say it: "2 min 13 s".
export function span(ms) {
  const s = Math.max(Math.round(ms / 1000), 0);
  const both = (a, unit, b, rest) => a + unit + (b ? " " + b + rest : "");
  if (s < 60) return s + " s";
  if (s < 3600) return both(Math.floor(s / 60), " min", s % 60, " s");
  if (s < 86400) return both(Math.floor(s / 3600), " h", Math.floor(s % 3600 / 60), " min");
  return both(Math.floor(s / 86400), " d", Math.floor(s % 86400 / 3600), " h");
}

const two = n => String(n).padStart(2, "0");

export function clock(date, withSeconds = true) {
  return two(date.getHours()) + ":" + two(date.getMinutes()) + (withSeconds ? ":" + two(date.getSeconds()) : "");
}
