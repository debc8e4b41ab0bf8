// Going from one thing to another: the window event "ganapp:open" shows a generator or a run on another tab, and
// one generator is chosen on all tabs until another one is. Which one is kept in this browser; chosen.py decides
// what a tab's list shows. Gradio runs this once, after unfold.js, with `element` and `trigger`.
(() => {
  const CHOSEN = "ganapp.chosen"; // {model, watched}: chosen by hand while that run was watched
  const LAST = "ganapp.last"; // {model}: the last one that was shown, also on an earlier visit
  const MONITOR = "ganapp.monitor"; // the monitor's own settings; `run` is the one that is watched
  const TABS = {
    train: "train",
    compare: "compare",
    create: "generate",
    publish: "generate",
    evaluate: "evaluate",
  };
  const SETTLED_MS = 1500; // after an opening; a list that tells another value sooner tells what it was before
  let openedAt = -Infinity;
  const START_FROM = ["advanced", "group_lineage", "set_start_from"]; // what a fine-tuning sets

  function read(store, key) {
    try {
      return JSON.parse(window[store].getItem(key)) ?? {};
    } catch {
      return {}; // storage is blocked, or the value is damaged
    }
  }
  function write(store, key, value) {
    try {
      window[store].setItem(key, JSON.stringify(value));
    } catch {
      // storage is blocked: nothing is remembered
    }
  }
  const watched = () => read("localStorage", MONITOR).run ?? "";

  function show(tab) {
    document.getElementById(`tab_${TABS[tab]}-button`)?.click();
    if (tab === "publish") unfold(["publish"]);
  }
  function open({ detail }) {
    const { tab, model, run } = detail ?? {};
    if (run) window.dispatchEvent(new CustomEvent("ganapp:watch", { detail: run }));
    // A run that is shown is the one that is watched; its generator is found by the server.
    if (model || run) openedAt = performance.now();
    if (model) write("sessionStorage", CHOSEN, { model, watched: watched() });
    else if (run) write("sessionStorage", CHOSEN, {});
    window.ganappOpening = detail; // seeds, label and psi: the tab takes them, also when it is made only now
    if (tab in TABS) show(tab);
    if (tab === "train" && (model || run)) unfold(model ? START_FROM : ["train_message"]);
    window.dispatchEvent(new CustomEvent("ganapp:opening"));
    trigger("submit", { ...detail }); // one of the events that all components of Gradio have
  }
  function choose({ detail: { model, byHand } }) {
    write("localStorage", LAST, { model });
    if (byHand && performance.now() - openedAt > SETTLED_MS)
      write("sessionStorage", CHOSEN, { model, watched: watched() });
  }
  listenWhileShown(element, window, { "ganapp:open": open, "ganapp:chosen": choose });
})();
