// The head of the monitor: which run is shown, its state, and the buttons that change it.

// shown(): the run that is drawn; act(run, word): asks the server about that run.
function makeHead({ t, kimg, ui, set, show, able, press, make }, state, { act, watch, shown }) {
  let notice = null; // {run, text, state}: the error of an action; it goes away when the run's state changes

  // The error of what was asked about a run, null for none. It names the run where another one is shown now.
  function report(run, error) {
    notice = error ? { run, text: error, state: run.state } : null;
    if (state.info) renderBanner();
  }

  const tell = makeTeller({ t, make, press, show }, ui.told);

  // Another run is chosen and not here yet: what is drawn is not what the chooser says.
  function wait() {
    for (const button of [ui.toggle, ui.stop, ui.save]) able(button, false);
  }

  function render() {
    const isOwn = isSameRun(notice?.run, shown());
    if (isOwn && notice.state !== state.info.status.state) notice = null;
    renderState(state.info.status);
    renderButtons(state.info.status);
    renderBanner();
  }

  function renderChooser() {
    const { runs, info } = state;
    const row = runs.find(([name]) => name === info?.name);
    if (row && info.status.state) [row[1], row[2]] = [info.status.state, info.status.nimg];
    const titles = runs.map((run) => run[3]);
    const option = (run) => make("option", describe(run, titles), { value: run[0] });
    ui.chooser.replaceChildren(...sortedRuns(runs).map(option));
    ui.chooser.value = info?.name ?? "";
    const other = runs.find(([name, word]) => word === "running" && name !== info?.name);
    show(ui.other, Boolean(other) && !LIVE.includes(info?.status.state));
    if (other) [ui.other.textContent, ui.other.value] = [t("other", { name: other[3] }), other[0]];
  }

  // Of two runs with the same title, the names of the folders tell which is which.
  function describe([name, word, nimg, title], titles) {
    const live = LIVE.includes(word);
    const dot = live ? "●" : word === "queued" ? "◌" : "○";
    const done = live ? "" : " · " + t("kimg", { done: kimg(nimg) });
    const more = titles.indexOf(title) === titles.lastIndexOf(title) ? "" : ` (${name})`;
    return `${dot} ${title}${more} · ${t("state." + word)}${done}`;
  }

  function renderState({ state: word, word: asked, queue, preparing }) {
    let text = t("state." + word);
    if (word === "queued" && queue) text = t("state.queued_at", { place: queue });
    if (word === "starting" && preparing) text = t("state.preparing");
    if (asked) text = t("word." + asked);
    ui.badge.dataset.state = word;
    set(ui.state, text);
  }

  function renderButtons({ state: word, word: asked }) {
    const resumes = RESUMABLE.includes(word);
    const works = WORKING.includes(word);
    for (const button of [ui.toggle, ui.stop, ui.save]) show(button, CHANGES && (works || resumes));
    ui.toggle.dataset.word = resumes ? "resume" : "pause";
    set(ui.toggle, t(ui.toggle.dataset.word));
    able(ui.toggle, resumes || (works && asked !== "pause"));
    able(ui.stop, works && asked !== "stop");
    able(ui.save, word === "running" && !asked);
  }

  function renderBanner() {
    const { state: word, reason, moved } = state.info.status;
    const said =
      notice && (isSameRun(notice.run, shown()) ? notice.text : `${notice.run.title}: ${notice.text}`);
    const text =
      said || reason || (moved && t("moved.said")) || (word === "interrupted" ? t("interrupted") : "");
    show(ui.banner, Boolean(text));
    set(ui.banner, text);
    ui.banner.classList.toggle("bad", Boolean(notice) || word === "failed");
  }

  function actOnPress(button, word) {
    press(button, () => {
      able(button, false);
      act(shown(), word());
    });
  }

  actOnPress(ui.toggle, () => ui.toggle.dataset.word);
  actOnPress(ui.stop, () => "stop");
  actOnPress(ui.save, () => "save");
  press(ui.other, () => watch(ui.other.value));
  ui.chooser.addEventListener("change", () => {
    tell(""); // what it said was about another run
    watch(ui.chooser.value);
  });
  return { render, renderChooser, report, tell, wait };
}
