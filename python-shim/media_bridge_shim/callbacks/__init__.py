"""The callbacks that modules register, and the run of a chain of them."""
