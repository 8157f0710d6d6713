"""`ModuleApi` on a running reactor, each test in a child of its own."""

import pytest


def test_registrations_reach_the_registry_in_order_and_return_nothing(run):
    script = """
async def main():
    async def first(user_id): ...
    def second(user_id): ...
    results = [
        api.register_media_repository_callbacks(get_media_config_for_user=first, on_media_uploaded=first),
        api.register_spam_checker_callbacks(check_media_file_for_spam=second, user_may_invite=first,
            check_event_for_spam=None),
        api.register_password_auth_provider_callbacks(auth_checkers={("m.login.x", ()): first}),
        api.register_media_repository_callbacks(get_media_config_for_user=second),
    ]
    news = registry.take_news(0)
    return [results, [[entry.kind.name, entry.nth] for entry in news.entries], news.unfired]
"""
    assert run(script).result == [
        [None] * 4,
        [
            ["get_media_config_for_user", 0],
            ["on_media_uploaded", 0],
            ["check_media_file_for_spam", 0],
            ["get_media_config_for_user", 1],
        ],
        ["user_may_invite", "auth_checkers"],
    ]


def test_all_eleven_groups_accept_all_their_keywords(run):
    script = """
from media_bridge_shim.callbacks.callback_names import CALLBACKS
async def main():
    for group, names in CALLBACKS.items():
        getattr(api, f"register_{group}_callbacks")(**{name: print for name in names})
    news = registry.take_news(0)
    return [len(CALLBACKS), len(news.entries) + len(news.unfired), sum(map(len, CALLBACKS.values()))]
"""
    groups, registered, known = run(script).result
    assert (groups, registered) == (11, known)


def test_wrong_registrations_are_refused_with_the_modules_name_and_leave_nothing(run):
    script = """
async def main():
    messages = []
    def attempt(call):
        try: call()
        except Exception as error: messages.append(f"{type(error).__name__}: {error}")
    attempt(lambda: api.register_media_repository_callbacks(get_media_config_for_user=print, get_media_of_2030=print))
    attempt(lambda: api.register_media_repository_callbacks(print))
    attempt(lambda: api.register_background_update_controller_callbacks())
    attempt(lambda: api.register_media_repository_callbacks(get_media_config_for_user="text"))
    news = registry.take_news(0)
    return [messages, len(news.entries)]
"""
    (unknown, positional, missing, uncallable), entries = run(script).result
    assert "my.module.Class" in unknown
    assert "get_media_of_2030" in unknown
    assert "newer than 1.163?" in unknown
    assert positional.startswith(
        "TypeError: my.module.Class: register_media_repository_callbacks() takes callbacks by keyword"
    )
    assert "on_update" in missing
    assert "my.module.Class" in uncallable
    assert entries == 0


def test_facts_of_the_service_are_there(run):
    script = """
from synapse.types import UserID, RoomAlias
async def main():
    hs = api._hs
    return [
        [api.server_name, api.public_baseurl, api.worker_name, api.worker_app, api.should_run_background_tasks()],
        [api.is_mine("@a:example.org"), api.is_mine("@a:x"), api.is_mine("@a"),
         api.is_mine(RoomAlias("a", "example.org"))],
        [api.get_qualified_user_id("a"), api.get_qualified_user_id("@a:x")],
        [hs.hostname, hs.config.media.media_store_path, hs.config.media.max_upload_size, hs.config.server.server_name],
        [hs.config.server.public_baseurl, hs.config.worker.worker_name, hs.get_instance_name()],
        [hs.get_reactor() is reactor, hs.get_module_api() is api, hs.get_clock() is hs.get_clock()],
        abs(hs.get_clock().time_msec() - api.get_current_time_msec()) < 1000,
    ]
"""
    assert run(script).result == [
        ["example.org", "https://example.org/", "media1", "synapse.app.media_repository", True],
        [True, False, False, True],
        ["@a:example.org", "@a:x"],
        ["example.org", "/srv/media", 50, "example.org"],
        ["https://example.org/", "media1", "media1"],
        [True, True, True],
        True,
    ]


