// The questions that the actions of a run ask in a panel, and what is sent once they are answered. Every one of
// them keeps the run that it was opened on. question: {parts, panel, run, button, act(word, more), fileUrl}.

const KB = 1024;

// Bytes in the largest unit that fits, as text_of_size in files.py writes them.
function sizeText({ number }, bytes) {
  const unit = ["GB", "MB", "KB"].find((_, i) => bytes >= KB ** (3 - i));
  if (!unit) return `${number(bytes)} B`;
  const value = bytes / KB ** { GB: 3, MB: 2, KB: 1 }[unit];
  return `${number(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`;
}

// A sentence in the panel in place of a banner: the answer stands where the question was asked.
function makeWrong({ make, set, show }) {
  const wrong = make("p", "", { className: "wrong", hidden: true });
  wrong.setAttribute("role", "alert");
  return {
    node: wrong,
    say: (text) => {
      show(wrong, Boolean(text));
      set(wrong, text ?? "");
    },
  };
}

function makeField({ make }, label, input) {
  const node = make("label", label);
  node.append(input);
  return node;
}

// Send an answer once: the button waits, and a refusal stands in the panel.
async function sendAnswer({ parts, panel, run, act }, button, wrong, [word, more]) {
  const { able } = parts;
  able(button, false);
  const answer = await act(word, { ...more, isAnswered: true });
  able(button, true);
  if (answer.error) wrong.say(answer.error);
  else if (isSameRun(panel.run, run)) panel.close();
  return answer;
}

function askLonger(question) {
  const { parts, panel, run, button } = question;
  const { t, number, make } = parts;
  const config = run.config ?? {};
  const amount = make("input", undefined, { type: "number", min: "0", step: "any", value: "10" });
  const unit = make("select");
  for (const name of ["minutes", "kimg"])
    unit.append(make("option", t(`do.longer.${name}`), { value: name }));
  unit.value = config.kimg && !config.minutes ? "kimg" : "minutes";
  unit.ariaLabel = t("do.longer.unit");
  const both = makeRow(parts, amount, unit);
  both.classList.add("amount");
  const label = makeField(parts, t("do.longer.amount"), both);
  const lengths = Object.entries(config.schedules ?? {}).map(([name, length]) =>
    t(`do.longer.${name}`, { length: number(length, length % 1 ? 1 : 0) }),
  );
  const about = make("p", [t("do.longer.about"), ...lengths].join(" "), { className: "hint" });
  const wrong = makeWrong(parts);
  const send = (yes) =>
    sendAnswer(question, yes, wrong, ["longer", { amount: amount.value, unit: unit.value }]);
  const yes = makeItem(parts, "do.longer.yes", send, "primary");
  amount.addEventListener("keydown", (event) => event.key === "Enter" && yes.click());
  const no = makeItem(parts, "cancel", () => panel.close());
  panel.open(button, run, [label, about, wrong.node, makeRow(parts, no, yes)], amount);
  amount.select();
}

function askTitle(question) {
  const { parts, panel, run, button } = question;
  const { t, make } = parts;
  const input = make("input", undefined, { value: run.title, maxLength: 160, spellcheck: false });
  const wrong = makeWrong(parts);
  const send = (yes) => sendAnswer(question, yes, wrong, ["rename", { title: input.value }]);
  const yes = makeItem(parts, "do.rename.yes", send, "primary");
  input.addEventListener("keydown", (event) => event.key === "Enter" && yes.click());
  const no = makeItem(parts, "cancel", () => panel.close());
  const nodes = [makeField(parts, t("do.rename.label"), input), wrong.node, makeRow(parts, no, yes)];
  panel.open(button, run, nodes, input);
  input.select();
}

// Deleting keeps the run for a week; only "now" cannot be undone, and is asked twice.
async function askDelete(question) {
  const { parts, panel, run, button, act } = question;
  const { t, make, set } = parts;
  const wrong = makeWrong(parts);
  const no = makeItem(parts, "cancel", () => panel.close());
  const yes = makeItem(parts, "do.delete.yes", (b) => sendAnswer(question, b, wrong, ["delete"]), "primary");
  const now = makeItem(parts, "do.delete.now", () => askAgain(question, now.dataset.size), "link bad");
  const words = make("p", t("do.delete.ask", { name: run.title }));
  panel.open(button, run, [words, wrong.node, makeRow(parts, no, yes), now], no);
  const { bytes } = await act("size", { isAnswered: true });
  if (bytes === undefined) return;
  now.dataset.size = sizeText(parts, bytes);
  set(now, t("do.delete.now.size", { size: now.dataset.size }));
}

function askAgain(question, size) {
  const { parts, panel, run, button } = question;
  const { t, make } = parts;
  const wrong = makeWrong(parts);
  const no = makeItem(parts, "cancel", () => panel.close());
  const send = (yes) => sendAnswer(question, yes, wrong, ["delete_now"]);
  const yes = makeItem(parts, "do.delete.really", send, "danger");
  const words = make("p", t("do.delete.again", { name: run.title }));
  const freed = make("p", size ? t("do.delete.frees", { size }) : "", { className: "hint", hidden: !size });
  panel.open(button, run, [words, freed, wrong.node, makeRow(parts, no, yes)], no);
}

async function exportRun({ parts, panel, run, button, act, fileUrl }) {
  const { t, set, able, make } = parts;
  const words = button.textContent;
  able(button, false);
  set(button, t("do.export.busy"));
  const answer = await act("export");
  set(button, words);
  able(button, true);
  if (isSameRun(panel.run, run)) panel.close();
  if (!answer.file) return;
  make("a", "", { href: fileUrl(answer.file), download: answer.name }).click();
}
