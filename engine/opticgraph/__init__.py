"""A knowledge-graph reasoning engine for moving a network's optics from 100G to 400G."""
