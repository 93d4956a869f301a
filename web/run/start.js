// Waits until a reader goes into a cell's code or presses Run, then loads the laboratory; at once
// where the reader left something on this page before.
import { isLocked } from "./exercises.js";
import { keyOf, read } from "./storage.js";

const bars = [...document.querySelectorAll(".run-python")];
const laboratory = () => import("./page.js");
const A_MOMENT = 150; // milliseconds; a pointer that only passes by asks for nothing

for (const bar of bars) {
  const button = bar.querySelector("button");
  button.addEventListener("click", async () => {
    (await laboratory()).press(bar);
  });
  warmUpWhenMeant(button);
  if (!isLocked(bar)) openAtFirstTouch(bar);
}

/** Load the laboratory when a reader goes into this cell's code. */
function openAtFirstTouch(bar) {
  const code = bar.closest(".cell").querySelector(".cell_input pre");
  const frame = code.parentElement; // the theme decides itself which <pre> the Tab key reaches
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "Code, which you can change");
  code.addEventListener("click", async ({ clientX: x, clientY: y }) => {
    if (!getSelection().isCollapsed) return; // marked, to be copied
    (await laboratory()).edit(bar, { x, y });
  });
  frame.addEventListener("focusin", async ({ target }) => {
    const isCode = target === frame || target === code;
    if (isCode && target.matches(":focus-visible")) (await laboratory()).edit(bar);
  });
}

for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", async () => {
    (await laboratory()).act(button);
  });
}

/** Begin to fetch Python when a reader is about to press a button, or types. */
function warmUpWhenMeant(button) {
  let soon = null;
  const warmUp = async () => (await laboratory()).warmUp();
  const box = button.closest(".cell");
  button.addEventListener("pointerenter", () => (soon = setTimeout(warmUp, A_MOMENT)));
  button.addEventListener("pointerleave", () => clearTimeout(soon));
  button.addEventListener("focus", async () => (await laboratory()).warmUpIfStaying({ box }));
}

try {
  const found = await read(bars.map(({ dataset }) => keyOf(dataset.page, dataset.cell)));
  if (found.some((record) => record)) (await laboratory()).restore(found);
} catch {
  // A browser that keeps nothing has nothing to give back; page.js says so to whoever types.
}
