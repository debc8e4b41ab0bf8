// Which rows are shown, and in which order. Plain functions of rows.

// Every word must stand somewhere in the row. texts: Map(row -> all its texts as one, bare).
function filtered(rows, texts, { words, state }) {
  const wanted = bareText(words).split(/\s+/).filter(Boolean);
  const holds = (row) => wanted.every((word) => texts.get(row).includes(word));
  return rows.filter((row) => (!state || row.state === state) && holds(row));
}

// Rows by a column, upwards or downwards. What is unknown comes last either way; equal rows keep their order.
function sorted(rows, column, isDown, language) {
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);
  const sign = isDown ? -1 : 1;
  const keys = new Map(rows.map((row) => [row, column.value(row)]));
  return [...rows].sort((one, other) => {
    const [a, b] = [keys.get(one), keys.get(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * compare(a, b);
  });
}
