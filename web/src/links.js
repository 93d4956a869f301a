// Reads the state of a live figure from its controls, for a link, and gives it back to them.
//
// A control is known by what stands before it: "α" is alpha, "learning rate" is learning-rate, and a
// second α is alpha-2. A drawing may add what no control holds, such as a point or a bar to be
// dragged: its trait `link_numbers` gives the ends of each number, { x: [-5, 5] }, and the step if
// only some numbers between them will do; `link_distributions` names lists of probabilities.
import { writeFragment } from "./fragment.js";

// In words, so that an address stays readable.
const WORDS = {
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "epsilon",
  ζ: "zeta",
  η: "eta",
  θ: "theta",
  κ: "kappa",
  λ: "lambda",
  μ: "mu",
  ν: "nu",
  ξ: "xi",
  π: "pi",
  ρ: "rho",
  σ: "sigma",
  τ: "tau",
  φ: "phi",
  χ: "chi",
  ψ: "psi",
  ω: "omega",
  "×": "x",
};
const NUMBER = /^-?\d{1,15}(\.\d{1,20})?(e[+-]?\d{1,3})?$/i;

/** "α" → alpha, "learning rate" → learning-rate, "GELU, tanh approximation" → gelu-tanh-approximation, "−0.5" → -0.5. */
export function plainName(text) {
  const number = text.trim().replace("−", "-");
  if (NUMBER.test(number)) return number;
  const letters = [...text.normalize("NFKD").toLowerCase()]
    .map((letter) => WORDS[letter] ?? letter)
    .join("");
  return letters
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}

function numberIn(text, [low, high, step]) {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  const fits = low <= number && number <= high && !(step && (number - low) % step);
  return fits ? number : undefined;
}

/** "0.2_0.8" → [0.2, 0.8], if these are `count` probabilities. */
function distributionIn(text, count) {
  const numbers = text.split("_").map((part) => numberIn(part, [0, 1]));
  if (numbers.length !== count || numbers.includes(undefined)) return undefined;
  const total = numbers.reduce((sum, number) => sum + number, 0);
  return Math.abs(total - 1) < 1e-6 ? numbers : undefined;
}

function endsOf(model) {
  const ends = [model.get("min"), model.get("max")];
  return model.get("base") === undefined ? ends : ends.map((end) => model.get("base") ** end);
}

const KINDS = [
  {
    // menus, and buttons of which one is pressed
    fits: (model) =>
      Array.isArray(model.get("_options_labels")) && Number.isInteger(model.get("index")),
    isChoice: true,
    trait: "index",
    read: (model) => plainName(model.get("_options_labels")[model.get("index")]),
    parse: (text, model) => {
      const index = model.get("_options_labels").map(plainName).indexOf(text);
      return index < 0 ? undefined : index;
    },
  },
  {
    // boxes to tick, and buttons that stay down
    fits: (model) => typeof model.get("value") === "boolean",
    isChoice: true,
    trait: "value",
    read: (model) => (model.get("value") ? "yes" : "no"),
    parse: (text) => (["yes", "no"].includes(text) ? text === "yes" : undefined),
  },
  {
    fits: (model) =>
      /Slider|Bounded/.test(model.get("_model_name")) && typeof model.get("value") === "number",
    trait: "value",
    read: (model) => print(model.get("value")),
    parse: (text, model) => {
      const number = numberIn(text, endsOf(model));
      return /Int/.test(model.get("_model_name")) && !Number.isInteger(number) ? undefined : number;
    },
  },
];

function print(number) {
  return String(Number(number.toPrecision(12)));
}

const isShown = (model) => model.get("layout")?.get("display") !== "none";

/** The models that a figure consists of, in their order, with whether each can be seen. */
function* partsOf(model, shown = true) {
  const visible = shown && isShown(model);
  yield { model, visible };
  for (const child of model.get("children") ?? []) yield* partsOf(child, visible);
}

