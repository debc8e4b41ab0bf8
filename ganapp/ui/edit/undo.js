// Undo and redo of everything: states as plain JSON, newest last.

// apply(state) shows a state again; told() hears that what can be undone or redone has changed.
function makeUndo({ apply, told, most = 200 }) {
  let past = [];
  let future = [];
  const now = () => past.at(-1);

  // A state that equals the last one is none. joins: the last state was the beginning of the same movement.
  function add(state, joins = false) {
    const text = JSON.stringify(state);
    if (text === now()) return;
    if (joins && past.length > 1) past.pop();
    past.push(text);
    if (past.length > most) past.shift();
    future = [];
    told();
  }
  function begin(state) {
    [past, future] = [[JSON.stringify(state)], []];
    told();
  }
  function undo() {
    if (past.length < 2) return;
    future.push(past.pop());
    apply(JSON.parse(now()));
    told();
  }
  function redo() {
    if (!future.length) return;
    past.push(future.pop());
    apply(JSON.parse(now()));
    told();
  }
  return { add, begin, undo, redo, canUndo: () => past.length > 1, canRedo: () => future.length > 0 };
}
