// What an evaluator would find in the world that is shown: asked for when the dials have come to rest.
import { json } from "./asking.js";
import { intervals, study } from "./charts.js";
import { fixed } from "./numbers.js";
import { keyOf, state, worldNow } from "./state.js";

const at = (id) => document.getElementById(id);
const CRIMES = { index: "index crime", violent: "violent crime", property: "property crime" };
const REST = 500; // milliseconds without a change
const answers = new Map();
let resting = null;
let next = ""; // what is asked when the time is up
let asking = false;

function question() {
  const crime = state.family in CRIMES ? state.family : "index";
  return { ...worldNow(), seed: Number(state.seed), crime, group: state.group === "organization" ? "all" : state.group };
}

const keyFor = (asked) => `${asked.seed} ${asked.crime} ${asked.group} ${keyOf(asked)}`;

// Show what is known; ask for the rest when nothing has changed for a moment.
export function show(catalogue) {
  const asked = question();
  const key = keyFor(asked);
  if (answers.has(key)) { draw(answers.get(key), asked, catalogue); return; }
  if (asking || next === key) return;
  clearTimeout(resting);
  next = key;
  at("found-box").setAttribute("aria-busy", "true");
  resting = setTimeout(() => ask(asked, key, catalogue), REST);
}

// A dial is being turned: its run goes first.
export function wait() {
  if (asking) return;
  clearTimeout(resting);
  next = "";
}

async function ask(asked, key, catalogue) {
  asking = true;
  try {
    answers.set(key, await json("/api/found", asked));
    if (answers.size > 60) answers.delete(answers.keys().next().value);
  } catch (error) {
    answers.set(key, { sentence: error.message, rows: [], study: null, warnings: [] });
  } finally {
    asking = false;
    next = "";
  }
  show(catalogue);
}

function draw(found, asked, catalogue) {
  const { blue, vermillion } = catalogue.colours;
  at("found-box").removeAttribute("aria-busy");
  at("found-told").textContent = found.sentence;
  at("found-charts").hidden = at("found-key").hidden = !found.rows.length;
  if (!found.rows.length) return;
  const whom = asked.group === "all" ? "anybody" : catalogue.names.groups[asked.group];
  const rows = found.rows.map((one) => ({ label: one.name, value: one.estimate, low: one.low, high: one.high, truth: one.true_recorded, crime: one.true_crime, crimeColour: blue }));
  at("found-rows-title").textContent = `Change of recorded ${CRIMES[asked.crime]} against ${whom}, %`;
  const told = found.rows.map((one) => `${one.name} ${number(one.estimate)} %, standard error ${number(one.error)}, truly ${number(one.true_recorded)} %`);
  intervals(at("found-rows"), `Estimates: ${told.join("; ")}`, { rows, colour: () => vermillion, format: (value) => fixed(value, 0) });
  const first = found.study;
  at("found-study").parentElement.hidden = !first;
  at("found-study-title").textContent = "The same by years since the program began, %";
  if (first) study(at("found-study"), `Event study: ${first.horizons.map((when, place) => `${number(when, 0)}: ${number(first.values[place])} %`).join(", ")}`, { found: first, colours: { book: vermillion, crime: blue }, format: (value) => fixed(value, 0), unit: "years since the program began in the county" });
  at("found-key").textContent = `Points: estimates from the recorded book of the first run, by year and county, with 95 % intervals by state. Black (diamonds, dashed): what the program truly did to recorded crime, by the same weights; blue (crosses, line): to crime that happened. ${found.warnings.join(" ")}`;
}

const number = (value, digits = 1) => (value === null ? "\u2013" : fixed(value, digits));
