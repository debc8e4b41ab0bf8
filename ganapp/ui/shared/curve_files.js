// The curves of the runs that are shown, as a file: the buttons ui.csv and ui.json.

// runs(): [[name, stamp]]; curves(request): asks the server; fail(sentence): says why there is none.
function makeCurveFiles(parts, { runs, curves, fail }) {
  const { t, ui, able, press } = parts;
  async function download(kind, button) {
    able(button, false);
    const answer = (await curves({ runs: runs(), kind }).catch(() => undefined)) ?? { error: t("lost") };
    able(button, true);
    if (answer.error) return fail(answer.error);
    saveText(parts, answer, kind);
    return undefined;
  }
  for (const kind of ["csv", "json"]) press(ui[kind], () => download(kind, ui[kind]));
}
