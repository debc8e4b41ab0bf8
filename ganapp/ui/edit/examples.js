// A direction by example: pictures of seeds, marked as more like this or less like this by presses.

// common(): see create.js; make(request): a promise of the server's answer; made(answer): there is a new direction.
function makeExamples({ t, ui, press, able, make, set }, { asker, common, made, fail, ask }) {
  const SHOWN = 32;
  const FEWEST = 2;
  const MARKS = ["", "+", "−"];
  const words = { "": "edit.mark.none", "+": "edit.mark.more", "−": "edit.mark.less" };
  const marks = new Map(); // seed -> "+" or "−"
  let [first, shown] = [0, ""];

  async function draw() {
    const { source, label, psi } = common();
    shown = source;
    const seeds = `${first}-${first + SHOWN - 1}`;
    ui.marking.replaceChildren();
    for (let start = 0; start < SHOWN;) {
      const request = { asker: asker + "g", source, label, psi, seeds, start, count: 16, exact: true };
      const answer = await server.draw(request).catch(() => undefined);
      if (answer?.remote) ask();
      if (shown !== source || !answer?.data) return;
      const bitmap = await decodeSheet(answer);
      for (let i = 0; i < answer.count; i++) ui.marking.append(tile(first + start + i, bitmap, answer, i));
      start += answer.count;
    }
  }

  function tile(seed, bitmap, sheet, i) {
    const canvas = make("canvas", undefined, { ariaHidden: "true" });
    paintFrom(bitmap, sheet, i, canvas);
    const mark = make("span", undefined, { className: "mark" });
    const button = make("button", undefined, { className: "tile painted" });
    button.append(canvas, mark);
    const say = () => {
      const now = marks.get(seed) ?? "";
      set(mark, now);
      button.dataset.mark = now;
      button.ariaLabel = button.title = t(words[now], { seed });
    };
    button.addEventListener("click", () => {
      const next = MARKS[(MARKS.indexOf(marks.get(seed) ?? "") + 1) % MARKS.length];
      if (next) marks.set(seed, next);
      else marks.delete(seed);
      say();
      tell();
    });
    say();
    return button;
  }

  const marked = (wanted) => [...marks].filter(([, mark]) => mark === wanted).map(([seed]) => seed);
  function tell() {
    able(ui.makedirection, marked("+").length >= FEWEST && Boolean(ui.examplename.value.trim()));
  }

  ui.examples.addEventListener("toggle", () => {
    if (!ui.examples.open || shown === common().source) return;
    marks.clear();
    draw();
  });
  ui.examplename.addEventListener("input", tell);
  press(ui.moreexamples, () => {
    first += SHOWN;
    draw();
  });
  press(ui.makedirection, async () => {
    const { source, label } = common();
    const request = { source, label, asker: asker + "l", name: ui.examplename.value };
    able(ui.makedirection, false);
    const asked = server.by_example({ ...request, like: marked("+"), unlike: marked("−") });
    const answer = await asked.catch(() => undefined);
    tell();
    if (answer?.remote) return ask();
    if (!answer?.directions) return fail(answer?.error ?? t("lost"));
    fail("");
    made(answer);
  });
}
