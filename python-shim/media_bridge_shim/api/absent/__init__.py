"""What a media service does not have, refused in clear sentences."""
