// The grid of pictures: a button with a canvas for each, as few columns as fit without scrolling, and beside rows of
// one class its name. It asks nobody for anything.

// open(index): a picture was pressed.
function makeTiles({ t, ui, make, className }, { open }) {
  const tiles = { items: [], columns: 1, lay, paint, arrange, wait, montage };
  let [size, row, asked] = [0, 0, 0];

  // Pictures to come: seeds, and the name of each one's class or null. `inRow` pictures make a row of one class.
  function lay(seeds, classes, inRow) {
    row = inRow;
    const same = tiles.items.length === seeds.length;
    if (!same) tiles.items = seeds.map((_, index) => tile(index));
    seeds.forEach((seed, index) => name(tiles.items[index], seed, classes[index]));
    if (!same || ui.grid.dataset.row !== String(row)) place();
    arrange();
  }

  function tile(index) {
    const canvas = make("canvas", undefined, { width: 1, height: 1, ariaHidden: "true" }); // the button is named
    const button = make("button", undefined, { className: "tile" });
    button.append(canvas);
    button.addEventListener("click", () => open(index));
    return { canvas, button };
  }

  function name(item, seed, label) {
    if (item.seed === seed && item.label === label) return;
    Object.assign(item, { seed, label });
    item.button.ariaLabel = item.button.title =
      label === null ? t("create.seed", { seed }) : t("create.seed_of", { seed, label: className(label) });
  }

  // In rows, each begins with the name of its class.
  function place() {
    ui.grid.dataset.row = row;
    ui.grid.replaceChildren(
      ...tiles.items.flatMap((item, index) =>
        row && index % row === 0
          ? [make("span", className(item.label ?? ""), { className: "rowname" }), item.button]
          : item.button,
      ),
    );
  }

  function paint(start, bitmap, sheet) {
    size = sheet.size;
    for (let i = 0; i < sheet.count && start + i < tiles.items.length; i++) {
      const { canvas, button } = tiles.items[start + i];
      paintFrom(bitmap, sheet, i, canvas);
      button.classList.add("painted");
    }
    ui.grid.classList.toggle("crisp", size < (tiles.items[0]?.button.clientWidth ?? 0) * devicePixelRatio);
  }

  // columns: the number that a person asked for, 0 for as few as fit.
  function arrange(columns = asked) {
    asked = columns;
    const count = tiles.items.length || 1;
    tiles.columns = row || columns || fitting(count);
    ui.grid.style.setProperty("--columns", tiles.columns);
    ui.grid.classList.toggle("rows", row > 0);
  }

  function fitting(count) {
    const [width, height] = [ui.grid.clientWidth, parseFloat(getComputedStyle(ui.stage).maxHeight)];
    const most = width < 480 ? 4 : 24;
    let columns = 1;
    while (columns < most && (Math.ceil(count / columns) * width) / columns > height) columns++;
    return columns;
  }

  // The first four pictures in one, or the first of less than four.
  function montage() {
    const items = tiles.items.slice(0, tiles.items.length < 4 ? 1 : 4);
    const side = items[0].canvas.width;
    const across = items.length > 1 ? 2 : 1;
    const canvas = make("canvas", undefined, { width: side * across, height: side * across });
    const context = canvas.getContext("2d");
    items.forEach(({ canvas: one }, i) =>
      context.drawImage(one, (i % 2) * side, (i >> 1) * side, side, side),
    );
    return canvas;
  }

  // Grey squares, until the first pictures of a model come.
  function wait(count) {
    if (tiles.items.length) return;
    lay(
      Array.from({ length: count }, (_, i) => i),
      Array.from({ length: count }, () => null),
      0,
    );
  }
  return tiles;
}
