// The camera of the device as a source of pictures: a look through it, and a press takes one as a file. Where a browser
// gives no camera (no secure page), its button is not shown.

// take(file): a picture was taken; fail(sentence): it cannot be used.
function makeCamera({ t, ui, show, press }, { take, fail }) {
  const camera = { close };
  let [stream, taken] = [null, 0];
  show(ui.trcamera, Boolean(navigator.mediaDevices?.getUserMedia));

  async function open() {
    fail("");
    try {
      const found = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
      close();
      stream = found;
    } catch {
      return fail(t("translate.camera.denied"));
    }
    ui.camview.srcObject = stream;
    showIt(true);
    ui.camtake.focus();
  }
  function showIt(isOpen) {
    show(ui.viewfinder, isOpen);
    ui.trcamera.setAttribute("aria-expanded", String(isOpen));
  }
  function close() {
    for (const track of stream?.getTracks() ?? []) track.stop();
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
  return camera;
}
