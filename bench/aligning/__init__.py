"""Sets with known beads made from parallel text, and the peers to run on them."""
