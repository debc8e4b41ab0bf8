// About how long a fit takes on the server's machine: said beside Start before it is pressed.

// asked(): what Start would do, {source, label, repair}.
function makeFitTime({ t, ui, set, number }, { asked }) {
  let known = "";

  // The server measures once for each kind of model, which takes seconds.
  async function tell() {
    const request = asked();
    const now = JSON.stringify(request);
    if (now === known) return;
    known = now;
    set(ui.fittime, t("edit.fit.measures"));
    const answer = await server.takes(request).catch(() => undefined);
    if (known !== now) return;
    if (answer?.seconds === undefined) known = ""; // it is asked again
    set(ui.fittime, answer?.seconds === undefined ? "" : sentence(answer));
  }
  function sentence({ seconds, limit }) {
    const text =
      seconds < 90
        ? t("edit.fit.takes", { sec: number(Math.max(1, seconds)) })
        : t("edit.fit.takes.minutes", { min: number(seconds / 60) });
    return limit && seconds > limit ? `${text} ${t("edit.fit.limit", { sec: number(limit) })}` : text;
  }
  return { tell };
}
