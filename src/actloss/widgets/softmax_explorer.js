// Softmax of a few logits: what goes into exp, what comes out, the probabilities and the gradient.
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { change, draw, formatNumber, setSize, write } from "./plot.js";
import { VISIBLE, explain, full, shortNumber, softmaxSteps } from "./softmax.js";

const PRECISIONS = ["float16", "float32", "float64"];
const [LEFT, RIGHT] = [40, 12];

const show = (value) => formatNumber(value, 3);

function settingsOf(model) {
  return {
    temperature: model.get("temperature"),
    shift: model.get("shift"),
    trueClass: model.get("true_class"),
    stable: model.get("formula_index") === 0,
    precision: PRECISIONS[model.get("precision_index")],
  };
}

function spoken(steps, note) {
  const parts = steps.p.map((p, i) => `class ${i}: ${show(p)}`);
  return `Probabilities: ${parts.join(", ")}. Cross-entropy ${show(steps.crossEntropy)}, entropy ${show(steps.entropy)}. ${note}`;
}

function render({ model, el }) {
  const count = model.get("classes");
  const logitNames = Array.from({ length: count }, (_, i) => `logit_${i}`);
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "img", class: "actloss-plot actloss-bars" });
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["cross-entropy = ", "slope"],
    ["entropy = ", ""],
    ["Σ p = ", "main"],
  ]);
  const traits = [
    ...logitNames,
    "temperature",
    "shift",
    "true_class",
    "formula_index",
    "precision_index",
  ];
  resetButton(readout, model, traits);
  const noteLine = write(el, "p", { class: "actloss-note" }, " ");
  const say = liveRegion(el);

  let columns, headers, place, drawnWidth;

  /** Everything that a step does not change, and the marks that each step moves. */
  function drawFrame(width) {
    if (width === drawnWidth) return;
    drawnWidth = width;
    const [upper, lower] = width < 480 ? [130, 80] : [170, 100];
    const step = (width - LEFT - RIGHT) / count;
    const tops = {
      exponents: 40,
      exps: 86,
      bars: 122,
      labels: 122 + upper + 18,
      gradient: 122 + upper + 66,
    };
    const bottom = tops.gradient + lower;
    place = {
      p: (value) => tops.bars + upper * (1 - value / 1.15), // room for a number above a bar of 1
      gradient: (value) => tops.gradient + (lower * (1.3 - value)) / 2.6,
    };
    svg.replaceChildren();
    setSize(svg, width, bottom + 8);
    const frame = draw(svg, "g", { "aria-hidden": "true" });
    const text = (x, y, className, content) => {
      const element = draw(frame, "text", { x, y, class: className });
      element.append(content);
      return element;
    };
    const level = (y, label, zero) => {
      draw(frame, "line", {
        x1: LEFT,
        x2: width - RIGHT,
        y1: y,
        y2: y,
        class: zero ? "zero" : "grid",
      });
      text(LEFT - 8, y, "tick-y", label);
    };
    for (const [value, label] of [
      [0, "0"],
      [0.5, "0.5"],
      [1, "1"],
    ])
      level(place.p(value), label, value === 0);
    for (const [value, label] of [
      [-1, "−1"],
      [0, "0"],
      [1, "1"],
    ])
      level(place.gradient(value), label, value === 0);
    headers = {
      exponents: text(LEFT, tops.exponents - 22, "panel-label", " "),
      exps: text(LEFT, tops.exps - 22, "panel-label", "exp of that"),
    };
    text(LEFT, tops.bars - 12, "panel-label", "divided by their sum: probability p");
    text(LEFT, tops.gradient - 10, "panel-label", "p − y, the gradient (to be divided by T)");
    columns = logitNames.map((_, i) => {
      const middle = LEFT + step * (i + 0.5);
      const half = Math.min(0.32 * step, 42);
      const box = { x: middle - half, width: 2 * half };
      const number = (y, className = "") => text(middle, y, `column ${className}`, " ");
      text(middle, tops.labels, "column class-label", step < 64 ? String(i) : `class ${i}`);
      return {
        exponent: number(tops.exponents),
        exp: number(tops.exps),
        bar: draw(frame, "rect", { ...box, class: "bar" }),
        exact: draw(frame, "rect", { ...box, class: "exact" }),
        p: number(0, "strong"),
        truth: number(tops.labels + 17, "truth"),
        slope: draw(frame, "rect", { ...box, class: "gradient-bar" }),
        gradient: number(0),
      };
    });
  }

  function setBar(rect, toY, value) {
    const [from, to] = [toY(0), toY(Number.isFinite(value) ? value : 0)];
    change(rect, "y", Math.min(from, to).toFixed(2));
    change(rect, "height", Math.abs(from - to).toFixed(2));
  }

  function setText(element, content) {
    if (element.firstChild.data !== content) element.firstChild.data = content;
  }

  function moveColumn(i, steps, exact, isTrue) {
    const column = columns[i];
    const [exponent, exp, p, slope] = [
      steps.exponents[i],
      steps.exps[i],
      steps.p[i],
      steps.gradient[i],
    ];
    const narrow = drawnWidth / count < 80;
    setText(column.exponent, full(exponent, narrow && Math.abs(exponent) < 1000 ? 4 : 5));
    setText(column.exp, shortNumber(exp, narrow ? 2 : 3));
    change(column.exp, "class", `column${Number.isFinite(exp) ? "" : " broken"}`);

    const outlined = !(Math.abs(p - exact.p[i]) <= VISIBLE); // so it is for NaN
    setBar(column.bar, place.p, p);
    setBar(column.exact, place.p, exact.p[i]);
    change(column.exact, "visibility", outlined ? "visible" : "hidden");
    const top = Math.max(Number.isNaN(p) ? 0 : p, outlined ? exact.p[i] : 0);
    setText(column.p, show(p));
    change(column.p, "class", `column ${Number.isNaN(p) ? "broken" : "strong"}`);
    change(column.p, "y", (place.p(top) - 7).toFixed(2));
    const truth = narrow ? "true" : "true class";
    setText(column.truth, isTrue ? truth : " ");

    setBar(column.slope, place.gradient, slope);
    setText(column.gradient, show(slope));
    change(column.gradient, "class", `column${Number.isNaN(slope) ? " broken" : ""}`);
    const end = place.gradient(Number.isNaN(slope) ? 0 : slope);
    change(column.gradient, "y", (slope < 0 ? end + 14 : end - 5).toFixed(2));
  }

  function redraw(width) {
    drawFrame(width);
    const settings = settingsOf(model);
    const logits = logitNames.map((name) => model.get(name));
    const steps = softmaxSteps(logits, settings);
    const exact = softmaxSteps(logits, {
      ...settings,
      shift: 0,
      stable: true,
      precision: "float64",
    });
    const note = explain(steps, exact, settings);
    const exponent = settings.stable ? "logit + c − largest" : "logit + c";
    setText(headers.exponents, settings.temperature === 1 ? exponent : `(${exponent}) / T`);
    for (let i = 0; i < count; i++) moveColumn(i, steps, exact, i === settings.trueClass);
    const sum = steps.p.reduce((total, p) => total + p, 0);
    [steps.crossEntropy, steps.entropy, sum].forEach(
      (number, i) => (outputs[i].data = show(number)),
    );
    setText(noteLine, note);
    const text = spoken(steps, note);
    change(svg, "aria-label", text);
    say(text);
  }

  return keepDrawn({ model, el, traits }, redraw);
}

export default { render };
