/** A local account. */
export interface HomeserverUser {
  readonly userId: string;
  readonly displayname: string | undefined;
  /** An `mxc://` URI. */
  readonly avatarUrl: string | undefined;
  /** `bot`, `support` or one of the homeserver's own; undefined for an ordinary user. */
  readonly userType: string | undefined;
  readonly isAdmin: boolean;
  readonly isGuest: boolean;
  readonly isDeactivated: boolean;
  readonly isLocked: boolean;
  readonly isSuspended: boolean;
  readonly isShadowBanned: boolean;
  /** False where an administrator has yet to approve the account. */
  readonly isApproved: boolean;
  /** Milliseconds of the epoch. */
  readonly createdAtMs: number;
  /** The application service that made the account. */
  readonly appserviceId: string | undefined;
}

/** An e-mail address or a phone number of a user. */
export interface Threepid {
  /** `email` or `msisdn`. */
  readonly medium: string;
  readonly address: string;
  /** Milliseconds of the epoch. */
  readonly validatedAtMs: number;
  /** Milliseconds of the epoch. */
  readonly addedAtMs: number;
}

/** Where a user was seen. */
export interface UserConnection {
  readonly ip: string;
  readonly userAgent: string;
  /** Milliseconds of the epoch. */
  readonly lastSeenMs: number;
}

/** A room event as clients see it (Matrix client-server API, "Room event format"). */
export interface RoomEvent {
  readonly eventId: string;
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  /** Given for state events. */
  readonly stateKey: string | undefined;
  /** Milliseconds of the epoch. */
  readonly originServerTs: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned: Readonly<Record<string, unknown>>;
}

/** What the homeserver tells an administrator about a room. */
export interface HomeserverRoom {
  readonly roomId: string;
  readonly name: string | undefined;
  readonly topic: string | undefined;
  readonly creator: string | undefined;
  /** The room version. */
  readonly version: string | undefined;
  readonly canonicalAlias: string | undefined;
  readonly joinRule: string | undefined;
  readonly encryption: string | undefined;
  readonly joinedMembers: number;
  readonly joinedLocalMembers: number;
  readonly isPublic: boolean;
}

/** Selects state events: of a type, and of one state key where it is given. */
export interface StateSelector {
  readonly type: string;
  readonly stateKey?: string;
}

/** An event that a module sends. */
export interface EventToSend {
  readonly roomId: string;
  readonly type: string;
  /** A local user, within the namespace of the application service. */
  readonly sender: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** Given: a state event. */
  readonly stateKey?: string;
  /** For `m.room.redaction`: the event that is to lose its content. */
  readonly redacts?: string;
}

/** A change of membership that a module makes. */
export interface MembershipToSet {
  readonly roomId: string;
  /** A local user, within the namespace of the application service. */
  readonly sender: string;
  /** The user whose membership changes; the sender where it is absent. */
  readonly target?: string;
  /** `leave` for another user is a kick. */
  readonly membership: "join" | "invite" | "leave" | "ban" | "unban" | "knock";
  /** More members of the event's content, such as `reason`. */
  readonly content?: Readonly<Record<string, unknown>>;
  /** Servers to join or knock by. */
  readonly viaServers?: readonly string[];
}

/** A room that a module creates. */
export interface RoomToCreate {
  /** A local user, within the namespace of the application service. */
  readonly creator: string;
  /** The body of `POST /createRoom` (Matrix client-server API). */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The creator's `displayname` and `avatar_url` in this room. */
  readonly joinProfile?: Readonly<Record<string, unknown>>;
}

/**
 * What a module can ask the homeserver, and do there. Each call is one request, or as many as its description says.
 * A request that could act twice is not repeated.
 *
 * Every call may reject with: `HomeserverNotConfigured`, which names the keys to set; `HomeserverRefusal` for an error
 * status, with `status`, `errcode` and `bodyText`; `HomeserverError` where no usable answer came in time (`code` says
 * why).
 *
 * Calls with the administrator's token (`admin_token_file`) read; calls with the application service's token
 * (`appservice_token_file`) act as a user: docs/homeserver.md.
 */
export interface HomeserverClient {
  /** A local account; undefined where there is none. Administrator. */
  getUser(userId: string): Promise<HomeserverUser | undefined>;
  /** Whether a user administers the homeserver; false for a user that does not exist. Administrator. */
  isUserAdmin(userId: string): Promise<boolean>;
  /** The ID as registered, even if it differs in case; undefined where none or several match. Administrator. */
  findUser(userId: string): Promise<string | undefined>;
  /** Rejects with the refusal that says why a new user may not have this name. Administrator. */
  checkUsername(localpart: string): Promise<void>;
  /** Addresses and phone numbers; empty where the user does not exist. Administrator. */
  getThreepids(userId: string): Promise<readonly Threepid[]>;
  /** Where a local user was seen. Administrator. */
  getConnections(userId: string): Promise<readonly UserConnection[]>;
  /** Logs out with an access token, which ends it. Needs no token of the configuration. */
  invalidateAccessToken(accessToken: string): Promise<void>;
  /** Sets a name, as the user. Application service. */
  setDisplayname(userId: string, displayname: string): Promise<void>;

  /** Global account data of one type; undefined where there is none. Application service. */
  getAccountData(userId: string, type: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Replaces global account data of one type. Application service. */
  putAccountData(userId: string, type: string, content: Readonly<Record<string, unknown>>): Promise<void>;

  /**
   * The current state: all of it, or the events that match one of the selectors (one request for each type). Empty if
   * the room does not exist. At most 15 MiB a request. Administrator.
   */
  getRoomState(roomId: string, selectors?: readonly StateSelector[]): Promise<readonly RoomEvent[]>;
  /** Facts about a room; undefined if it does not exist. Administrator. */
  getRoom(roomId: string): Promise<HomeserverRoom | undefined>;
  /** The room of an alias; rejects with a refusal (404) if the alias does not exist. Administrator. */
  lookUpAlias(alias: string): Promise<{ readonly roomId: string; readonly servers: readonly string[] }>;
  /** Whether a room is in the public list. Administrator. */
  isRoomPublic(roomId: string): Promise<boolean>;
  /** Puts a room into the public list, or takes it out. Administrator. */
  setRoomPublic(roomId: string, isPublic: boolean): Promise<void>;
  /** Begins to remove a room and everything in it from the homeserver. Administrator. */
  deleteRoom(roomId: string): Promise<void>;

  /** Sends an event and reads it back (two requests). Not for `m.room.member`. Application service. */
  sendEvent(event: EventToSend): Promise<RoomEvent>;
  /** Changes a membership and reads the event back (two or three requests). Application service. */
  updateMembership(change: MembershipToSet): Promise<RoomEvent>;
  /** Creates a room; resolves to its id. Application service. */
  createRoom(room: RoomToCreate): Promise<string>;
}
