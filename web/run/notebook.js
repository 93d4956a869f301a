// A reader's answers in the notebook of the exercises, and back again.

const MOST_BYTES = 64e6;
const HOW = "Choose a file .ipynb, as “Download my notebook” gives it.";

/** What is wrong with a file, in words for its reader. */
export class WrongFile extends Error {}

const isCode = ({ cell_type: kind }) => kind === "code";
const textOf = ({ source }) => (Array.isArray(source) ? source.join("") : String(source ?? ""));
const markOf = ({ metadata }) => metadata?.nbgrader;

/** The notebook with these answers, [name, code], in their cells; nothing in it was run. */
export function withAnswers(notebook, answers) {
  const codes = new Map(answers);
  const cells = notebook.cells.map((cell) => {
    if (!isCode(cell)) return cell;
    const mark = markOf(cell);
    const code = mark?.solution ? codes.get(mark.grade_id) : undefined;
    const source = code === undefined ? cell.source : code.split(/(?<=\n)/);
    return { ...cell, source, outputs: [], execution_count: null };
  });
  return { ...notebook, cells };
}

/** What a file holds, if it is a notebook. */
export async function readNotebook(file) {
  if (file.size > MOST_BYTES)
    throw new WrongFile(`${file.name} has ${Math.round(file.size / 1e6)} MB, too much. ${HOW}`);
  let content;
  try {
    content = JSON.parse((await file.text()).replace(/^\uFEFF/, ""));
  } catch {
    throw new WrongFile(`${file.name} is no notebook. ${HOW}`);
  }
  if (!Array.isArray(content?.cells) || content.nbformat !== 4) {
    const old = Array.isArray(content?.worksheets);
    throw new WrongFile(
      old
        ? `${file.name} is a notebook of an old version: open it in JupyterLab, save it, and try again.`
        : `${file.name} is no notebook. ${HOW}`,
    );
  }
  return content;
}

const CHECKS = /^\s*check\(\s*["'](\w+)["']/;
const ADDS_UP = /^\s*score\(/;
const ONLY_IN_A_NOTEBOOK = /^\s*[%!]/m;
// The cell that fetches the course: each downloaded notebook begins with it, and a page needs none.
const FETCHES_THE_COURSE = /^# This notebook uses the course's own package, actloss\./;

/**
 * The answers in a notebook, by exercise, and how many cells have no place in a page. An answer is
 * all the code before its check: a reader may have put cells of their own beside it, or lost the
 * marks. `given` is the code that came with the notebook.
 */
export function answersIn(notebook, given) {
  const answers = new Map();
  let before = [];
  let leftOut = 0;
  for (const cell of notebook.cells.filter((one) => one && isCode(one))) {
    const mark = markOf(cell);
    const text = textOf(cell);
    const name = mark?.grade ? mark.grade_id?.replace(/^check-/, "") : CHECKS.exec(text)?.[1];
    if (name) {
      if (before.length)
        answers.set(name, [answers.get(name), ...before].filter(isText).join("\n\n"));
      before = [];
    } else if (mark?.solution) before.push(text);
    else if (mark?.locked || given.includes(text.trim()) || isOfCourse(text)) continue;
    else if (ONLY_IN_A_NOTEBOOK.test(text)) leftOut += 1;
    else if (text.trim()) before.push(text);
  }
  return { answers, leftOut: leftOut + before.length };
}

const isOfCourse = (text) => ADDS_UP.test(text) || FETCHES_THE_COURSE.test(text);
const isText = (part) => part !== undefined;

/** The title of a notebook, in quotes, for whoever opened the wrong one. */
export function titleOf({ cells }) {
  const words = cells.filter((cell) => cell && !isCode(cell));
  const title = words.map((cell) => /^# (.+)$/m.exec(textOf(cell))?.[1]).find(Boolean);
  return title ? `“${title}”` : "no title";
}

/** Hand a notebook to the browser, which puts it among the reader's downloads. */
export function saveAs(name, notebook) {
  const text = `${JSON.stringify(notebook, null, 1)}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Let the reader choose a file; nothing comes of it if they choose none. */
export function chooseFile(use) {
  const input = Object.assign(document.createElement("input"), {
    type: "file",
    accept: ".ipynb,application/json",
  });
  input.addEventListener("change", () => input.files[0] && use(input.files[0]));
  input.click();
}
