// The figures below the head of the monitor, the bar of progress, and the summary of the configuration.

// {done: share of the budget, left: seconds}. Of a budget in images and one in minutes, the first to end counts.
function progressOf({ nimg, sec, images_per_sec: speed }, { kimg = 0, minutes = 0 }) {
  const budgets = [];
  if (kimg) budgets.push({ done: nimg / (kimg * 1000), left: speed ? (kimg * 1000 - nimg) / speed : NaN });
  if (minutes) budgets.push({ done: sec / (minutes * 60), left: minutes * 60 - sec });
  const left = budgets.map((budget) => budget.left).filter(Number.isFinite);
  return {
    done: Math.min(1, Math.max(0, ...budgets.map((budget) => budget.done))),
    left: left.length ? Math.min(...left) : NaN,
  };
}

// titleOf(name): what a run is called.
function renderFacts(parts, status, config, titleOf) {
  const { number, clock, ui, set } = parts;
  const { done, left } = progressOf(status, config);
  const [ready, total, what] = status.preparing ?? [];
  const preparing = ready !== undefined;
  renderBar(parts, (preparing ? total && ready / total : done) || 0);
  set(
    ui.images,
    preparing ? number(ready) + (total ? ` / ${number(total)}` : "") : imagesText(parts, status, config),
  );
  const live = LIVE.includes(status.state);
  const speed = status.images_per_sec;
  set(ui.speed, live && speed ? number(speed, speed < 100 ? 1 : 0) : "–");
  set(ui.elapsed, clock(status.sec) + (config.minutes ? ` / ${clock(config.minutes * 60)}` : ""));
  set(ui.left, live ? clock(left) : "–");
  set(ui.device, deviceText(parts, status));
  ui.device.title = ui.device.textContent;
  set(ui.memory, memoryText(parts, status.mem_mb));
  set(ui.summary, preparing && what ? what : summaryText(parts, config, titleOf));
}

function renderBar({ number, ui }, done) {
  const percent = Math.round(1000 * done) / 10;
  ui.fill.style.transform = `scaleX(${done.toFixed(4)})`;
  ui.bar.setAttribute("aria-valuenow", percent);
  ui.bar.setAttribute("aria-valuetext", `${number(percent, 1)} %`);
}

function imagesText({ t, number, kimg }, status, config) {
  const total = number(config.kimg ?? 0, config.kimg % 1 ? 1 : 0);
  return t(config.kimg ? "kimg_of" : "kimg", { done: kimg(status.nimg ?? 0), total });
}

function deviceText({ t }, { device, precision, threads }) {
  const count = threads && t(threads === 1 ? "threads.one" : "threads", { n: threads });
  return [device, precision, count].filter(Boolean).join(" · ") || "–";
}

function memoryText({ number }, mb) {
  if (!mb) return "–";
  return mb >= 1000 ? `${number(mb / 1000, 1)} GB` : `${number(mb, 0)} MB`;
}

function summaryText({ t, kimg }, config, titleOf) {
  const { preset, dataset, resolution, family, loss, batch, parent } = config;
  const size = resolution && `${resolution}×${resolution}`;
  const from = parent && t("from", { name: titleOf(parent), kimg: kimg(config.from_nimg ?? 0) });
  const facts = [preset, dataset, size, family, loss, batch && t("batch", { n: batch }), from];
  return facts.filter(Boolean).join(" · ");
}
