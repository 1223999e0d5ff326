"""Two images, or two states of one: what differs. ``walk`` finds pairs, ``contents`` reads, ``renames`` matches."""
