// A network that the page trains: what it answers, its loss, and its gradients, step by step.
import { keepDrawn, liveRegion, numberLine, numberTable, resetButton } from "./figure.js";
import { answersOn, newRun, pointsOf } from "./network_training.js";
import { playButton } from "./player.js";
import { Panel, change, draw, formatNumber, keepLast, setSize, write } from "./plot.js";
import { formatPower } from "./powers.js";
import { FACTS } from "./training_facts.js";

const FRAME = 100; // milliseconds that a played step stays
const SLICE = 8; // milliseconds of work at a time for the seeds in the background
const FINE = 64; // cells in a row of the large drawing
const COARSE = 24; // of the small ones
const LOSS_SHOWN = 1.2;
const BESIDE = 404; // pixels that the large drawing takes where the curves stand beside it

const choiceOf = keepLast((...values) => {
  const [data, layers, units, hidden, output, loss, rate, weights, twice] = values;
  return {
    data: FACTS.data[data],
    layers,
    units,
    hidden: FACTS.hidden[hidden],
    output: FACTS.outputs[output],
    loss: FACTS.losses[loss],
    rate: FACTS.rates[rate],
    weights: FACTS.weights[weights],
    twice,
  };
});
const CHOICES = [
  "data_index",
  "layers",
  "units",
  "hidden_index",
  "output_index",
  "loss_index",
  "rate_index",
  "weights_index",
  "twice",
];

/** A square that shows, in cells, how sure the network is of which class. */
function newPlane(parent, cells) {
  const plane = write(parent, "div", { class: "plane" });
  const canvas = write(plane, "canvas", { width: cells, height: cells, "aria-hidden": "true" });
  const context = canvas.getContext("2d", { willReadFrequently: true }); // it is painted by the processor
  return {
    plane,
    paint(choice, view, colours) {
      const image = context.createImageData(cells, cells);
      if (view && colours) {
        answersOn(cells, choice, view).forEach((p, i) => {
          const sure = Math.abs(2 * p - 1);
          image.data.set([...colours[p > 0.5 ? 1 : 0], 150 * (sure || 0)], 4 * i);
        });
      }
      context.putImageData(image, 0, 0);
    },
  };
}

/** Red, green and blue of both classes, as the page's theme paints their points, once it does. */
function coloursOf(svg) {
  if (!svg.isConnected) return null;
  return [".class-0", ".class-1"].map((name) =>
    getComputedStyle(svg.querySelector(name))
      .fill.match(/[\d.]+/g)
      .slice(0, 3)
      .map(Number),
  );
}

function drawSamples(svg, data) {
  svg.replaceChildren();
  const { labels, reach } = FACTS;
  const points = pointsOf(data);
  setSize(svg, 2 * reach, 2 * reach);
  [...labels].forEach((label, i) => {
    const [x, y] = [reach + points[2 * i], reach - points[2 * i + 1]];
    const [r, size] = [0.055, 0.1];
    if (label === "1") draw(svg, "circle", { cx: x, cy: y, r, class: "sample class-1" });
    else {
      const corner = { x: x - size / 2, y: y - size / 2, width: size, height: size };
      draw(svg, "rect", { ...corner, class: "sample class-0" });
    }
  });
}

