import { defineModule } from "synapse-media-bridge";

/** How large uploads are, and how often a limit refuses one, for Prometheus. */
export default defineModule({
  name: "counters",
  setup(api) {
    const sizes = api.metrics.histogram({
      name: "example_upload_bytes",
      help: "Sizes of stored uploads",
      buckets: [1_000, 100_000, 10_000_000],
    });
    const refusals = api.metrics.counter({
      name: "example_limit_refusals_total",
      help: "Uploads that a limit refused, by its period",
      labelNames: ["period_hours"],
    });

    api.registerMediaRepositoryCallbacks({
      onMediaUploaded: (_userId, _mediaId, sizeBytes) => sizes.observe({}, sizeBytes),
      onMediaUploadLimitExceeded: (_userId, { timePeriodMs }) =>
        refusals.inc({ period_hours: Number(timePeriodMs) / 3_600_000 }),
    });
  },
});
