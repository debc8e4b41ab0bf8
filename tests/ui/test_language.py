"""The language of a request, and what stands first in the head of the page."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from ganapp.ui.access.asked import answers
from ganapp.ui.access.bodies import BodyGate
from ganapp.ui.shared.head import HeadFirst, head, with_head
from ganapp.ui.shared.header import NAMES, header_html
from ganapp.ui.shared.html import alert, both, line, message
from ganapp.ui.shared.language import LANGUAGES, language_of, say

CHINESE_TAGS = ["zh", "zh-CN", "zh-TW", "zh-Hans-CN", "zh-HK", "zh-Hant-TW", "ZH-cn", "zh_SG"]


def request(accept="", cookie=None):
    headers = {"accept-language": accept} | ({"cookie": cookie} if cookie else {})
    return SimpleNamespace(headers=headers)


@pytest.mark.parametrize("tag", CHINESE_TAGS)
def test_every_kind_of_chinese_is_the_simplified_one(tag):
    assert language_of(request(f"{tag},en-US;q=0.8")) == "zh-CN"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("fr-FR,fr;q=0.9", "en"),
        ("en-US,zh-CN;q=0.9", "en"),
        ("fr,zh;q=0.5,en;q=0.4", "zh-CN"),  # the first that there is, not the first
        ("en;q=0.3, zh-TW;q=0.7", "zh-CN"),  # by weight, not by place
        ("zh;q=0,en;q=0.1", "en"),  # 0 means: not this one
        ("zha,enm", "en"),  # other languages that begin alike
        ("zha;q=1,zh;q=nonsense", "en"),
    ],
)
def test_the_language_that_a_browser_accepts(accept, language):
    assert language_of(request(accept)) == language


def test_a_choice_wins_over_the_browser():
    assert language_of(request("en-US", "a=1; ganapp_language=zh-CN; b=2")) == "zh-CN"
    assert language_of(request("zh-CN", "ganapp_language=en")) == "en"
    assert language_of(request("zh-CN", "ganapp_language=xx; other_ganapp_language=en")) == "zh-CN"


def test_the_language_of_the_running_handler():
    from gradio.context import LocalContext

    assert language_of() == "en"
    token = LocalContext.request.set(request("zh-TW"))
    try:
        assert language_of() == "zh-CN"
    finally:
        LocalContext.request.reset(token)
    assert language_of(SimpleNamespace()) == "en"


def test_say():
    assert say("app.language", "en") == "Language"
    assert say("gen.card.classes", "zh-CN", n=7).startswith("7")
    with pytest.raises(ValueError):
        say("app.language", "zh")


PAGE = b"<!doctype html><html><head><title>t</title></head><script>window.gradio_config = {}</script></html>"


def served(body, content_type=b"text/html; charset=utf-8", method="GET", path="/", pieces=2):
    """(status, headers, body) of an app behind HeadFirst that sends `body` in pieces."""
    sent = []

    async def app(scope, receive, send):
        headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        cut = len(body) // pieces
        for i in range(pieces):
            part = body[i * cut :] if i == pieces - 1 else body[i * cut : (i + 1) * cut]
            await send({"type": "http.response.body", "body": part, "more_body": i < pieces - 1})

    async def send(message):
        sent.append(message)

    asyncio.run(HeadFirst(app)({"type": "http", "method": method, "path": path}, None, send))
    starts = [m for m in sent if m["type"] == "http.response.start"]
    assert len(starts) == 1 and sent[0] is starts[0]
    return dict(sent[0]["headers"]), b"".join(m["body"] for m in sent[1:])


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_the_script_is_the_first_of_the_page(pieces):
    headers, body = served(PAGE, pieces=pieces)
    assert body == PAGE.replace(b"<head>", b"<head>\n" + head())
    assert int(headers[b"content-length"]) == len(body)
    assert body.index(b"ganapp.language") < body.index(b"<title>")


def test_nothing_else_is_changed():
    assert served(PAGE, b"application/json")[1] == PAGE
    assert served(PAGE, path="/gradio_api/file=/x.html")[1] == PAGE
    other = b"<html><head></head>someone's page</html>"
    assert served(other)[1] == other == with_head(other)


def test_the_head_breaks_out_of_nothing():
    script, _, rest = head().decode().removeprefix("<script>").partition("</script>")
    assert "<" not in rest.replace("<style>", "").replace("</style>", "").strip("\n") and "</" not in script


def test_the_header_offers_every_language_in_its_own_name():
    html = header_html()
    for code in LANGUAGES:
        assert f'data-language="{code}"' in html and f">{NAMES[code]}<" in html
    assert json.dumps("深色", ensure_ascii=False) in html


def test_an_answer_of_a_server_function_is_in_the_language_of_its_request():
    from gradio.context import LocalContext

    def fail(request):
        raise ValueError(f"run {request['run']!r} is not at work.")

    def news(request):
        status = {
            "state": "starting",
            "reason": "stats.jsonl is missing.",
            "preparing": [1, 9, "Drawing faces"],
        }
        return {
            "status": status,
            "list": [["stats.jsonl is missing.", "running"]],
            "of": [{"reason": "no label"}],
        }

    asked = [answers(act, run=str) for act in (fail, news)]
    english = [ask({"run": "a b"}) for ask in asked]
    assert english == [{"error": "run 'a b' is not at work."}, news({})]
    token = LocalContext.request.set(request("zh-TW"))
    try:
        said = [ask({"run": "a b"}) for ask in asked]
    finally:
        LocalContext.request.reset(token)
    assert said[0] == {"error": "训练 'a b' 没有在运行。"}
    assert said[1] == {
        "status": {
            "state": "starting",
            "reason": "缺少 stats.jsonl。",
            "preparing": [1, 9, "正在绘制卡通脸"],
        },
        "list": [["stats.jsonl is missing.", "running"]],  # names are nobody's sentences
        "of": [{"reason": "没有标签"}],
    }


def test_refusals_before_gradio_are_in_the_language_of_the_request():
    for language, said in (("en", "cannot be read"), ("zh-HK", "无法读取")):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"{"}

        async def send(message, sent=sent):
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"accept-language", language.encode())]
        scope = {"type": "http", "method": "POST", "path": "/x", "headers": headers, "query_string": b""}
        asyncio.run(BodyGate(None)(scope, receive, send))
        assert sent[0]["status"] == 400 and said in json.loads(sent[1]["body"])["detail"]


def test_errors_and_notes_are_on_the_page_in_both_languages():
    html = message(ValueError("batch is '<b>'; it must be a whole number."))
    assert '<span lang="en">batch is &#x27;&lt;b&gt;&#x27;; it must be a whole number.</span>' in html
    assert '<span lang="zh-CN">batch 的值为 &#x27;&lt;b&gt;&#x27;；应为整数。</span>' in html
    assert (
        alert(ValueError("Nobody <knows> this"))
        == '<p role="alert" class="wrong">Nobody &lt;knows&gt; this</p>'
    )
    assert "KeyError" in alert(KeyError()) and 'lang="zh-CN">已取消准备' in line("preparing was cancelled")


def test_durations_have_the_unit_of_the_language():
    html = both("preset.expect.seen", speed="213", first="45 s", good="1.5 h")
    english, chinese = html.split('<span lang="zh-CN">')
    assert "45 s" in english and "1.5 h" in english and "45 秒" in chinese and "1.5 小时" in chinese
