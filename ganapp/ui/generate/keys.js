// Letters that press a button of the page.

// A letter that presses the button of that id, where it is seen: pressed alone, and not into a field.
function makeKey(letter, id) {
  return (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    const isAlone = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping;
    if (!isAlone || event.key.toLowerCase() !== letter) return;
    const button = document.getElementById(id);
    if (!button?.checkVisibility()) return;
    event.preventDefault();
    button.click();
  };
}
