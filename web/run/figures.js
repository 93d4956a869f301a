// Live figures that a cell made: the page's widget host draws them, and Python answers as long as it
// is there. It comes with the first of them.
const WIDGETS = new URL("../widgets/", import.meta.url);

let host = null; // a promise of its module
let wire = null; // to the figures of the Python that runs
let last = Promise.resolve(); // what Python said is heard in its order

function loadHost() {
  host ??= Promise.all([import(new URL("host.js", WIDGETS).href), loadStyle()]).then(
    ([module]) => module,
  );
  return host;
}

function loadStyle() {
  const { href } = new URL("host.css", WIDGETS);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href, onload: resolve, onerror: reject });
    document.head.prepend(link); // before the course's own style, which overrules it
  });
}

/** What Python says to its figures; `post` is the way back to it. */
export function hear({ message, buffers }, post) {
  last = last.then(async () => {
    const { connect } = await loadHost();
    wire ??= connect(post);
    await wire.hear(JSON.parse(message), buffers);
  });
  last = last.catch((error) => console.error("A live figure does not understand Python:", error));
}

/** Python has dealt with what a figure told it. */
export function heard() {
  wire?.heard();
}

/** Python is gone: what is drawn moves on as far as it can. */
export function end() {
  last = last.then(() => {
    wire?.end();
    wire = null;
  });
}

/** Draw a figure at the end of an output: as Python has it, or, where that is gone, as it was kept. */
export async function draw(output, { text, alt }) {
  const place = document.createElement("div");
  place.className = "widget-slot run-figure";
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", alt);
  place.setAttribute("aria-live", "off"); // it says itself what is new in it
  const live = document.createElement("div");
  live.className = "widget-live";
  place.append(live);
  output.append(place);
  const kept = JSON.parse(text);
  try {
    const { showStored } = await loadHost();
    await last; // its models may still be on their way
    if (wire?.has(kept.model)) await wire.show(kept.model, live);
    else await showStored(kept, live);
    place.dataset.state = "live";
  } catch (error) {
    place.remove();
    const words = `${alt}: this page cannot draw it (${error.message}).`;
    output.append(Object.assign(document.createElement("pre"), { textContent: words }));
  }
}
