import pytest


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/a?access_token=S&b=2", "/a?access_token=<redacted>&b=2"),
        ("/a?a=1;access_token=S;b=2", "/a?a=1;access_token=<redacted>;b=2"),
        ("/a?%61ccess_token=S", "/a?%61ccess_token=<redacted>"),
        ("/a?ACCESS%5fTOKEN=S=S", "/a?ACCESS%5fTOKEN=<redacted>"),
        ("/a?%2561ccess%255ftoken=S", "/a?%2561ccess%255ftoken=<redacted>"),
        ("/a?access_token%3DS&b", "/a?<redacted>&b"),
        ("/a?access_token%3DS=S", "/a?<redacted>"),
        ("/a?access_token+=S", "/a?access_token+=<redacted>"),
        ("/a?next=/b?client_secret=S", "/a?next=/b?client_secret=<redacted>"),
        ("/a?next=%2Fb%3Fclient_secret%3DS", "/a?next=<redacted>"),
        ("/a%3Faccess_token=S#access_token=S", "/a%3Faccess_token=<redacted>#access_token=<redacted>"),
        ("/a?%" + "25" * 20 + "61=1", "/a?<redacted>"),
        ("/a?x=y&token=z&access_tokens=%C3%BC", "/a?x=y&token=z&access_tokens=%C3%BC"),
        ("", ""),
    ],
)
def test_no_spelling_of_a_secret_parameter_reaches_the_log(uri, expected):
    from media_bridge_shim.web.requests.addresses import redact_uri

    assert redact_uri(uri) == expected
