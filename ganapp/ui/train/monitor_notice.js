// Says that a run has ended: in the page's title, until somebody looks, and by the browser where that is
// allowed. The window event "ganapp:idle" says that no run is at work any more.

const ENDED = ["finished", "failed", "interrupted"];

function makeNotice({ t, settings, keep }, isSeen) {
  const states = new Map(); // stamp -> state, as of the last list of runs
  let wasBusy = false;
  const own = document.title.split(" · ").at(-1);
  const isPossible = "Notification" in window;

  // runs: the rows of the server's list.
  function follow(runs) {
    for (const [, state, , title, stamp] of runs) {
      const before = states.get(stamp);
      if (before && WORKING.includes(before) && ENDED.includes(state))
        tell(t("ended." + state, { name: title }));
      states.set(stamp, state);
    }
    const isBusy = runs.some(([, state]) => WORKING.includes(state));
    if (wasBusy && !isBusy) window.dispatchEvent(new CustomEvent("ganapp:idle"));
    wasBusy = isBusy;
  }

  function tell(text) {
    if (isSeen()) return;
    document.title = `${text} · ${own}`;
    if (!isOn()) return;
    try {
      const shown = new Notification(text, { icon: document.querySelector("link[rel~=icon]")?.href });
      shown.onclick = () => window.focus();
    } catch {
      // a telephone's browser takes them from a service worker only: the title tells
    }
  }

  function restore() {
    if (document.title !== own && isSeen()) document.title = own;
  }

  // Ask the browser, which asks the person. Resolves to whether runs that end are told of from now on.
  async function toggle() {
    const wanted = !isOn();
    const allowed = wanted && isPossible ? await Notification.requestPermission() : "default";
    keep({ notify: wanted && allowed === "granted" });
    return isOn() === wanted;
  }

  const isOn = () => Boolean(settings.notify && isPossible && Notification.permission === "granted");
  return { follow, restore, toggle, isOn };
}
