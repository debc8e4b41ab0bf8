// The table itself: its head, whose buttons sort it, and a line for each row. A line is made once and kept, so that
// the focus stays where it is. The first lines are drawn at once, the others as one comes near them.

const AT_A_TIME = 60; // lines
const NEAR = 1200; // pixels above the end of what is drawn

// state: {rows, chosen, sort, isDown}. sortBy(name), choose(rows, yes), open(row), edit(row).
function makeGrid(parts, columns, state, { sortBy, choose, open, edit }) {
  const { t, ui, make, press } = parts;
  const OWN = ["title", "note"]; // cells with a button, which is kept
  const lines = new Map(); // name -> {line, cells, box, row}
  const heads = new Map();
  const body = make("tbody");
  const everything = make("input", undefined, { type: "checkbox" });
  let shown = [];
  let drawn = AT_A_TIME;

  function buildHead() {
    const line = make("tr");
    const first = make("th", undefined, { scope: "col", className: "pick" });
    everything.ariaLabel = everything.title = t("tbl.choose.all");
    everything.addEventListener("change", () => choose(shown, everything.checked));
    first.append(everything);
    line.append(first, ...columns.map(headOf));
    const head = make("thead");
    head.append(line);
    ui.table.replaceChildren(head, body);
  }

  function headOf({ name, about }) {
    const cell = make("th", undefined, { scope: "col", className: `of-${name}` });
    const button = make("button", t("tbl.col." + name), { title: about ?? "" });
    const arrow = make("i");
    arrow.ariaHidden = "true";
    button.append(arrow);
    press(button, () => sortBy(name));
    cell.append(button);
    heads.set(name, { cell, arrow });
    return cell;
  }

  function lineOf(row) {
    const [line, pick] = [make("tr"), make("td", undefined, { className: "pick" })];
    const box = make("input", undefined, { type: "checkbox" });
    const made = { line, box, row: null, cells: new Map() };
    box.addEventListener("change", () => choose([made.row], box.checked));
    pick.append(box);
    line.append(pick);
    for (const { name } of columns) {
      const cell = make(name === "title" ? "th" : "td", undefined, { className: `of-${name}` });
      line.append(cell);
      made.cells.set(name, cell);
    }
    made.cells.get("title").scope = "row";
    made.title = make("button", "", { className: "link" });
    press(made.title, () => open(made.row));
    made.cells.get("title").append(made.title);
    made.note = make("span");
    made.edit = make("button", "✎", { className: "edit", hidden: !CHANGES });
    press(made.edit, () => edit(made.row));
    made.cells.get("note").append(made.note, made.edit);
    lines.set(row.name, made);
    return made;
  }

  function draw(made, row) {
    if (made.row === row) return;
    made.row = row;
    for (const { name, draw: drawCell } of columns)
      if (!OWN.includes(name)) drawCell(made.cells.get(name), row);
    made.title.textContent = row.title;
    made.title.title = t("tbl.open", { name: row.title });
    made.box.ariaLabel = t("tbl.choose", { name: row.title });
    made.edit.ariaLabel = made.edit.title = t("tbl.edit", { name: row.title });
    made.note.textContent = row.said || (CHANGES ? "" : "–");
    made.cells.get("note").title = row.said;
  }

  // rows: those that are shown, in order. isNew: another order or other words, which begins at the top.
  function render(rows, isNew) {
    const names = new Set(state.rows.map((row) => row.name));
    for (const name of lines.keys()) if (!names.has(name)) lines.delete(name);
    shown = rows;
    if (isNew) {
      drawn = AT_A_TIME;
      ui.box.scrollTop = 0;
    }
    drawLines();
    ui.table.ariaRowCount = String(rows.length + 1);
    for (const [name, { cell, arrow }] of heads) {
      const isBy = name === state.sort;
      cell.ariaSort = isBy ? (state.isDown ? "descending" : "ascending") : "none";
      arrow.textContent = isBy ? (state.isDown ? "▾" : "▴") : "";
    }
  }

  function drawLines() {
    const nodes = shown.slice(0, drawn).map((row, i) => {
      const made = lines.get(row.name) ?? lineOf(row);
      draw(made, row);
      made.line.ariaRowIndex = String(i + 2);
      return made.line;
    });
    const before = [...body.children];
    const isMore = before.every((node, i) => node === nodes[i]);
    if (isMore) body.append(...nodes.slice(before.length));
    else replaceLines(nodes);
  }

  // The rest is drawn when one scrolls, or moves the focus, towards it.
  function more() {
    const left = ui.box.scrollHeight - ui.box.clientHeight - ui.box.scrollTop;
    if (drawn >= shown.length || left > NEAR) return;
    drawn += AT_A_TIME;
    drawLines();
    renderChosen();
  }

  // A line that is moved loses the focus: it gets it back, where it is still shown.
  function replaceLines(nodes) {
    const focused = body.contains(document.activeElement) ? document.activeElement : null;
    body.replaceChildren(...nodes);
    if (focused) (focused.isConnected ? focused : ui.box).focus({ preventScroll: true });
  }

  function renderChosen() {
    for (const row of shown.slice(0, drawn)) {
      const { box, line } = lines.get(row.name);
      box.checked = state.chosen.has(row.name);
      line.toggleAttribute("data-chosen", box.checked);
    }
    const count = shown.filter((row) => state.chosen.has(row.name)).length;
    everything.checked = count > 0 && count === shown.length;
    everything.indeterminate = count > 0 && count < shown.length;
  }

  ui.box.addEventListener("scroll", more);
  buildHead();
  return { render, renderChosen };
}
