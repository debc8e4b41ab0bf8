"""ui/train_tab.py: what its handlers answer, without a browser."""

import threading
from types import SimpleNamespace

import pytest

from ganapp.ui.train import recipe

gr = pytest.importorskip("gradio")


def test_what_was_chosen_last_is_shown_whichever_is_ready_first(tmp_path, monkeypatch):
    from ganapp.ui.train import tab

    at_work, answers = threading.Event(), []

    def look_at_data(config, tell, stopped):
        if config.dataset == "faces":
            at_work.set()
            while not stopped():
                threading.Event().wait(0.01)
            return "old pictures", "old facts"
        return "new pictures", "new facts"

    monkeypatch.setattr(recipe, "look_at_data", look_at_data)
    with gr.Blocks() as demo, gr.Tab("Train"):
        tab.build_train(tmp_path)
    fn = next(fn for fn in demo.fns.values() if fn.name == "look")
    given = [component.value for component in fn.inputs[1:]]

    def look(data):
        return fn.fn(SimpleNamespace(session_hash="s"), None, data, *given)

    older = threading.Thread(target=lambda: answers.append(look("faces")), daemon=True)
    older.start()
    assert at_work.wait(10)
    assert look("mnist")[:2] == ("new pictures", "new facts")
    older.join(10)
    assert answers == [(gr.skip(), gr.skip(), gr.skip())], "the older one puts nothing on the page"
    assert not tab._looking
