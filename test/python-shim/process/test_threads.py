"""Threads and pools of modules end with the child."""

import re

ALLOWED = ("is_user_allowed_to_upload_media_of_size", "@a:b", 1)


def end(child):
    assert child.call("shutdown", {"grace_ms": 0}) is None
    assert child.wait_for_exit() == 0


def test_pools_and_threads_that_a_trigger_ends_let_the_child_go_at_once(child):
    child.load("threads.Module")
    assert child.run(*ALLOWED)[0] is None
    end(child)
    assert re.findall(r"trigger (\w+)", child.stderr_text()) == ["before", "during", "after"]
    assert "The end was forced" not in child.stderr_text()


def test_threads_that_never_end_are_named_and_left_behind(child):
    child.load(("threads.Module", {"ends": False}))
    assert child.run(*ALLOWED)[0] is None
    end(child)
    assert "trigger before" in child.stderr_text()
    assert "own-thread" in child.wait_for_record("The end was forced")["message"]


def test_a_thread_that_is_not_a_daemon_does_not_keep_the_child(child):
    child.load(("stubborn.Module", {"do": "keeps_thread"}))
    limit = {"max_bytes": "1", "time_period_ms": "1", "info_uri": None, "can_upgrade": False, "extra": None}
    child.run("on_media_upload_limit_exceeded", "@a:b", limit, 1, 2)
    end(child)
    child.wait_for_stderr("trigger ran")
