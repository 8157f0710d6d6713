"""A storage provider that keeps copies in an S3 bucket, as providers for Synapse do it: boto3 in threads of its own."""

import logging
import os
import threading

import boto3
from botocore.exceptions import ClientError
from synapse.logging.context import defer_to_thread, make_deferred_yieldable, run_in_background
from synapse.rest.media.v1._base import Responder
from synapse.rest.media.v1.storage_provider import StorageProvider
from twisted.internet import defer
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

logger = logging.getLogger(__name__)

PIECE_BYTES = 16 * 1024
PATIENCE_S = 90


class BucketProvider(StorageProvider):
    def __init__(self, hs, config):
        self.bucket = config["bucket"]
        self.options = config["client"]
        self.folder = hs.config.media.media_store_path
        self.reactor = hs.get_reactor()
        self.own = threading.local()
        self.pool = ThreadPool(minthreads=0, maxthreads=4, name="bucket")
        self.pool.start()
        # Its threads end with the server.
        self.reactor.addSystemEventTrigger("during", "shutdown", self.pool.stop)

    @staticmethod
    def parse_config(config):
        client = {name: config[name] for name in ("endpoint_url", "aws_access_key_id", "aws_secret_access_key")}
        return {"bucket": config["bucket"], "client": {**client, "region_name": "us-east-1"}}

    async def store_file(self, path, file_info):
        # The older of the two ways into a thread: the reactor's own pool.
        await defer_to_thread(self.reactor, self.upload, path)

    async def fetch(self, path, file_info):
        fetched = defer.Deferred()
        self.pool.callInThread(self.download, path, fetched)
        return await make_deferred_yieldable(fetched)

    def client(self):
        """One for each thread, as boto3 wants it."""
        if not hasattr(self.own, "client"):
            self.own.client = boto3.session.Session().client("s3", **self.options)
        return self.own.client

    def upload(self, path):
        self.client().upload_file(os.path.join(self.folder, path), self.bucket, path)

    def download(self, path, fetched):
        """Answers with a responder, and continues as the thread that reads for it."""
        try:
            body = self.client().get_object(Bucket=self.bucket, Key=path)["Body"]
        except ClientError as error:
            is_missing = error.response["Error"]["Code"] in ("404", "NoSuchKey")
            answer = (fetched.callback, None) if is_missing else (fetched.errback, Failure())
            self.reactor.callFromThread(*answer)
            return
        responder = BucketResponder(self.reactor)
        self.reactor.callFromThread(fetched.callback, responder)
        responder.read(body)


class BucketResponder(Responder):
    """A push producer: a thread reads pieces, and pauses while the consumer has enough."""

    def __init__(self, reactor):
        self.reactor = reactor
        self.wanted = threading.Event()
        self.ended = threading.Event()
        self.done = defer.Deferred()
        self.consumer = None

    def write_to_consumer(self, consumer):
        self.consumer = consumer
        consumer.registerProducer(self, True)
        self.wanted.set()
        return make_deferred_yieldable(self.done)

    def __exit__(self, *exc_info):
        self.stopProducing()

    def resumeProducing(self):
        self.wanted.set()

    def pauseProducing(self):
        self.wanted.clear()

    def stopProducing(self):
        self.ended.set()
        self.wanted.set()

    def read(self, body):
        try:
            while self.is_wanted() and (piece := body.read(PIECE_BYTES)):
                self.reactor.callFromThread(self.consumer.write, piece)
        except Exception:
            self.reactor.callFromThread(self.fail, Failure())
        else:
            self.reactor.callFromThread(self.finish)
        finally:
            body.close()

    def is_wanted(self):
        """Waits while the consumer has enough; gives up on one that has enough for too long."""
        if not self.wanted.wait(PATIENCE_S):
            raise TimeoutError("the consumer does not read")
        return not self.ended.is_set()

    def finish(self):
        if self.consumer is not None:
            self.consumer.unregisterProducer()
        run_in_background(self.done.callback, None)

    def fail(self, reason):
        if self.consumer is not None:
            self.consumer.unregisterProducer()
        self.done.errback(reason)
