"""Ways to act on a bot, and the probe that checks them."""
