"""One third party each: files, SQLite, clocks, targets."""
