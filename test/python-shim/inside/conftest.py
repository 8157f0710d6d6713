import pytest
from observed_module import Observed


@pytest.fixture
def observed(tmp_path):
    observed = Observed(tmp_path)
    yield observed
    observed.close()
