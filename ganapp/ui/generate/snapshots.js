// A slider over the snapshots of a run: the same seeds over time. While it moves, only what is drawn changes; when
// it rests, the snapshot is the chosen generator of the page.

// show(name): draw with this snapshot; choose(name): it rests there; drawn(): a promise of the pictures asked for.
function makeSnapshots(parts, { show: showIt, choose, drawn }) {
  const { t, kimg, ui, show } = parts;
  const snapshots = { offer, stop: () => timeline.stop() };
  // Playing goes on when the pictures of a moment are on the screen.
  const timeline = makeTimeline(parts, { frames: 40, endIsLive: false, preload: () => drawn(), draw });
  let [list, resting] = [[], 0];

  // The snapshots of the chosen model, oldest first; none if it is of no run.
  function offer(found) {
    list = found;
    show(ui.snapshots, list.length > 1);
    const here = list.find((one) => one.shown) ?? list.at(-1);
    if (!here) return;
    const moments = list.map((one) => one.nimg);
    Object.assign(timeline, { live: false, place: here.nimg });
    say(timeline.update(moments, here.nimg));
  }

  function say(index) {
    const one = list[index];
    timeline.say(t(one.best ? "create.snapshot.best" : "create.snapshot", { kimg: kimg(one.nimg) }));
  }

  function draw() {
    const index = timeline.update(timeline.moments);
    say(index);
    showIt(list[index].name);
    clearTimeout(resting);
    resting = setTimeout(() => choose(list[index].name), 700);
  }
  return snapshots;
}
