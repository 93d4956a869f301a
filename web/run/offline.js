// The page's service worker, registered when a reader first asks for Python: pages that were open,
// and what Python took, are there without a connection, and no byte of Python is fetched twice.
const PYTHON = "actloss-python";
const PAGES = "actloss-pages";
const FOLDER = "/_static/live-python/";
// Asked for anew each time: by them a browser learns that other files have changed.
const FRESH = ["packages.json", "worker.js", "names.json"];

// What a page loads only when it is asked for, and should have without a connection as well.
const ASKED_FOR = ["_static/search/search.js", "_static/search/entries.js", "_static/glance.js"];
ASKED_FOR.push("chapters/glossary.html", "chapters/bibliography.html");

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || request.headers.has("range"))
    return;
  event.waitUntil((askedFor ??= keepWhatIsAskedFor()));
  const [, file] = pathname.split(FOLDER);
  if (!file) event.respondWith(newest(event, PAGES));
  else if (!FRESH.includes(file)) event.respondWith(kept(event));
  else event.respondWith(newest(event, PYTHON, file === "packages.json" ? forgetOld : undefined));
});

let askedFor;

/** Once, beside what the page does. */
async function keepWhatIsAskedFor() {
  const cache = await caches.open(PAGES);
  const isKept = await Promise.all(ASKED_FOR.map((address) => cache.match(address)));
  const missing = ASKED_FOR.filter((_, number) => !isKept[number]);
  await cache.addAll(missing).catch(() => {}); // a later start of this worker tries again
}

/** What is kept of it; what is not is fetched, and kept. */
async function kept(event) {
  const cache = await caches.open(PYTHON);
  return (await cache.match(event.request.url)) ?? fetchAndKeep(event, cache);
}

/** As the host has it now; without a connection, as it was when it was last seen. */
async function newest(event, name, beforeKeeping = async () => {}) {
  const cache = await caches.open(name);
  try {
    return await fetchAndKeep(event, cache, beforeKeeping);
  } catch (error) {
    const found = await cache.match(event.request.url, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

async function fetchAndKeep(event, cache, beforeKeeping = async () => {}) {
  const { request } = event;
  // Of Python an older edition's file, from the browser's other cache, would stay for good.
  const isPython = new URL(request.url).pathname.includes(FOLDER);
  const answer = await fetch(isPython ? new Request(request, { cache: "no-cache" }) : request);
  if (answer.status === 200 && answer.type === "basic") {
    await beforeKeeping(cache, answer.clone());
    // A full store keeps nothing more, and the page goes on without.
    event.waitUntil(cache.put(event.request.url, answer.clone()).catch(() => {}));
  }
  return answer;
}

/** Forget the files that the new list gives another digest, or none. */
async function forgetOld(cache, answer) {
  const { digests } = await answer.json();
  const before = await cache.match(answer.url).then((found) => found?.json());
  for (const { url } of await cache.keys()) {
    const [, file] = new URL(url).pathname.split(FOLDER);
    const isSame = digests[file] && digests[file] === before?.digests[file];
    if (!isSame && !FRESH.includes(file)) await cache.delete(url);
  }
}
