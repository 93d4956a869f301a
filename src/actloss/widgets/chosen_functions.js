// The functions that a reader has chosen: their sliders, their values and their slopes.
import { toFloat16 } from "./float16.js";
import { FUNCTIONS } from "./functions.js";

export const PARAMETERS = ["alpha", "beta", "cap"];

/** The function drawn, and the ghost (undefined where there is none). */
export function drawn(model) {
  const [main, ghost] = [model.get("function_index"), model.get("compare_index") - 1];
  return [main, ghost].map((index) => FUNCTIONS[model.get("names")[index]]);
}

export function argumentsOf(model, { parameters }) {
  return Object.keys(parameters).map((name) => model.get(name));
}

export function ownerOf(model, parameter) {
  return drawn(model).find((one) => one && parameter in one.parameters);
}

/**
 * Show the sliders that mean something; one whose function is new starts at its default.
 * Python does the same in activation_explorer.py.
 */
export function fitSliders(model, owners) {
  for (const name of PARAMETERS) {
    const owner = ownerOf(model, name);
    if (owner === owners[name]) continue;
    owners[name] = owner;
    model.set(`${name}_display`, owner ? "flex" : "none");
    if (!owner) continue;
    const [min, max, start, step] = owner.parameters[name];
    model.set(`${name}_min`, min);
    model.set(`${name}_max`, max);
    model.set(`${name}_step`, step);
    model.set(name, start);
  }
  model.save_changes();
}

/** Value and slope of `one` as the figure shows them: rounded to float16 where the reader asked for it. */
export function shownOf(model, one) {
  const args = argumentsOf(model, one);
  const [value, slope] = [one.value, one.slope].map((f) => (x) => f(x, ...args));
  if (!model.get("float16")) return { value, slope };
  const rounded = (f) => (x) => toFloat16(f(toFloat16(x)));
  return { value: rounded(value), slope: rounded(slope), exact: { value, slope } };
}
