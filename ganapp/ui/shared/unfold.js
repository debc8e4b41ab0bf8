// Opens the folded sections of the page that hold a control, from the outermost one to the control.

// What is in a tab or a section is made when it is shown for the first time, so it is waited for.
function unfold([id, ...inner], tries = 40) {
  const node = document.getElementById(id);
  if (!node?.checkVisibility())
    return void (tries && setTimeout(() => unfold([id, ...inner], tries - 1), 50));
  const button = node.querySelector(":scope > button");
  if (button && !button.classList.contains("open")) button.click();
  button?.focus({ preventScroll: true });
  if (inner.length) unfold(inner);
  else node.scrollIntoView({ block: "center" });
}
