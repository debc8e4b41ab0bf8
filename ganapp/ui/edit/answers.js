// The answers of a fit side by side: each can be edited or saved; beside them is where they differ.

// pick(answer, i): edit it; save(i): as a file.
function makeAnswers({ t, ui, make }, { pick, save }) {
  async function offer(answer) {
    const bitmap = await decodeSheet(answer);
    ui.answers.replaceChildren(...answer.latents.map((_, i) => item(bitmap, answer, i)));
    if (answer.spread) ui.answers.append(await spreadOf(answer.spread));
  }
  function item(bitmap, answer, i) {
    const canvas = make("canvas", undefined, { ariaHidden: "true" });
    paintFrom(bitmap, answer, i, canvas);
    const open = make("button", undefined, { className: "large", title: t("edit.answer", { n: i + 1 }) });
    open.ariaLabel = open.title;
    open.append(canvas);
    open.addEventListener("click", () => pick(answer, i));
    const file = make("button", t("create.save"));
    file.addEventListener("click", () => save(i));
    const figure = make("figure");
    figure.append(open, file);
    return figure;
  }
  async function spreadOf(sheet) {
    const canvas = make("canvas");
    paintFrom(await decodeSheet(sheet), sheet, 0, canvas);
    canvas.role = "img";
    canvas.ariaLabel = t("edit.spread");
    const figure = make("figure");
    figure.append(canvas, make("figcaption", t("edit.spread")));
    return figure;
  }
  return { offer };
}
