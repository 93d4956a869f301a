// The exercises of a page: which are solved as they stand, and what that adds up to.

/** Whether a reader cannot change this cell: nbgrader would put it back as it was. */
export const isLocked = ({ dataset }) => "locked" in dataset || "check" in dataset;

/** The cell that checks this answer. */
export const checkOf = (cells, { bar }) =>
  cells.find((one) => one.bar.dataset.check && one.bar.dataset.check === bar.dataset.answer);

/** The answer that this cell checks. */
export const answerOf = (cells, { bar }) =>
  cells.find((one) => one.bar.dataset.answer && one.bar.dataset.answer === bar.dataset.check);

/** The code that a check stands on, cell by cell, to know later whether it is still the same. */
export const codeOfCells = (cells) => cells.map(({ key, text }) => [key, text]);

function reportOf({ outcome }) {
  const message = outcome?.messages.find(({ kind }) => kind === "report");
  return message && JSON.parse(message.text);
}

/** Whether the code that was checked has been changed since. */
function isStale(cells, { outcome }) {
  const textOf = new Map(cells.map(({ key, text }) => [key, text]));
  return !outcome.checked?.every(([key, text]) => textOf.get(key) === text);
}

/** In words, what came of a check that has just ended; nothing where the cell is no check. */
export function wordsOfCheck(check) {
  const report = reportOf(check);
  if (!report) return "";
  return report.solved ? `Solved, ${pointsOf(check)}.` : "Not solved yet.";
}

const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const pointsOf = ({ bar }) => counted(Number(bar.dataset.points), "point");

export const isSolved = (cells, check) =>
  Boolean(reportOf(check)?.solved) && !isStale(cells, check);

/** Say at the top of the page, and under each answer, what is solved as it stands. */
export function showScore(cells) {
  const checks = cells.filter(({ bar }) => bar.dataset.check);
  if (!checks.length) return;
  for (const check of checks) {
    if (!reportOf(check)) continue;
    const stale = isStale(cells, check);
    check.box.classList.toggle("is-stale", stale);
    say(check.status, stale ? "Your answer has changed since this check." : check.outcome.words);
  }
  const solved = checks.filter((check) => isSolved(cells, check));
  const points = (some) => some.reduce((sum, { bar }) => sum + Number(bar.dataset.points), 0);
  const words = `${solved.length} of ${checks.length} solved, ${points(solved)} of ${points(checks)} points`;
  for (const place of document.querySelectorAll(".exercise-score strong")) say(place, words);
}

/** Change what is said, unless it is said already: a screen reader would say it again. */
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

/** Open our solution, which follows its check. */
export function openSolution({ box }) {
  const next = box.nextElementSibling;
  if (next?.matches("details")) next.open = true;
}
