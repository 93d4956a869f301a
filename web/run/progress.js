// How much of Python is still to be fetched, in words.

const MEGABYTE = 1e6;

/** "Starting Python: 12 of 16 MB …", or, once it runs, "Fetching packages: 3 of 14 MB …". */
export function progress({ done, total }, isReady) {
  const inMegabytes = (bytes) => Math.ceil(bytes / MEGABYTE);
  const what = isReady ? "Fetching packages" : "Starting Python";
  return `${what}: ${inMegabytes(done)} of ${inMegabytes(total)} MB …`;
}
