// One regression loss (and, as a ghost, a second one): its value, its gradient, the noise that it
// stands for, and a residual to move along all three.
import { keepDrawn, liveRegion, numberTable, resetButton } from "./figure.js";
import { movable, pointToMove } from "./movable.js";
import { Panel, change, draw, formatNumber, grid, setSize, write } from "./plot.js";
import { LOSSES } from "./functions.js";

const PARAMETERS = ["delta", "quantile"];
const DOMAIN = [-4, 4];
const KINKS = [0];
const STEP = 0.1;
const VALUE_DOMAIN = [0, 8];
const GRADIENT_DOMAIN = [-5, 5];
const DENSITY_DOMAIN = [0, 0.6];

const show = (value) => formatNumber(value, 3);

/** The loss drawn, and the ghost (undefined where there is none). */
function drawn(model) {
  return [model.get("loss_index"), model.get("compare_index") - 1].map((index) => LOSSES[index]);
}

/** Loss, gradient and density of the noise as functions of the residual ŷ − y. */
function curvesOf(model, loss) {
  const args = loss.parameters.map((name) => model.get(name));
  const mass = loss.mass(...args);
  return [
    (residual) => loss.value(residual, 0, ...args),
    (residual) => loss.gradient(residual, 0, ...args),
    (residual) => Math.exp(-loss.value(residual, 0, ...args)) / mass,
  ];
}

/** Show the sliders that mean something. Python does the same in regression_loss_explorer.py. */
function showSliders(model) {
  for (const name of PARAMETERS) {
    const used = drawn(model).some((loss) => loss?.parameters.includes(name));
    model.set(`${name}_display`, used ? "flex" : "none");
  }
  model.save_changes();
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "group", class: "actloss-plot" });
  const axes = draw(svg, "g", { "aria-hidden": "true" });
  const handle = pointToMove(svg, "residual", DOMAIN);
  const readout = write(el, "div", { class: "readout" });
  const numbers = numberTable(readout, {
    corner: "residual",
    columns: [
      ["loss", "main"],
      ["gradient", "slope"],
      ["density", "noise"],
    ],
    rows: ["loss", "beside it"],
  });
  const traits = ["loss_index", "compare_index", "residual", ...PARAMETERS];
  resetButton(readout, model, traits);
  const say = liveRegion(el);
  let panels, drawnWidth;

  /** The axes, drawn anew only when the width changes. */
  function drawPanels(width) {
    if (width === drawnWidth) return;
    drawnWidth = width;
    const heights = width < 480 ? [150, 100, 90] : [180, 110, 100];
    const settings = [
      [VALUE_DOMAIN, "loss"],
      [GRADIENT_DOMAIN, "gradient"],
      [DENSITY_DOMAIN, "density of the noise ∝ exp(−loss)"],
    ];
    axes.replaceChildren();
    let top = 28;
    panels = settings.map(([yDomain, label], i) => {
      const last = i === settings.length - 1;
      const panel = new Panel(axes, {
        top,
        width,
        height: heights[i],
        xDomain: DOMAIN,
        yDomain,
        label,
        xTicks: last,
      });
      top += heights[i] + 38;
      return panel;
    });
    const bottom = top - 38;
    draw(axes, "text", { x: width - 12, y: bottom + 34, class: "axis-name" }).textContent =
      "residual ŷ − y";
    setSize(svg, width, bottom + 42);
  }

  function redraw(width) {
    const [main, ghost] = drawn(model);
    drawPanels(width);
    change(
      svg,
      "aria-label",
      `${main.title}, its gradient and its noise${ghost ? `, beside ${ghost.title}` : ""}`,
    );
    const residual = model.get("residual");
    const points = grid(DOMAIN, KINKS);
    const curves = curvesOf(model, main);
    const ghosts = ghost && curvesOf(model, ghost);
    panels.forEach((panel, i) => {
      panel.begin();
      const name = ["main", "slope", "noise"][i];
      if (ghost) panel.curve(ghosts[i], points, "ghost");
      panel.curve(curves[i], points, name);
      if (i > 0) {
        panel.segment(residual, 0, residual, curves[i](residual), `stem ${name}`);
        panel.point(residual, curves[i](residual), `${name}-point`);
      }
      panel.finish();
    });
    const [value, gradient, density] = curves.map((curve) => curve(residual));
    const [top] = panels;
    const height = Math.min(Math.max(top.toY(value), top.top), top.top + top.height);
    const spoken = `${main.title} at residual ${show(residual)}: loss ${show(value)}, gradient ${show(gradient)}, density ${show(density)}.`;
    change(handle, "cx", top.toX(residual));
    change(handle, "cy", height);
    change(handle, "aria-valuenow", Number(residual.toFixed(3)));
    change(handle, "aria-valuetext", spoken);
    numbers.corner(`at ŷ − y = ${formatNumber(residual, 1)}`);
    numbers.row(0, main.title, [value, gradient, density].map(show));
    numbers.row(
      1,
      ghost ? ghost.title : "",
      ghost ? ghosts.map((curve) => show(curve(residual))) : ["", "", ""],
    );
    say(spoken);
  }

  const setResidual = (residual) => {
    model.set("residual", residual);
    model.save_changes();
  };
  movable(handle, svg, () => panels[0], {
    get: () => model.get("residual"),
    set: setResidual,
    step: STEP,
  });

  const choices = ["loss_index", "compare_index"];
  for (const name of choices) model.on(`change:${name}`, () => showSliders(model));
  return keepDrawn({ model, el, traits, choices }, redraw);
}

export default { render };
