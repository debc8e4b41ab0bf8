// The camera of the device as a source of pictures: a look through it, and a press takes one as a file. Where a browser
// gives no camera (no secure page), its button is not shown. It is on only while a person sees what it sees.

// take(file): a picture was taken; fail(sentence): it cannot be used.
function makeCamera({ t, ui, show, press }, element, { take, fail }) {
  let [stream, asked, taken] = [null, 0, 0];
  show(ui.trcamera, Boolean(navigator.mediaDevices?.getUserMedia));

  async function open() {
    fail("");
    const mine = ++asked;
    let found = null;
    try {
      found = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
    } catch {
      if (mine === asked) fail(t("translate.camera.denied"));
      return;
    }
    // The answer may come after a person has left, or has asked again.
    if (mine !== asked || !ui.trcamera.checkVisibility()) return turnOff(found);
    stream = found;
    for (const track of stream.getTracks()) track.addEventListener("ended", close); // it was unplugged
    ui.camview.srcObject = stream;
    showIt(true);
    ui.camtake.focus();
  }
  function turnOff(found) {
    for (const track of found?.getTracks() ?? []) track.stop();
  }
  function showIt(isOpen) {
    show(ui.viewfinder, isOpen);
    ui.trcamera.setAttribute("aria-expanded", String(isOpen));
  }
  function close() {
    asked += 1;
    turnOff(stream);
    stream = ui.camview.srcObject = null;
    showIt(false);
  }

  async function snap() {
    const { videoWidth: width, videoHeight: height } = ui.camview;
    if (!width) return; // it has not begun
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(ui.camview, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    taken += 1;
    take(new File([blob], `${t("translate.camera.name", { n: taken })}.png`, { type: "image/png" }));
  }
  press(ui.trcamera, () => (stream ? close() : open()));
  press(ui.camtake, snap);
  press(ui.camclose, () => {
    close();
    ui.trcamera.focus();
  });
  ui.camview.addEventListener("error", close);
  // Another tab of the page, another one of the browser, or the page is made anew: nobody looks any more.
  new ResizeObserver(() => stream && !ui.viewfinder.checkVisibility() && close()).observe(ui.viewfinder);
  listenWhileShown(element, document, { visibilitychange: () => document.hidden && close() });
  return { close };
}
