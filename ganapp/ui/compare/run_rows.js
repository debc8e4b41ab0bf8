// What can be done with a run, below its pictures: the row of the monitor, with the rest of the actions in a menu. Where
// there is no room for the row, the menu holds all of them.

const ROOM_FOR_A_ROW = 400; // pixels

function makeRunRow(parts, { act, done }) {
  const { t, ui, set, show, press, make } = parts;
  let [run, isWide] = [null, true];
  const [node, box] = [
    make("div", undefined, { className: "actions" }),
    make("div", undefined, { hidden: true }),
  ];
  box.className = "panel";
  box.setAttribute("role", "group");
  const panel = makePanel(parts, box);
  const actions = makeRunActions(parts, { act, panel, done });
  const buttons = actions.row();
  const more = make("button", "⋯", { className: "more" });
  more.ariaHasPopup = "true";
  more.ariaExpanded = "false";
  const row = makeRow(parts, ...buttons, more);
  row.setAttribute("role", "group");
  node.append(row, box);
  press(more, () => {
    if (panel.isOpen()) return panel.close();
    return panel.open(more, run, actions.items(run, { withRow: !isWide }));
  });

  // The panel opens towards the middle of the page.
  function place() {
    const [own, whole] = [node, ui.frames].map((one) => one.getBoundingClientRect());
    box.classList.toggle("end", own.left + own.right > whole.left + whole.right + 1);
  }
  for (const event of ["pointerdown", "focusin"]) row.addEventListener(event, place);

  // What the buttons are about, as it is drawn.
  function render({ name, stamp, title, figures, facts }) {
    if (!figures) return actions.render(null);
    run = { name, stamp, title, state: figures.state, nimg: figures.nimg, ...facts };
    row.ariaLabel = `${t("actions")}: ${title}`;
    more.ariaLabel = more.title = `${t(isWide ? "more" : "actions.all")}: ${title}`;
    panel.follow(run);
    actions.render(run);
    fit();
  }

  function fit(width) {
    if (width !== undefined) isWide = width >= ROOM_FOR_A_ROW;
    for (const button of buttons) show(button, isWide);
    set(more, isWide ? "⋯" : t("actions.all"));
    const rest = RUN_ACTIONS.some((action) => !isWide || !action.isFirst);
    show(more, rest && run !== null);
  }

  return { node, render, fit };
}
