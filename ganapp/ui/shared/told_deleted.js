// What a banner of a component says after a run was deleted, and the way back.

// tell: made by makeTeller. ask(word, more): a question about no run; restored(name): the run is there again.
function tellGone(parts, { tell, ask, restored }, run, word, answer) {
  const { t } = parts;
  if (word === "delete_now") tell(t("freed", { size: sizeText(parts, answer.freed) }));
  if (word !== "delete") return;
  tell(t("deleted.told", { name: run.title }), "", async () => {
    const back = await ask("restore", { entry: answer.entry });
    tell(back.error ?? "", "bad");
    if (back.run) restored(back.run);
  });
}
