// The world view: dials, runs as they arrive, and the charts of both worlds.
import { guarded, json } from "./asking.js";
import { bars, lines, map } from "./charts.js";
import { fromAddress, keyOf, state, toAddress, worldNow } from "./state.js";
import * as found from "./found.js";
import { change, fixed, mean, middle, percent, pooled, quantile, signed, smooth, sum, totals, whole } from "./numbers.js";

const at = (id) => document.getElementById(id);
const runs = new Map(); // by world and seed: courses by replication
const about = new Map();
let catalogue = null;
let going = false;
let playing = null;

export async function begin(given) {
  catalogue = given;
  at("bands-told").replaceChildren(element("span", "", "swatch posterior"), `middle ${100 * catalogue.middle} % of the calibration's posterior `, element("span", "", "swatch"), "range of its prior");
  fromAddress(catalogue.first);
  fill(at("scenario"), catalogue.scenarios.map((one) => [one.name, one.title]));
  fill(at("group"), [["all", "anybody"], ...Object.entries(catalogue.names.groups)]);
  fill(at("replications"), [1, 2, 5, 10, 20, 50].map((count) => [String(count), String(count)]));
  listen();
  await showScenario();
  await refresh();
}

function fill(select, entries) {
  select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
}

async function aboutScenario(name) {
  if (!about.has(name)) about.set(name, await json(`/api/scenarios/${encodeURIComponent(name)}`));
  return about.get(name);
}

function listen() {
  const settle = guarded(refresh);
  at("scenario").addEventListener("change", guarded(async () => {
    state.scenario = at("scenario").value;
    state.dials = {};
    state.month = "";
    await showScenario();
    await refresh();
  }));
  for (const id of ["seed", "replications"]) at(id).addEventListener("change", () => { state[id] = at(id).value || "1"; settle(); });
  for (const id of ["family", "group", "smooth"]) at(id).addEventListener("change", () => { state[id] = at(id).value; draw(); found.show(catalogue); });
  at("posterior").addEventListener("click", () => { state.posterior = state.posterior ? "" : "drawn"; draw(); settle(); });
  at("map-what").addEventListener("change", () => { state.map = at("map-what").value; draw(); });
  at("month").addEventListener("input", () => { state.month = at("month").value; draw(); });
  at("play").addEventListener("click", play);
  at("pin").addEventListener("click", () => { state.pinned = worldNow(); settle(); });
  at("unpin").addEventListener("click", () => { state.pinned = null; settle(); });
  at("reset").addEventListener("click", guarded(async () => { state.dials = {}; await showScenario(); await refresh(); }));
  at("save").addEventListener("click", guarded(save));
  at("batch").addEventListener("click", guarded(startBatch));
  if (window.innerWidth <= 800) at("dials-box").open = at("more-box").open = false;
}

async function showScenario() {
  const facts = await aboutScenario(state.scenario);
  for (const id of ["scenario", "seed", "replications", "family", "group", "smooth"]) at(id).value = state[id];
  at("map-what").value = state.map;
  at("question").textContent = facts.question;
  const months = at("month");
  months.max = String(facts.months - 1);
  const parts = new Map();
  for (const dial of catalogue.dials.filter((one) => fits(one, facts))) {
    if (!parts.has(dial.part)) parts.set(dial.part, []);
    parts.get(dial.part).push(slider(dial, facts));
  }
  parts.get("Programs").unshift(rollout(facts));
  parts.set("Responses", Object.entries(catalogue.switches).map(([name, label]) => toggle(name, label, facts)));
  at("dials").replaceChildren(...[...parts].map(([name, rows]) => {
    const box = document.createElement("fieldset");
    box.append(element("legend", name), ...rows);
    return box;
  }));
}

const fits = (dial, facts) => (dial.name === "people" ? facts.kind === "grid" : dial.name === "scale" ? facts.kind !== "grid" : true);