/** Everything in a figure that a link can hold. */
function controlsOf(figure) {
  const controls = [];
  const taken = new Map([["figure", 1]]); // which names the figure itself
  const add = (description, control) => {
    const name = plainName(description ?? "");
    if (!name) return;
    const number = (taken.get(name) ?? 0) + 1;
    taken.set(name, number);
    controls.push({ ...control, name: number > 1 ? `${name}-${number}` : name });
  };
  for (const { model, visible } of partsOf(figure)) {
    const kind = KINDS.find(({ fits }) => fits(model));
    if (kind && !("question" in model.attributes))
      add(model.get("description"), { ...kind, model, visible });
    for (const [trait, ends] of Object.entries(model.get("link_numbers") ?? {})) {
      add(trait, {
        model,
        visible,
        trait,
        read: () => print(model.get(trait)),
        parse: (text) => numberIn(text, ends),
      });
    }
    for (const trait of model.get("link_distributions") ?? []) {
      add(trait, {
        model,
        visible,
        trait,
        read: () => model.get(trait).map(print).join("_"),
        parse: (text) => distributionIn(text, model.get(trait).length),
      });
    }
  }
  return controls;
}

/** [name, value] of every control that can be seen. */
function stateOf(figure) {
  return controlsOf(figure)
    .filter(({ visible }) => visible)
    .map(({ name, model, read }) => [name, read(model)]);
}

/**
 * Give `figure` the state that a link asks for. What is unknown or out of range in it is left out. Choices come
 * first: they decide which sliders there are, and where these end.
 */
function restore(figure, wanted) {
  for (const choices of [true, false]) {
    for (const { name, model, visible, trait, parse, isChoice = false } of controlsOf(figure)) {
      if (isChoice !== choices || !visible || !wanted.has(name)) continue;
      const value = parse(wanted.get(name), model);
      if (value === undefined) continue;
      unlock(figure);
      model.set(trait, value);
      model.save_changes();
    }
  }
}

/** A question to answer first gives way to what the link is to show. */
function unlock(figure) {
  for (const { model } of partsOf(figure)) {
    if (!("question" in model.attributes) || !model.get("locked")) continue;
    model.set("locked", false);
    model.save_changes();
  }
}

/** Buttons below the figure that hand it on as it stands: a link, a picture, code for another page. */
function addButtons(parent, name, stateFragment) {
  const row = document.createElement("div");
  row.className = "figure-link";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const add = (text, spoken, act) => {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      textContent: text,
    });
    button.setAttribute("aria-label", spoken);
    button.addEventListener("click", async () => {
      said.textContent = "";
      said.textContent = await act().catch((error) => `That did not work: ${error.message}`);
    });
    row.append(button);
  };
  add("Copy link", "Copy link to this figure as it stands", async () => {
    const link = location.href.split("#")[0] + stateFragment();
    if (await copied(link)) return "Copied: it leads back to the figure as it stands now.";
    history.replaceState(null, "", link);
    return "The address bar now holds the link.";
  });
  // What few readers ask for comes when they do.
  const share = () => import("./share.js");
  add("Save SVG", "Save SVG of this figure as it stands", async () => {
    (await share()).saveSvg(parent, name);
    return "The picture is among your downloads.";
  });
  add("Save PNG", "Save PNG of this figure as it stands", async () => {
    await (await share()).savePng(parent, name);
    return "The picture is among your downloads.";
  });
  add("Copy embed", "Copy embed code for this figure as it stands", async () => {
    const code = (await share()).embedding(parent, name, stateFragment());
    if (await copied(code)) return "Copied: code that shows this figure in a page of yours.";
    return code;
  });
  row.append(said);
  parent.append(row);
}

/** Whether the browser let `text` onto the clipboard. */
const copied = (text) =>
  navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  ) ?? false;

/** Let `figure`, drawn in `element` and called `name`, be linked to; returns how to give it a state. */
export function makeLinkable(figure, name, element) {
  if (controlsOf(figure).length)
    addButtons(element, name, () => writeFragment(name, stateOf(figure)));
  return (wanted) => restore(figure, wanted);
}
