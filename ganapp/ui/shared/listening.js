// A component that listens to the page outside of itself. Gradio makes components anew: what listens for the old one
// ends with the first event after it has left the page.

// events: {name: what it does with the event}, of target, which is the window or the document.
function listenWhileShown(element, target, events, { capture = false } = {}) {
  for (const [name, act] of Object.entries(events)) {
    const once = (event) =>
      element.isConnected ? act(event) : target.removeEventListener(name, once, capture);
    target.addEventListener(name, once, capture);
  }
}