function element(name, text, kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function slider(dial, facts) {
  const box = element("div", "", "dial");
  const isMonths = dial.name === "not_before";
  const isPeople = dial.name === "people";
  const input = Object.assign(document.createElement("input"), { type: "range", id: `dial-${dial.name}` });
  input.min = isPeople ? Math.log10(dial.low) : dial.low;
  input.max = isPeople ? Math.log10(dial.high) : isMonths ? facts.months - 1 : dial.high;
  input.step = isPeople ? 0.01 : dial.step;
  const told = element("output", "");
  told.htmlFor = input.id;
  const own = Number(facts.standing[dial.name]);
  const value = () => Number(state.dials[dial.name] ?? own);
  const show = () => {
    told.textContent = isMonths ? monthAfter(facts.start, value()) : isPeople ? whole(value()) : dial.name === "shift" ? moved(value()) : value() < 0 ? "as listed" : String(Number(value().toPrecision(4)));
    box.classList.toggle("moved", dial.name in state.dials);
  };
  input.value = isPeople ? Math.log10(value()) : value();
  input.addEventListener("input", () => {
    const given = Number(input.value);
    state.dials[dial.name] = isPeople ? Number((10 ** given).toPrecision(2)) : given;
    show();
    refreshSoon();
  });
  show();
  const row = element("div", "", "row");
  const label = element("label", dial.label);
  label.htmlFor = input.id;
  row.append(label, told);
  const more = document.createElement("details");
  const end = isMonths ? facts.months : dial.high;
  more.append(element("summary", "what, range and source"), element("p", `${dial.meaning}${dial.unit ? ` (${dial.unit})` : ""}. Shown: ${whole(dial.low)} to ${whole(end)}; allowed: ${dial.allowed}. Source: ${dial.source}. ${knownOf(dial)} Parameter: ${dial.path}`));
  box.append(row, input, ...(dial.known ? [track(dial)] : []), more);
  return box;
}

// Below a slider: the range of the prior, and where the middle of the posterior lies.
function track(dial) {
  const share = (value) => 100 * Math.max(0, Math.min(1, (value - dial.low) / (dial.high - dial.low)));
  const box = element("div", "", "track");
  box.setAttribute("aria-hidden", "true");
  for (const [kind, low, high] of [["prior", dial.known.prior_low, dial.known.prior_high], ["posterior", dial.known.low, dial.known.high]]) {
    const made = element("span", "", kind);
    made.style.left = `${share(low)}%`;
    made.style.width = `${Math.max(1, share(high) - share(low))}%`;
    box.append(made);
  }
  return box;
}

function knownOf(dial) {
  if (!dial.known) return "The calibration leaves it as it is.";
  const { prior_low: least, prior_high: most, prior_source: source, low, high } = dial.known;
  const short = (value) => String(Number(value.toPrecision(2)));
  return `Prior of the calibration: ${short(least)} to ${short(most)} (${source}); middle ${100 * catalogue.middle} % of its posterior: ${short(low)} to ${short(high)}.`;
}

const moved = (months) => (months ? `${Math.abs(months)} months ${months < 0 ? "earlier" : "later"}` : "as dated");

function monthAfter(start, count) {
  const number = Number(start.slice(0, 4)) * 12 + Number(start.slice(5, 7)) - 1 + count;
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
}

function rollout(facts) {
  const label = element("label", "Secure Communities ");
  const select = document.createElement("select");
  select.id = "dial-rollout";
  const own = facts.standing.rollout;
  fill(select, [...(own in catalogue.rollouts ? [] : [[own, "as in the scenario"]]), ...Object.entries(catalogue.rollouts)]);
  select.value = state.dials.rollout ?? own;
  select.addEventListener("change", () => {
    if (select.value === own) delete state.dials.rollout;
    else state.dials.rollout = select.value;
    guarded(refresh)();
  });
  label.append(select);
  return label;
}

function toggle(name, text, facts) {
  const label = element("label", "", "check");
  const input = Object.assign(document.createElement("input"), { type: "checkbox", id: `dial-${name}` });
  input.checked = state.dials[name] ?? facts.standing[name];
  input.addEventListener("change", () => {
    if (input.checked === facts.standing[name]) delete state.dials[name];
    else state.dials[name] = input.checked;
    guarded(refresh)();
  });
  label.append(input, element("span", text));
  return label;
}

let waiting = null;
function refreshSoon() {
  found.wait();
  if (waiting === null) waiting = requestAnimationFrame(() => { waiting = null; guarded(refresh)(); });
}

// Ask for what is missing, one run after another: the first of the world shown, then its partner's, then more luck.
async function refresh() {
  toAddress();
  if (going) return;
  if (state.pinned) await aboutScenario(state.pinned.scenario);
  going = true;
  try {
    for (let next = missing(); next; next = missing()) {
      at("working").textContent = next.number !== undefined ? `draw ${next.number + 1}` : next.replication ? `replication ${next.replication + 1}` : "running";
      const begun = performance.now();
      const { world, replication, number = null } = next;
      const ran = await json("/api/run", { ...world, seed: Number(state.seed), replication, draw: number });
      const kept = coursesOf(world, number !== null);
      kept[number ?? replication] = ran.course;
      kept.places = ran.places;
      if (runs.size > 40) runs.delete(runs.keys().next().value);
      draw();
      if (!missing()?.first) found.show(catalogue);
      document.body.dataset.lastRun = (performance.now() - begun).toFixed(0);
    }
    draw();
    found.show(catalogue);
  } finally {
    going = false;
    at("working").textContent = "";
  }
}

function missing() {
  const worlds = [worldNow(), ...(state.pinned ? [partner()] : [])];
  for (let replication = 0; replication < Number(state.replications); replication++) {
    for (const world of worlds) if (!coursesOf(world)[replication]) return { world, replication, first: !replication };
  }
  for (let number = 0; state.posterior && number < catalogue.draws; number++) {
    for (const world of worlds) if (!coursesOf(world, true)[number]) return { world, replication: 0, number };
  }
  return null;
}

// The compared world, at the size of the one shown.
function partner() {
  const sizes = Object.fromEntries(["people", "scale"].filter((name) => name in state.dials).map((name) => [name, state.dials[name]]));
  const isAlike = about.get(state.pinned.scenario)?.kind === about.get(state.scenario)?.kind;
  return { scenario: state.pinned.scenario, dials: { ...state.pinned.dials, ...(isAlike ? sizes : {}) } };
}

const isComparable = (mine, other) => mine.people === other.people && mine.months.length === other.months.length && mine.months[0] === other.months[0];

function coursesOf(world, drawn = false) {
  const key = `${drawn ? "draws " : ""}${state.seed} ${keyOf(world)}`;
  if (!runs.has(key)) runs.set(key, []);
  return runs.get(key);
}

const there = (world) => (world ? coursesOf(world).slice(0, Number(state.replications)).filter(Boolean) : []);

const drawnOf = (world) => (state.posterior && world ? coursesOf(world, true).filter(Boolean) : []);

export function draw() {
  const now = there(worldNow());
  if (!now.length || state.view !== "world") return;
  toAddress();
  const compared = state.pinned ? there(partner()) : [];
  const other = compared.filter((one) => isComparable(now[0], one));
  const draws = { mine: drawnOf(worldNow()), base: other.length ? drawnOf(partner()) : [] };
  at("posterior").setAttribute("aria-pressed", String(Boolean(state.posterior)));
  const months = now[0].months;
  const cursor = Math.min(months.length - 1, state.month === "" ? months.length - 1 : Number(state.month));
  at("month").value = String(cursor);
  at("month").setAttribute("aria-valuetext", months[cursor]);
  at("month-name").textContent = months[cursor];
  at("pinned").textContent = state.pinned ? `${nameOf(state.pinned)}${Object.keys(state.pinned.dials).length ? `: ${told(state.pinned.dials)}` : ""}` : "nothing";
  if (compared.length > other.length) at("pinned").textContent += " \u2013 not shown: it has other months or another number of people";
  drawCrime(now, other, draws, months, cursor);
  drawReporting(now, other, months, cursor);
  drawFunnel(now, other);
  drawMap(now, months, cursor);
  drawFear(now, other, months, cursor);
  drawNumbers(now, other);
}

const nameOf = (world) => catalogue.scenarios.find((one) => one.name === world.scenario)?.title ?? world.scenario;
const told = (dials) => Object.entries(dials).map(([name, value]) => `${name} ${value}`).join(", ");
const chosen = () => ({ family: state.family, group: state.group });

// The bands of draws from the posterior in the two books' looks; fewer than five are no band yet.
function bandsOf(courses, of) {
  const { blue, vermillion } = catalogue.colours;
  if (courses.length < 5) return [];
  const name = (book) => `${book}, middle ${100 * catalogue.middle} % of ${courses.length} draws`;
  return [
    { name: name("true"), colour: blue, ...middle(courses, of("occurred"), catalogue.middle) },
    { name: name("recorded"), colour: vermillion, dash: "6 3", ...middle(courses, of("recorded"), catalogue.middle) },
  ];
}

function drawCrime(now, other, draws, months, cursor) {
  const { blue, vermillion, grey } = catalogue.colours;
  const width = Number(state.smooth);
  const series = [
    { name: "true", colour: blue, ...pooled(now, (one) => smooth(sum(one, chosen(), "occurred"), width), catalogue.t) },
    { name: "recorded", colour: vermillion, dash: "6 3", ...pooled(now, (one) => smooth(sum(one, chosen(), "recorded"), width), catalogue.t) },
  ];
  if (other.length) {
    series.push({ name: "true, compared", colour: grey, width: 1.3, ...pooled(other, (one) => smooth(sum(one, chosen(), "occurred"), width), catalogue.t), low: null, high: null });
    series.push({ name: "recorded, compared", colour: grey, width: 1.3, dash: "6 3", ...pooled(other, (one) => smooth(sum(one, chosen(), "recorded"), width), catalogue.t), low: null, high: null });
  }
  const first = Math.min(...now[0].map.adopted.filter((month) => month >= 0));
  const marks = Number.isFinite(first) ? [{ at: first }] : [];
  at("crime-title").textContent = `Offences a month, ${whole(now[0].people)} people${marks.length ? `; dotted: the first program begins, ${months[first]}` : ""}`;
  lines(at("crime"), `True and recorded crime by month from ${months[0]} to ${months.at(-1)}`, { months, series, format: whole, cursor, marks, bands: bandsOf(draws.mine, (book) => (one) => smooth(sum(one, chosen(), book), width)) });
  at("headline").textContent = headline(now, other, first);
  at("doubt").textContent = doubt(draws, first);
  drawChange(now, other, draws, months, cursor, marks);
}

// Change of both books against the compared world, replication by replication, in % of its mean level.
function drawChange(now, other, draws, months, cursor, marks) {
  const pairs = now.slice(0, Math.min(now.length, other.length)).map((one, place) => ({ mine: one, base: other[place] }));
  at("change-figure").hidden = !pairs.length;
  if (!pairs.length) return;
  const { blue, vermillion } = catalogue.colours;
  const width = Math.max(6, Number(state.smooth));
  const changed = (book) => ({ mine, base }) => {
    const usual = totals(base, chosen(), book) / months.length;
    const [here, there] = [mine, base].map((one) => smooth(sum(one, chosen(), book), width));
    return here.map((value, place) => (value === null || !usual ? null : (100 * (value - there[place])) / usual));
  };
  const course = (book) => pooled(pairs, changed(book), catalogue.t);
  const series = [{ name: "true", colour: blue, ...course("occurred") }, { name: "recorded", colour: vermillion, dash: "6 3", ...course("recorded") }];
  at("change-title").textContent = `Change against ${nameOf(state.pinned)}, % of its mean, smoothed over ${width} months`;
  lines(at("change"), "Change of true and recorded crime against the compared world", { months, series, format: (value) => fixed(value, 1), cursor, marks, fromZero: false, bands: bandsOf(pairsOf(draws), changed) });
}

const pairsOf = ({ mine, base }) => mine.slice(0, Math.min(mine.length, base.length)).map((one, place) => ({ mine: one, base: base[place] }));

// What draws of the posterior say: of the changes where worlds are compared, else of what happened.
function doubt(draws, first) {
  if (!state.posterior) return "";
  const words = `Parameters drawn from the posterior that comes with the program, all in the luck of the first run; dials that were moved stay where they are`;
  const pairs = pairsOf(draws);
  if (pairs.length < 5) return `${words}. Draws arrive.`;
  const from = Number.isFinite(first) ? first : 0;
  const parts = [["true", "occurred"], ["recorded", "recorded"]].map(([name, book]) => {
    const shares = pairs.map(({ mine, base }) => totals(mine, chosen(), book, from) / totals(base, chosen(), book, from) - 1);
    const [low, high] = [(1 - catalogue.middle) / 2, (1 + catalogue.middle) / 2].map((part) => signed(quantile(shares, part)));
    return `${name} crime ${low} to ${high}`;
  });
  return `Over ${pairs.length} draws: ${parts.join(", ")} (middle ${100 * catalogue.middle} %). ${words}.`;
}

function headline(now, other, first) {
  const count = `${now.length} ${now.length === 1 ? "run" : "runs"}`;
  const [mine, reported] = ["occurred", "reported"].map((book) => mean(now.map((one) => totals(one, chosen(), book))));
  if (!other.length) return `${nameOf(worldNow())}: ${whole(mine)} offences happened, ${percent(reported / mine)} of them were reported (${count}).`;
  const from = Number.isFinite(first) ? first : 0;
  const pairs = now.slice(0, Math.min(now.length, other.length));
  const parts = ["occurred", "recorded"].map((book) => change(pairs.map((one, place) => totals(one, chosen(), book, from) / totals(other[place], chosen(), book, from) - 1), catalogue.t));
  return `Against ${nameOf(state.pinned)}, from ${now[0].months[from]} on: true crime ${parts[0]}, recorded crime ${parts[1]} (${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"} of runs${pairs.length < 2 ? "; add replications for an interval" : ""}).`;
}

// A group of people looks the same in every figure and on every page; lines differ in dashes too.
const DASHES = { hispanic: undefined, other_noncitizen: "6 3", other: "9 3 2 3" };
const look = (group) => ({ colour: catalogue.colours.groups[group], dash: DASHES[group] });
const COMPARED = () => ({ colour: catalogue.colours.groups.hispanic, dash: "2 3", width: 1.3 });

function drawReporting(now, other, months, cursor) {
  const { groups } = catalogue.colours;
  const width = Math.max(6, Number(state.smooth));
  const share = (one, group) => {
    const [told, all] = ["reported", "occurred"].map((book) => smooth(sum(one, { family: state.family, group }, book), width));
    return told.map((value, place) => (value === null || !all[place] ? null : (100 * value) / all[place]));
  };
  const series = Object.keys(groups).map((group) => ({ name: catalogue.names.groups[group], ...look(group), ...pooled(now, (one) => share(one, group), catalogue.t) }));
  if (other.length) series.push({ name: "Hispanic, compared", ...COMPARED(), ...pooled(other, (one) => share(one, "hispanic"), catalogue.t), low: null, high: null });
  lines(at("reporting"), "Share of true crime reported, by group of the victim", { months, series, format: (value) => `${fixed(value, 0)} %`, cursor, fromZero: false });
}

function drawFunnel(now, other) {
  const { program } = catalogue.colours;
  const stages = Object.entries(catalogue.names.stages);
  const total = (courses, stage) => mean(courses.map((one) => one.funnel[stage].reduce((a, b) => a + b, 0)));
  const rows = stages.map(([, label], stage) => ({ label, values: [total(now, stage), ...(other.length ? [total(other, stage)] : [])] }));
  const series = [{ name: "this world", fill: program, colour: program }, ...(other.length ? [{ name: "compared", fill: "#fff", colour: "#6E6E6E" }] : [])];
  at("funnel-title").textContent = "Noncitizens at each step of enforcement, all months (bars: square roots)";
  bars(at("funnel"), "Noncitizens at each step of enforcement", { rows, series, format: (value) => (value < 10 ? fixed(value, value % 1 ? 1 : 0) : whole(value)) });
}

function drawMap(now, months, cursor) {
  const places = coursesOf(worldNow()).places;
  at("map").parentElement.hidden = !places;
  if (!places) return;
  const step = now[0].map.step;
  const last = now[0].map.occurred[0].length - 1;
  const here = Math.min(last, Math.floor(cursor / step));
  const from = Math.max(0, here - Math.max(0, Math.ceil(12 / step) - 1));
  const over = (rows, county) => rows[county].slice(from, here + 1).reduce((a, b) => a + b, 0);
  const span = Math.min(months.length, (here + 1) * step) - from * step;
  const values = places.agents.map((people, county) => {
    const [all, seen] = ["occurred", "recorded"].map((book) => mean(now.map((one) => over(one.map[book], county))));
    if (state.map === "hidden") return all >= 20 ? 100 * (1 - seen / all) : null;
    return (1000 * 12 * (state.map === "occurred" ? all : seen)) / people / span;
  });
  at("map-title").textContent = `Counties, ${months[from * step]} to ${months[Math.min(months.length - 1, (here + 1) * step - 1)]} (framed: under a program)`;
  const outline = now[0].map.adopted.map((month) => month >= 0 && month <= cursor);
  const isShare = state.map === "hidden";
  map(at("map"), "Counties by index crime", { places, values, outline, format: (value) => fixed(value, isShare ? 0 : 1), unit: isShare ? " %" : "" });
}

function drawFear(now, other, months, cursor) {
  const series = catalogue.names.community.map((group, place) => ({ name: catalogue.names.groups[group], ...look(group), ...pooled(now, (one) => one.fear[place], catalogue.t) }));
  if (other.length) series.push({ name: "Hispanic, compared", ...COMPARED(), ...pooled(other, (one) => one.fear[0], catalogue.t), low: null, high: null });
  lines(at("fear"), "Mean county fear by group", { months, series, format: (value) => fixed(value, 2), cursor });
}

function drawNumbers(now, other) {
  const both = [["this world", now], ...(other.length ? [["compared", other]] : [])];
  const row = (cells, kind) => { const made = document.createElement("tr"); made.append(...cells.map((text, place) => { const cell = element(place ? kind : "th", text); if (!place || kind === "th") cell.scope = place ? "col" : kind === "th" ? "col" : "row"; return cell; })); return made; };
  at("numbers").tHead.replaceChildren(row(["Count", ...both.map(([name]) => name)], "th"));
  const count = (courses, what, book) => spread(courses.map((one) => totals(one, what, book)));
  const rows = [];
  for (const [book, label] of Object.entries(catalogue.names.books)) rows.push([`${label}, chosen crime`, ...both.map(([, courses]) => count(courses, chosen(), book))]);
  for (const [group, label] of Object.entries(catalogue.names.groups)) rows.push([`True, against ${label}`, ...both.map(([, courses]) => count(courses, { family: state.family, group }, "occurred"))]);
  Object.entries(catalogue.names.stages).forEach(([, label], stage) => rows.push([label, ...both.map(([, courses]) => spread(courses.map((one) => one.funnel[stage].reduce((a, b) => a + b, 0))))]));
  at("numbers").tBodies[0].replaceChildren(...rows.map((cells) => row(cells, "td")));
}

function spread(values) {
  const middle = mean(values);
  if (values.length < 2) return whole(middle);
  const error = catalogue.t[values.length] * Math.sqrt(values.reduce((all, value) => all + (value - middle) ** 2, 0) / (values.length - 1) / values.length);
  return `${whole(middle)} (${whole(middle - error)} to ${whole(middle + error)})`;
}

function play() {
  if (playing) {
    clearInterval(playing);
    playing = null;
  } else {
    const end = Number(at("month").max);
    if (Number(at("month").value) >= end) state.month = "0";
    playing = setInterval(() => {
      const next = Number(at("month").value) + 1;
      state.month = String(Math.min(next, end));
      draw();
      if (next >= end) play();
    }, 120);
  }
  at("play").setAttribute("aria-pressed", String(playing !== null));
  at("play").textContent = playing ? "Pause" : "Play the months";
}

async function save() {
  const kept = await json("/api/scenarios", { ...worldNow(), name: at("name").value.trim() });
  at("kept").textContent = `Saved as ${kept.file}`;
  const all = await json("/api/catalogue");
  catalogue.scenarios = all.scenarios;
  fill(at("scenario"), catalogue.scenarios.map((one) => [one.name, one.title]));
  at("scenario").value = state.scenario;
}

async function startBatch() {
  if (!state.pinned) throw new Error("A batch compares two worlds: pin one first, then turn a dial.");
  const worlds = { compared: state.pinned, this_world: worldNow() };
  const asked = { name: at("name").value.trim(), worlds, replications: Number(at("batch-replications").value), seed: Number(state.seed) };
  const begun = await json("/api/batches", asked);
  at("kept").textContent = `${begun.name} is at work: see Batches`;
}
