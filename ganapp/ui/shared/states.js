// The states of a run as the page groups them. The constant WORKING is that of ganapp.runs.

const LIVE = WORKING.filter((state) => state !== "queued");

// Runs are [name, state, nimg], newest first. Here live ones come first, then those that wait, then the rest.
function sortedRuns(runs) {
  const rank = ([, state]) => (LIVE.includes(state) ? 0 : state === "queued" ? 1 : 2);
  return [...runs].sort((a, b) => rank(a) - rank(b));
}
