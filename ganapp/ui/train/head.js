// The head of the monitor: which run is shown, its state, and the buttons that change it.

function makeHead({ t, kimg, ui, set, show, able, press, make }, state, { act, watch }) {
  let notice = null; // {text, state}: the error of an action; it goes away when the run's state changes

  function report(error) {
    if (!state.info) return;
    notice = error ? { text: error, state: state.info.status.state } : null;
    renderBanner();
  }

  function render() {
    if (notice && notice.state !== state.info.status.state) notice = null;
    renderState(state.info.status);
    renderButtons(state.info.status);
    renderBanner();
  }

  function renderChooser() {
    const { runs, info } = state;
    const shown = runs.find(([name]) => name === info?.name);
    if (shown && info.status.state) [shown[1], shown[2]] = [info.status.state, info.status.nimg];
    const option = (run) => make("option", describe(run), { value: run[0] });
    ui.chooser.replaceChildren(...sortedRuns(runs).map(option));
    ui.chooser.value = info?.name ?? "";
    const other = runs.find(([name, word]) => word === "running" && name !== info?.name);
    show(ui.other, Boolean(other) && !LIVE.includes(info?.status.state));
    if (other) [ui.other.textContent, ui.other.value] = [t("other", { name: other[0] }), other[0]];
  }

  function describe([name, word, nimg]) {
    const live = LIVE.includes(word);
    const dot = live ? "●" : word === "queued" ? "◌" : "○";
    const done = live ? "" : " · " + t("kimg", { done: kimg(nimg) });
    return `${dot} ${name} · ${t("state." + word)}${done}`;
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
    ui.toggle.dataset.word = resumes ? "resume" : "pause";
    set(ui.toggle, t(ui.toggle.dataset.word));
    able(ui.toggle, resumes || (works && asked !== "pause"));
    able(ui.stop, works && asked !== "stop");
    able(ui.save, word === "running" && !asked);
  }

  function renderBanner() {
    const { state: word, reason } = state.info.status;
    const text = notice?.text || reason || (word === "interrupted" ? t("interrupted") : "");
    show(ui.banner, Boolean(text));
    set(ui.banner, text);
    ui.banner.classList.toggle("bad", Boolean(notice) || word === "failed");
  }

  function actOnPress(button, word) {
    press(button, () => {
      able(button, false);
      act(word());
    });
  }

  actOnPress(ui.toggle, () => ui.toggle.dataset.word);
  actOnPress(ui.stop, () => "stop");
  actOnPress(ui.save, () => "save");
  press(ui.other, () => watch(ui.other.value));
  ui.chooser.addEventListener("change", () => watch(ui.chooser.value));
  return { render, renderChooser, report };
}
