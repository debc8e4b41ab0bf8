// The states of a run as the page groups them. The constant WORKING (of ganapp.runs) comes before it.

const LIVE = WORKING.filter((state) => state !== "queued");

// Runs are [name, state, nimg], newest first. Live ones come first, then those that wait; equals keep their
// order.
function sortedRuns(runs) {
  const rank = ([, state]) => (LIVE.includes(state) ? 0 : state === "queued" ? 1 : 2);
  return [...runs].sort((a, b) => rank(a) - rank(b));
}
