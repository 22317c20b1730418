// Charts as SVG, drawn for the width they have; nothing here knows what the numbers mean.
const NS = "http://www.w3.org/2000/svg";
const drawn = new Map();

const watcher = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const again = drawn.get(entry.target);
    if (again && Math.abs(again.width - entry.contentRect.width) > 1) again.draw();
  }
});

// Draw by `draw(svg, width, height)` now and whenever the width changes.
export function chart(box, label, draw) {
  const again = {
    width: 0,
    draw() {
      const { width, height } = box.getBoundingClientRect();
      again.width = width;
      if (width < 10) return;
      const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
      draw(svg, width, height);
      box.replaceChildren(svg);
    },
  };
  drawn.set(box, again);
  watcher.observe(box);
  again.draw();
}

export function node(name, attributes = {}, text = "") {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== "") made.textContent = text;
  return made;
}

export function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((it) => it * size).find((it) => it >= rough);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

// Lines over months: each series has name, colour, dash, values, and low and high where there is an interval.
export function lines(box, label, { months, series, format, cursor = null, fromZero = true, marks = [], bands = [], ends = null }) {
  chart(box, label, (svg, width, height) => {
    const named = series.filter((one) => one.values.some((value) => value !== null));
    const spread = bands.filter((one) => one.low);
    const columns = width < 480 ? 1 : 2;
    const room = { left: 46, right: 12, top: 22 + 16 * Math.ceil((named.length + spread.length) / columns), bottom: 22 };
    const all = ends ?? [...named.flatMap((one) => [...one.values, ...(one.low ?? []), ...(one.high ?? [])]), ...spread.flatMap((one) => [...one.low, ...one.high])].filter((value) => value !== null);
    let low = fromZero ? 0 : Math.min(...all);
    let high = Math.max(...all, low + 1e-9);
    const pad = (high - low) * 0.06;
    high += pad;
    if (!fromZero) low -= pad;
    const last = Math.max(1, months.length - 1);
    const x = (at) => room.left + (at / last) * (width - room.left - room.right);
    const y = (value) => height - room.bottom - ((value - low) / (high - low)) * (height - room.top - room.bottom);
    for (const at of ticks(low, high, 4)) {
      svg.append(node("line", { x1: room.left, x2: width - room.right, y1: y(at), y2: y(at), stroke: at === 0 && !fromZero ? "#888" : "#E3E3E3" }));
      svg.append(node("text", { x: room.left - 6, y: y(at) + 4, "text-anchor": "end", class: "axis" }, format(at)));
    }
    const every = Math.max(1, Math.ceil(months.length / 12 / (width / 70))) * 12;
    months.forEach((month, at) => {
      if (!month.endsWith("-01") || (Number(month.slice(0, 4)) * 12) % every) return;
      svg.append(node("text", { x: x(at), y: height - 5, "text-anchor": at ? "middle" : "start", class: "axis" }, month.slice(0, 4)));
    });
    for (const mark of marks) {
      svg.append(node("line", { x1: x(mark.at), x2: x(mark.at), y1: room.top, y2: height - room.bottom, stroke: "#6E6E6E", "stroke-dasharray": "2 3" }));
    }
    for (const one of spread) svg.append(node("path", { d: band(one, x, y), fill: one.colour, "fill-opacity": 0.1, stroke: one.colour, "stroke-width": 0.8, "stroke-dasharray": one.dash ?? "none" }));
    for (const one of named) if (one.low) svg.append(node("path", { d: band(one, x, y), fill: one.colour, "fill-opacity": 0.16 }));
    for (const one of named) {
      svg.append(node("path", { d: path(one.values, x, y), fill: "none", stroke: one.colour, "stroke-width": one.width ?? 2, "stroke-dasharray": one.dash ?? "none", "stroke-linejoin": "round" }));
    }
    if (cursor !== null) {
      svg.append(node("line", { x1: x(cursor), x2: x(cursor), y1: room.top, y2: height - room.bottom, stroke: "#1a1a1a" }));
    }
    named.forEach((one, place) => {
      const left = room.left + (place % columns) * ((width - room.left) / columns);
      const top = 10 + Math.floor(place / columns) * 16;
      svg.append(node("line", { x1: left, x2: left + 24, y1: top, y2: top, stroke: one.colour, "stroke-width": one.width ?? 2, "stroke-dasharray": one.dash ?? "none" }));
      const value = cursor === null ? null : one.values[cursor];
      const told = value === null || value === undefined ? "" : `: ${format(value)}`;
      svg.append(node("text", { x: left + 30, y: top + 4 }, one.name + told));
    });
    spread.forEach((one, number) => {
      const place = named.length + number;
      const left = room.left + (place % columns) * ((width - room.left) / columns);
      const top = 10 + Math.floor(place / columns) * 16;
      svg.append(node("rect", { x: left, y: top - 5, width: 24, height: 10, fill: one.colour, "fill-opacity": 0.1, stroke: one.colour, "stroke-width": 0.8, "stroke-dasharray": one.dash ?? "none" }));
      svg.append(node("text", { x: left + 30, y: top + 4 }, one.name));
    });
  });
}

