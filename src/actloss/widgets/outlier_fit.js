// Straight lines by four losses through twelve points, one of which the reader drags away.
import { keepDrawn, liveRegion, numberTable, resetButton } from "./figure.js";
import { movableInPlane, pointToMove } from "./movable.js";
import { Panel, change, draw, formatNumber, setSize, write } from "./plot.js";
import { leastSquares, lineThroughTwo, huberLine, pulls } from "./line_fits.js";
import { POINTS, TITLES } from "./points.js";

const TRAITS = ["loss_index", "x", "y", "delta", "quantile"];
const STEP = { x: 0.1, y: 0.5 };
const KINDS = ["squared", "absolute", "huber", "quantile"];

const show = (value) => formatNumber(value, 2);
const percent = (share) => `${Math.round(100 * share)} %`;

/** Line and pulls of each loss. */
function fitAll(x, y, delta, quantile) {
  const lines = [
    leastSquares(
      x,
      y,
      x.map(() => 1),
    ),
    lineThroughTwo(x, y, 0.5),
    huberLine(x, y, delta),
    lineThroughTwo(x, y, quantile),
  ];
  return lines.map((line, i) => ({
    line,
    pulls: pulls(x, y, line, KINDS[i], { delta, quantile }),
  }));
}

/** Each point's part of all the pulling, without its sign. */
function shares(found) {
  const sizes = found.map(Math.abs);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => (total > 0 ? size / total : 0));
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", {
    role: "group",
    class: "actloss-plot in-plane",
    "aria-label": "Lines fitted to twelve points by four losses",
  });
  const axes = draw(svg, "g", { "aria-hidden": "true" });
  const marks = draw(svg, "g");
  const touch = draw(marks, "circle", { r: 24, class: "touch" });
  const label = "point to drag: left and right arrows move it along x, up and down along y";
  const handle = pointToMove(marks, label, POINTS.yDomain);
  const readout = write(el, "div", { class: "readout" });
  const numbers = numberTable(readout, {
    corner: "fitted by",
    columns: [
      ["slope", ""],
      ["intercept", ""],
      ["share of pull", ""],
    ],
    rows: TITLES,
  });
  TITLES.forEach((_, i) => {
    const swatch = draw(numbers.heading(i), "svg", {
      width: 34,
      height: 10,
      class: "swatch",
      "aria-hidden": "true",
    });
    draw(swatch, "line", { x1: 1, x2: 33, y1: 5, y2: 5, class: `fit fit-${i}` });
    numbers.heading(i).prepend(swatch);
  });
  resetButton(readout, model, TRAITS);
  const say = liveRegion(el);
  let panel, drawnWidth;

  /** The axes, drawn anew only when the width changes. */
  function drawPanel(width) {
    if (width === drawnWidth) return;
    drawnWidth = width;
    const height = width < 480 ? 290 : 340;
    axes.replaceChildren();
    setSize(svg, width, height + 70);
    panel = new Panel(axes, { top: 28, width, height, ...POINTS, label: "y" });
    draw(axes, "text", { x: width - 12, y: height + 62, class: "axis-name" }).textContent = "x";
  }

  function redraw(width) {
    drawPanel(width);
    const [chosen, px, py, delta, quantile] = TRAITS.map((name) => model.get(name));
    const x = [...POINTS.x, px];
    const y = [...POINTS.y, py];
    const fits = fitAll(x, y, delta, quantile);
    const share = shares(fits[chosen].pulls);
    const [left, right] = POINTS.xDomain;
    const at = ({ line: [intercept, slope] }, where) => intercept + slope * where;

    panel.begin();
    x.forEach((where, i) => {
      panel.segment(where, y[i], where, at(fits[chosen], where), "rod");
    });
    fits.forEach((fit, i) => {
      const kind = `fit fit-${i}${i === chosen ? " chosen" : ""}`;
      panel.segment(left, at(fit, left), right, at(fit, right), kind);
    });
    // The area of a disc is the point's share of the pull.
    x.forEach((where, i) => panel.point(where, y[i], "pull", Math.sqrt(share[i]) * 42));
    x.slice(0, -1).forEach((where, i) => panel.point(where, y[i], "datum", 3));
    panel.finish();

    for (const circle of [touch, handle]) {
      change(circle, "cx", panel.toX(px));
      change(circle, "cy", panel.toY(py));
    }
    fits.forEach(({ line: [intercept, slope], pulls: own }, i) => {
      numbers.row(i, TITLES[i], [show(slope), show(intercept), percent(shares(own).at(-1))]);
    });
    const spoken = `Point at x ${formatNumber(px, 1)}, y ${formatNumber(py, 1)}. Slopes: ${TITLES.map(
      (title, i) => `${title} ${show(fits[i].line[1])}`,
    ).join(", ")}.`;
    change(handle, "aria-valuenow", Number(py.toFixed(3)));
    change(handle, "aria-valuetext", `x ${formatNumber(px, 1)}, y ${formatNumber(py, 1)}`);
    change(handle, "aria-disabled", model.get("disabled"));
    say(spoken);
  }

  movableInPlane(handle, touch, svg, () => panel, {
    get: () => [model.get("x"), model.get("y")],
    set: ([x, y]) => {
      if (model.get("disabled")) return;
      model.set({ x, y });
      model.save_changes();
    },
    steps: [STEP.x, STEP.y],
  });

  return keepDrawn({ model, el, traits: [...TRAITS, "disabled"] }, redraw);
}

export default { render };
