// The page as a whole: what there is, which view shows, and the address that holds it.
import { guarded, json } from "./asking.js";
import * as batches from "./batches.js";
import * as evaluator from "./evaluator.js";
import { state, toAddress } from "./state.js";
import * as town from "./town.js";
import * as world from "./world.js";

const VIEWS = ["world", "evaluator", "batches", "town"];

function show(view) {
  state.view = VIEWS.includes(view) ? view : "world";
  for (const name of VIEWS) document.getElementById(name).hidden = name !== state.view;
  for (const link of document.querySelectorAll("#tabs a")) {
    if (link.dataset.view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  toAddress();
  ({ world: world.draw, evaluator: () => {}, batches: batches.show, town: town.draw })[state.view]();
}

for (const link of document.querySelectorAll("#tabs a")) {
  link.addEventListener("click", (event) => { event.preventDefault(); show(link.dataset.view); });
}

guarded(async () => {
  const catalogue = await json("/api/catalogue");
  evaluator.begin(catalogue);
  batches.begin(catalogue);
  town.begin(catalogue);
  const asked = new URLSearchParams(location.hash.slice(1)).get("view");
  const ready = world.begin(catalogue);
  show(asked ?? "world");
  await ready;
  document.body.dataset.ready = "true";
})();
