"""What each kind of answer means, rule by rule."""

import json

import pytest

CONFIG = ("get_media_config_for_user",)
ALLOWED = ("is_user_allowed_to_upload_media_of_size", 10)
LIMITS = ("get_media_upload_limits_for_user", 10)
SPAM = ("check_media_file_for_spam", {"server_name": None, "file_id": "x", "url_cache": False, "thumbnail": None})


@pytest.mark.parametrize("expression", ["None", "asyncio.sleep(0)", "defer.succeed(None)", "sleep(0)"])
def test_none_however_it_comes_lets_the_walk_go_on(asked, expression):
    decided, value, slots = asked.ask(CONFIG[0], expression, module=1)
    assert (decided, value, [type(slot) for slot in slots]) == (None, None, [int, int])


@pytest.mark.parametrize(
    "expression, body",
    [
        ("{}", "{}"),
        ("{'b': 1, 'a': (1, 2)}", '{"a":[1,2],"b":1}'),
        ("{2: 1, 10: 0}", '{"2":1,"10":0}'),
        ("{'a': Color.RED, Color.RED: Codes.FORBIDDEN}", '{"a":"red","red":"M_FORBIDDEN"}'),
        ("MappingProxyType({'a': MappingProxyType({})})", '{"a":{}}'),
        (
            "{'a': 2**64, 'b': 1e3, '__proto__': 1, 'é': '\\U0001f600'}",
            '{"__proto__":1,"a":18446744073709551616,"b":1000.0,"é":"\U0001f600"}',
        ),
    ],
)
def test_a_dict_of_config_is_the_body(asked, expression, body):
    assert asked.ask(CONFIG[0], expression, *CONFIG[1:])[:2] == [0, body]


@pytest.mark.parametrize("expression", ["False", "0", "''", "[]"])
def test_other_falsy_answers_of_config_go_on_with_a_warning(asked, expression):
    decided, _, slots = asked.ask(CONFIG[0], expression, *CONFIG[1:])
    assert decided is None
    assert slots[0][0] == "continue"
    assert "None or a dict" in slots[0][4]


@pytest.mark.parametrize(
    "expression",
    [
        "'text'",
        "5",
        "[1]",
        "{'a': float('nan')}",
        "{'a': {1}}",
        "{'a': b'x'}",
        "{'a': object()}",
        "{'a': '\\ud800'}",
        "{1: 1, 'a': 2}",
        "{'a': 'x' * 9_000_000}",
        "{'a': 10**5000}",
        "(lambda a: (a.append(a), {'a': a})[1])([])",
        "Falsy()",
    ],
)
def test_what_config_may_not_say_is_the_modules_error(asked, expression):
    decided, value, slots = asked.ask(CONFIG[0], expression, *CONFIG[1:])
    assert (decided, value, slots[0][0], slots[0][2]["kind"]) == (0, None, "error", "module")
    assert len(slots) == 1


@pytest.mark.parametrize("expression", ["False", "None", "0", "[]", "''"])
def test_a_falsy_answer_denies(asked, expression):
    decided, value, slots = asked.ask(ALLOWED[0], expression, *ALLOWED[1:])
    assert (decided, value, len(slots), slots[0][0]) == (0, None, 1, "stop")


@pytest.mark.parametrize("expression", ["True", "1", "'no'", "object()"])
def test_a_truthy_answer_allows(asked, expression):
    assert asked.ask(ALLOWED[0], expression, *ALLOWED[1:])[0] is None


def test_a_size_arrives_as_int_also_over_two_to_the_32(child):
    child.load(("answers.Module", {"allowed": "type(args[1]) is int and args[1] == 2**33"}))
    assert child.run(ALLOWED[0], "@a:b", float(2**33))[0] is None


@pytest.mark.parametrize(
    "expression, wire",
    [
        ("[]", []),
        ("[MediaUploadLimit(100, 60)]", [["100", "60", None, False, None]]),
        (
            "[MediaUploadLimit(100.0, 2**53+1, 'https://x', True)]",
            [["100.0", "9007199254740993", "https://x", True, None]],
        ),
        ("[MediaUploadLimit(1e16, 1, more=[1])]", [["1e+16", "1", None, False, '{"more":[1]}']]),
        ("[MediaUploadLimit(True, False)]", [["True", "False", None, False, None]]),
        ("[SimpleNamespace(max_bytes=1, time_period_ms=10**400)]", [["1", "1" + "0" * 400, None, False, None]]),
    ],
)
def test_a_list_of_limits_travels_exactly(asked, expression, wire):
    names = ("max_bytes", "time_period_ms", "info_uri", "can_upgrade", "extra")
    assert asked.ask(LIMITS[0], expression, *LIMITS[1:])[:2] == [
        0,
        [dict(zip(names, limit, strict=True)) for limit in wire],
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "()",
        "False",
        "(x for x in [])",
        "{}",
        "[None]",
        "[{'max_bytes': 1, 'time_period_ms': 1}]",
        "['x']",
        "[SimpleNamespace(max_bytes=1)]",
        "[MediaUploadLimit('1', 1)]",
        "[MediaUploadLimit(float('inf'), 1)]",
        "[MediaUploadLimit(1, float('nan'))]",
        "[MediaUploadLimit(1, 1, 5)]",
        "[MediaUploadLimit(1, 1, '\\ud800')]",
    ],
)
def test_what_is_no_list_of_limits_is_the_modules_error(asked, expression):
    decided, value, slots = asked.ask(LIMITS[0], expression, *LIMITS[1:])
    assert (decided, value, slots[0][0], slots[0][2]["kind"]) == (0, None, "error", "module")


