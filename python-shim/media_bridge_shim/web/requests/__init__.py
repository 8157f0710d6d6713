"""What a resource reads of a request: who makes it, its address, its parameters, its body."""
