// Which runs are compared: what is known of each, its colour, and how it is found again in the server's list.

const POINTS_KEPT = 6000; // of each of up to eight runs

// state: {runs, chosen}, see compare.js; settings.chosen: [name, slot, stamp] of those of the last visit.
function makeChosenRuns(state, settings) {
  // Choose the runs of these names, as many as can be compared. One that was chosen before stays as it is.
  function take(names) {
    const before = state.chosen;
    const find = (name) => before.find((run) => run.name === name) ?? freshRun(name);
    state.chosen = names.slice(0, FORM.most).map(find);
    for (const run of state.chosen) run.slot ??= freeSlot();
  }

  // A run keeps the colour that it had when it was chosen before, where no other one has it now.
  function freshRun(name) {
    const row = state.runs.find((one) => one[0] === name);
    const before = settings.chosen?.find((one) => (row && one[2] ? one[2] === row[4] : one[0] === name));
    const slot = before?.[1];
    const isTaken = state.chosen.some((run) => run.slot === slot);
    const points = makeTable(POINTS_KEPT);
    return {
      name,
      stamp: row ? row[4] : before?.[2],
      title: row ? row[3] : name,
      slot: isTaken ? undefined : slot,
      label: row ? row[3] : name,
      folder: null,
      figures: null,
      facts: null,
      grids: [],
      table: points,
    };
  }

  function freeSlot() {
    const slots = [...Array(FORM.most).keys()];
    return slots.find((slot) => !state.chosen.some((run) => run.slot === slot));
  }

  const names = () => state.chosen.map((run) => run.name);

  // The names that the chosen runs have now. A run is gone where its name is another one's.
  function namesNow() {
    const rowOf = ({ name, stamp }) => state.runs.find((row) => (stamp ? row[4] === stamp : row[0] === name));
    return state.chosen
      .map(rowOf)
      .filter(Boolean)
      .map((row) => row[0]);
  }

  // A first visitor sees something at once: the two newest runs that have begun.
  function firstNames() {
    const begun = state.runs.filter((row) => row[2] > 0 || LIVE.includes(row[1]));
    return begun.slice(0, 2).map((row) => row[0]);
  }

  return { take, names, namesNow, firstNames };
}
