"""A plan proven anew: replayed from its file and checked by code that the planner has no part in."""
