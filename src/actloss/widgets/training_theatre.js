// A network that learns two moons: its border, and the curves of its training, epoch by epoch.
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { playButton } from "./player.js";
import { Panel, change, draw, formatNumber, setSize, write } from "./plot.js";
import { FACTS } from "./theatre_facts.js";
import { answers, runOf, unpack } from "./trained_networks.js";
import { STORED } from "./training_runs.js";

const EPOCHS = STORED.epochs;
const STRENGTHS = 15; // of each colour, so that most cells stay as they are
const FRAME = 350; // milliseconds that a played epoch stays

function choiceOf(model) {
  return {
    hidden: FACTS.hidden[model.get("hidden_index")],
    output: FACTS.outputs[model.get("output_index")],
    loss: FACTS.losses[model.get("loss_index")],
  };
}

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-theatre");
  const svg = draw(el, "svg", { role: "img", class: "actloss-plot" });
  const plane = draw(svg, "g");
  const panels = draw(svg, "g");
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["epoch ", ""],
    ["loss ", "main"],
    ["test accuracy ", "slope"],
  ]);
  const buttons = write(readout, "span", { class: "buttons" });
  const play = playButton(buttons, model, {
    name: "epoch",
    steps: EPOCHS,
    frame: FRAME,
    word: "Play",
  });
  const traits = ["hidden_index", "output_index", "loss_index", "epoch"];
  const reset = resetButton(buttons, model, traits);
  const note = write(el, "p", { class: "note" }, " ");
  const say = liveRegion(el);

  let shades, squares, lossPanel, accuracyPanel, drawnFrame;

  /** Axes, cells and points, drawn anew only when the width or the range of the loss changes. */
  function drawFrame(width, highest) {
    const frame = `${width} ${highest}`;
    if (frame === drawnFrame) return;
    drawnFrame = frame;
    const beside = width >= 560;
    const side = Math.min(Math.round((beside ? 0.52 : 1) * width), beside ? 380 : 300);
    // The two curves: one below the other beside the plane, or beside each other below it.
    const height = beside ? (side - 66) / 2 : 90;
    const top = beside ? 28 : side + 66;
    const middle = Math.round(width / 2);
    const ofLoss = beside ? { top, left: side + 52 } : { top, right: middle + 8 };
    const ofAccuracy = beside
      ? { top: top + height + 40, left: side + 52 }
      : { top, left: middle + 36 };
    setSize(svg, width, ofAccuracy.top + height + 26);
    drawPlane(side, beside ? 0 : (width - side) / 2);
    panels.replaceChildren();
    const common = { width, height, xDomain: [EPOCHS[0], EPOCHS.at(-1)] };
    lossPanel = new Panel(panels, {
      ...common,
      ...ofLoss,
      yDomain: [0, highest],
      label: "training loss",
      xTicks: !beside,
    });
    accuracyPanel = new Panel(panels, {
      ...common,
      ...ofAccuracy,
      yDomain: FACTS.accuracyShown,
      label: beside ? "test accuracy, % by epoch" : "accuracy, %",
    });
  }

  function drawPlane(side, x) {
    const place = (x) => ((x + FACTS.reach) / (2 * FACTS.reach)) * side;
    const edge = (i) => Math.round((i * side) / FACTS.cells); // whole pixels: cells meet without a seam
    plane.replaceChildren();
    draw(plane, "text", { x, y: 20, class: "panel-label" }).textContent =
      "what the network answers";
    const frame = draw(plane, "svg", { x, y: 28, width: side, height: side });
    // One path for all cells of a colour and strength: a browser styles and paints it in one go.
    shades = ["class-0", "class-1"].map((name) =>
      Array.from({ length: STRENGTHS + 1 }, (_, strength) =>
        draw(frame, "path", { class: `cells ${name}`, "fill-opacity": strength / 25, d: "" }),
      ),
    );
    squares = Array.from({ length: FACTS.cells ** 2 }, (_, i) => {
      const [column, row] = [i % FACTS.cells, FACTS.cells - 1 - Math.floor(i / FACTS.cells)];
      const [left, top] = [edge(column), edge(row)];
      return `M${left} ${top}H${edge(column + 1)}V${edge(row + 1)}H${left}Z`;
    });
    const [xs, ys] = unpack(STORED.points, STORED.pointScales);
    [...STORED.labels].forEach((label, i) => {
      const [x, y] = [place(xs[i]), side - place(ys[i])];
      if (label === "1") draw(frame, "circle", { cx: x, cy: y, r: 3.6, class: "sample class-1" });
      else
        draw(frame, "rect", {
          x: x - 3.2,
          y: y - 3.2,
          width: 6.4,
          height: 6.4,
          class: "sample class-0",
        });
    });
    draw(frame, "rect", { x: 0.5, y: 0.5, width: side - 1, height: side - 1, class: "border" });
  }

  function redraw(width) {
    const choice = choiceOf(model);
    const { losses, accuracy } = runOf(choice);
    const epoch = model.get("epoch");
    const moment = EPOCHS.indexOf(epoch);
    if (moment < 0) return;
    const finite = losses.filter(Number.isFinite);
    drawFrame(width, finite.length ? Math.min(1.1 * Math.max(...finite), FACTS.lossShown) : 1);

    const found = answers(choice, moment);
    const paths = shades.map((ofClass) => ofClass.map(() => ""));
    squares.forEach((square, i) => {
      const p = found ? found[i] : 0.5;
      paths[p > 0.5 ? 1 : 0][Math.round(2 * STRENGTHS * Math.abs(p - 0.5))] += square;
    });
    shades.forEach((ofClass, label) =>
      ofClass.forEach((path, strength) => change(path, "d", paths[label][strength])),
    );

    for (const panel of [lossPanel, accuracyPanel]) panel.begin();
    const shown = EPOCHS.slice(0, losses.length);
    lossPanel.curve((x) => losses[EPOCHS.indexOf(x)], shown, "main");
    accuracyPanel.curve((x) => 100 * accuracy[EPOCHS.indexOf(x)], shown, "slope");
    for (const [panel, values] of [
      [lossPanel, losses],
      [accuracyPanel, accuracy.map((v) => 100 * v)],
    ]) {
      const [low, high] = panel.yDomain;
      panel.segment(epoch, low, epoch, high, "now");
      if (Number.isFinite(values[moment])) {
        panel.point(epoch, values[moment], panel === lossPanel ? "loss-point" : "slope-point");
      }
    }
    if (!finite.length) lossPanel.bandLabel(lossPanel.xDomain, "NaN at every epoch");
    for (const panel of [lossPanel, accuracyPanel]) panel.finish();

    const broken = moment >= losses.length;
    const lossText = formatNumber(broken ? NaN : losses[moment], 3);
    const accuracyText = broken ? "none" : `${formatNumber(100 * accuracy[moment], 1)} %`;
    const remark = broken
      ? "The weights are no longer numbers: training broke off."
      : FACTS.notes[`${choice.output}|${choice.loss}`];
    [String(epoch), lossText, accuracyText].forEach((text, i) => (outputs[i].data = text));
    note.firstChild.data = remark;
    const title = FACTS.hiddenTitles[model.get("hidden_index")];
    const spoken = `Epoch ${epoch}: loss ${lossText}, test accuracy ${accuracyText}. ${remark}`;
    change(
      svg,
      "aria-label",
      `Two moons, ${title} hidden layer, ${choice.output} output, ${choice.loss}. ${spoken}`,
    );
    say(spoken);
  }

  reset.addEventListener("click", play.stop);
  const choices = ["hidden_index", "output_index", "loss_index"];
  const unfollow = keepDrawn({ model, el, traits, choices }, redraw);
  return () => {
    play.end();
    unfollow();
  };
}

export default { render };
