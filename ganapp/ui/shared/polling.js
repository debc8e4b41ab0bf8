// When a component asks the server, and when it looks at the page again. It does not know what is asked.

const UNSEEN_MS = 5000; // between two questions while nobody looks and something is waited for

// A function that asks the server now, and then again and again: one request is in flight at most, none while
// nobody looks, unless waits() says that something is waited for. request(): what to send; current(): an answer
// is dropped where this changed meanwhile; pause(): ms until the next time.
function makePoll(element, server, { request, current, receive, pause, lost, gone, waits = () => false }) {
  let [timer, busy, again, failures] = [0, false, false, 0];
  return async function poll() {
    clearTimeout(timer);
    if (!element.isConnected) return gone(); // Gradio made the component anew: the new one polls
    if (busy) return void (again = true);
    const isSeen = !document.hidden && element.checkVisibility();
    if (isSeen || waits()) {
      busy = true;
      const asked = current();
      // Gradio's client answers undefined where the request failed, the server {error} where it was refused.
      const answer = await server.poll(request()).catch(() => undefined);
      const news = answer?.error ? undefined : answer;
      busy = false;
      failures = news ? 0 : failures + 1;
      lost(failures > 1);
      if (news && asked === current()) receive(news);
    }
    const soon = again;
    again = false;
    const usual = isSeen || !waits() ? pause() : Math.max(UNSEEN_MS, pause());
    timer = setTimeout(poll, soon ? 0 : failures ? Math.min(15000, 1000 * 2 ** failures) : usual);
  };
}

// Follows the page's width, its colours and whether it is seen. Returns the function that ends it.
function followPage(root, { poll, resize, redraw }) {
  let width = 0;
  const sizes = new ResizeObserver(() => {
    if (width === root.clientWidth) return; // a new height is of our own making
    if (!width) poll(); // a tab that was hidden is shown
    width = root.clientWidth;
    resize();
  });
  sizes.observe(root);
  const theme = new MutationObserver(redraw); // light or dark is a class of the body
  theme.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  listenWhileShown(root, document, { visibilitychange: () => !document.hidden && poll() });
  return () => {
    sizes.disconnect();
    theme.disconnect();
  };
}
