// Where everything stands, kept in the address: a copied address opens the same page.
const USUAL = { view: "world", scenario: "", seed: "1", replications: "1", family: "index", group: "all", smooth: "6", map: "hidden", month: "", posterior: "" };

export const state = { ...USUAL, dials: {}, pinned: null };

const written = (value) => (typeof value === "string" ? `'${value}` : String(value));

function read(text) {
  if (text.startsWith("'")) return text.slice(1);
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return Number.isFinite(number) ? number : 0;
}

export function toAddress() {
  const found = new URLSearchParams();
  for (const [key, usual] of Object.entries(USUAL)) if (state[key] !== usual) found.set(key, state[key]);
  for (const [name, value] of Object.entries(state.dials)) found.set(`d.${name}`, written(value));
  if (state.pinned) {
    found.set("pinned", state.pinned.scenario);
    for (const [name, value] of Object.entries(state.pinned.dials)) found.set(`p.${name}`, written(value));
  } else found.set("pinned", "");
  const text = `#${found}`;
  if (text !== location.hash) history.replaceState(null, "", text);
}

export function fromAddress(first) {
  const found = new URLSearchParams(location.hash.slice(1));
  for (const [key, usual] of Object.entries(USUAL)) state[key] = found.get(key) ?? usual;
  state.scenario ||= first;
  state.dials = {};
  const pinned = found.get("pinned") ?? (state.scenario === "baseline" ? "" : "baseline");
  state.pinned = pinned ? { scenario: pinned, dials: {} } : null;
  for (const [key, value] of found) {
    if (key.startsWith("d.")) state.dials[key.slice(2)] = read(value);
    if (key.startsWith("p.") && state.pinned) state.pinned.dials[key.slice(2)] = read(value);
  }
}

export const worldNow = () => ({ scenario: state.scenario, dials: { ...state.dials } });
export const keyOf = (world) => JSON.stringify([world.scenario, Object.entries(world.dials).sort()]);
