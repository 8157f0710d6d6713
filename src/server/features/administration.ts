import type { Config } from "../../config/config.ts";
import type { HomeserverRequests } from "../../homeserver/client/request.ts";
import type { Accounts } from "../../homeserver/administration/accounts.ts";
import type { HandOnParts } from "../../http/backends/hand-on.ts";
import type { AdministratorOptions } from "../../http/request/administrator.ts";
import { adminRoutes } from "../../http/routes/admin/admin-routes.ts";
import { deleteMediaEndpoint } from "../../http/routes/admin/deletion/delete-media.ts";
import {
  deleteByDateByOldPathEndpoint,
  deleteByDateEndpoint,
  deleteUserMediaEndpoint,
  purgeCacheEndpoint,
} from "../../http/routes/admin/deletion/delete-many.ts";
import { mediaInfoEndpoint } from "../../http/routes/admin/media-info.ts";
import { mediaStatisticsEndpoint } from "../../http/routes/admin/media-statistics.ts";
import { protectMediaEndpoint, unprotectMediaEndpoint } from "../../http/routes/admin/quarantine/protect-media.ts";
import { quarantineChangesEndpoint } from "../../http/routes/admin/quarantine/quarantine-changes.ts";
import {
  quarantineRoomByOldPathEndpoint,
  quarantineRoomEndpoint,
  quarantineUserEndpoint,
} from "../../http/routes/admin/quarantine/quarantine-many.ts";
import {
  quarantineMediaEndpoint,
  unquarantineMediaEndpoint,
} from "../../http/routes/admin/quarantine/quarantine-media.ts";
import { roomMediaEndpoint } from "../../http/routes/admin/room-media.ts";
import { createSynapseBehind } from "../../http/routes/admin/synapse-behind.ts";
import { userMediaEndpoint } from "../../http/routes/admin/user-media.ts";
import type { MediaDeletion } from "../../media/deletion/media-deletion.ts";
import type { ProfileMedia } from "../../media/deletion/profile-media.ts";
import type { AccessTimes } from "../../media/download/access-times.ts";
import type { Stores } from "../../storage/stores.ts";
import type { Clock } from "../../util/clock.ts";
import type { Feature } from "./feature.ts";

export interface AdministrationOptions {
  readonly config: Config;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly requester: AdministratorOptions;
  readonly homeserver: HomeserverRequests;
  readonly accounts: Accounts;
  readonly deletion: MediaDeletion;
  readonly accessTimes: AccessTimes;
  readonly profiles: ProfileMedia;
  /** How to reach a Synapse that has the media which is not ours; undefined without one. */
  readonly behind: HandOnParts | undefined;
}

/** Synapse's Admin API, as far as it is about local media. */
export function openAdministration(options: AdministrationOptions): Feature {
  const { config, stores, clock, requester, homeserver, accounts, deletion, accessTimes, profiles } = options;
  const behind = options.behind && createSynapseBehind(options.behind);
  const deleting = { deletion, accessTimes, profiles };
  const parts = { serverName: config.serverName, stores, clock, homeserver, accounts, behind, ...deleting };
  const endpoints = [
    mediaInfoEndpoint(parts),
    quarantineMediaEndpoint(parts),
    unquarantineMediaEndpoint(parts),
    protectMediaEndpoint(parts),
    unprotectMediaEndpoint(parts),
    quarantineRoomEndpoint(parts),
    quarantineRoomByOldPathEndpoint(parts),
    quarantineUserEndpoint(parts),
    quarantineChangesEndpoint(parts),
    roomMediaEndpoint(parts),
    userMediaEndpoint(parts),
    mediaStatisticsEndpoint(parts),
    deleteMediaEndpoint(parts),
    deleteByDateEndpoint(parts),
    deleteByDateByOldPathEndpoint(parts),
    deleteUserMediaEndpoint(parts),
    purgeCacheEndpoint(parts),
  ];
  return { routes: adminRoutes(endpoints, requester) };
}
