// The columns of the table of runs: what each says of a row, how it is sorted, and the cell that shows it.

const FIGURES_SHOWN = 2; // of those that Evaluate measured; all of them are in the cell's title

// value(row): what is sorted, null if it is unknown; text(row): what is shown and searched; isLargeFirst: the
// first press on its head sorts downwards. The constants WORDS and FIGURES name fields and figures.
function makeColumns(parts) {
  const { t, language, number, make } = parts;
  const { fieldName, textOf } = makeFieldWords(parts, WORDS);
  const DIGITS = { maximumSignificantDigits: 3 };
  const when = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });
  const short = (value) => value.toLocaleString(language, DIGITS);
  const budgetOf = ({ budget }) => (budget?.minutes ? t("tbl.budget", { n: short(budget.minutes) }) : "");
  const differing = ({ differs }) =>
    Object.entries(differs).map(([field, value]) => `${fieldName(field)}: ${textOf(value)}`);

  // [name with its value], those first that FIGURES names first.
  function figuresOf({ evaluated }) {
    const names = Object.keys(FIGURES).filter((name) => name in evaluated);
    const others = Object.keys(evaluated).filter((name) => !names.includes(name));
    return [...names, ...others].map(
      (name) => `${FIGURES[name]?.[language] ?? name} ${short(evaluated[name])}`,
    );
  }

  function bestCell(cell, row) {
    const figures = figuresOf(row);
    const small = [
      row.best === null ? "" : t("tbl.at", { kimg: number(row.best_kimg, 1) }),
      ...figures.slice(0, FIGURES_SHOWN),
    ];
    const value = row.best === null ? "–" : number(row.best, 1);
    fill(cell, row.best_of === "psnr" ? t("tbl.db", { value }) : value, ...small.filter(Boolean));
    cell.title = figures.join("\n");
  }

  // The first text of a cell, and small ones below it.
  function fill(cell, text, ...small) {
    cell.replaceChildren(make("span", text), ...small.map((one) => make("small", one)));
  }
  const plain = (text) => (cell, row) => {
    fill(cell, text(row) || "–");
    cell.title = text(row);
  };

  const columns = [
    { name: "title", value: (row) => row.title, text: (row) => row.title },
    {
      name: "state",
      value: (row) => t("state." + row.state),
      text: (row) => t("state." + row.state),
      draw(cell, row) {
        const state = make("span", t("state." + row.state), { className: "badge" });
        state.dataset.state = row.state;
        state.prepend(make("i"));
        cell.replaceChildren(state);
        cell.title = row.reason;
      },
    },
    {
      name: "best",
      value: (row) => row.best,
      text: (row) => figuresOf(row).join(" "),
      draw: bestCell,
      about: t("tbl.about.best"),
    },
    {
      name: "minutes",
      value: (row) => row.minutes,
      text: () => "",
      draw: (cell, row) => fill(cell, number(row.minutes, 1), ...[budgetOf(row)].filter(Boolean)),
      isLargeFirst: true,
    },
    {
      name: "kimg",
      value: (row) => row.kimg,
      text: () => "",
      draw: (cell, row) => fill(cell, number(row.kimg, 1)),
      isLargeFirst: true,
    },
    { name: "data", value: (row) => row.data, text: (row) => row.data ?? "" },
    { name: "preset", value: (row) => row.preset, text: (row) => row.preset ?? "" },
    {
      name: "differs",
      value: (row) => differing(row).join(", ") || null,
      text: (row) => differing(row).join(", "),
    },
    { name: "tags", value: (row) => row.tags.join(", ") || null, text: (row) => row.tags.join(", ") },
    { name: "note", value: (row) => row.said || null, text: (row) => row.said },
    {
      name: "created",
      value: (row) => row.created,
      text: () => "",
      draw: (cell, row) => fill(cell, row.created ? when.format(1000 * row.created) : "–"),
      isLargeFirst: true,
    },
  ];
  for (const column of columns) column.draw ??= plain(column.text);
  return columns;
}
