"""Storage providers: modules that keep copies of media elsewhere, and give them back."""
