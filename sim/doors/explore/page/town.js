// The neighbourhood: a small town of agents, drawn cell by cell as its months arrive.
import { ask, guarded } from "./asking.js";
import { chart, lines, node, shade } from "./charts.js";

const at = (id) => document.getElementById(id);
let catalogue = null;
let town = null;
let timer = null;

export function begin(found) {
  catalogue = found;
  for (const id of ["town-sensitivity", "town-cooperation", "town-counties"]) {
    const show = () => { document.querySelector(`output[for=${id}]`).textContent = at(id).value; };
    at(id).addEventListener("input", show);
    show();
  }
  at("town-run").addEventListener("click", guarded(run));
  at("town-play").addEventListener("click", () => (timer ? pause() : play()));
  at("town-month").addEventListener("input", () => { pause(); draw(); });
}

async function run() {
  pause();
  at("town-run").disabled = true;
  try {
    const asked = { sensitivity: Number(at("town-sensitivity").value), cooperation: Number(at("town-cooperation").value), counties: Number(at("town-counties").value), seed: Number(at("town-seed").value) };
    const answer = await ask("/api/town", asked);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    town = { months: [] };
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const found = (rest + part.value).split("\n");
      rest = found.pop();
      for (const line of found) arrive(JSON.parse(line));
    }
  } finally {
    at("town-run").disabled = false;
  }
}

function arrive(line) {
  if (line.cells) {
    town.cells = line.cells;
    town.names = line.months;
    return;
  }
  town.months.push(line);
  at("town-month").disabled = at("town-play").disabled = false;
  at("town-month").max = String(town.months.length - 1);
  if (town.months.length === 1) { at("town-month").value = "0"; draw(); play(); }
}

function play() {
  if (Number(at("town-month").value) >= town.names.length - 1) at("town-month").value = "0";
  timer = setInterval(() => {
    const next = Number(at("town-month").value) + 1;
    if (next >= town.names.length) { pause(); return; }
    if (next < town.months.length) { at("town-month").value = String(next); draw(); }
  }, 350);
  at("town-play").textContent = "Pause";
}

function pause() {
  clearInterval(timer);
  timer = null;
  at("town-play").textContent = "Play";
}

const total = (values) => values.reduce((a, b) => a + b, 0);

export function draw() {
  if (!town?.months.length) return;
  const number = Number(at("town-month").value);
  const month = town.months[number];
  at("town-month-name").textContent = month.month;
  at("town-told").textContent = `${month.month}: ${total(month.called) + total(month.silent)} incidents, of which somebody reported ${total(month.called)} and nobody ${total(month.silent)}; police recorded ${total(month.recorded)}, made ${total(month.arrests)} arrests; ${total(month.taken)} people were taken into ICE custody.`;
  drawCells(month);
  const series = [
    { name: "incidents", colour: catalogue.colours.blue, values: town.names.map((_, at) => (town.months[at] ? total(town.months[at].called) + total(town.months[at].silent) : null)) },
    { name: "reported", colour: catalogue.colours.grey, dash: "2 2", values: town.names.map((_, at) => (town.months[at] ? total(town.months[at].called) : null)) },
    { name: "recorded", colour: catalogue.colours.vermillion, dash: "6 3", values: town.names.map((_, at) => (town.months[at] ? total(town.months[at].recorded) : null)) },
  ];
  lines(at("town-course"), "Incidents, reported and recorded, by month", { months: town.names, series, format: (value) => String(Math.round(value)), cursor: number });
}

function drawCells(month) {
  const { cells } = town;
  chart(at("town-map"), `The town in ${month.month}: cells by trust, incidents and people taken`, (svg, width, height) => {
    const wide = Math.max(...cells.map((cell) => cell.x)) + 1;
    const deep = Math.max(...cells.map((cell) => cell.y)) + 1;
    const foot = 40;
    const size = Math.min(width / wide, (height - foot) / deep);
    key(svg, deep * size + 16);
    cells.forEach((cell, place) => {
      const x = cell.x * size + 1.5;
      const y = cell.y * size + 1.5;
      const side = size - 3;
      const trust = month.trust[place];
      const box = node("rect", { x, y, width: side, height: side, fill: trust === null ? "#f4f4f4" : shade((1 - trust) * 0.8), stroke: month.program[place] ? "#1a1a1a" : "#bbb", "stroke-width": month.program[place] ? 2 : 1 });
      box.append(node("title", {}, `County ${cell.county}, ${cell.people} people, ${cell.community} of the community; trust ${trust === null ? "\u2013" : trust.toFixed(2)}, police presence ${month.police[place]}, ${month.away[place]} in custody`));
      svg.append(box);
      marks(svg, month, place, x, y, side);
    });
  });
}

// What is drawn in the cells, and how trust shades them.
function key(svg, y) {
  let x = 6;
  for (const [kind, text] of [["called", "reported"], ["silent", "not reported"], ["taken", "taken into custody"]]) {
    mark(svg, kind, x, y);
    svg.append(node("text", { x: x + 9, y: y + 4 }, text));
    x += 26 + 6.4 * text.length;
  }
  svg.append(node("text", { x: 0, y: y + 22 }, "trust: 1"));
  for (let part = 0; part < 8; part++) svg.append(node("rect", { x: 48 + 10 * part, y: y + 12, width: 10, height: 11, fill: shade((part / 7) * 0.8) }));
  svg.append(node("text", { x: 132, y: y + 22 }, "0"));
}

function mark(svg, kind, left, top) {
  if (kind === "taken") svg.append(node("path", { d: `M${left - 4},${top - 4}l8,8m0,-8l-8,8`, stroke: "#1a1a1a", "stroke-width": 2.2 }));
  else svg.append(node("circle", { cx: left, cy: top, r: 4.5, fill: kind === "called" ? "#1a1a1a" : "#fff", stroke: "#1a1a1a", "stroke-width": 1.3 }));
}

function marks(svg, month, place, x, y, side) {
  const columns = Math.max(1, Math.floor(side / 13));
  const kinds = [...Array(month.called[place]).fill("called"), ...Array(month.silent[place]).fill("silent"), ...Array(month.taken[place]).fill("taken")];
  kinds.slice(0, columns * columns).forEach((kind, at) => {
    const left = x + 8 + (at % columns) * 13;
    const top = y + 8 + Math.floor(at / columns) * 13;
    mark(svg, kind, left, top);
  });
}
