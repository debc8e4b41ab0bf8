// The form that starts a queue of runs which differ in one setting, or in two as a grid. The constant FORM is
// run_queue.choices().

const AS_RUN = ""; // in the list of presets: the configuration of a run in place of one

// start(request): asks the server; started(rows): those runs, as the list has them, wait in line now.
function makeQueueForm(parts, start, started) {
  const { language, t, ui, set, show, able, make } = parts;
  let base = null; // the run that they are to be like, where it is not a preset

  const first = { field: ui.field, help: ui.help, values: ui.values, chips: ui.chips };
  const second = { field: ui.field2, help: ui.help2, values: ui.values2, chips: ui.chips2 };
  const axes = [makeAxis(parts, first, false, typed), makeAxis(parts, second, true, typed)];
  const varied = () => axes.filter((axis) => axis.name());
  const isLikeRun = () => Boolean(base) && ui.preset.value === AS_RUN;

  function fill() {
    const option = (name, words) => make("option", words, { value: name });
    ui.preset.append(...Object.keys(FORM.presets).map((name) => option(name, name)));
    ui.preset.value = FORM.preset;
    ui.datalist.append(...FORM.data.map((name) => option(name)));
    axes[0].choose("loss", "minimax, non_saturating, hinge, relativistic");
  }

  // Sweep from a run: its configuration is the base, its budget is proposed.
  function take(run) {
    base = run;
    const known = ui.preset.querySelector(`option[value="${AS_RUN}"]`);
    const option = known ?? make("option", "", { value: AS_RUN });
    option.textContent = t("cmp.base", { name: run.title });
    ui.preset.prepend(option);
    ui.preset.value = AS_RUN;
    const { minutes, kimg } = run.config ?? {};
    if (minutes || kimg) [ui.unit.value, ui.amount.value] = minutes ? ["minutes", minutes] : ["kimg", kimg];
    typed();
    seek();
  }

  // The tab may be shown a moment later.
  function seek(tries = 40) {
    if (!ui.form.checkVisibility()) return tries && setTimeout(() => seek(tries - 1), 50);
    ui.form.scrollIntoView({ block: "nearest" });
    return ui.field.focus({ preventScroll: true });
  }

  function render() {
    const isLike = isLikeRun();
    const data = base?.config?.dataset ?? "–";
    show(ui.datasetbox, !isLike);
    set(ui.about, isLike ? t("cmp.base.about", { data }) : FORM.presets[ui.preset.value][language]);
    show(ui.second, Boolean(axes[1].name()));
    for (const axis of axes) axis.render();
    const isBusy = Boolean(ui.start.dataset.busy);
    const [words, isEnough] = told();
    able(ui.start, isEnough && !isBusy);
    set(ui.start, isBusy ? t("cmp.starting") : words);
  }

  // What the button says, the number of runs above all, and whether so many can be started.
  function told() {
    const most = FORM.most;
    const lengths = varied().map((axis) => axis.given().length);
    const n = lengths.reduce((product, length) => product * length, 1);
    if (lengths.some((length) => length < 2)) return [t("cmp.start.none", { most }), false];
    const counts = lengths.join(" × ");
    if (n > most) return [t("cmp.start.many", { n, counts, most }), false];
    return [t(lengths.length > 1 ? "cmp.start.grid" : "cmp.start", { n, counts }), true];
  }

  function typed() {
    show(ui.wrong, false);
    set(ui.told, "");
    render();
  }

  function request() {
    const [preset, dataset, amount] = [ui.preset.value, ui.dataset.value, ui.amount.value];
    const like = isLikeRun() ? { base: base.name, stamp: base.stamp } : { preset, dataset };
    const one = { field: ui.field.value, values: ui.values.value };
    const other = ui.field2.value ? { field2: ui.field2.value, values2: ui.values2.value } : {};
    return { ...like, budget: ui.unit.value, amount, ...one, ...other };
  }

  // An answer belongs to what was asked: a refusal of what has been changed meanwhile is not shown.
  async function submit() {
    ui.start.dataset.busy = "1";
    typed();
    const asked = JSON.stringify(request());
    const answer = (await start(request()).catch(() => undefined)) ?? { error: t("lost") };
    delete ui.start.dataset.busy;
    render();
    const isRefused = Boolean(answer.error) && asked === JSON.stringify(request());
    show(ui.wrong, isRefused);
    set(ui.wrong, isRefused ? answer.error : "");
    if (isRefused) ui.wrong.scrollIntoView({ block: "nearest" });
    if (answer.error) return;
    set(ui.told, t("cmp.started", { n: answer.runs.length }));
    started(answer.runs);
  }

  // Where nobody may train there is a sentence in place of the form; where some may, the sentence stands above it.
  show(ui.form, CHANGES);
  show(ui.off, FORM.trains !== "all");
  set(ui.off, FORM.trains === "all" ? "" : t(`cmp.off.${FORM.trains}`));
  fill();
  for (const node of [ui.preset, ui.dataset, ui.amount, ui.unit]) node.addEventListener("input", typed);
  ui.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ui.start.getAttribute("aria-disabled") !== "true") submit();
  });
  return { render, take };
}

// What "ganapp:open" brought for this tab: runs to compare, or a run to sweep from; also before the tab was made.
function followOpening(element, { choose, sweep }) {
  function take() {
    const opening = window.ganappOpening;
    if (opening?.tab !== "compare" || opening.isTaken) return;
    opening.isTaken = true;
    if (opening.names) choose(opening.names);
    if (opening.sweep) sweep(opening.sweep);
  }
  listenWhileShown(element, window, { "ganapp:opening": take });
  take();
}