def test_unsupported_methods_refuse_when_called_and_missing_attributes_behave(run):
    script = """
from media_bridge_shim.callbacks.callback_names import UNSUPPORTED_METHODS
async def main():
    def message(call):
        try: call()
        except NotImplementedError as error: return f"{type(error).__name__}: {error}"
    async def missing(find):
        try: find()
        except AttributeError as error: return str(error)
    return [
        [name for name in UNSUPPORTED_METHODS if message(getattr(api, name)) is None],
        message(lambda: api.send_mail("x", "y", "z", "a")),
        [hasattr(api, "_auth_handler"), getattr(api, "nope", 1), hasattr(api._hs, "get_datastores"),
         hasattr(api, "email_app_name")],
        [await missing(lambda: api._auth_handler), await missing(lambda: api._hs.get_datastores()),
         await missing(lambda: api._hs.config.server.nope), await missing(lambda: api.email_app_name)],
    ]
"""
    silent, mail, touched, messages = run(script).result
    assert silent == []
    assert mail.startswith("UnsupportedByMediaService: my.module.Class: ModuleApi.send_mail() is not supported")
    assert "only Synapse itself has it" in mail
    assert touched == [False, 1, False, False]
    assert ["ModuleApi._auth_handler" in messages[0], "HomeServer.get_datastores" in messages[1]] == [True, True]
    assert ["hs.config.server.nope" in messages[2], "email_app_name" in messages[3]] == [True, True]


def test_blocking_functions_run_in_threads(run):
    script = """
import threading
from twisted.python.threadpool import ThreadPool
from synapse.logging.context import LoggingContext, current_context, defer_to_thread
async def main():
    def where(word): return [word, threading.current_thread() is threading.main_thread(), str(current_context())]
    pool = ThreadPool(1, 1, name="mine")
    pool.start()
    with LoggingContext("ctx"):
        results = [await api.defer_to_thread(where, "a"), await api.defer_to_threadpool(pool, where, word="b"),
                   await defer_to_thread(reactor, where, "c")]
    pool.stop()
    def broken(): raise KeyError("x")
    try: await api.defer_to_thread(broken)
    except KeyError as error: results.append(repr(error))
    return results
"""
    assert run(script).result == [["a", False, "ctx"], ["b", False, "ctx"], ["c", False, "ctx"], "KeyError('x')"]


def test_reactor_idioms_of_modules_work_in_a_constructor(run):
    script = """
from twisted.internet.defer import Deferred
async def main():
    first, second = Deferred(), Deferred()
    reactor.callWhenRunning(first.callback, 1)
    api._hs.get_clock().call_when_running(second.callback, 2)
    return [await first, await second]
"""
    assert run(script).result == [1, 2]


def test_templates_are_read_from_the_modules_folder(run, tmp_path):
    pytest.importorskip("jinja2")
    (tmp_path / "mail.html").write_text("<p>{{ name }} {{ 'mxc://x/y'|mxc_to_http(1, 2) }}</p>")
    script = f"""
async def main():
    [template] = api.read_templates(["mail.html"], {str(tmp_path)!r})
    messages = []
    for arguments in ((["no.html"], {str(tmp_path)!r}), (["mail.html"], "/nowhere"), (["mail.html"],)):
        try: api.read_templates(*arguments)
        except Exception as error: messages.append(f"{{type(error).__name__}} {{error}}")
    return [template.render(name="<b>"), messages]
"""
    html, messages = run(script).result
    assert html == (
        "<p>&lt;b&gt; https://example.org/_matrix/media/v1/thumbnail/x/y?width=1&amp;height=2&amp;method=crop</p>"
    )
    assert all(message.startswith("ConfigError There is no") for message in messages[:2])
    assert "no templates of its own" in messages[2]
