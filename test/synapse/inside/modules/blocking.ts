import { defineModule } from "synapse-media-bridge";

/** Never yields once it is asked. */
export default defineModule({
  name: "blocking",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: () => {
        for (;;);
      },
    });
  },
});
