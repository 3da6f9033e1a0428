"""What is fuzzed: every reader of files that people give us, with seeds of our own making."""
