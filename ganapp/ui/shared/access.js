// What Gradio leaves out for people with a keyboard or a screen reader: some roles, and the focus. It runs in the
// head of the page, after head.js.
(() => {
  const FOCUSABLE =
    'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"]), [contenteditable="true"]';

  // A role that an element lacks, or has although it holds a button of its own; a name beside the words in it; a
  // long list that takes the focus because it scrolls, and closes.
  const ROLES = [
    [".empty[aria-label]:not([role])", (element) => (element.role = "img")],
    [".option-list", (element) => (element.tabIndex = -1)],
    [
      ".upload-container[aria-label]",
      (element) => element.innerText && element.removeAttribute("aria-label"),
    ],
    [
      '.toast-header[role="button"]',
      (element) => {
        element.removeAttribute("role");
        element.removeAttribute("tabindex");
      },
    ],
  ];
  function mend(root) {
    for (const [selector, act] of ROLES) {
      if (root.matches(selector)) act(root);
      root.querySelectorAll(selector).forEach(act);
    }
  }

  // When what has the focus is disabled, hidden or taken away, browsers give the focus to the whole page, and the
  // next press of Tab begins at the top. It goes to the next control instead, and back as soon as it can. Gradio's
  // menus let go of it once something is chosen: then the field around them has it, since they open when focused.
  let last = null; // {element, above: its ancestors} that has the focus
  let moved = null; // {from, to}: where the focus went because `from` could not keep it

  const can = (element) =>
    element.isConnected && !element.disabled && element.checkVisibility({ visibilityProperty: true });
  const ancestors = (element) => {
    const above = [];
    for (let node = element.parentElement; node; node = node.parentElement) above.push(node);
    return above;
  };
  function nearest({ element, above }) {
    for (const place of above.filter((node) => node.isConnected)) {
      const there = [...place.querySelectorAll(FOCUSABLE)].filter((other) => other !== element && can(other));
      const after = there.find(
        (other) => element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING,
      );
      const found = (element.isConnected && after) || there[0];
      if (found) return found;
    }
    return null;
  }
  function rest(place) {
    if (place.tabIndex < 0 && !place.hasAttribute("tabindex")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
  function check() {
    if (moved && document.activeElement === moved.to && can(moved.from)) {
      const { from } = moved;
      moved = null;
      from.focus({ preventScroll: true });
    } else if (last && document.activeElement === document.body) {
      const from = last.element;
      if (can(from)) return void (byTab || rest(from.closest(".block") ?? from));
      const to = nearest(last);
      last = null;
      if (!to) return;
      // A menu would open, and nothing is put into one that has the focus: the field around it gets it.
      const place = to.role === "combobox" ? (to.closest(".block") ?? to) : to;
      rest(place);
      moved = { from, to: place };
    }
  }
  document.addEventListener("focusin", ({ target }) => {
    last = { element: target, above: ancestors(target) };
    if (moved && target !== moved.to) moved = null;
  });
  let byTab = false; // past the last control, the browser's own are next
  document.addEventListener("keydown", ({ key }) => (byTab = key === "Tab"), true);
  const leave = ({ target }) => last?.element.contains(target) || (last = null);
  document.addEventListener("pointerdown", leave, true); // who presses beside a control leaves it
  document.addEventListener("focusout", ({ relatedTarget }) => relatedTarget || soon());

  let waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    // The browser takes the focus away when it draws the next time.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        waiting = false;
        check();
      }),
    );
  }
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) mend(node);
    soon();
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["disabled", "hidden", "style", "class"],
  });
})();
