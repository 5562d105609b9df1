"""What rules depend on, and what a change can affect of them."""
