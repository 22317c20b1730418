// Folders of results: watched, stopped, resumed, opened, and several side by side.
import { guarded, json } from "./asking.js";
import { lines } from "./charts.js";
import { fillTable } from "./evaluator.js";
import { fixed, smooth, sum, whole } from "./numbers.js";
import { state } from "./state.js";

const at = (id) => document.getElementById(id);
const ticked = new Set();
let catalogue = null;
let timer = null;

export function begin(found) {
  catalogue = found;
}

export const show = guarded(async () => {
  clearTimeout(timer);
  const folders = await json("/api/batches");
  at("folders-none").textContent = folders.length ? "" : "Nothing there yet: start a batch in World.";
  fillTable(at("folders"), ["Side by side", "Folder", "What", "Runs done", "Report", "Runner"], folders.map(row));
  at("folders").className = "words";
  await besides();
  if (state.view === "batches" && folders.some((one) => one.at_work)) timer = setTimeout(show, 1500);
});

function row(one) {
  const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: ticked.has(one.name) });
  tick.setAttribute("aria-label", `Show ${one.name}`);
  tick.addEventListener("change", () => {
    if (tick.checked) ticked.add(one.name);
    else ticked.delete(one.name);
    guarded(besides)();
  });
  const report = document.createElement(one.report ? "a" : "span");
  report.textContent = one.report ? "Report" : "";
  if (one.report) Object.assign(report, { href: `/results/${one.name}/report.html`, target: "_blank", rel: "noopener" });
  const done = one.complete ? whole(one.runs) : `${whole(one.done)} of ${whole(one.runs)}${one.at_work ? ", at work" : ""}`;
  return [tick, one.name, `${one.kind}: ${one.title}`, done, report, action(one)];
}

function action(one) {
  if (one.complete || one.at_work === undefined) return "";
  const verb = one.at_work ? "stop" : "resume";
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.at_work ? "Stop" : "Resume" });
  button.setAttribute("aria-label", `${button.textContent} ${one.name}`);
  button.addEventListener("click", guarded(async () => {
    button.disabled = true;
    try {
      await json(`/api/batches/${one.name}/${verb}`, {});
    } finally {
      await show();
    }
  }));
  return button;
}

async function besides() {
  const found = [];
  at("reading").textContent = ticked.size ? "reading what was ticked" : "";
  try {
    for (const name of ticked) found.push([name, await json(`/api/batches/${name}/course`)]);
  } finally {
    at("reading").textContent = "";
  }
  const panels = new Map(found.map(([name, one]) => [name, panelsOf(one)]));
  const ends = { changes: [], levels: [] };
  for (const own of panels.values()) for (const it of own) ends[it.kind].push(...it.series.flatMap((one) => one.values).filter((value) => value !== null));
  const boxes = found.map(([name, one]) => {
    const box = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const what = one.references && Object.keys(one.references).length ? `change of index crime against ${referencesOf(one)}, %` : "index crime per 100,000 people and year";
    caption.textContent = `${name}: ${one.title}${one.over === undefined ? "" : `${one.over ? `, mean over ${one.over}` : ""}; ${what}`}`;
    const chart = document.createElement("div");
    chart.className = "panels";
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    const table = document.createElement("table");
    table.append(document.createElement("thead"), document.createElement("tbody"));
    scroll.append(table);
    const more = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "Summary";
    more.append(summary, scroll);
    box.append(caption, chart, more);
    return { box, chart, table, one, name };
  });
  at("beside").replaceChildren(...boxes.map(({ box }) => box));
  for (const { chart, table, one, name } of boxes) {
    fillTable(table, one.summary.columns, one.summary.rows);
    for (const it of panels.get(name)) drawPanel(chart, one, it, ends[it.kind]);
  }
}

const BOOKS = ["occurred", "recorded"];
const MOST_PANELS = 6;

function referencesOf(one) {
  const names = [...new Set(Object.values(one.references))];
  return names.length === 1 ? one.scenarios[names[0]].title : "itself without the program";
}

// A panel for each scenario that is compared with another, in percent of it; or for each scenario, its level.
function panelsOf(one) {
  const { blue, vermillion } = catalogue.colours;
  const of = (name, book) => smooth(sum({ months: one.months, crime: one.scenarios[name].crime }, { family: "index", group: "all" }, book), 6);
  const series = (values) => BOOKS.map((book) => ({ name: book === "occurred" ? "true" : "recorded", colour: book === "occurred" ? blue : vermillion, dash: book === "recorded" ? "6 3" : undefined, values: values(book) }));
  const changes = Object.entries(one.references ?? {}).map(([name, reference]) => ({ kind: "changes", title: one.scenarios[name].title, series: series((book) => against(of(name, book), of(reference, book))) }));
  const levels = Object.entries(one.scenarios).map(([name, it]) => ({ kind: "levels", title: it.title, series: series((book) => of(name, book).map((value) => (value === null ? null : (value * 12e5) / it.people))) }));
  return (changes.length ? changes : levels).slice(0, MOST_PANELS);
}

function against(mine, base) {
  const there = base.filter((value) => value !== null);
  const level = there.reduce((a, b) => a + b, 0) / there.length;
  return mine.map((value, at) => (value === null || !level ? null : (100 * (value - base[at])) / level));
}

// Draw a panel; all of one kind, of whichever folder, have one scale.
function drawPanel(box, one, it, ends) {
  const title = document.createElement("h3");
  title.textContent = it.title;
  const drawn = document.createElement("div");
  drawn.className = "chart low";
  const panel = document.createElement("div");
  panel.append(title, drawn);
  box.append(panel);
  const isChange = it.kind === "changes";
  lines(drawn, `True and recorded crime, ${it.title}`, { months: one.months, series: it.series, format: isChange ? (value) => fixed(value, 1) : whole, fromZero: !isChange, ends: ends.length ? [...ends, 0] : [0, 1] });
}
