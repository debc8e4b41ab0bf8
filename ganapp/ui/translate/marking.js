// The brush on a picture of Translate: it marks what is missing, which the model then fills in. Brush and board are those
// of the editor; what is marked is stretched over the picture.

// sides, tools: the nodes of a pair; began(), ended(): the brush is taken up or put down; marked(region): a stroke has
// ended, or all of them were wiped off (null).
function makeMarking({ t, make, show }, name, { sides, tools, began, ended, marked }) {
  const SIZE = 0.12; // of the picture
  const canvas = make("canvas", undefined, { className: "marks", tabIndex: 0, role: "application" });
  canvas.ariaLabel = t("translate.mark.board", { name });
  const brush = makeBrush({ size: () => SIZE, erases: () => false, marked: told });
  const board = makeBoard(canvas, make("input", undefined, { type: "range" }), { changed() {} });
  board.use(brush);
  canvas.addEventListener("pointerdown", (event) => event.stopPropagation()); // the handle below stays where it is
  const button = (text, title, act) => {
    const node = make("button", text, { title });
    node.ariaLabel = node.title;
    node.addEventListener("click", act);
    tools.append(node);
    return node;
  };
  const mark = button(t("translate.mark"), t("translate.mark_this", { name }), () => use(canvas.hidden));
  const wipe = button(t("translate.wipe"), t("translate.wipe_this", { name }), () => {
    brush.region = null;
    board.redraw();
    told();
    mark.focus(); // its own button goes
  });
  sides.append(canvas);
  for (const node of [canvas, mark, wipe]) node.hidden = true;

  function use(isOn) {
    show(canvas, isOn);
    mark.ariaPressed = String(isOn);
    if (isOn) began();
    else ended();
  }
  function told() {
    show(wipe, Boolean(brush.region));
    marked(brush.region);
  }

  // isFilling: whether the chosen model fills in what is missing.
  function offer(isFilling) {
    show(mark, isFilling);
    show(wipe, isFilling && Boolean(brush.region));
    if (!isFilling && !canvas.hidden) use(false);
  }
  mark.ariaPressed = "false";
  return { offer };
}
