"""The last step to the terminal: cells in, the fewest bytes out, paced by what the line can carry."""
