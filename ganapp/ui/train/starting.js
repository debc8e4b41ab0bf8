// The Start button in this browser: one press is one run, it says what it did, and a refusal stands at the
// control that it is about. Gradio runs this once, with `element` and `trigger`. The answer comes in
// "ganapp:started". When no run is at work any more, its event "submit" has the machine measured again.
(() => {
  const SAID_MS = 4000; // so long the button says what it did, and takes no second press
  const NARROW = 900; // pixels: below it the monitor is under the form
  const t = inWords;
  const button = () => document.getElementById("start");
  let words = ""; // the button's own text, while it says something else
  let timer = 0;
  let told = null; // {note, input}: the refusal that is shown

  function say(text, busy) {
    const start = button();
    words ||= start.textContent;
    start.textContent = text;
    start.setAttribute("aria-disabled", String(busy));
  }
  function restore() {
    if (words) button().textContent = words;
    button()?.removeAttribute("aria-disabled");
    words = "";
  }

  function pressed(event) {
    if (!event.target.closest?.("#start")) return;
    if (button().getAttribute("aria-disabled") === "true") {
      event.stopImmediatePropagation();
      event.preventDefault();
      return;
    }
    clearTimeout(timer);
    forget();
    say(t("start.busy"), true);
  }

  function started({ detail: { name, title, place, sentence } }) {
    clearTimeout(timer);
    say(name ? t("start.done", { name: title }) : t("start.refused"), Boolean(name));
    timer = setTimeout(restore, SAID_MS);
    if (!name) return refuse(place, sentence);
    window.dispatchEvent(new CustomEvent("ganapp:watch", { detail: name }));
    if (window.innerWidth < NARROW)
      document.getElementById("monitor").scrollIntoView({ behavior: "smooth", block: "start" });
  }

  // The sections of `place` are opened one after the other: what is in one appears when it is open.
  function refuse([id, ...inner], sentence, tries = 40) {
    const node = document.getElementById(id);
    if (!node?.checkVisibility()) {
      if (tries) return void setTimeout(() => refuse([id, ...inner], sentence, tries - 1), 50);
      return showAt(button().parentElement, sentence); // a control that does not appear: nobody is left unanswered
    }
    if (!inner.length) return showAt(node, sentence);
    const fold = node.querySelector(":scope > button");
    if (fold && !fold.classList.contains("open")) fold.click();
    refuse(inner, sentence);
  }
  function showAt(node, sentence) {
    const note = document.createElement("p");
    Object.assign(note, { id: "refusal", className: "message", textContent: sentence });
    note.setAttribute("role", "alert");
    node.append(note);
    const input = node.querySelector("input, textarea, select, button");
    told = { note, input };
    if (input) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", note.id);
      node.addEventListener("input", forget, { once: true });
    }
    (input ?? node).scrollIntoView({ block: "center" });
    input?.focus({ preventScroll: true });
    // A list that opens by itself would cover the sentence.
    input?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  }
  function forget() {
    if (!told) return;
    told.note.remove();
    told.input?.removeAttribute("aria-invalid");
    told.input?.removeAttribute("aria-describedby");
    told = null;
  }

  listenWhileShown(element, document, { click: pressed }, { capture: true });
  listenWhileShown(element, window, { "ganapp:started": started, "ganapp:idle": () => trigger("submit") });
})();
