// Deep networks before training: the size of activations and gradients, layer by layer.
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { storedSizes } from "./layer_sizes.js";
import { movable, pointToMove } from "./movable.js";
import { Panel, change, draw, setSize, write } from "./plot.js";
import { formatPower, superscript } from "./powers.js";
import { RUNS } from "./gradient_flow_runs.js";

const EXTENTS = [3, 10, 20, 50]; // powers of ten that the axes may reach, up and down
const HEALTHY = 1000; // a gradient may grow or shrink by this factor before it has a bad name
function extentOf(...series) {
  const largest = Math.max(...series.flat().map(Math.abs));
  return EXTENTS.find((extent) => largest <= extent) ?? EXTENTS.at(-1);
}

function judge(ratio) {
  if (ratio < -Math.log10(HEALTHY)) return "it vanishes";
  if (ratio > Math.log10(HEALTHY)) return "it explodes";
  return "it arrives";
}

/** What the figure says in words, for the reader and for a screen reader. */
function inWords({ activations, signal, gradients }, layer) {
  const last = gradients.mean.length - 1;
  const ratio = gradients.mean[0] - gradients.mean[last];
  const at = layer - 1;
  return {
    layer: String(layer),
    activation: formatPower(activations.mean[at]),
    gradient: formatPower(gradients.mean[at]),
    signal: formatPower(signal.mean[last]),
    ratio: formatPower(ratio),
    verdict: judge(ratio),
  };
}

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-flow");
  const svg = draw(el, "svg", { role: "group", class: "actloss-plot" });
  const panels = draw(svg, "g", { "aria-hidden": "true" });
  const handle = pointToMove(svg, "layer", [1, RUNS.depths.at(-1)]);
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["layer ", ""],
    ["activations ", "main"],
    ["gradients ", "slope"],
  ]);
  const traits = ["activation_index", "initialisation_index", "gain", "depth", "layer"];
  resetButton(readout, model, traits);
  const verdict = write(el, "p", { class: "flow-verdict" }, " ");
  const say = liveRegion(el);
  let top, bottom, drawnFrame;

  /** A panel whose y axis counts powers of ten. */
  function powers(settings, extent) {
    const panel = new Panel(panels, { left: 52, yDomain: [-extent, extent], ...settings });
    for (const tick of panel.axes.querySelectorAll(".tick-y")) {
      tick.textContent = `10${superscript(Number(tick.textContent.replace("−", "-")))}`;
    }
    return panel;
  }

  /** The axes, drawn anew only when they change. */
  function drawPanels(width, depth, above, below) {
    const frame = `${width} ${depth} ${above} ${below}`;
    if (frame === drawnFrame) return;
    drawnFrame = frame;
    const height = width < 480 ? 165 : 190;
    const whole = 28 + 2 * height + 40 + 46;
    setSize(svg, width, whole);
    panels.replaceChildren();
    const xDomain = [0, depth];
    top = powers(
      { top: 28, width, height, xDomain, label: "size of the activations (RMS)", xTicks: false },
      above,
    );
    bottom = powers(
      { top: 68 + height, width, height, xDomain, label: "size of the gradients (RMS)" },
      below,
    );
    for (const tick of bottom.axes.querySelectorAll(".tick-x")) {
      if (!Number.isInteger(Number(tick.textContent)) || tick.textContent === "0") tick.remove(); // no such layer
    }
    draw(panels, "text", { x: (52 + width) / 2, y: whole - 6, class: "axis-name" }).textContent =
      "hidden layer";
    change(handle, "aria-valuemax", depth);
  }

  function band(panel, layers, { mean, spread }, className) {
    const at = (x, y) => `${panel.toX(x).toFixed(2)} ${panel.toY(y).toFixed(2)}`;
    const upper = layers.map((x, i) => at(x, mean[i] + spread[i]));
    const lower = layers.map((x, i) => at(x, mean[i] - spread[i])).reverse();
    panel.marks.draw("path", {
      d: `M${[...upper, ...lower].join("L")}Z`,
      class: `spread ${className}`,
    });
  }

  function redraw(width) {
    const depth = Math.round(model.get("depth"));
    const layer = Math.min(Math.round(model.get("layer")), depth);
    const title = model.get("titles")[model.get("activation_index")];
    const sizes = storedSizes(
      model.get("activation_index"),
      model.get("initialisation_index"),
      model.get("gain"),
      depth,
    );
    drawPanels(
      width,
      depth,
      extentOf(sizes.activations.mean, sizes.signal.mean),
      extentOf(sizes.gradients.mean),
    );
    const layers = sizes.gradients.mean.map((_, i) => i + 1);
    for (const panel of [top, bottom]) panel.begin();
    const line = (panel, series, className) =>
      panel.curve((x) => series.mean[x - 1], layers, className);
    line(top, sizes.signal, "ghost");
    for (const [panel, series, className] of [
      [top, sizes.activations, "main"],
      [bottom, sizes.gradients, "slope"],
    ]) {
      band(panel, layers, series, className);
      line(panel, series, className);
    }
    bottom.point(layer, sizes.gradients.mean[layer - 1], "slope-point");
    for (const panel of [top, bottom]) panel.finish();

    const words = inWords(sizes, layer);
    change(svg, "aria-label", `Size of activations and gradients in ${depth} layers of ${title}`);
    change(handle, "cx", top.toX(layer));
    change(handle, "cy", top.toY(sizes.activations.mean[layer - 1]));
    change(handle, "aria-valuenow", layer);
    change(
      handle,
      "aria-valuetext",
      `layer ${layer}: activations ${words.activation}, gradients ${words.gradient}`,
    );
    [words.layer, words.activation, words.gradient].forEach((text, i) => (outputs[i].data = text));
    const text =
      `Gradient at the first layer ÷ at the last: ${words.ratio}, so ${words.verdict}. ` +
      `Dotted, what differs between samples: ${words.signal} at the last layer.`;
    verdict.firstChild.data = text;
    say(`${title}, ${depth} layers. ${text}`);
  }

  const setLayer = (layer) => {
    model.set("layer", Math.max(layer, 1));
    model.save_changes();
  };
  // The depth changes while the figure lives: here the layers end at the deepest, and below at the last.
  const everyLayer = () => ({
    xDomain: [1, RUNS.depths.at(-1)],
    fromX: (pixel) => top.fromX(pixel),
  });
  const upTo = (layer) => setLayer(Math.min(layer, model.get("depth")));
  movable(handle, svg, everyLayer, { get: () => model.get("layer"), set: upTo, step: 1 });

  model.on("change:depth", () => {
    if (model.get("layer") > model.get("depth")) setLayer(model.get("depth"));
  });
  const choices = ["activation_index", "initialisation_index"];
  return keepDrawn({ model, el, traits, choices }, redraw);
}

export default { render };
