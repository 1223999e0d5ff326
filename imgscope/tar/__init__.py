"""Tar archives: headers become columns.

``block`` knows one header block, ``typeflag`` the types of members, ``extended`` the pax and GNU records that amend the
next header, ``feed`` brings the bytes, ``scan`` walks them (the one hot loop), ``table`` holds what was found and
``encode`` makes headers of members again. Nothing here knows of images; file contents are skipped, never read.
"""
