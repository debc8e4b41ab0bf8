// Where pictures for Translate come in besides its button: dropped on the instrument, or pasted on the page.

// isShown(): whether Translate is the mode; take(files): they came.
function makeIntake({ ui }, element, { isShown, take }) {
  const hasFiles = ({ dataTransfer }) => isShown() && Boolean(dataTransfer?.types.includes("Files"));
  const over = (isOver) => ui.intake.classList.toggle("over", isOver);

  ui.root.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    over(true);
  });
  ui.root.addEventListener("dragleave", (event) => {
    if (!ui.root.contains(event.relatedTarget)) over(false);
  });
  ui.root.addEventListener("drop", (event) => {
    over(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    filesOfDrop(event.dataTransfer)
      .then((found) => take(found.map(({ file }) => file).filter(isPicture)))
      .catch(() => take([]));
  });
  // A folder may hold other things besides.
  const isPicture = (file) => /^image\//.test(file.type) || /\.zip$/i.test(file.name) || !file.type;

  function paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    const isTyping = event.target.closest?.("input, textarea, [contenteditable]");
    if (!files.length || isTyping || !isShown() || !ui.root.checkVisibility()) return;
    event.preventDefault();
    take(files);
  }
  listenWhileShown(element, document, { paste });
}
