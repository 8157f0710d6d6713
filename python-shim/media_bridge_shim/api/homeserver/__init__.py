"""What modules reach by `api._hs`, and the HTTP client."""
