import pytest
from synapse.module_api.errors import ConfigError

ALICE = "@alice:example.test"
MODULE = "module_name.ModuleName"


def test_an_upload_up_to_the_maximum_is_allowed_and_a_larger_one_is_not(media_bridge):
    module = media_bridge.load(MODULE, {"max_bytes": 1000})
    assert module.call("is_user_allowed_to_upload_media_of_size", ALICE, 1000)
    assert not module.call("is_user_allowed_to_upload_media_of_size", ALICE, 1001)
    assert module.call("get_media_config_for_user", ALICE) == {"m.upload.size": 1000}


def test_a_configuration_without_the_maximum_ends_the_start(media_bridge):
    with pytest.raises(ConfigError):
        media_bridge.load(MODULE, {})


def test_a_whole_service_stores_an_upload_and_refuses_one_that_is_too_large(media_bridge):
    service = media_bridge.start_service({"module": MODULE, "config": {"max_bytes": 1000}})
    assert service.upload(ALICE, b"hello").status == 200
    assert service.upload(ALICE, bytes(1001)).status == 413
