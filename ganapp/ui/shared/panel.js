// A small panel below a button. A panel belongs to the run it was opened on, or to
// none: it closes when another run is shown, so that an answer never means a run that the person did not see.

// Runs are {name, stamp, …}: a name may be another run's later, a stamp stays one run's.
const isSameRun = (one, other) =>
  Boolean(one && other && one.name === other.name && one.stamp === other.stamp);

// box: the panel's node, beside its button.
function makePanel({ show }, box) {
  const panel = { run: null, open, close, follow, isOpen: () => !box.hidden };
  let opener = null;

  function open(button, run, nodes, focus) {
    // A question that an item of the panel asks belongs to the button that opened the panel.
    const asks = box.contains(button) ? opener : button;
    if (opener && opener !== asks) opener.ariaExpanded = "false";
    [opener, panel.run] = [asks, run];
    box.replaceChildren(...nodes);
    show(box, true);
    opener.ariaExpanded = "true";
    (focus ?? nodes[0]).focus();
  }

  // refocus: give the focus back to the button. Where it was in the panel it must not fall to the page.
  function close(refocus = true) {
    if (box.hidden) return;
    const had = box.contains(document.activeElement);
    show(box, false);
    opener.ariaExpanded = "false";
    panel.run = null;
    if (refocus || had) opener.focus();
  }

  // Another run is shown, or none.
  function follow(run) {
    if (panel.run && !isSameRun(panel.run, run)) close(false);
  }

  function onKey(event) {
    if (event.key === "Escape") close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || ["INPUT", "SELECT"].includes(event.target.tagName)) return;
    const buttons = [...box.querySelectorAll("button")];
    if (!buttons.length) return;
    event.preventDefault();
    const next = buttons.indexOf(document.activeElement) + step + buttons.length;
    buttons[next % buttons.length].focus();
  }
  function onOutside(event) {
    if (!box.contains(event.target) && !opener?.contains(event.target)) close(false);
  }

  box.addEventListener("keydown", onKey);
  listenWhileShown(box, document, { pointerdown: onOutside });
  return panel;
}

// The buttons of a panel, one below the other, or beside each other in a row.
function makeItem({ t, make, press }, key, run, className = "") {
  const button = make("button", t(key), { className });
  press(button, () => run(button));
  return button;
}

function makeRow({ make }, ...nodes) {
  const row = make("div", undefined, { className: "row" });
  row.append(...nodes);
  return row;
}
