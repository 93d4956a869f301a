// One activation (and, as a ghost, a second one): its curve, its slope, and a point to move along it.
import {
  PARAMETERS,
  argumentsOf,
  drawn,
  fitSliders,
  ownerOf,
  shownOf,
} from "./chosen_functions.js";
import { FUNCTIONS } from "./functions.js";
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { movable, pointToMove } from "./movable.js";
import { Panel, change, draw, formatNumber, grid, keepLast, runs, setSize, write } from "./plot.js";

const X_DOMAIN = [-5, 5];
const STEP = 0.1;
// Every curve has the same points, whatever kinks are its own: so one can glide into another.
const ALL_KINKS = [...new Set(Object.values(FUNCTIONS).flatMap(({ kinks }) => kinks))];
const ZOOMS = [1, 10, 100, 1000];
const SATURATED = 0.05; // a unit passes back less than 5 % of its gradient

/** The part of the x axis, `zoom` times smaller than all of it, that lies around `x`. */
function windowAround(x, zoom) {
  const [low, high] = X_DOMAIN;
  const half = (high - low) / 2 / zoom;
  const centre = Math.min(Math.max(x, low + half), high - half);
  return [centre - half, centre + half];
}

/** What of the y axis a magnified curve needs, and at least `span` of it. */
function fit(values, span) {
  const seen = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const half = Math.max(1.2 * (high - low), span) / 2;
  return [(low + high) / 2 - half, (low + high) / 2 + half];
}

