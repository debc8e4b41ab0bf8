// Which of the instruments is shown: a row of tabs, with their keys. Those are offered that the chosen model can do.

// chosen(mode) is called whenever one is shown. Buttons have data-mode and data-takes, what a model takes that has it;
// the panel of "map" is ui.mappanel.
function makeModes({ ui, show }, element, chosen) {
  const buttons = [...element.querySelectorAll("[data-mode]")];
  const modes = { takes: "latent", now: "", choose, offer };
  let wanted = ""; // by a person, for a model that has it
  const offered = () => buttons.filter((button) => button.dataset.takes === modes.takes);

  // The first one in place of one that there is not, such as of another version or another kind of model.
  function choose(name) {
    wanted = name;
    const found = offered().find((button) => button.dataset.mode === wanted) ?? offered()[0];
    for (const button of buttons) {
      const isOn = button === found;
      button.ariaSelected = String(isOn);
      button.tabIndex = isOn ? 0 : -1;
      show(button, button.dataset.takes === modes.takes);
      show(ui[`${button.dataset.mode}panel`], isOn);
    }
    modes.now = found.dataset.mode;
    chosen(modes.now);
  }

  // takes: "latent" or "picture", what the chosen model takes.
  function offer(takes) {
    if (takes === modes.takes) return;
    modes.takes = takes;
    choose(wanted);
  }

  for (const button of buttons) {
    button.addEventListener("click", () => choose(button.dataset.mode));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const row = offered();
      const next = row[(row.indexOf(button) + step + row.length) % row.length];
      choose(next.dataset.mode);
      next.focus();
    });
  }
  return modes;
}
