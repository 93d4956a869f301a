// What a reader takes of a live figure: its drawing as it stands, and a page of it alone for an <iframe>.

// What decides how a mark of a drawing looks; style-sheets stay behind.
const LOOKS = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "stroke-linejoin",
  "stroke-linecap",
  "opacity",
  "visibility",
  "font-family",
  "font-size",
  "font-weight",
  "letter-spacing",
  "text-anchor",
  "dominant-baseline",
];
const MARGIN = 12; // pixels around a picture
const LINE = 22; // between the lines of numbers below it
const DOTS = 2; // of a PNG, for each pixel

const SVG = "http://www.w3.org/2000/svg";

function element(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

const DRAWINGS = "svg.actloss-plot, .plane > svg";

/** A copy of a drawing that looks the same without any style-sheet, with the canvas it lies on. */
function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  const copies = [copy, ...copy.querySelectorAll("*")];
  for (const [i, original] of [drawing, ...drawing.querySelectorAll("*")].entries()) {
    const shown = getComputedStyle(original);
    for (const name of LOOKS) copies[i].setAttribute(name, shown.getPropertyValue(name));
    for (const name of ["tabindex", "role", "style"]) copies[i].removeAttribute(name);
  }
  const canvas = drawing.parentElement.querySelector(":scope > canvas");
  if (canvas) {
    const whole = { width: "100%", height: "100%" };
    copy.prepend(element("image", { href: canvas.toDataURL(), ...whole }));
  }
  return copy;
}

/** The numbers below a figure and the settings above it, a line each. */
function wordsOf(figure) {
  const settings = [...figure.querySelectorAll(".widget-dropdown, .widget-slider")]
    .filter((control) => control.checkVisibility())
    .map((control) => {
      const label = control.querySelector("label, .widget-label").textContent;
      const menu = control.querySelector("select");
      const value = menu
        ? menu.selectedOptions[0]?.textContent
        : control.querySelector(".widget-readout")?.textContent;
      return `${label}: ${value}`;
    });
  const numbers = [...figure.querySelectorAll(".readout .number")]
    .map((number) => number.textContent.trim())
    .filter(Boolean);
  return [settings.join(", "), numbers.join(", ")].filter(Boolean);
}

/** All drawings of a figure, as one picture on paper of the page's colour, with its numbers in words. */
export function pictureOf(figure) {
  const drawings = [...figure.querySelectorAll(DRAWINGS)];
  const words = wordsOf(figure);
  const boxes = drawings.map((drawing) => drawing.getBoundingClientRect());
  const width = Math.max(...boxes.map((box) => box.width)) + 2 * MARGIN;
  const colours = getComputedStyle(figure.querySelector(".actloss-figure"));
  const picture = element("svg", { xmlns: SVG });
  const names = drawings.map((drawing) => drawing.getAttribute("aria-label"));
  picture.append(element("title", {}, [...names.filter(Boolean), ...words].join(". ")));
  const paper = element("rect", { fill: colours.getPropertyValue("--paper") });
  picture.append(paper);
  let y = MARGIN;
  drawings.forEach((drawing, i) => {
    const copy = standalone(drawing);
    const { width: wide, height: high } = boxes[i];
    for (const [name, value] of Object.entries({ x: MARGIN, y, width: wide, height: high }))
      copy.setAttribute(name, value);
    picture.append(copy);
    y += high + MARGIN;
  });
  for (const line of words) {
    const look = { fill: colours.color, "font-family": colours.fontFamily, "font-size": 13 };
    picture.append(element("text", { x: MARGIN, y: y + 8, ...look }, line));
    y += LINE;
  }
  const size = { width: Math.ceil(width), height: Math.ceil(y) };
  for (const part of [picture, paper])
    for (const [name, value] of Object.entries(size)) part.setAttribute(name, value);
  picture.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  return { picture, ...size };
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const asFile = (picture) =>
  new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" });

export function saveSvg(figure, name) {
  save(asFile(pictureOf(figure).picture), `${name}.svg`);
}

export async function savePng(figure, name) {
  const { picture, width, height } = pictureOf(figure);
  const url = URL.createObjectURL(asFile(picture));
  const image = new Image(width, height);
  image.src = url;
  await image.decode();
  URL.revokeObjectURL(url);
  const canvas = Object.assign(document.createElement("canvas"), {
    width: DOTS * width,
    height: DOTS * height,
  });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  save(await new Promise((done) => canvas.toBlob(done, "image/png")), `${name}.png`);
}

/** The code that shows this figure, in this state, in another page. */
export function embedding(figure, name, fragment) {
  const page = new URL(`../figures/${name}.html`, import.meta.url);
  page.hash = fragment;
  const frame = document.createElement("iframe");
  const title = figure.querySelector(DRAWINGS)?.getAttribute("aria-label") ?? name;
  Object.assign(frame, { src: page.href, title, width: "100%", height: figure.offsetHeight + 70 });
  frame.setAttribute("loading", "lazy");
  frame.style.border = "0";
  return frame.outerHTML;
}
