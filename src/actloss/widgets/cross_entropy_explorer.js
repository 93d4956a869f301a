// A truth y and a prediction p as bars to drag, and what they cost: H(y) + KL(y‖p) = H(y, p).
import { measure, redistribute, resize } from "./distributions.js";
import { draggableBar } from "./draggable_bar.js";
import { keepDrawn, liveRegion, numberLine } from "./figure.js";
import { change, draw, formatNumber, setSize, ticks, write } from "./plot.js";

const CLASSES = [3, 4, 5];
const NAMES = ["A", "B", "C", "D", "E"];
const UNITS = [
  { name: "nats", nats: 1, longest: 4 },
  { name: "bits", nats: Math.log(2), longest: 6 },
];
const KINDS = [
  { trait: "labels", word: "truth", className: "truth" },
  { trait: "probabilities", word: "prediction", className: "prediction" },
];

const LEFT = 40;
const RIGHT = 12;
const TOP = 28;
const STACK_HEIGHT = 34;
const show = (value) => formatNumber(Math.abs(value) < 5e-13 ? 0 : value, 3);

function spoken(numbers, unit) {
  const ruledOut =
    numbers.divergence === Infinity ? " The prediction rules out what can happen." : "";
  return (
    `Entropy of y ${show(numbers.entropy)}, plus KL of y and p ${show(numbers.divergence)}, is cross-entropy ` +
    `${show(numbers.crossEntropy)} ${unit}. KL of p and y ${show(numbers.reverse)}.${ruledOut}`
  );
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "group", class: "actloss-plot actloss-distributions" });
  const frame = draw(svg, "g", { "aria-hidden": "true" });
  const content = draw(svg, "g");
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["H(y) = ", "main"],
    ["KL(y‖p) = ", "bad"],
    ["H(y, p) = ", ""],
    ["KL(p‖y) = ", "ghost"],
  ]);
  const buttons = write(readout, "span", { class: "buttons" });
  const agree = write(buttons, "button", { type: "button" }, "p = y");
  const swap = write(buttons, "button", { type: "button" }, "Swap");
  const reset = write(buttons, "button", { type: "button", class: "reset" }, "Reset");
  const say = liveRegion(el);

  let drawnFrame;
  let parts; // of the figure: bars, handles and numbers by kind and class
  let layout;
  let stack;

  const both = () => KINDS.map(({ trait }) => model.get(trait));
  const unitOf = () => UNITS[model.get("unit_index")];
  const put = (changes) => {
    model.set(changes);
    model.save_changes();
  };

  /** Everything that stays in its place while bars are dragged. */
  function drawFrame(width) {
    const [labels, probabilities] = both();
    const count = Math.min(labels.length, probabilities.length);
    const unit = unitOf();
    const key = `${width} ${count} ${unit.name}`;
    if (key === drawnFrame) return;
    drawnFrame = key;
    const height = width < 480 ? 200 : 230;
    const bottom = TOP + height;
    const slot = (width - LEFT - RIGHT) / count;
    const bar = Math.min(54, 0.42 * slot);
    const middle = (k) => LEFT + (k + 0.5) * slot;
    layout = { width, height, bottom, bar, middle, toY: (value) => bottom - value * height };
    setSize(svg, width, bottom + 84 + STACK_HEIGHT + 26);
    svg.classList.toggle("narrow", bar < 34);
    frame.replaceChildren();
    drawAxes(count);
    stack = drawStackFrame(bottom + 84, unit);
    content.replaceChildren();
    parts = KINDS.map((kind, place) =>
      Array.from({ length: count }, (_, k) =>
        makeBar(kind, k, middle(k) + (place === 0 ? -bar - 1 : 1)),
      ),
    );
  }

  function drawAxes(count) {
    const { width, bottom, middle, toY } = layout;
    const axes = draw(frame, "g", { class: "axes" });
    for (const value of [0, 0.25, 0.5, 0.75, 1]) {
      const y = toY(value);
      const ends = { x1: LEFT, x2: width - RIGHT, y1: y, y2: y };
      draw(axes, "line", { ...ends, class: value === 0 ? "zero" : "grid" });
      draw(axes, "text", { x: LEFT - 8, y, class: "tick-y" }).textContent = String(value);
    }
    const title = draw(axes, "text", { x: LEFT, y: TOP - 10, class: "panel-label" });
    title.textContent = "";
    for (const [text, className] of [
      ["truth y", "truth"],
      [" and ", ""],
      ["prediction p", "prediction"],
    ]) {
      draw(title, "tspan", { class: className }).textContent = text;
    }
    for (let k = 0; k < count; k++) {
      const place = { x: middle(k), y: bottom + 40 };
      draw(axes, "text", { ...place, class: "tick-x class-name" }).textContent = NAMES[k];
    }
  }

  /** The scale below, on which entropy and divergence add up; its two boxes are empty yet. */
  function drawStackFrame(top, unit) {
    const { width } = layout;
    const axes = draw(frame, "g", { class: "axes" });
    const toX = (value) => LEFT + (value / unit.longest) * (width - LEFT - RIGHT);
    draw(axes, "text", { x: LEFT, y: top - 10, class: "panel-label" }).textContent =
      `H(y) + KL(y‖p) = H(y, p), in ${unit.name}`;
    for (const value of ticks([0, unit.longest], Math.max(4, width / 120))) {
      const at = toX(value);
      const ends = { x1: at, x2: at, y1: top, y2: top + STACK_HEIGHT };
      draw(axes, "line", { ...ends, class: value === 0 ? "zero" : "grid" });
      const place = { x: at, y: top + STACK_HEIGHT + 18 };
      draw(axes, "text", { ...place, class: "tick-x" }).textContent = String(value);
    }
    const box = { y: top + 4, height: STACK_HEIGHT - 8 };
    const name = { y: top + STACK_HEIGHT / 2, class: "in-bar" };
    const made = {
      toX,
      entropy: draw(frame, "rect", { ...box, class: "bar truth" }),
      divergence: draw(frame, "rect", { ...box, class: "bar divergence" }),
      entropyName: draw(frame, "text", name),
      divergenceName: draw(frame, "text", name),
    };
    made.entropyName.textContent = "H(y)";
    made.divergenceName.append(document.createTextNode(""));
    return made;
  }

  /** The bar of one class, with the number below it and the handle by which it is set. */
  function makeBar({ trait, word, className }, k, left) {
    const { height, bottom, bar } = layout;
    const place = { x: left, width: bar };
    const column = draw(content, "rect", { ...place, y: TOP, height, class: "column" });
    const body = draw(content, "rect", { ...place, class: `bar ${className}` });
    const number = draw(content, "text", {
      x: left + bar / 2,
      y: bottom + 20,
      class: `tick-x ${className}`,
      "aria-hidden": "true",
    });
    number.append(document.createTextNode(""));
    const handle = draw(content, "circle", {
      cx: left + bar / 2,
      r: 10,
      class: `handle ${className}`,
      tabindex: 0,
      role: "slider",
      "aria-label": `${word} of ${NAMES[k]}`,
      "aria-valuemin": 0,
      "aria-valuemax": 1,
      "aria-orientation": "vertical",
    });
    let start; // what the others keep their proportions from, while one bar is dragged
    draggableBar(column, handle, {
      valueAt: (event) => (bottom - (event.clientY - svg.getBoundingClientRect().top)) / height,
      begin: () => (start = model.get(trait)),
      get: () => model.get(trait)[k],
      set: (value) => put({ [trait]: redistribute(start, k, value) }),
    });
    return { body, number, handle };
  }

  function redraw(width) {
    drawFrame(width);
    const values = both();
    const { toY, bottom } = layout;
    values.forEach((distribution, kind) => {
      parts[kind].forEach(({ body, number, handle }, k) => {
        const value = distribution[k];
        const y = toY(value);
        change(body, "y", y);
        change(body, "height", Math.max(bottom - y, 0));
        change(handle, "cy", y);
        change(handle, "aria-valuenow", Number(value.toFixed(4)));
        change(handle, "aria-valuetext", value.toFixed(2));
        number.firstChild.data = value.toFixed(2);
      });
    });
    const unit = unitOf();
    const found = measure(...values, unit.nats);
    change(svg, "aria-label", "Two distributions over the same classes, and their cross-entropy");
    drawStack(found, unit);
    const { entropy, divergence, crossEntropy, reverse } = found;
    [entropy, divergence, crossEntropy, reverse].forEach(
      (number, i) => (outputs[i].data = show(number)),
    );
    say(spoken(found, unit.name));
  }

  function drawStack({ entropy, divergence }, { longest }) {
    const first = stack.toX(entropy);
    const room = stack.toX(longest);
    const second = Math.min(stack.toX(Math.min(entropy + divergence, longest)), room);
    const beyond = entropy + divergence > longest;
    change(stack.entropy, "x", stack.toX(0));
    change(stack.entropy, "width", Math.max(first - stack.toX(0), 0));
    change(stack.divergence, "x", first);
    change(stack.divergence, "width", Math.max(second - first, 0));
    change(stack.entropyName, "x", (stack.toX(0) + first) / 2);
    change(stack.entropyName, "visibility", first - stack.toX(0) > 40 ? "visible" : "hidden");
    change(stack.divergenceName, "x", (first + second) / 2);
    stack.divergenceName.firstChild.data = beyond ? `KL: ${show(divergence)} →` : "KL";
    change(
      stack.divergenceName,
      "visibility",
      second - first > (beyond ? 90 : 30) ? "visible" : "hidden",
    );
  }

  const traits = ["classes_index", "unit_index", ...KINDS.map(({ trait }) => trait)];
  const start = Object.fromEntries(traits.map((name) => [name, model.get(name)]));
  model.on("change:classes_index", () => {
    const count = CLASSES[model.get("classes_index")];
    const [labels, probabilities] = both();
    if (labels.length === count && probabilities.length === count) return; // Python, or Reset
    put({ labels: resize(labels, count), probabilities: resize(probabilities, count) });
  });
  agree.addEventListener("click", () => put({ probabilities: model.get("labels") }));
  swap.addEventListener("click", () =>
    put({ labels: model.get("probabilities"), probabilities: model.get("labels") }),
  );
  reset.addEventListener("click", () => put(start));
  return keepDrawn({ model, el, traits }, redraw);
}

export default { render };
