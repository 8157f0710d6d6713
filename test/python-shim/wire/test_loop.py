"""The short cut of the loop: the channel is served inside the wait for events, and nothing else waits for it."""

import os
from time import monotonic

from media_bridge_shim.wire.loop import ChannelLoop


def test_a_timer_fires_while_the_channel_always_has_something():
    reading, writing = os.pipe()
    loop = ChannelLoop()
    begun = monotonic()
    served_at_timer = []
    served = 0

    def serve():
        nonlocal served
        served += 1
        # Never read, so that there is always something; but for a loop that would wait for the channel to fall silent.
        if monotonic() - begun > 5:
            os.read(reading, 1)

    def on_timer():
        served_at_timer.append(served)
        loop.stop()

    try:
        os.write(writing, b"x")
        loop.channel_selector.serve_channel(reading, serve)
        loop.call_later(0.02, on_timer)
        loop.run_forever()
        assert monotonic() - begun < 5
        assert served_at_timer[0] > 1
    finally:
        loop.channel_selector.forget_channel()
        loop.close()
        os.close(reading)
        os.close(writing)
