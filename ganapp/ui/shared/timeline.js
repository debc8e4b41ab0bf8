// A slider over the moments that have pictures, and the button that plays them. It shows no picture itself.

const PLAY_ICON = "M4 2l10 6-10 6z";
const STOP_ICON = "M3 2h4v12H3zM9 2h4v12H9z";
const PLAY_MS = 10000; // the whole past in about this time, however long it is

// The nodes are ui.slider, ui.play, ui.playicon and ui.moment.
// frames: playing shows at most about so many pictures; endIsLive: at the last moment the slider follows new ones.
// preload(index, step) resolves when the pictures of that moment can be shown at once; draw(): the place has changed.
function makeTimeline({ t, ui, set, able, press }, { frames, endIsLive, preload, draw }) {
  // live: the place moves on by itself as a run trains; otherwise it is the one that was chosen.
  const timeline = { live: true, place: 0, moments: [], indexOf, update, say, seek, toggle, stop, reset };
  let playing = 0;

  const last = () => timeline.moments.length - 1;

  // The latest moment at or before a place; the first one where there is none.
  function indexOf(place) {
    return Math.max(
      0,
      timeline.moments.findLastIndex((moment) => moment <= place),
    );
  }

  // Take over the sorted moments, and the latest place, which is shown while live. Returns the index shown.
  function update(moments, latest) {
    timeline.moments = moments;
    if (timeline.live && Number.isFinite(latest)) timeline.place = latest;
    ui.slider.max = Math.max(0, last());
    ui.slider.disabled = last() < 1;
    able(ui.play, last() >= 1);
    const index = indexOf(timeline.place);
    if (Number(ui.slider.value) !== index) ui.slider.value = index;
    return index;
  }

  function say(text) {
    set(ui.moment, text);
    ui.slider.setAttribute("aria-valuetext", text);
  }

  function seek(index) {
    timeline.place = timeline.moments[index] ?? 0;
    timeline.live = endIsLive && index >= last();
    draw();
  }

  function reset() {
    Object.assign(timeline, { live: true, place: 0 });
    stop();
  }

  function stop() {
    clearTimeout(playing);
    playing = 0;
    renderPlay();
  }

  function renderPlay() {
    ui.playicon.setAttribute("d", playing ? STOP_ICON : PLAY_ICON);
    ui.play.ariaLabel = ui.play.title = t(playing ? "play.stop" : "play");
  }

  async function playFrom(index) {
    const step = Math.max(1, Math.round(last() / frames));
    const next = Math.min(last(), index + step);
    await preload(next, step);
    if (!playing) return;
    seek(next);
    if (next >= last()) return stop();
    playing = setTimeout(() => playFrom(next), Math.min(250, Math.max(60, PLAY_MS / last())));
  }

  ui.slider.addEventListener("input", () => {
    stop();
    seek(Number(ui.slider.value));
  });
  // Play, or stop playing. From the end it begins anew.
  function toggle() {
    if (playing) return stop();
    if (last() < 1) return;
    const index = Number(ui.slider.value);
    const from = timeline.live || index >= last() ? 0 : index;
    seek(from);
    playing = setTimeout(() => playFrom(from), 60);
    renderPlay();
  }

  press(ui.play, toggle);
  return timeline;
}
