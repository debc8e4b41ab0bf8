// A text that this tab keeps while its page is loaded again; "" if there is none, or storage is blocked.
function makeLasting(key) {
  function get() {
    try {
      return window.sessionStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  }
  function set(text) {
    try {
      window.sessionStorage.setItem(key, text);
    } catch {
      // it lasts as long as the page
    }
  }
  return { get, set };
}