function spoken(name, show, x, value, slope) {
  const standing = slope === 0 ? " The slope is zero: no gradient passes." : "";
  return `${name} at x ${show(x)}: value ${show(value)}, slope ${show(slope)}.${standing}`;
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "group", class: "actloss-plot" });
  const panels = draw(svg, "g", { "aria-hidden": "true" });
  const handle = pointToMove(svg, "x", X_DOMAIN);
  const readout = write(el, "p", { class: "readout" });
  const { line: numbers, outputs } = numberLine(readout, [
    ["x = ", ""],
    ["f(x) = ", "main"],
    ["f′(x) = ", "slope"],
  ]);
  const ghostName = write(numbers, "span", { class: "number ghost" }, " ").firstChild;
  // Choices before numbers: a newly chosen function sets its own numbers first.
  const choices = ["function_index", "compare_index"];
  const traits = [...choices, "zoom_index", "float16", "x", ...PARAMETERS];
  resetButton(readout, model, traits);
  const say = liveRegion(el);
  let top, bottom, drawnFrame, drawnHeights, drawnGhost;
  let zoom, xDomain;
  const pointsOf = keepLast(grid);

  /** Magnify what lies around the point. A link then needs to say where that was. */
  function magnify() {
    const numbers = model.get("zoom_index") ? ["x", "centre"] : ["x"];
    const ends = Object.fromEntries(numbers.map((name) => [name, X_DOMAIN]));
    model.set({ centre: model.get("x"), link_numbers: ends });
    model.save_changes();
  }

  /** A magnified part of the axis stands still while the point moves within it. */
  function lookCloser() {
    const x = model.get("x");
    zoom = ZOOMS[model.get("zoom_index")];
    xDomain = windowAround(model.get("centre"), zoom);
    if (x < xDomain[0] || x > xDomain[1]) {
      model.set("centre", x);
      model.save_changes();
      xDomain = windowAround(x, zoom);
    }
    change(handle, "aria-valuemin", Number(xDomain[0].toFixed(6)));
    change(handle, "aria-valuemax", Number(xDomain[1].toFixed(6)));
    numbers.classList.toggle("wide", zoom > 1);
  }

  /** The axes, drawn anew only when they change: a slider moves curves only. */
  function drawPanels(width, yDomain, slopeDomain) {
    const rounded = model.get("float16") ? ", rounded to float16" : "";
    const frame = `${width} ${xDomain} ${rounded}`;
    const heights = `${yDomain} ${slopeDomain}`;
    if (frame === drawnFrame && heights === drawnHeights) return;
    drawnHeights = heights;
    if (frame === drawnFrame) {
      top.rescale(yDomain);
      bottom.rescale(slopeDomain);
      return;
    }
    drawnFrame = frame;
    const [left, right] = zoom === 1 ? [40, 12] : [72, 28]; // magnified, the axes have longer numbers
    const [upper, lower] = width < 480 ? [190, 96] : [230, 106];
    const height = 28 + upper + 40 + lower + 26;
    setSize(svg, width, height);
    panels.replaceChildren();
    top = new Panel(panels, {
      top: 28,
      left,
      right,
      width,
      height: upper,
      xDomain,
      yDomain,
      label: `value f(x)${rounded}`,
      xTicks: false,
    });
    bottom = new Panel(panels, {
      top: 28 + upper + 40,
      left,
      right,
      width,
      height: lower,
      xDomain,
      yDomain: slopeDomain,
      label: `slope f′(x)${rounded}`,
    });
  }

  function redraw(width) {
    const [main, ghost] = drawn(model);
    const { value, slope, exact } = shownOf(model, main);
    change(
      svg,
      "aria-label",
      `${main.title} and its slope${ghost ? `, beside ${ghost.title}` : ""}`,
    );
    lookCloser();
    // Rounded to float16 a curve has steps, so it is asked at every pixel.
    const count = exact ? Math.round(width) : 120;
    const points = pointsOf(xDomain, ALL_KINKS, count);
    const slopes = points.map(slope);
    const low = Math.min(main.low, ghost?.low ?? Infinity);
    const high = Math.max(main.high, ghost?.high ?? -Infinity);
    if (zoom === 1) drawPanels(width, [low, high], [-0.3, 1.3]);
    else drawPanels(width, fit(points.map(value), (high - low) / zoom), fit(slopes, 1.6 / zoom));
    for (const panel of [top, bottom]) panel.begin();

    shade(main.kinks, slope, zoom === 1 ? { points, slopes } : null);
    drawGhost(ghost, count);
    if (exact) {
      top.curve(exact.value, points, "exact");
      bottom.curve(exact.slope, points, "exact");
    }

    const x = model.get("x");
    const y = value(x);
    const m = slope(x);
    const [left, right] = xDomain;
    top.segment(left, y + m * (left - x), right, y + m * (right - x), "tangent");
    top.curve(value, points, "main");
    bottom.curve(slope, points, "slope");
    bottom.segment(x, 0, x, m, "stem");
    bottom.point(x, m, "slope-point");
    for (const panel of [top, bottom]) panel.finish();

    change(handle, "cx", top.toX(x));
    change(handle, "cy", Math.min(Math.max(top.toY(y), top.top), top.top + top.height));
    const digits = 3 + model.get("zoom_index");
    const show = (number) => formatNumber(number, digits);
    const name = exact ? `${main.title}, rounded to float16,` : main.title;
    change(handle, "aria-valuenow", Number(x.toFixed(digits)));
    const words = spoken(name, show, x, y, m);
    change(handle, "aria-valuetext", words);

    [x, y, m].forEach((number, i) => (outputs[i].data = show(number)));
    ghostName.data = ghost ? `in grey: ${ghost.title}` : "";
    say(words);
  }

  /** The first curve of each panel; it stands still while the slider of the other function moves. */
  function drawGhost(ghost, count) {
    const drawing =
      ghost && [drawnFrame, drawnHeights, ghost.title, ...argumentsOf(model, ghost)].join();
    if (ghost && drawing === drawnGhost) {
      for (const panel of [top, bottom]) panel.keep();
    } else if (ghost) {
      const { value, slope } = shownOf(model, ghost);
      const points = grid(xDomain, ALL_KINKS, count);
      top.curve(value, points, "ghost");
      bottom.curve(slope, points, "ghost");
    }
    drawnGhost = drawing;
  }

  /** Shade what is dead or saturated as seen on the whole axis, whatever part of it is shown. */
  function shade(kinks, slope, whole) {
    const points = whole?.points ?? grid(X_DOMAIN, kinks);
    const slopes = whole?.slopes ?? points.map(slope);
    const inSight = ([from, to]) => [Math.max(from, xDomain[0]), Math.min(to, xDomain[1])];
    const dead = runs(points, (i) => slopes[i] === 0);
    // Around a minimum the slope is small too; saturated is what stays flat as far as we see.
    const saturated = runs(
      points,
      (i) => slopes[i] !== 0 && Math.abs(slopes[i]) < SATURATED,
    ).filter(([from, to]) => from === points[0] || to === points.at(-1));
    const narrow = [];
    for (const [runsFound, className, ...wordings] of [
      [dead, "dead", "dead: slope 0"],
      [saturated, "saturated", `saturated: slope below ${SATURATED}`, `slope < ${SATURATED}`],
    ]) {
      const shown = runsFound.map(inSight).filter(([from, to]) => from < to);
      for (const panel of [top, bottom]) panel.shade(shown, className);
      const labelled = shown.filter((run) => top.bandLabel(run, ...wordings));
      if (labelled.length < shown.length) narrow.push([className, ...wordings]);
    }
    top.bandKeys(narrow);
  }

  const setX = (x) => {
    model.set("x", x);
    model.save_changes();
  };
  movable(handle, svg, () => top, {
    get: () => model.get("x"),
    set: setX,
    step: () => STEP / zoom,
  });

  model.on("change:zoom_index", magnify);
  magnify();

  const owners = Object.fromEntries(PARAMETERS.map((name) => [name, ownerOf(model, name)]));
  const asked = [model.get("function_index"), { ...owners }];
  function standBack() {
    const [index, owned] = asked;
    const same =
      index === model.get("function_index") &&
      PARAMETERS.every((name) => !owned[name] || owned[name] === owners[name]);
    model.set("as_asked", same);
    model.save_changes();
  }
  for (const name of choices) {
    model.on(`change:${name}`, () => {
      fitSliders(model, owners);
      standBack();
    });
  }
  return keepDrawn({ model, el, traits, choices }, redraw);
}

export default { render };
