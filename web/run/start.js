// Waits until a reader goes into a cell's code or presses Run, then loads the laboratory; at once
// where the reader left something on this page before.
import { keyOf, read } from "./storage.js";

const bars = [...document.querySelectorAll(".run-python")];
const laboratory = () => import("./page.js");

for (const bar of bars) {
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
  bar.querySelector("button").addEventListener("click", async () => {
    (await laboratory()).press(bar);
  });
}

try {
  const found = await read(bars.map(({ dataset }) => keyOf(dataset.page, dataset.cell)));
  if (found.some((record) => record)) (await laboratory()).restore(found);
} catch {
  // A browser that keeps nothing has nothing to give back; page.js says so to whoever types.
}
