// What can be done with a run, the same wherever one is shown: one table, and a row of buttons or the items of a
// menu made of it. A run is {name, stamp, title, state, nimg, saved, best, config}; of what is not known, the
// server decides.

const isAtWork = (run) => WORKING.includes(run.state);
const canGoOn = (run) => !isAtWork(run) && run.nimg > 0;
const hasSnapshot = (run) => (run.saved ?? (isAtWork(run) ? 0 : run.nimg)) > 0;

// can: whether it is possible now; go: the tab that opens with the run; ask: the question in a panel; run: what is
// done at once. isFirst: it stands in the row beside the run, the others in its menu. isOpen: it changes nothing, so
// that it is there for visitors, too. Constant CHANGES: whether anybody here may change runs.
const ALL_ACTIONS = [
  { name: "longer", can: canGoOn, ask: askLonger, isFirst: true },
  { name: "pictures", can: hasSnapshot, go: "create", isFirst: true, isOpen: true },
  { name: "evaluate", can: hasSnapshot, go: "evaluate", isFirst: true, isOpen: true },
  { name: "clone", can: () => true, go: "train", isFirst: true },
  { name: "sweep", can: () => true, go: "compare", isFirst: true },
  { name: "publish", can: hasSnapshot, go: "publish", isFirst: true },
  { name: "export", can: (run) => !isAtWork(run), run: exportRun },
  { name: "rename", can: () => true, ask: askTitle },
  { name: "delete", can: (run) => !isAtWork(run), ask: askDelete, className: "bad" },
];
const RUN_ACTIONS = ALL_ACTIONS.filter((action) => CHANGES || action.isOpen);

// The generator of a run that the other tabs name: its best snapshot, where one is known, else its newest.
const modelOf = (run) => (run.best ? `${run.name}/best` : run.name);

// What "ganapp:open" brings with it: a run to clone or to sweep from, else its generator.
function openingOf({ go }, run) {
  if (go === "train") return { run: run.name, clone: true };
  return go === "compare" ? { sweep: run } : { run: run.name, model: modelOf(run) };
}

// act(run, word, more): asks the server about that run. panel: made by makePanel. done(run, word, answer): what
// the host does after a success. The host gets the buttons by row() or items(), and tells by render(run) which run
// they are about.
function makeRunActions(parts, { act, panel, done }) {
  const { t, able, press, make, fileUrl } = parts;
  let shown = null; // the run that the buttons are about, as it was drawn
  const made = [];

  function start(action, run, button) {
    if (action.go) {
      const detail = { tab: action.go, ...openingOf(action, run) };
      panel.close(false);
      return window.dispatchEvent(new CustomEvent("ganapp:open", { detail }));
    }
    const question = { parts, panel, run, button, act: (word, more) => actOn(run, word, more), fileUrl };
    return action.ask ? action.ask(question) : action.run(question);
  }

  async function actOn(run, word, more) {
    const answer = await act(run, word, more);
    if (!answer.error) done(run, word, answer);
    return answer;
  }

  function buttonOf(action, run) {
    const button = make("button", t(`do.${action.name}`), { className: action.className ?? "" });
    button.dataset.action = action.name;
    if (action.ask) button.ariaHasPopup = "true";
    press(button, () => start(action, run ?? shown, button));
    return button;
  }

  // The buttons of the row, made once; render() keeps them.
  function row() {
    const buttons = RUN_ACTIONS.filter((action) => action.isFirst).map((action) => {
      const button = buttonOf(action);
      made.push([action, button]);
      return button;
    });
    return buttons;
  }

  // The buttons of a menu of one run: all of them, or those that the row does not have.
  function items(run, { withRow = true } = {}) {
    return RUN_ACTIONS.filter((action) => withRow || !action.isFirst).map((action) => {
      const button = buttonOf(action, run);
      able(button, action.can(run));
      return button;
    });
  }

  function render(run) {
    shown = run;
    for (const [action, button] of made) able(button, Boolean(run) && action.can(run));
  }

  return { row, items, render };
}
