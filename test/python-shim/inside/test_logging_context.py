"""Synapse's logging context while an answer of Node is waited for, and afterwards."""

import pytest
from synapse.logging.context import SENTINEL_CONTEXT, LoggingContext, current_context
from synapse_media_bridge_module.shared.releases import wait_outside_context
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred


@pytest.mark.parametrize(
    "end, said",
    [
        (lambda answer: answer.callback("yes"), "yes"),
        (lambda answer: answer.errback(LookupError("no")), LookupError),
        (lambda answer: answer.cancel(), CancelledError),
    ],
)
def test_a_wait_for_node_leaves_the_context_and_its_end_brings_it_back(end, said):
    answer, seen = Deferred(), []

    async def ask():
        with LoggingContext("a request") as own:
            try:
                seen.append(await wait_outside_context(answer))
            except Exception as error:
                seen.append(type(error))
            seen.append(current_context() is own)

    waiting = ensureDeferred(ask())
    assert (seen, current_context()) == ([], SENTINEL_CONTEXT)
    end(answer)
    assert (seen, waiting.called) == ([said, True], True)
