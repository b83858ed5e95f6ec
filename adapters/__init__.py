"""Ways into engines that wait for themselves; each room here knows only its own engine."""
