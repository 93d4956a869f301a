// Starts Python in a worker of its own, behind a service worker that keeps for later what is fetched.
const WORKER = new URL("../live-python/worker.js", import.meta.url);
const OFFLINE = new URL("../../offline.js", import.meta.url);
const PATIENCE = 3000; // milliseconds; without it all works, but is fetched again another time

/** Resolves once this page's requests go through the service worker, or cannot. */
async function keepForLater() {
  const workers = navigator.serviceWorker;
  if (!workers || workers.controller) return;
  const controlled = new Promise((resolve) =>
    workers.addEventListener("controllerchange", resolve, { once: true }),
  );
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    await workers.register(OFFLINE);
    await Promise.race([controlled, late]);
  } catch {
    // A private window, or a host without HTTPS: nothing is kept.
  }
}

const wasKept = Boolean(navigator.serviceWorker?.controller); // as all that such a page asks for

/** Let the service worker see what this page asked for before it was there: for a reload without it. */
export async function keepThisPage() {
  if (wasKept || !navigator.serviceWorker?.controller) return;
  const isOurs = (url) => url.startsWith(location.origin) && !url.includes("/live-python/");
  const asked = performance.getEntriesByType("resource").map(({ name }) => name);
  const urls = new Set([location.href.split("#")[0], ...asked.filter(isOurs)]);
  await Promise.allSettled([...urls].map((url) => fetch(url)));
}

/** Start Python; `hear` gets what it says, and what is asked of it meanwhile waits. */
export function startPython(hear) {
  let worker = null;
  let isEnded = false;
  const waiting = [];
  keepForLater().then(() => {
    if (isEnded) return;
    worker = new Worker(WORKER, { type: "module" });
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = ({ message }) => hear({ kind: "broken", text: message });
    for (const question of waiting) worker.postMessage(question);
  });
  return {
    postMessage: (question) => (worker ? worker.postMessage(question) : waiting.push(question)),
    terminate() {
      isEnded = true;
      worker?.terminate();
    },
  };
}
