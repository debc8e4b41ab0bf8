// The button that fetches the chosen model from the Hub: nothing is fetched before a person says so.

// come(source): it is here now; the rest: see create.js.
function makeFetching({ t, ui, set, show, able, press }, { state, fail, come }) {
  let isBusy = false;
  function ask() {
    if (isBusy) return;
    fail("");
    set(ui.fetch, t("create.fetch"));
    able(ui.fetch, true);
    show(ui.fetch, true);
  }
  const hide = () => show(ui.fetch, false);

  press(ui.fetch, async () => {
    isBusy = true;
    able(ui.fetch, false);
    set(ui.fetch, t("create.fetching"));
    const { source } = state.chosen;
    const answer = await server.facts({ source, fetch: true }).catch(() => undefined);
    isBusy = false;
    if (state.chosen.source !== source) return;
    if (answer && !answer.error && !answer.remote) return come(source);
    ask();
    fail(answer?.error ?? t("lost"));
  });
  return { ask, hide };
}