function path(values, x, y) {
  let text = "";
  let pen = "M";
  values.forEach((value, at) => {
    if (value === null) { pen = "M"; return; }
    text += `${pen}${x(at).toFixed(1)},${y(value).toFixed(1)}`;
    pen = "L";
  });
  return text;
}

function band(one, x, y) {
  const there = one.low.map((value, at) => (value === null ? -1 : at)).filter((at) => at >= 0);
  const up = there.map((at) => `${x(at).toFixed(1)},${y(one.high[at]).toFixed(1)}`);
  const down = there.map((at) => `${x(at).toFixed(1)},${y(one.low[at]).toFixed(1)}`).reverse();
  return up.length ? `M${[...up, ...down].join("L")}Z` : "";
}

// Horizontal bars: each row has a label and, by series, a value.
export function bars(box, label, { rows, series, format }) {
  chart(box, label, (svg, width, height) => {
    const left = Math.min(150, width * 0.38);
    const top = series.length > 1 ? 20 : 4;
    const most = Math.max(1e-9, ...rows.flatMap((row) => row.values));
    const deep = (height - top) / rows.length;
    const thick = Math.min(16, (deep - 5) / series.length);
    rows.forEach((row, place) => {
      const middle = top + deep * (place + 0.5);
      svg.append(node("text", { x: left - 8, y: middle + 4, "text-anchor": "end" }, row.label));
      row.values.forEach((value, at) => {
        const long = (Math.sqrt(value) / Math.sqrt(most)) * (width - left - 62);
        const high = middle + (at - series.length / 2) * thick;
        svg.append(node("rect", { x: left, y: high + 1, width: Math.max(0.5, long), height: Math.max(2, thick - 2), fill: series[at].fill, stroke: series[at].colour }));
        svg.append(node("text", { x: left + long + 5, y: high + thick / 2 + 4, class: "axis" }, format(value)));
      });
    });
    if (series.length > 1) key(svg, series, left);
  });
}

function key(svg, series, left) {
  let at = left;
  for (const one of series) {
    svg.append(node("rect", { x: at, y: 3, width: 12, height: 10, fill: one.fill, stroke: one.colour }));
    svg.append(node("text", { x: at + 17, y: 12 }, one.name));
    at += 30 + one.name.length * 7;
  }
}

