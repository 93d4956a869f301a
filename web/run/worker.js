// Python, away from the page: it may compute for as long as it likes, and be ended at any time.
// NumPy and the course come with it; every other package comes when code imports it.
const beside = (name) => new URL(name, import.meta.url).href;
const FIRST = ["numpy", "actloss"]; // the packages that almost every cell needs
const CORE = ["pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];
const HERE = "/laboratory";

let python;
let packages; // by name: the file of each, what it needs, what code imports of it
let sizes; // of files, in bytes
let imports; // of each module of the course, the packages that it takes
const unpacked = new Set(); // the archives that Python has
const archives = new Map(); // those fetched and not yet unpacked; null while one is on its way

const say = (kind, more) => postMessage({ kind, ...more });

// While something is on its way, how much of it is here.
let done = 0;
let total = 0;

function expect(names) {
  for (const name of names) total += sizes[name];
}

function arrived(bytes) {
  done += bytes;
  say("fetching", { done, total });
}

async function answerFor(name) {
  const answer = await fetch(beside(name), { cache: "no-cache" }); // an older edition's is no use
  if (!answer.ok) throw new Error(`${name} is missing (status ${answer.status})`);
  return answer;
}

async function bytesOf(name) {
  const { body } = await answerFor(name);
  const bytes = new Uint8Array(sizes[name]);
  let place = 0;
  for (const reader = body.getReader(); ;) {
    const { done: ended, value } = await reader.read();
    if (ended) break;
    bytes.set(value, place);
    place += value.length;
    arrived(value.length);
  }
  if (place !== bytes.length) throw new Error(`${name} has ${place} bytes, not ${bytes.length}`);
  return bytes.buffer;
}

/** Fetch an archive beside all else. */
async function fetchArchive(name) {
  if (archives.has(name)) return;
  archives.set(name, null);
  expect([name]);
  try {
    archives.set(name, await bytesOf(name));
  } catch (error) {
    archives.delete(name);
    throw error;
  }
}

/** While Python waits at an `import` nothing can arrive, so this waits, too. */
function fetchNow(name) {
  expect([name]);
  arrived(0);
  const request = new XMLHttpRequest();
  request.open("GET", beside(name), false);
  request.setRequestHeader("Cache-Control", "no-cache");
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${name} is missing (status ${request.status})`);
  arrived(sizes[name]);
  return request.response;
}

function unpack(name, folder) {
  python.unpackArchive(archives.get(name) ?? fetchNow(name), "zip", { extractDir: folder });
  archives.delete(name);
  unpacked.add(name);
}

/** Put a package where Python looks for it, and the libraries it needs; all else comes by itself. */
function install(name, folder) {
  const { file, needs } = packages[name];
  for (const library of needs.filter((one) => packages[one].library)) loadLibrary(library);
  unpack(file, folder);
}

const loaded = new Set();

/** A library that compiled modules share: they ask for it by its name alone. */
function loadLibrary(name) {
  if (loaded.has(name)) return;
  loaded.add(name);
  const folder = `/usr/lib/${name}`;
  unpack(packages[name].file, folder);
  for (const file of python.FS.readdir(folder).filter((one) => one.endsWith(".so"))) {
    python._module.loadDynamicLibrary(file, {
      loadAsync: false,
      global: true,
      nodelete: true,
      allowUndefined: true,
      fs: {
        findObject: (path) => path === file,
        readFile: () => python.FS.readFile(`${folder}/${file}`),
      },
    });
  }
}

/** The files of packages, and of what they need. */
function filesOf(names) {
  const found = new Set();
  const todo = [...names];
  while (todo.length) {
    const { file, needs } = packages[todo.pop()];
    if (!found.has(file)) todo.push(...needs);
    found.add(file);
  }
  return [...found];
}

/** Let Pyodide's own files count as well, each as a whole, when it is here. */
function countCore() {
  expect(CORE);
  const watch = new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) {
      const file = CORE.find((one) => name === beside(one));
      if (file) arrived(sizes[file]);
    }
  });
  watch.observe({ type: "resource", buffered: true });
}

async function start() {
  ({ packages, sizes, imports } = await answerFor("packages.json").then((answer) => answer.json()));
  countCore();
  // Not before the list is here: by it the service worker forgets what is out of date.
  const core = import("./pyodide.mjs").then(({ loadPyodide }) =>
    loadPyodide({ indexURL: beside("./") }),
  );
  [python] = await Promise.all([core, ...[...filesOf(FIRST), "session.zip"].map(fetchArchive)]);
  unpack("session.zip", HERE);
  python.runPython(`import sys; sys.path.insert(0, "${HERE}")`);
  const hook = python.pyimport("packages");
  hook.install = install;
  hook.imported_by_course.update(python.toPy(imports));
  for (const [name, { imports: modules }] of Object.entries(packages))
    for (const module of modules) hook.waits.set(module, name);
  const session = python.pyimport("session");
  session.emit = (kind, text, alt, line) => say(kind, { text, alt, line });
  session.connect = (figures) => {
    figures.post = (message, buffers) => say("widget", { message, buffers: buffers.toJs() });
  };
  say("ready");
  return session;
}

const ready = start();
ready.catch((error) => say("broken", { text: String(error) }));

/** Run a cell; what it imports is fetched first, so that the page can say how much there is to come. */
async function run(session, code, isPreparing = false) {
  const wanted = python.pyimport("put_off").packages_for(code, isPreparing).toJs();
  const files = filesOf(wanted).filter((name) => !unpacked.has(name));
  await Promise.allSettled(files.map(fetchArchive)); // what fails is tried again at its `import`
  say("end", { good: await session.run_cell(code, isPreparing) });
}

const ASKED = {
  run,
  prepare: (session, code) => run(session, code, true), // for another cell's sake
  complete: (session, path) => say("names", { names: session.names_below(path).toJs() }),
  needs(session, codes) {
    say("needed", { places: python.pyimport("needs").cells_needed(python.toPy(codes)).toJs() });
  },
  widget(session, { message, buffers }) {
    session.receive(message, python.toPy(buffers));
    say("heard");
  },
};

/** Python itself is at its end: it says so here, or where nobody waits for its answer. */
function endWith(error) {
  say("broken", { text: String(error), hasStarted: Boolean(python) });
}
addEventListener("unhandledrejection", ({ reason }) => endWith(reason));
addEventListener("error", ({ message }) => endWith(message));

addEventListener("message", async ({ data }) => {
  const session = await ready;
  try {
    for (const [question, about] of Object.entries(data)) await ASKED[question](session, about);
  } catch (error) {
    endWith(error);
  }
});
