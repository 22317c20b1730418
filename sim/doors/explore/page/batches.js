// Folders of results: watched, stopped, resumed, opened, and several side by side.
import { guarded, json } from "./asking.js";
import { lines } from "./charts.js";
import { fillTable } from "./evaluator.js";
import { smooth, sum, whole } from "./numbers.js";
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
  for (const name of ticked) found.push([name, await json(`/api/batches/${name}/course`)]);
  const boxes = found.map(([name, one]) => {
    const box = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = `${name}: ${one.title}${one.over === undefined ? "" : `${one.over ? `, mean over ${one.over}` : ""}, index crime per 100,000 people and year`}`;
    const chart = document.createElement("div");
    chart.className = "chart tall";
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
    return { box, chart, table, one };
  });
  at("beside").replaceChildren(...boxes.map(({ box }) => box));
  for (const { chart, table, one } of boxes) {
    fillTable(table, one.summary.columns, one.summary.rows);
    if (one.months.length) drawCourse(chart, one);
    else chart.hidden = true;
  }
}

function drawCourse(box, one) {
  const { blue, vermillion, green, purple, orange, black } = catalogue.colours;
  const looks = [blue, vermillion, green, purple, orange, black];
  const series = Object.entries(one.scenarios).slice(0, 6).flatMap(([name, scenario], place) => ["occurred", "recorded"].map((book) => ({
    name: `${name}, ${book === "occurred" ? "true" : "recorded"}`,
    colour: looks[place],
    dash: book === "recorded" ? "6 3" : undefined,
    values: smooth(sum({ months: one.months, crime: scenario.crime }, { family: "index", group: "all" }, book), 6).map((value) => (value === null ? null : (value * 12e5) / scenario.people)),
  })));
  lines(box, `True and recorded crime of ${one.name}`, { months: one.months, series, format: whole });
}
