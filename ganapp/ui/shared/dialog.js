// A modal dialog inside `root`, so that it has the component's style. The browser keeps the focus in it, closes it
// with Escape and gives the focus back.
function makeDialog({ t, make, press }, root, label) {
  const dialog = make("dialog");
  dialog.ariaLabel = label;
  const shut = make("button", "×", { className: "shut" });
  shut.ariaLabel = shut.title = t("close");
  press(shut, () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside its content
  root.append(dialog);
  return { dialog, shut };
}
