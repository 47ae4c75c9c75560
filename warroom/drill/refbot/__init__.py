"""The reference bot: a real HTTP service with tools, a planted secret and a control endpoint. No language model."""
