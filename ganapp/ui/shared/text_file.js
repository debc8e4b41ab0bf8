// A text that the server made, as a file that the browser saves.

// kind: "csv" or "json".
function saveText({ make }, { name, text }, kind) {
  const type = kind === "csv" ? "text/csv" : "application/json";
  const href = URL.createObjectURL(new Blob([text], { type }));
  make("a", undefined, { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
