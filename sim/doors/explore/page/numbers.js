// Sums, means and intervals of courses; a course holds crime by family, group, book and month.
const FAMILIES = ["violent", "property", "simple_assault"];
const GROUPS = ["hispanic", "other_noncitizen", "other", "organization"];
const BOOKS = ["occurred", "reported", "recorded"];

export const whole = (value) => (Number.isInteger(value) || Math.abs(value) >= 10 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3))));
export const fixed = (value, digits) => value.toFixed(digits).replace("-", "\u2212");
export const percent = (share) => `${(100 * share).toFixed(1)} %`;
export const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

// Monthly counts of a family (or index: violent and property) against a group (or all) in a book.
export function sum(course, { family, group }, book) {
  const rows = family === "index" ? [0, 1] : [FAMILIES.indexOf(family)];
  const columns = group === "all" ? [0, 1, 2, 3] : [GROUPS.indexOf(group)];
  const place = BOOKS.indexOf(book);
  return course.months.map((_, month) => {
    let total = 0;
    for (const row of rows) for (const column of columns) total += course.crime[row][column][place][month];
    return total;
  });
}

export const totals = (course, what, book, from = 0) => sum(course, what, book).slice(from).reduce((a, b) => a + b, 0);

// Means over a centred window; nothing where the window is not full.
export function smooth(values, width) {
  if (width <= 1) return values;
  const before = Math.floor(width / 2);
  return values.map((_, at) => {
    const from = at - before;
    if (from < 0 || from + width > values.length) return null;
    return mean(values.slice(from, from + width));
  });
}

// Mean course over replications, with a 95 % interval where there are two or more.
export function pooled(courses, of, quantiles) {
  const all = courses.map(of);
  const values = all[0].map((_, at) => (all.some((one) => one[at] === null) ? null : mean(all.map((one) => one[at]))));
  if (all.length < 2) return { values };
  const error = values.map((value, at) => (value === null ? null : half(all.map((one) => one[at]), quantiles)));
  return { values, low: values.map((value, at) => (value === null ? null : value - error[at])), high: values.map((value, at) => (value === null ? null : value + error[at])) };
}

// The middle share of courses, month by month; nothing where there are fewer than two.
export function middle(courses, of, share) {
  const all = courses.map(of);
  if (all.length < 2) return null;
  const at = (month, part) => (all.some((one) => one[month] === null) ? null : quantile(all.map((one) => one[month]), part));
  const ends = [(1 - share) / 2, (1 + share) / 2];
  const [low, high] = ends.map((part) => all[0].map((_, month) => at(month, part)));
  return { low, high };
}

// A quantile, between the two values next to it.
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

// Half of a 95 % interval of the mean.
export function half(values, quantiles) {
  const middle = mean(values);
  return quantiles[values.length] * Math.sqrt(values.reduce((all, value) => all + (value - middle) ** 2, 0) / (values.length - 1) / values.length);
}

export const signed = (share, digits = 2) => `${share < 0 ? "\u2212" : "+"}${Math.abs(100 * share).toFixed(digits)} %`;

// A relative change in words, with its interval where there are two pairs or more.
export function change(shares, quantiles) {
  const middle = mean(shares);
  if (shares.length < 2) return signed(middle);
  const error = half(shares, quantiles);
  return `${signed(middle)} (${signed(middle - error)} to ${signed(middle + error)})`;
}
