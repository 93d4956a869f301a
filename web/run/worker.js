// Python, away from the page: it may compute for as long as it likes, and be ended at any time.
import { loadPyodide } from "./pyodide.mjs";

const beside = (name) => new URL(name, import.meta.url).href;

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
    python.loadPackage(["numpy", "scipy", "matplotlib"], {
      messageCallback() {},
      errorCallback: console.error,
    }),
  ]);
  python.unpackArchive(course, "zip", {
    extractDir: python.runPython("import site; site.getsitepackages()[0]"),
  });
  python.runPython(session);
  python.globals.set("emit", (kind, text, alt) => postMessage({ kind, text, alt }));
  postMessage({ kind: "ready" });
  return python.globals.get("run_cell");
}

const ready = start();
ready.catch((error) => postMessage({ kind: "broken", text: String(error) }));

addEventListener("message", async ({ data: code }) => {
  const run = await ready;
  postMessage({ kind: "end", good: run(code) });
});
