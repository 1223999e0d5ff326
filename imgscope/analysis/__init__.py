"""Numbers from a FileSystem; pure. ``copies`` finds what must be compared, ``accounting`` adds up."""
