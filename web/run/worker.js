// Python, away from the page: it may compute for as long as it likes, and be ended at any time.
import { loadPyodide } from "./pyodide.mjs";

const beside = (name) => new URL(name, import.meta.url).href;

const QUIETLY = { messageCallback() {}, errorCallback: console.error };
const ASKS_FOR_SCIKIT_LEARN = /^\s*(from|import)\s+sklearn\b/m; // 7 MB that few cells need

async function fetched(name) {
  const answer = await fetch(beside(name));
  if (!answer.ok) throw new Error(`${name} is missing (status ${answer.status})`);
  return answer;
}

async function start() {
  const python = await loadPyodide({ indexURL: beside("./") });
  const [course, session] = await Promise.all([
    fetched("actloss.zip").then((answer) => answer.arrayBuffer()),
    fetched("session.py").then((answer) => answer.text()),
    python.loadPackage(["numpy", "scipy", "matplotlib"], QUIETLY),
  ]);
  python.unpackArchive(course, "zip", {
    extractDir: python.runPython("import site; site.getsitepackages()[0]"),
  });
  python.runPython(session);
  python.globals.set("emit", (kind, text, alt, line) => postMessage({ kind, text, alt, line }));
  postMessage({ kind: "ready" });
  const runCell = python.globals.get("run_cell");
  return {
    async run(code) {
      if (ASKS_FOR_SCIKIT_LEARN.test(code)) await python.loadPackage("scikit-learn", QUIETLY);
      return runCell(code);
    },
    names: python.globals.get("names_below"),
    needed: (codes) => python.globals.get("cells_needed")(python.toPy(codes)),
  };
}

const ready = start();
ready.catch((error) => postMessage({ kind: "broken", text: String(error) }));

addEventListener("message", async ({ data: { run, complete, needs } }) => {
  const python = await ready;
  if (run !== undefined) postMessage({ kind: "end", good: await python.run(run) });
  else if (needs) postMessage({ kind: "needed", places: python.needed(needs).toJs() });
  else postMessage({ kind: "names", names: python.names(complete).toJs() });
});
