"""The command line: one file per command, and what they share.

``app`` is the group that loads a command when it is chosen, ``options`` the options that every command has,
``session`` what a command works with (opening, output, warnings), ``bar`` the progress bar, ``run`` the one place
that turns errors into messages and exit codes. What is heavy is imported within a command's function, not above it, so
that help costs no more than a start.
"""
