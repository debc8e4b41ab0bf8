// The charts of the Compare tab: one for each column that a person chose, in each a line for each chosen run, and the
// curves as a file.

// changed(): the whole curves are to be asked for; curves(request): asks the server; fail(sentence): says why there is
// no file.
function makeComparisonCharts(parts, state, { changed, curves, fail }) {
  const charts = makeCharts(parts);

  function lineOf(run, metric) {
    return {
      id: run.name,
      label: run.label,
      title: run.title,
      colour: colourOf(run),
      table: run.table,
      key: metric,
      always: true,
      faint: state.chosen.length > 2,
      dash: run.slot > 3 ? [6, 3] : undefined,
    };
  }

  const { learn, refresh } = makeMoreCharts(parts, charts, {
    key: "metrics",
    linesOf: (metric) => state.chosen.map((run) => lineOf(run, metric)),
    changed,
  });
  makeCurveFiles(parts, {
    runs: () => state.chosen.map(({ name, stamp }) => [name, stamp]),
    curves,
    fail,
  });
  return { ...charts, learn, refresh };
}