// Points with intervals on one axis: rows of {label, value, low, high, truth} and, where there is another truth, crime;
// a row of {heading} stands above those that follow.
export function intervals(box, label, { rows, colour, format }) {
  chart(box, label, (svg, width, height) => {
    const there = rows.filter((row) => row.heading || (row.value !== null && row.value !== undefined));
    if (!there.length) return;
    const left = Math.min(10 + 6.6 * Math.max(...there.map((row) => (row.label ?? "").length)), width * 0.55);
    const all = [0, ...there.filter((row) => !row.heading).flatMap((row) => [row.low, row.high, row.truth, row.crime ?? null]).filter((value) => value !== null && Math.abs(value) < 500)];
    const low = Math.min(...all);
    const high = Math.max(...all);
    const x = (value) => left + ((Math.max(low, Math.min(high, value)) - low) / (high - low || 1)) * (width - left - 20);
    for (const at of ticks(low, high, width < 500 ? 3 : 6)) {
      svg.append(node("line", { x1: x(at), x2: x(at), y1: 4, y2: height - 20, stroke: at === 0 ? "#1a1a1a" : "#E3E3E3" }));
      svg.append(node("text", { x: x(at), y: height - 5, "text-anchor": "middle", class: "axis" }, format(at)));
    }
    const deep = (height - 26) / there.length;
    there.forEach((row, place) => {
      const y = 4 + deep * (place + 0.5);
      if (row.heading) { svg.append(node("text", { x: 0, y: y + 4, "font-weight": 600 }, row.heading)); return; }
      svg.append(node("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, row.label));
      if (row.low !== null) svg.append(node("line", { x1: x(row.low), x2: x(row.high), y1: y, y2: y, stroke: colour(row), "stroke-width": 2 }));
      svg.append(node("circle", { cx: x(row.value), cy: y, r: 4, fill: colour(row) }));
      if (row.truth !== null) svg.append(node("path", { d: `M${x(row.truth)},${y - 6}l5,6l-5,6l-5,-6Z`, fill: "none", stroke: "#1a1a1a", "stroke-width": 1.5 }));
      if (row.crime !== null && row.crime !== undefined) svg.append(node("path", { d: `M${x(row.crime) - 4},${y - 4}l8,8m0,-8l-8,8`, fill: "none", stroke: row.crimeColour, "stroke-width": 2 }));
    });
  });
}

// An event study: {horizons, values, half, truth, true_crime}, with the looks of the book and of true crime.
export function study(box, label, { found, colours, format, unit }) {
  chart(box, label, (svg, width, height) => {
    const { horizons, values, half, truth, true_crime: crime } = found;
    const room = { left: 46, right: 12, top: 8, bottom: 36 };
    const ends = values.flatMap((value, place) => [value - (half[place] ?? 0), value + (half[place] ?? 0)]);
    const all = [0, ...ends, ...truth, ...crime].filter((value) => value !== null);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const pad = 0.06 * (high - low || 1);
    const [first, last] = [Math.min(-1, ...horizons) - 0.5, Math.max(0, ...horizons) + 0.5];
    const x = (at) => room.left + ((at - first) / (last - first)) * (width - room.left - room.right);
    const y = (value) => height - room.bottom - ((value - low + pad) / (high - low + 2 * pad)) * (height - room.top - room.bottom);
    for (const at of ticks(low, high, 4)) {
      svg.append(node("line", { x1: room.left, x2: width - room.right, y1: y(at), y2: y(at), stroke: at === 0 ? "#1a1a1a" : "#E3E3E3" }));
      svg.append(node("text", { x: room.left - 6, y: y(at) + 4, "text-anchor": "end", class: "axis" }, format(at)));
    }
    svg.append(node("line", { x1: x(-0.5), x2: x(-0.5), y1: room.top, y2: height - room.bottom, stroke: "#6E6E6E", "stroke-dasharray": "2 3" }));
    for (let at = Math.ceil(first); at <= last; at++) svg.append(node("text", { x: x(at), y: height - 20, "text-anchor": "middle", class: "axis" }, format(at)));
    svg.append(node("text", { x: (room.left + width - room.right) / 2, y: height - 4, "text-anchor": "middle", class: "axis" }, unit));
    svg.append(node("circle", { cx: x(-1), cy: y(0), r: 3.5, fill: "#fff", stroke: "#6E6E6E" }));
    const after = horizons.map((at, place) => place).filter((place) => horizons[place] >= 0);
    for (const [course, colour, dash] of [[truth, "#1a1a1a", "5 3"], [crime, colours.crime, "none"]]) {
      const points = after.filter((place) => course[place] !== null).map((place) => `${x(horizons[place]).toFixed(1)},${y(course[place]).toFixed(1)}`);
      if (points.length > 1) svg.append(node("path", { d: `M${points.join("L")}`, fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }));
      else if (points.length) svg.append(node("path", { d: `M${points[0]}m-8,0h16`, stroke: colour, "stroke-width": 2 }));
    }
    horizons.forEach((at, place) => {
      if (values[place] === null) return;
      if (half[place] !== null) svg.append(node("line", { x1: x(at), x2: x(at), y1: y(values[place] - half[place]), y2: y(values[place] + half[place]), stroke: colours.book, "stroke-width": 1.6 }));
      svg.append(node("rect", { x: x(at) - 3.5, y: y(values[place]) - 3.5, width: 7, height: 7, fill: colours.book }));
    });
  });
}

// Cells of counties or neighbourhoods: squares in a grid or dots on a map, coloured between two ends.
export function map(box, label, { places, values, format, outline = [], unit }) {
  chart(box, label, (svg, width, height) => {
    const there = values.map((value, at) => at).filter((at) => values[at] !== null && places.x[at] !== null);
    const low = Math.min(...there.map((at) => values[at]));
    const high = Math.max(...there.map((at) => values[at]), low + 1e-9);
    const known = places.x.map((x, at) => at).filter((at) => places.x[at] !== null);
    const xs = known.map((at) => places.x[at]);
    const ys = known.map((at) => places.y[at]);
    const left = Math.min(...xs);
    const top = Math.min(...ys);
    const wide = Math.max(...xs) - left + (places.squares ? 1 : 0.05);
    const deep = Math.max(...ys) - top + (places.squares ? 1 : 0.05);
    const size = Math.min(width / wide, (height - 30) / deep);
    const begin = (width - size * wide) / 2;
    for (const at of places.squares ? values.keys() : there) {
      const x = begin + (places.x[at] - left) * size;
      const y = places.squares ? (places.y[at] - top) * size : (top + deep - places.y[at]) * size;
      const look = { fill: values[at] === null ? "#fff" : shade((values[at] - low) / (high - low)), stroke: outline[at] ? "#1a1a1a" : values[at] === null ? "#bbb" : "#fff", "stroke-width": outline[at] ? 1.6 : 0.5 };
      const shape = places.squares
        ? node("rect", { x: x + 1.5, y: y + 1.5, width: size - 3, height: size - 3, ...look })
        : node("circle", { cx: x, cy: y, r: Math.max(1.4, width / 260), ...look, "stroke-width": outline[at] ? 0.6 : 0 });
      shape.append(node("title", {}, `${places.label[at]}: ${values[at] === null ? "too few offences" : format(values[at])}`));
      svg.append(shape);
    }
    scale(svg, width, height, low, high, format, unit);
  });
}

// From light to dark blue, also in grey.
export function shade(share) {
  const ends = [[239, 243, 248], [0, 68, 124]];
  const mixed = ends[0].map((from, at) => Math.round(from + (ends[1][at] - from) * Math.max(0, Math.min(1, share))));
  return `rgb(${mixed.join(",")})`;
}

function scale(svg, width, height, low, high, format, unit) {
  const long = Math.min(120, width / 3);
  for (let part = 0; part < 12; part++) {
    svg.append(node("rect", { x: 50 + (part * long) / 12, y: height - 16, width: long / 12 + 0.5, height: 9, fill: shade(part / 11) }));
  }
  svg.append(node("text", { x: 44, y: height - 8, "text-anchor": "end", class: "axis" }, format(low)));
  svg.append(node("text", { x: 56 + long, y: height - 8, class: "axis" }, `${format(high)}${unit ?? ""}`));
}
