"""What modules declare with prometheus_client."""

ALLOWED = ("is_user_allowed_to_upload_media_of_size", "@a:b", 50)


def test_the_metrics_of_modules_are_told_and_none_of_the_childs_own(child):
    child.load(("counting.Module", {"broken": True}))
    child.run(*ALLOWED)
    text = child.call("metrics")
    assert '# HELP counting_files_total Files seen,\\nby "type" \\\\ kind\n' in text
    assert 'counting_files_total{kind="a \\"b\\"\\nc\\\\d"} 1.0\n' in text
    assert 'counting_sizes_bucket{le="100.0"} 1.0\n' in text
    assert "counting_level 1.5\n" in text
    assert "trace" not in text
    assert "process_" not in text and "python_" not in text
    record = child.wait_for_record("cannot be collected")
    assert (record["level"], "LookupError" in record["traceback"]) == ("error", True)


def test_without_prometheus_there_are_none(child):
    child.load("shapes.Twice")
    assert child.call("metrics") == ""
