// Figures that Evaluate measured of the run that is shown, in ui.measured: a sentence, a table, how they were measured.

function renderMeasured(parts, measured) {
  const { ui, show, set, make } = parts;
  show(ui.measured, Boolean(measured));
  if (!measured) return;
  set(ui.verdict, spoken(parts, measured.verdict));
  show(ui.verdict, Boolean(measured.verdict[0]));
  const rows = measured.figures.map((figure) => {
    const [row, value] = [make("tr"), make("td")];
    value.append(...measuredNodes(parts, figure));
    row.append(make("th", figureName(parts, figure.name), { scope: "row" }), value);
    return row;
  });
  ui.measuredrows.replaceChildren(...rows);
  ui.protocols.replaceChildren(...protocolNodes(parts, measured.protocols));
}
