// What an evaluator would find in the world that the dials describe.
import { guarded, json } from "./asking.js";
import { intervals } from "./charts.js";
import { fixed } from "./numbers.js";
import { state, worldNow } from "./state.js";

const at = (id) => document.getElementById(id);

export function begin(catalogue) {
  at("evaluate").addEventListener("click", guarded(() => evaluate(catalogue)));
}

async function evaluate(catalogue) {
  at("evaluate").disabled = true;
  at("evaluating").textContent = `running ${state.scenario} with and without the program and estimating; some seconds`;
  try {
    show(await json("/api/evaluate", { ...worldNow(), seed: Number(state.seed) }), catalogue);
  } finally {
    at("evaluate").disabled = false;
    at("evaluating").textContent = "";
  }
}

function show(found, catalogue) {
  at("found").textContent = [found.headline, ...found.warnings].join(" ");
  const whom = found.answers.some((one) => one.group === "hispanic" && one.estimate !== undefined) ? "hispanic" : "all";
  const books = { recorded: "recorded", occurred: "true" };
  const titles = { recorded: "On what police recorded", occurred: "On all crime that happened" };
  const shown = found.answers.filter((one) => one.group === whom && one.estimate !== undefined);
  const rows = Object.keys(books).flatMap((book) => {
    const own = shown.filter((one) => one.book === book);
    return own.length ? [{ heading: titles[book] }, ...own.map((one) => ({ label: one.name, value: one.estimate, low: one.low, high: one.high, truth: one.true, book }))] : [];
  });
  at("estimates-title").textContent = `Estimated effect on crime against ${whom === "all" ? "everybody" : "Hispanic people"}, % with 95 % intervals; diamonds: the effect that is really there`;
  intervals(at("estimates"), "Estimates and true effects", { rows, colour: (row) => (row.book === "recorded" ? catalogue.colours.vermillion : catalogue.colours.blue), format: (value) => fixed(value, 0) });
  const number = (value) => (value === undefined || value === null ? "\u2013" : fixed(value, 1));
  const interval = (one) => (one.low === undefined || one.low === null ? "" : ` (${number(one.low)}\u00a0to\u00a0${number(one.high)})`);
  let above = "";
  fillTable(at("answers"), ["Estimator", "Estimate, % (95 % interval)", "True effect, %"], found.answers.flatMap((one) => {
    const section = `${books[one.book] === "true" ? "True" : "Recorded"} crime against ${one.group === "all" ? "everybody" : "Hispanic people"}`;
    const row = [one.name, `${number(one.estimate)}${interval(one)}`, number(one.true)];
    if (section === above) return [row];
    above = section;
    return [{ section }, row];
  }));
  at("evaluate-command").textContent = "One pair of runs, by year. With more replications and its report: save this world as a scenario, then darkfigure estimate scenarios/NAME.yaml";
}

export function fillTable(table, heads, rows) {
  const cell = (text, kind) => {
    const made = document.createElement(kind);
    if (text instanceof Node) made.append(text);
    else made.textContent = text;
    return made;
  };
  const line = (cells, kind) => {
    const made = document.createElement("tr");
    made.append(...cells.map((text) => cell(text, kind)));
    return made;
  };
  const section = (text) => {
    const made = document.createElement("tr");
    made.className = "section";
    made.append(Object.assign(document.createElement("th"), { colSpan: heads.length, scope: "rowgroup", textContent: text }));
    return made;
  };
  table.tHead.replaceChildren(line(heads, "th"));
  table.tBodies[0].replaceChildren(...rows.map((cells) => (cells.section ? section(cells.section) : line(cells, "td"))));
}
