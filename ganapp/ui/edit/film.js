// Films of edits: of the one that is shown, through keyframes, or one that follows a sound. The server makes them.

// edit(): the edit that is shown; source(): what draws it; parent(): the chosen model, which is the same or what
// was fitted to an own picture; ask(wanted): make a film. The keyframes are of one chosen model.
function makeFilms({ t, ui, show, press, set, make }, { edit, source, parent, ask, fail }) {
  const FOLLOWED = ["level", "bass", "middle", "treble", "onsets"];
  const WORDS = {
    level: "edit.follow.level",
    bass: "edit.follow.bass",
    middle: "edit.follow.middle",
    treble: "edit.follow.treble",
    onsets: "edit.follow.onsets",
  };
  let keys = []; // {source, edit as text}
  let of = ""; // their chosen model
  let sound = "";
  FOLLOWED.forEach((name) => ui.follow.append(make("option", t(WORDS[name]), { value: name })));

  function say() {
    set(ui.editkey, keys.length ? t("edit.key.more", { n: keys.length }) : t("edit.key"));
    show(ui.editkeysclear, keys.length > 0);
  }
  press(ui.editkey, () => {
    if (of !== parent()) [keys, of] = [[], parent()];
    keys.push({ source: source(), edit: JSON.stringify(edit()) });
    say();
  });
  press(ui.editkeysclear, () => {
    keys = [];
    say();
  });
  press(ui.soundchoose, () => ui.soundfile.click());
  ui.soundfile.addEventListener("change", async () => {
    const file = ui.soundfile.files[0];
    sound = "";
    if (!file) return;
    [sound] = await postFiles([file]).catch(() => [""]);
    if (!sound) return fail(t("edit.own.unread", { name: file.name }));
    fail("");
    set(ui.soundchoose, file.name);
    show(ui.following, true);
  });
  press(ui.editfilm, () => {
    const through = keys.length > 1 && of === parent() && !sound;
    const shown = through ? keys : [{ source: source(), edit: JSON.stringify(edit()) }];
    const [edits, sources] = [shown.map((key) => key.edit), shown.map((key) => key.source)];
    ask({ edits, sources, source: source(), ...(sound && { sound, follow: ui.follow.value }) });
  });
  say();
}
