/**
 * The statements by which a Synapse's own database lists the avatars that begin with an address: of users, of users in
 * single rooms, in the user directory, and of rooms.
 */
export const AVATAR_SQL = {
  profiles: "select distinct avatar_url as uri from profiles where avatar_url like ?",
  memberships: "select distinct avatar_url as uri from room_memberships where avatar_url like ?",
  directory: "select distinct avatar_url as uri from user_directory where avatar_url like ?",
  rooms: "select distinct avatar as uri from room_stats_state where avatar like ?",
} as const;
