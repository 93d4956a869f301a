// A function of the reader's own: its curve, its slope by central differences, and a point to move along it.
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { movable, pointToMove } from "./movable.js";
import { Panel, change, draw, formatNumber, grid, setSize, write } from "./plot.js";
import { FUNCTION } from "./functions.js";

const STEP = 1e-5; // of the central differences, as in explore.py

/** Between the numbers that Python sent for evenly spaced x; NaN where it had none. */
function between(numbers, [low, high]) {
  const spacing = (high - low) / (numbers.length - 1);
  return (x) => {
    const place = Math.min(Math.max((x - low) / spacing, 0), numbers.length - 1);
    const i = Math.min(Math.floor(place), numbers.length - 2);
    const [left, right] = [numbers[i] ?? NaN, numbers[i + 1] ?? NaN];
    return place === i ? left : left + (place - i) * (right - left);
  };
}

function curvesOf(model) {
  const parameters = model.get("names").map((name) => model.get(`parameter_${name}`));
  if (FUNCTION) {
    const value = (x) => Number(FUNCTION(x, ...parameters)); // a comparison counts 0 or 1
    return { value, slope: (x) => (value(x + STEP) - value(x - STEP)) / (2 * STEP) };
  }
  const limits = model.get("limits");
  return {
    value: between(model.get("values"), limits),
    slope: between(model.get("slopes"), limits),
  };
}

/** What the figure was computed by; without Python, for which parameters the curve still is. */
function explanation(model) {
  const drawnFor = model.get("values_for");
  const isOld =
    !FUNCTION &&
    model.get("names").some((name) => drawnFor[name] !== model.get(`parameter_${name}`));
  if (!isOld) return model.get("said");
  const settings = Object.entries(drawnFor).map(([name, value]) => `${name} = ${value}`);
  return `${model.get("said")} The curve is the one for ${settings.join(", ")}.`;
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", {
    role: "group",
    class: "actloss-plot",
    "aria-label": `${model.get("title")} and its slope`,
  });
  const panels = draw(svg, "g", { "aria-hidden": "true" });
  const xDomain = model.get("limits");
  const handle = pointToMove(svg, "x", xDomain);
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["x = ", ""],
    ["f(x) = ", "main"],
    ["slope = ", "slope"],
  ]);
  const traits = ["x", ...model.get("names").map((name) => `parameter_${name}`)];
  resetButton(readout, model, traits);
  const said = write(el, "p", { class: "said" }, " ");
  const say = liveRegion(el);
  let top, bottom, drawnWidth;

  function drawPanels(width) {
    if (width === drawnWidth) return;
    drawnWidth = width;
    const [upper, lower] = width < 480 ? [190, 96] : [206, 130];
    const height = 28 + upper + 40 + lower + 26;
    setSize(svg, width, height);
    panels.replaceChildren();
    top = new Panel(panels, {
      top: 28,
      width,
      height: upper,
      xDomain,
      yDomain: model.get("height"),
      label: `value ${model.get("title")}(x)`,
      xTicks: false,
    });
    bottom = new Panel(panels, {
      top: 28 + upper + 40,
      width,
      height: lower,
      xDomain,
      yDomain: model.get("slope_height"),
      label: "slope, by central differences",
    });
  }

  function redraw(width) {
    drawPanels(width);
    const { value, slope } = curvesOf(model);
    const points = grid(xDomain, [], 200);
    for (const panel of [top, bottom]) panel.begin();
    const x = model.get("x");
    const [y, m] = [value(x), slope(x)];
    if (Number.isFinite(y + m)) {
      const [left, right] = xDomain;
      top.segment(left, y + m * (left - x), right, y + m * (right - x), "tangent");
    }
    top.curve(value, points, "main");
    bottom.curve(slope, points, "slope");
    if (Number.isFinite(m)) {
      bottom.segment(x, 0, x, m, "stem");
      bottom.point(x, m, "slope-point");
    }
    for (const panel of [top, bottom]) panel.finish();
    change(handle, "cx", top.toX(x));
    const pixel = Number.isNaN(y) ? top.top + top.height : top.toY(y);
    change(handle, "cy", Math.min(Math.max(pixel, top.top), top.top + top.height));
    const shown = [x, y, m].map((number) => formatNumber(number, 3));
    const spoken = `${model.get("title")} at x ${shown[0]}: value ${shown[1]}, slope ${shown[2]}.`;
    change(handle, "aria-valuenow", Number(x.toFixed(3)));
    change(handle, "aria-valuetext", spoken);
    outputs.forEach((output, i) => (output.data = shown[i]));
    const words = explanation(model);
    if (said.firstChild.data !== words) said.firstChild.data = words;
    say(spoken);
  }

  const set = (x) => {
    model.set("x", x);
    model.save_changes();
  };
  movable(handle, svg, () => top, { get: () => model.get("x"), set, step: model.get("step") });
  // In a published page no Python follows a slider.
  if (!FUNCTION && model.widget_manager.isPage) model.set("still", true);
  return keepDrawn({ model, el, traits: [...traits, "values", "slopes", "values_for"] }, redraw);
}

export default { render };
