// One activation (and, as a ghost, a second one): its curve, its slope, and a point to move along it.
import { Panel, change, draw, formatNumber, grid, liveRegion, movable, oncePerEvent, runs, write } from "./plot.js";
import { FUNCTIONS } from "./functions.js";

const PARAMETERS = ["alpha", "beta", "cap"];
const X_DOMAIN = [-5, 5];
const STEP = 0.1;
const SATURATED = 0.05; // a unit passes back less than 5 % of its gradient

const show = (value) => formatNumber(value, 3);

/** The function drawn, and the ghost (undefined where there is none). */
function drawn(model) {
  const [main, ghost] = [model.get("function_index"), model.get("compare_index") - 1];
  return [main, ghost].map((index) => FUNCTIONS[model.get("names")[index]]);
}

function argumentsOf(model, { parameters }) {
  return Object.keys(parameters).map((name) => model.get(name));
}

function ownerOf(model, parameter) {
  return drawn(model).find((one) => one && parameter in one.parameters);
}

/**
 * Show the sliders that mean something; one whose function is new starts at its default.
 * Python does the same in activation_explorer.py.
 */
function fitSliders(model, owners) {
  for (const name of PARAMETERS) {
    const owner = ownerOf(model, name);
    if (owner === owners[name]) continue;
    owners[name] = owner;
    model.set(`${name}_display`, owner ? "flex" : "none");
    if (!owner) continue;
    const [min, max, start] = owner.parameters[name];
    model.set(`${name}_min`, min);
    model.set(`${name}_max`, max);
    model.set(name, start);
  }
  model.save_changes();
}

function spoken(name, x, value, slope) {
  const standing = slope === 0 ? " The slope is zero: no gradient passes." : "";
  return `${name} at x ${show(x)}: value ${show(value)}, slope ${show(slope)}.${standing}`;
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "group", class: "actloss-plot" });
  const panels = draw(svg, "g", { "aria-hidden": "true" });
  const handle = draw(svg, "circle", {
    r: 9, class: "handle", tabindex: 0, role: "slider",
    "aria-label": "x", "aria-valuemin": X_DOMAIN[0], "aria-valuemax": X_DOMAIN[1],
  });
  const readout = write(el, "p", { class: "readout" });
  const say = liveRegion(el);
  const reset = write(readout, "button", { type: "button", class: "reset" }, "Reset");
  const numbers = write(readout, "span");
  readout.prepend(numbers);
  const [xNumber, valueNumber, slopeNumber] = [["x", ""], ["f(x)", "main"], ["f′(x)", "slope"]].map(
    ([label, className]) => {
      const item = write(numbers, "span", { class: `number ${className}` });
      write(item, "span", { class: "name" }, `${label} = `);
      return write(item, "output", {}, " ");
    },
  );
  const ghostName = write(numbers, "span", { class: "number ghost" }, " ");
  let width = Math.max(el.clientWidth, 260);
  let top, bottom, drawnFrame;

  /** The axes, drawn anew only when they change: a slider moves curves only. */
  function drawPanels(low, high) {
    const frame = `${width} ${low} ${high}`;
    if (frame === drawnFrame) return;
    drawnFrame = frame;
    const [upper, lower] = width < 480 ? [210, 110] : [280, 130];
    const height = 28 + upper + 40 + lower + 26;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    panels.replaceChildren();
    top = new Panel(panels, {
      top: 28, width, height: upper, xDomain: X_DOMAIN, yDomain: [low, high], label: "value f(x)", xTicks: false,
    });
    bottom = new Panel(panels, {
      top: 28 + upper + 40, width, height: lower, xDomain: X_DOMAIN, yDomain: [-0.3, 1.3], label: "slope f′(x)",
    });
  }

  function redraw() {
    const [main, ghost] = drawn(model);
    const args = argumentsOf(model, main);
    const value = (x) => main.value(x, ...args);
    const slope = (x) => main.slope(x, ...args);
    change(svg, "aria-label", `${main.title} and its slope${ghost ? `, beside ${ghost.title}` : ""}`);
    const low = Math.min(main.low, ghost?.low ?? Infinity);
    const high = Math.max(main.high, ghost?.high ?? -Infinity);
    drawPanels(low, high);
    for (const panel of [top, bottom]) panel.begin();
    const points = grid(X_DOMAIN, main.kinks);

    const slopes = points.map(slope);
    const dead = runs(points, (i) => slopes[i] === 0);
    // Around a minimum the slope is small too; saturated is what stays flat as far as we see.
    const saturated = runs(points, (i) => slopes[i] !== 0 && Math.abs(slopes[i]) < SATURATED).filter(
      ([from, to]) => from === points[0] || to === points.at(-1),
    );
    for (const panel of [top, bottom]) {
      panel.shade(dead, "dead");
      panel.shade(saturated, "saturated");
    }
    for (const run of dead) top.bandLabel(run, "dead: slope 0");
    for (const run of saturated) top.bandLabel(run, `saturated: slope below ${SATURATED}`);
    if (ghost) {
      const ghostArgs = argumentsOf(model, ghost);
      const ghostPoints = grid(X_DOMAIN, ghost.kinks);
      top.curve((x) => ghost.value(x, ...ghostArgs), ghostPoints, "ghost");
      bottom.curve((x) => ghost.slope(x, ...ghostArgs), ghostPoints, "ghost");
    }

    const x = model.get("x");
    const y = value(x);
    const m = slope(x);
    top.segment(X_DOMAIN[0], y + m * (X_DOMAIN[0] - x), X_DOMAIN[1], y + m * (X_DOMAIN[1] - x), "tangent");
    top.curve(value, points, "main");
    bottom.curve(slope, points, "slope");
    bottom.segment(x, 0, x, m, "stem");
    bottom.point(x, m, "slope-point");
    for (const panel of [top, bottom]) panel.finish();

    change(handle, "cx", top.toX(x));
    change(handle, "cy", Math.min(Math.max(top.toY(y), top.top), top.top + top.height));
    change(handle, "aria-valuenow", Number(x.toFixed(3)));
    change(handle, "aria-valuetext", spoken(main.title, x, y, m));

    for (const [place, text] of [
      [xNumber, show(x)],
      [valueNumber, show(y)],
      [slopeNumber, show(m)],
      [ghostName, ghost ? `in grey: ${ghost.title}` : ""],
    ]) {
      place.firstChild.data = text;
    }
    say(spoken(main.title, x, y, m));
  }

  const update = oncePerEvent(redraw);
  const setX = (x) => {
    model.set("x", x);
    model.save_changes();
  };
  redraw();
  movable(handle, svg, () => top, { get: () => model.get("x"), set: setX, step: STEP });

  // Choices before numbers: a newly chosen function sets its own numbers first.
  const choices = ["function_index", "compare_index"];
  const traits = [...choices, "x", ...PARAMETERS];
  const start = Object.fromEntries(traits.map((name) => [name, model.get(name)]));
  const owners = Object.fromEntries(PARAMETERS.map((name) => [name, ownerOf(model, name)]));
  for (const name of choices) model.on(`change:${name}`, () => fitSliders(model, owners));
  for (const name of traits) model.on(`change:${name}`, update);
  reset.addEventListener("click", () => {
    for (const name of traits) model.set(name, start[name]);
    model.save_changes();
  });
  // The width is told, not asked for: asking would lay out the whole page at every step.
  const resized = new ResizeObserver(([entry]) => {
    width = Math.max(entry.contentRect.width, 260);
    update();
  });
  resized.observe(el);
  return () => resized.disconnect();
}

export default { render };