def test_the_size_is_passed_where_a_second_argument_is_required(child):
    (loaded,) = child.load("shapes.Signatures")
    for entry, size in zip(loaded["entries"], ["10", "'none given'", "10", "10", "10"], strict=True):
        _, _, slots = child.run(LIMITS[0], "@a:b", 10, slots=[entry["slot"]])
        assert slots[0][2]["message"] == f"with size {size}"


def test_a_callback_that_requires_a_size_fails_where_a_synapse_did_not_tell_it(child):
    (loaded,) = child.load("shapes.Signatures")
    needs, does_not, *_ = loaded["entries"]
    _, _, slots = child.run(LIMITS[0], "@a:b", None, slots=[needs["slot"]])
    assert (slots[0][2]["type"], "size" in slots[0][2]["message"]) == ("TypeError", True)
    _, _, slots = child.run(LIMITS[0], "@a:b", None, slots=[does_not["slot"]])
    assert slots[0][2]["message"] == "with size 'none given'"


def test_a_limit_comes_back_equal_and_fresh_to_each_callback(child):
    same = "args[1] == MediaUploadLimit(100.0, 2**53+1, 'https://x', True) and type(args[1].max_bytes) is float"
    child.load(*[("answers.Module", {"exceeded": f"throw(LookupError('%s' % ({same})))"})] * 2)
    limit = {
        "max_bytes": "100.0",
        "time_period_ms": str(2**53 + 1),
        "info_uri": "https://x",
        "can_upgrade": True,
        "extra": None,
    }
    decided, _, slots = child.run("on_media_upload_limit_exceeded", "@a:b", limit, 1, 2.0)
    assert decided is None
    assert [slot[2]["message"] for slot in slots] == ["True", "True"]


@pytest.mark.parametrize(
    "expression, decided, warned",
    [
        ("NOT_SPAM", None, False),
        ("False", None, False),
        ("True", 0, False),
        ("Codes.FORBIDDEN", 0, False),
        ("(Codes.FORBIDDEN, {'a': 1})", 0, False),
        ("None", 0, True),
        ("0", 0, True),
        ("''.join(['NOT_', 'SPAM'])", 0, True),
        ("(Codes.FORBIDDEN, 1)", 0, True),
    ],
)
def test_a_verdict_on_spam(asked, expression, decided, warned):
    result = asked.ask(SPAM[0], expression, *SPAM[1:])
    assert result[:2] == [decided, None]
    if decided == 0:
        assert (result[2][0][4] is not None) == warned


def test_a_notification_reaches_everyone_whatever_the_others_do(child):
    limit = {"max_bytes": "1", "time_period_ms": "1", "info_uri": None, "can_upgrade": False, "extra": None}
    child.load(*[("answers.Module", {"exceeded": answer}) for answer in ("throw(ValueError('x'))", "False", "{1}")])
    decided, _, slots = child.run("on_media_upload_limit_exceeded", "@a:b", limit, 1, 2)
    assert decided is None
    assert slots[0][0] == "error"
    assert [type(slot) for slot in slots[1:]] == [int, int]


def test_a_second_step_runs_only_where_the_first_was_not_stopped(child):
    child.load(("answers.Module", {"allowed": "args[1] < 5", "limits": "[]"}))
    allowed, limits = child.slots
    steps = lambda size: [[ALLOWED[0], [allowed], ["@a:b", size], 1000], [LIMITS[0], [limits], ["@a:b", size], 1000]]  # noqa: E731
    assert [result[0] for result in child.call("run", [False, steps(1)])] == [None, 0]
    assert [result[0] for result in child.call("run", [False, steps(9)])] == [0]


def test_a_traced_run_shows_every_answer(child):
    child.load(("answers.Module", {"config": "None"}), ("answers.Module", {"config": "{'a': 'x' * 5000}"}))
    _, _, slots = child.run(CONFIG[0], "@a:b", trace=True)
    assert [slot[0] for slot in slots] == ["continue", "stop"]
    assert slots[0][3] == "nothing"
    assert slots[1][3].startswith('{"a":"xxx')
    assert len(slots[1][3]) == 2048


def test_the_json_of_a_body_is_what_python_reads_again(child):
    child.load(("answers.Module", {"config": "{'a': '\\u2028\\x00\"'}"}))
    assert json.loads(child.run(CONFIG[0], "@a:b")[1]) == {"a": '\u2028\x00"'}
