// Compiles the Python in archives beforehand, with the very Python that will load it. Takes from
// standard input { core: folder of Pyodide, from: folder, to: folder, keepSource: [names],
// others: [names] }, and writes each archive of one folder into the other.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const order = readFileSync(0, "utf8");
const { core, from, to } = JSON.parse(order);
const { loadPyodide } = await import(pathToFileURL(join(core, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: core });
for (const [place, root] of [
  ["/from", from],
  ["/to", to],
]) {
  python.FS.mkdir(place);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
}
python.runPython(readFileSync(new URL("compile.py", import.meta.url), "utf8"));
python.globals.get("compile_all")(order);
