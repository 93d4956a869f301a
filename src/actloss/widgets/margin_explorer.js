// Losses of the margin: their curves, and at a margin that can be moved, what each charges and how hard it pulls.
import { keepDrawn, liveRegion, resetButton } from "./figure.js";
import { movable, pointToMove } from "./movable.js";
import { Panel, change, draw, formatNumber, grid, setSize, write } from "./plot.js";
import { LOSSES } from "./functions.js";

const MARGINS = [-3, 3];
const HEIGHTS = [-0.55, 4.6];
const STEP = 0.05;
const FULL_BAR = 2; // what a bar that fills its box stands for
const POINTS = grid(MARGINS, [0, 1]);

const show = (value) => formatNumber(value, 3);

/** A loss and its slope as functions of the margin: with the label +1 the logit is the margin. */
function ofMargin(loss, unitLogistic) {
  const scale = unitLogistic && loss.name === "logistic_loss" ? 1 / Math.LN2 : 1;
  return {
    value: (margin) => scale * loss.value(margin, 1),
    slope: (margin) => scale * loss.slope(margin, 1),
  };
}

function standing(margin) {
  if (margin <= 0) return margin === 0 ? "on the boundary" : "wrong";
  return margin < 1 ? "right, but unsure" : "right and sure";
}

/** A row of the table: its name with a piece of its line, two numbers, two bars. */
function makeRow(body, { name, title }) {
  const row = write(body, "tr", { class: name });
  const head = write(row, "th", { scope: "row" });
  const swatch = draw(head, "svg", {
    class: "swatch",
    width: 26,
    height: 10,
    "aria-hidden": "true",
  });
  draw(swatch, "line", { x1: 1, x2: 25, y1: 5, y2: 5, class: `curve ${name}` });
  head.append(title);
  const cells = ["value", "slope"].map((kind) => {
    const output = write(write(row, "td", { class: "amount" }), "output", { class: kind }, " ");
    const bar = write(write(row, "td", { class: "bar", "aria-hidden": "true" }), "div");
    return { text: output.firstChild, bar };
  });
  return { row, cells };
}

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-margin");
  const svg = draw(el, "svg", {
    role: "group",
    class: "actloss-plot",
    "aria-label": "Losses against the margin",
  });
  const panels = draw(svg, "g", { "aria-hidden": "true" });
  const handle = pointToMove(svg, "m", MARGINS);
  const readout = write(el, "p", { class: "readout" });
  const numbers = write(readout, "span");
  const here = write(
    write(numbers, "span", { class: "number" }, "m = "),
    "output",
    {},
    " ",
  ).firstChild;
  const meaning = write(numbers, "span", { class: "standing" }, " ").firstChild;
  const traits = ["margin", "unit_logistic", ...LOSSES.map(({ name }) => name)];
  resetButton(readout, model, traits);
  const table = write(el, "table");
  const columns = write(table, "colgroup");
  for (const kind of ["title", "amount", "bar", "amount", "bar"])
    write(columns, "col", { class: `col-${kind}` });
  const header = write(write(table, "thead"), "tr");
  write(header, "th", { scope: "col" }, "loss");
  write(header, "th", { scope: "col", colspan: 2 }, "it charges");
  write(header, "th", { scope: "col", colspan: 2 }, "its slope");
  const body = write(table, "tbody");
  const rows = LOSSES.map((loss) => makeRow(body, loss));
  const say = liveRegion(el);
  let panel, drawnWidth;

  function drawPanel(width) {
    if (width === drawnWidth) return;
    drawnWidth = width;
    const inner = width < 480 ? 250 : 320;
    const height = 28 + inner + 44;
    setSize(svg, width, height);
    panels.replaceChildren();
    panel = new Panel(panels, {
      top: 28,
      width,
      height: inner,
      xDomain: MARGINS,
      yDomain: HEIGHTS,
      label: "loss",
    });
    draw(panels, "text", { x: (40 + width - 12) / 2, y: height - 6, class: "tick-x" }).textContent =
      "margin m = y · score";
    // Above the frame, where neither a curve nor the line of the margin crosses them.
    for (const [[from, to], words] of [
      [[MARGINS[0], 0], "wrong"],
      [[0, 1], width < 480 ? "unsure" : "right, unsure"],
      [[1, MARGINS[1]], "right and sure"],
    ]) {
      const x = (panel.toX(from) + panel.toX(to)) / 2;
      draw(panels, "text", { x, y: panel.top - 8, class: "band-label" }).textContent = words;
    }
  }

  function redraw(width) {
    drawPanel(width);
    const margin = model.get("margin");
    panel.begin();
    panel.shade([[MARGINS[0], 0]], "dead");
    panel.shade([[0, 1]], "saturated");
    panel.segment(margin, HEIGHTS[0], margin, HEIGHTS[1], "margin-line");
    const heard = [];
    LOSSES.forEach((loss, index) => {
      const { row, cells } = rows[index];
      const drawn = model.get(loss.name);
      row.hidden = !drawn;
      if (!drawn) return;
      const { value, slope } = ofMargin(loss, model.get("unit_logistic"));
      panel.curve(value, POINTS, loss.name);
      const amounts = [value(margin), slope(margin)];
      panel.point(margin, amounts[0], `dot ${loss.name}`);
      cells.forEach(({ text, bar }, kind) => {
        text.data = show(amounts[kind]);
        const share = Math.min(Math.abs(amounts[kind]) / FULL_BAR, 1);
        bar.style.transform = `scaleX(${share.toFixed(4)})`;
      });
      heard.push(`${loss.title} ${show(amounts[0])}, slope ${show(amounts[1])}`);
    });
    panel.finish();

    change(handle, "cx", panel.toX(margin));
    change(handle, "cy", panel.toY(HEIGHTS[0] / 2));
    change(handle, "aria-valuenow", Number(margin.toFixed(3)));
    change(handle, "aria-disabled", String(model.get("disabled")));
    const spoken = `Margin ${formatNumber(margin, 2)}, ${standing(margin)}: ${heard.join("; ") || "no loss is drawn"}.`;
    change(handle, "aria-valuetext", spoken);
    here.data = formatNumber(margin, 2);
    meaning.data = standing(margin);
    say(spoken);
  }

  const setMargin = (margin) => {
    if (model.get("disabled")) return;
    model.set("margin", Number(margin.toFixed(2)));
    model.save_changes();
  };
  movable(handle, svg, () => panel, { get: () => model.get("margin"), set: setMargin, step: STEP });

  return keepDrawn({ model, el, traits: [...traits, "disabled"] }, redraw);
}

export default { render };