const percent = (share) => `${formatNumber(100 * share, 0)} %`;

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-theatre", "actloss-trainer");
  const stage = write(el, "div", { class: "stage" });
  const { plane, paint } = newPlane(stage, FINE);
  const samples = draw(plane, "svg", { role: "img" });
  const curves = draw(stage, "svg", { role: "img", class: "actloss-plot" });
  const seeds = write(stage, "div", {
    class: "seeds",
    role: "group",
    "aria-label": "First weights",
  });
  const small = FACTS.seeds.map((seed) => {
    const button = write(seeds, "button", { type: "button" });
    const { paint } = newPlane(button, COARSE);
    return { button, paint, said: write(button, "span", {}, " ").firstChild, seed };
  });
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["step ", ""],
    ["loss ", "main"],
    ["right ", ""],
  ]);
  const buttons = write(readout, "span", { class: "buttons" });
  const play = playButton(buttons, model, {
    name: "step",
    steps: FACTS.steps,
    frame: FRAME,
    word: "Train",
  });
  const traits = [...CHOICES, "seed", "step"];
  const reset = resetButton(buttons, model, traits);
  const table = numberTable(el, {
    corner: "layer",
    columns: [
      ["gradient", "slope"],
      ["dead units", ""],
    ],
    rows: ["1", "2", "3", "4"],
  });
  const note = write(el, "p", { class: "note" }, " ");
  const say = liveRegion(el);

  const choice = () => choiceOf(...CHOICES.map((name) => model.get(name)));
  const runs = keepLast((chosen) => FACTS.seeds.map((seed) => newRun(chosen, seed)));
  let colours = null;
  let panel, drawnFrame, drawnData, waiting;

  function drawFrame(width) {
    if (width === drawnFrame) return;
    drawnFrame = width;
    const isWide = width >= 560;
    const own = isWide ? width - BESIDE : width;
    const height = isWide ? 150 : 64;
    curves.replaceChildren();
    setSize(curves, own, height + 52);
    panel = new Panel(curves, {
      top: 26,
      width: own,
      height,
      xDomain: [0, FACTS.steps.at(-1)],
      yDomain: [0, LOSS_SHOWN],
      label: "training loss by step, all three seeds",
    });
  }

  function drawCurves(all, seed, step) {
    panel.begin();
    const shown = FACTS.steps.filter((at) => at <= step);
    const order = [...FACTS.seeds].sort((a, b) => (a === seed) - (b === seed)); // its own on top
    for (const one of order) {
      const { losses } = all[FACTS.seeds.indexOf(one)];
      panel.curve((x) => losses[x] ?? NaN, shown, one === seed ? "main" : "ghost");
    }
    panel.segment(step, 0, step, LOSS_SHOWN, "now");
    const loss = all[FACTS.seeds.indexOf(seed)].losses[step];
    if (Number.isFinite(loss)) panel.point(step, Math.min(loss, LOSS_SHOWN), "loss-point");
    panel.finish();
  }

  /** The seeds side by side, as far as they are trained. */
  function drawSeeds(chosen, all, seed, step) {
    for (const { button, paint, said, seed: own } of small) {
      const run = all[FACTS.seeds.indexOf(own)];
      change(button, "aria-pressed", own === seed);
      if (!run.isAt(step)) continue;
      const view = run.lookAt(step);
      paint(chosen, view, colours);
      said.data = `seed ${own}: ${view ? percent(run.accuracies[step]) : "broke off"}`;
    }
  }

  /** Train the seeds that are not in the large drawing, a little at a time. */
  function trainOthers(chosen, all, seed, step) {
    clearTimeout(waiting);
    const late = all.find((run) => !run.isAt(step));
    if (!late) {
      drawSeeds(chosen, all, seed, step);
      drawCurves(all, seed, step);
      el.removeAttribute("aria-busy");
      return;
    }
    const end = performance.now() + SLICE;
    let at = late.losses.length - 1;
    while (at < step && performance.now() < end) late.lookAt(++at);
    waiting = setTimeout(trainOthers, 0, chosen, all, seed, step);
  }

  function redraw(width) {
    const chosen = choice();
    const all = runs(chosen);
    const [seed, step] = [model.get("seed"), model.get("step")];
    const own = all[FACTS.seeds.indexOf(seed)];
    const view = own.lookAt(step);
    drawFrame(width);
    if (chosen.data !== drawnData) drawSamples(samples, (drawnData = chosen.data));
    colours ??= coloursOf(samples);
    paint(chosen, view, colours);
    drawCurves(all, seed, step);

    const lossText = formatNumber(view ? own.losses[step] : NaN, 3);
    const rightText = view ? percent(own.accuracies[step]) : "none";
    const remark = view
      ? noteOn(chosen)
      : `The weights are no longer numbers: training broke off after step ${own.losses.length - 1}.`;
    [String(step), lossText, rightText].forEach((text, i) => (outputs[i].data = text));
    for (let layer = 0; layer < 4; layer++) {
      const size = view?.gradients[layer];
      const texts = [
        size === 0 ? "0" : Number.isFinite(size) ? formatPower(Math.log10(size)) : "none",
        layer < chosen.layers ? (view ? `${view.dead[layer]} of ${chosen.units}` : "none") : "",
      ];
      const name = layer < chosen.layers ? `hidden ${layer + 1}` : "output";
      table.row(layer, layer <= chosen.layers ? name : "", texts);
    }
    note.firstChild.data = remark;
    const spoken = `Step ${step}: loss ${lossText}, right ${rightText}. ${remark}`;
    change(samples, "aria-label", `${inWords(chosen)}, seed ${seed}. ${spoken}`);
    change(
      curves,
      "aria-label",
      `Training loss of three seeds up to step ${step}: here ${lossText}`,
    );
    say(spoken);
    el.setAttribute("aria-busy", "true");
    trainOthers(chosen, all, seed, step);
  }

  for (const { button, seed } of small) {
    button.addEventListener("click", () => {
      model.set("seed", seed);
      model.save_changes();
    });
  }

  reset.addEventListener("click", play.stop);

  let last;
  const unfollow = keepDrawn({ model, el, traits }, (width) => redraw((last = width)));
  // A canvas does not follow the page's theme by itself.
  const themed = new MutationObserver(() => {
    colours = null;
    redraw(last);
  });
  const attributeFilter = ["data-theme", "data-jp-theme-light"];
  for (const root of [document.documentElement, document.body])
    themed.observe(root, { attributes: true, attributeFilter });
  return () => {
    play.end();
    clearTimeout(waiting);
    unfollow();
    themed.disconnect();
  };
}

function inWords({ data, layers, units, hidden, output, loss }) {
  const title = FACTS.hiddenTitles[FACTS.hidden.indexOf(hidden)];
  const between = layers ? `${layers} × ${units} hidden units, ${title}` : "no hidden layer";
  return `${data}; ${between}; ${output} output, ${loss}`;
}

/** What a reader should know of these choices. */
function noteOn({ output, loss, twice, weights }) {
  if (weights === "all zeros")
    return "All units of a layer begin alike and are sent the same gradient: they stay alike.";
  if (twice && output === "linear")
    return "A linear output has slope 1: twice or once is the same.";
  if (twice && loss === "cross-entropy")
    return "The slope p(1 − p) once too often: half the gradient of squared error, and not of this loss.";
  if (twice) return "The slope of the output unit comes in twice: no loss has this gradient.";
  return FACTS.notes[`${output}|${loss}`];
}

export default { render };
